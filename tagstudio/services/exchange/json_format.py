"""JSON: one document, a list of tracks with their tags; ASCII only, so that any path survives."""

import json
from typing import TextIO

from tagstudio.domain.tracks import Track
from tagstudio.services.exchange.rows import TagRow

FORMAT = "tagstudio-export"
VERSION = 1


def write(stream: TextIO, tagged: list[tuple[Track, list[TagRow]]]) -> None:
    """Write the document; in a path that is not UTF-8 the odd bytes are escaped as lone surrogates."""
    document = {"format": FORMAT, "version": VERSION, "tracks": [_track(track, rows) for track, rows in tagged]}
    json.dump(document, stream, indent=1, allow_nan=False)
    stream.write("\n")


def _track(track: Track, rows: list[TagRow]) -> dict[str, object]:
    return {
        "path": str(track.file),
        "id": track.id,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "duration_s": round(track.duration_s, 3),
        "audio_hash": track.audio_hash,
        "tags": [
            {
                "tag": row.tag,
                "facet": row.facet,
                "state": row.state,
                "source": row.source,
                "score": row.score,
                "updated": row.updated,
            }
            for row in rows
        ],
    }
