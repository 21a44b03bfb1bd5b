"""Do for every track what the window does before it plays and draws it; prints one JSON line per track.

    python prepare.py LIBRARY

Then searches for every text that the tracks bring along: any answer is right, but an answer it must be.
"""

import json
import os
import sys
import time
from pathlib import Path

from tagstudio.domain.errors import QueryError, TagStudioError
from tagstudio.services import browse, find, track_view
from tagstudio.services.studio import open_studio

LONG_S = 5.0


def main(library: str) -> None:
    """Prepare and search."""
    with open_studio(Path(library)) as studio:
        for track_id in find.track_ids(studio, ""):
            say(prepared(studio, track_id))
        for text in texts(studio):
            say(searched(studio, text))


def prepared(studio, track_id: int) -> dict[str, object]:
    """Read a track's picture and scores, and its first sound, from the beginning and from the middle."""
    track = browse.track(studio, track_id)
    said: dict[str, object] = {"track": track_id, "path": os.fsencode(track.file).hex(), "overview": "", "sound": ""}
    try:
        seen = track_view.overview(studio, track_id)
        said["seconds"] = seen.duration_s
        track_view.taggram(studio, track_id)
    except TagStudioError as error:
        said["overview"] = error.what
    try:
        for start_s in (0.0, track.duration_s / 2):
            with studio.ear() as ear:
                stream = ear.stream("blocks", os.fsencode(track.file), start_s, timeout_s=30)
                next(stream, None)
                stream.close()
    except TagStudioError as error:
        said["sound"] = error.what
    return said


def texts(studio) -> list[str]:
    """Return every different title, artist and genre, as they are and in quotes."""
    found: set[str] = set()
    ids = find.track_ids(studio, "")
    for row in browse.rows(studio, ids):
        found |= {row.name_title, row.artist, row.genre}
    return sorted(found | {f'"{each}"' for each in found} | {f"genre:{each}" for each in found})


def searched(studio, text: str) -> dict[str, object]:
    """Search; a text that cannot be understood is refused, everything else is an answer."""
    began = time.monotonic()
    try:
        count = len(find.track_ids(studio, text))
    except QueryError as error:
        return {"search": text, "refused": error.what, "took_s": time.monotonic() - began}
    return {"search": text, "found": count, "took_s": time.monotonic() - began}


def say(line: dict[str, object]) -> None:
    """Print one line."""
    print(json.dumps(line))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
