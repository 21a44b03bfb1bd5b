"""JSON: everything that holds, in one document; ASCII only, so that any path survives."""

import json
import math
from collections.abc import Iterator
from typing import Any, TextIO

from tagstudio.domain.judgements import Verdict
from tagstudio.services.exchange.content import (
    UNKNOWN,
    LibraryContent,
    Reading,
    Reference,
    TrackContent,
    origin_of,
    verdict_of,
)
from tagstudio.services.exchange.json_stream import Reader
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.source import Source

FORMAT = "tagstudio-export"
VERSION = 2


def write(stream: TextIO, content: LibraryContent, options: ExportOptions) -> Iterator[TrackContent]:
    """Write the document, a track a line, and yield each track when it is written.

    In a path that is not UTF-8 the odd bytes are escaped as lone surrogates.
    """
    words = [{"tag": word.tag, "facet": word.facet, "aliases": list(word.aliases)} for word in content.words]
    searches = [{"name": name, "query": query} for name, query in content.searches]
    stream.write(f'{{"format": "{FORMAT}", "version": {VERSION}, "library": {_dumped(content.library_id)},\n')
    stream.write('"vocabulary": [\n' + ",\n".join(map(_dumped, words)) + "\n],\n")
    stream.write('"searches": [\n' + ",\n".join(map(_dumped, searches)) + "\n],\n")
    stream.write('"tracks": [')
    for number, track in enumerate(content.tracks):
        stream.write((",\n" if number else "\n") + _dumped(_track(track)))
        yield track
    stream.write("\n]}\n")


def read(source: Source, reading: Reading) -> Iterator[int]:
    """Read a document of ours, this version's or an earlier one's.

    Raises
    ------
    ForeignFileError
        If it is something else.
    """
    with source.text(reading) as opened:
        document = Reader(opened.read())
    seen: dict[str, Any] = {}
    count = 0
    try:
        for name, value in document.members("tracks"):
            if name != "tracks":
                seen[name] = value
                continue
            count += 1
            _take_track(count, value, reading)
            yield count
    except (ValueError, RecursionError) as error:
        if not reading.references:
            raise source.foreign("an export of TagStudio") from error
        reading.refuse(count + 1, f"The document ends here, or is damaged: {error}.")
    if seen.get("format") != FORMAT:
        raise source.foreign("an export of TagStudio")
    if not isinstance(seen.get("version"), int) or seen["version"] > VERSION:
        reading.notices.append("The file was written by a newer TagStudio; what is new in it was left out.")
    for word in _dicts(seen.get("vocabulary")):
        aliases = word.get("aliases")
        spelled = tuple(_text(each) for each in aliases) if isinstance(aliases, list) else ()
        reading.know(_text(word.get("tag")), _text(word.get("facet")), aliases=spelled)
    for each in _dicts(seen.get("searches")):
        reading.save(_text(each.get("name")), _text(each.get("query")))


def _take_track(number: int, value: object, reading: Reading) -> None:
    if not isinstance(value, dict):
        reading.refuse(number, "This entry is no track.")
        return
    reference = reading.track(
        Reference(
            path=_text(value.get("path")), audio_hash=_text(value.get("audio_hash")), title=_text(value.get("title")),
            artist=_text(value.get("artist")), duration_s=_number(value.get("duration_s")),
        )
    )  # fmt: skip
    for tag in _dicts(value.get("tags")):
        try:
            _take_tag(number, reference, tag, reading)
        except ValueError as error:
            reading.refuse(number, str(error))


def _take_tag(number: int, reference: int, tag: dict[str, Any], reading: Reading) -> None:
    verdict: Verdict | None = verdict_of(_text(tag.get("state")))
    if verdict is None:
        reading.guesses += 1
        return
    reading.say(
        number, reference, _text(tag.get("tag")), verdict, facet=_text(tag.get("facet")),
        origin=origin_of(_text(tag.get("source"))), start_s=_number(tag.get("start_s")),
        end_s=_number(tag.get("end_s")),
    )  # fmt: skip


def _track(each: TrackContent) -> dict[str, object]:
    track = each.track
    said = [
        {
            "tag": one.tag, "facet": one.facet, "state": one.verdict.value, "source": one.origin.value,
            "score": one.score, "updated": one.made_at,
            **({} if one.start_s is None else {"start_s": one.start_s, "end_s": one.end_s}),
        }
        for one in each.said
    ]  # fmt: skip
    guesses = [
        {
            "tag": one.tag, "facet": one.facet, "state": UNKNOWN, "source": one.source, "score": one.score,
            "calibrated": one.is_calibrated,
        }
        for one in each.guesses
    ]  # fmt: skip
    return {
        "path": str(track.file), "id": track.id, "title": track.title, "artist": track.artist, "album": track.album,
        "duration_s": round(track.duration_s, 3), "audio_hash": track.audio_hash, "tags": said + guesses,
    }  # fmt: skip


def _dumped(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
