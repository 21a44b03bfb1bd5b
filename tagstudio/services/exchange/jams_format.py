"""JAMS 0.3: one document per track, tags as ``tag_open`` observations, one list per source and verdict.

What fits a whole track lies at 0 s and lasts as long as the file; a verdict on a segment has its own times. A verdict
is told by the confidence, 1 for yes, 0 for no and 0.5 for unsure, and again in the sandbox; suggestions are a list of
their own whose confidence is their score.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from tagstudio.domain.judgements import Origin, Verdict
from tagstudio.services.exchange.content import Guess, Reading, Reference, Said, TrackContent, origin_of, verdict_of
from tagstudio.services.exchange.places import path_text, text_path
from tagstudio.services.exchange.source import Source

NAMESPACE = "tag_open"
JAMS_VERSION = "0.3.4"
TOOL = "TagStudio"
CONFIDENCE = {Verdict.YES: 1.0, Verdict.NO: 0.0, Verdict.UNSURE: 0.5}
# Of what another program wrote: how close to the ends of the file an observation on all of it begins and ends.
WHOLE_WITHIN_S = 0.05
_OURS = "tagstudio"


def write_one(content: TrackContent) -> bytes:
    """Return the document of one track."""
    track = content.track
    lists = [
        _list(track.duration_s, origin, verdict, scope, said)
        for origin in Origin
        for verdict in CONFIDENCE
        for scope, said in (("track", content.on_track), ("segment", content.on_segments))
    ]
    document = {
        "annotations": [*filter(None, lists), *_guesses(track.duration_s, content.guesses)],
        "file_metadata": {
            "title": track.title,
            "artist": track.artist,
            "release": track.album,
            "duration": track.duration_s,
            "identifiers": {"audio_hash": track.audio_hash, "path": path_text(track.file)},
            "jams_version": JAMS_VERSION,
        },
        "sandbox": {_OURS: {"version": 1}},
    }
    return (json.dumps(document, indent=1, allow_nan=False) + "\n").encode()


def read(source: Source, reading: Reading) -> Iterator[int]:
    """Read one document; lists of other namespaces than tags are left out.

    Raises
    ------
    ForeignFileError
        If it is no JAMS document.
    """
    with source.text(reading) as opened:
        try:
            document = json.load(opened)
        except (ValueError, RecursionError) as error:
            raise source.foreign("a JAMS document") from error
    lists = document.get("annotations") if isinstance(document, dict) else None
    about = document.get("file_metadata") if isinstance(document, dict) else None
    if not isinstance(lists, list) or not isinstance(about, dict):
        raise source.foreign("a JAMS document")
    own = about.get("identifiers")
    identifiers = own if isinstance(own, dict) else {}
    duration_s = _number(about.get("duration"))
    number = reading.track(
        Reference(
            path=text_path(_text(identifiers.get("path"))), audio_hash=_text(identifiers.get("audio_hash")),
            title=_text(about.get("title")), artist=_text(about.get("artist")), duration_s=duration_s,
            stem="" if identifiers.get("path") else source.file.stem,
        )
    )  # fmt: skip
    for place, one in enumerate(lists, 1):
        if isinstance(one, dict) and str(one.get("namespace", "")).startswith("tag_"):
            _take_list(place, number, one, duration_s, reading)
        yield place


def _take_list(place: int, number: int, one: dict[str, Any], duration_s: float | None, reading: Reading) -> None:
    sandbox = one.get("sandbox")
    ours = sandbox.get(_OURS) if isinstance(sandbox, dict) else None
    rows = one.get("data")
    if not isinstance(rows, list):
        reading.refuse(place, f"List {place} is not made of observations.")
        return
    for row in rows:
        try:
            _take(place, number, row, ours if isinstance(ours, dict) else None, duration_s, reading)
        except ValueError as error:
            reading.refuse(place, str(error))


def _take(
    place: int, number: int, row: object, ours: dict[str, Any] | None, duration_s: float | None, reading: Reading
) -> None:
    if not isinstance(row, dict) or not isinstance(row.get("value"), str):
        raise ValueError(f"An observation in list {place} has no tag.")
    verdict = _verdict(row, ours)
    if verdict is None:
        reading.guesses += 1
        return
    start_s, length_s = _number(row.get("time")), _number(row.get("duration"))
    facets = ours.get("facets") if ours else None
    facet = _text(facets.get(row["value"])) if isinstance(facets, dict) else ""
    origin = origin_of(_text(ours.get("origin"))) if ours else Origin.IMPORT
    if ours.get("scope") == "track" if ours else _is_whole(start_s, length_s, duration_s):
        reading.say(place, number, row["value"], verdict, facet=facet, origin=origin)
        return
    if start_s is None or length_s is None:
        raise ValueError(f"An observation in list {place} has no time.")
    # A sum of two rounded numbers need not be the end that was meant.
    end_s = _number(_dict(row.get("confidence")).get("end_s")) if ours else None
    end_s = start_s + length_s if end_s is None else end_s
    reading.say(place, number, row["value"], verdict, facet=facet, origin=origin, start_s=start_s, end_s=end_s)


def _verdict(row: dict[str, Any], ours: dict[str, Any] | None) -> Verdict | None:
    """Return the verdict of an observation; a confidence between 0 and 1 from elsewhere is a score, not a verdict."""
    if ours is not None:
        return verdict_of(_text(ours.get("verdict")))
    confidence = _number(row.get("confidence"))
    return Verdict.YES if confidence in (None, 1.0) else None


def _is_whole(start_s: float | None, length_s: float | None, duration_s: float | None) -> bool:
    if not start_s and not length_s:
        return True
    if start_s is None or length_s is None or duration_s is None:
        return False
    return start_s <= WHOLE_WITHIN_S and start_s + length_s >= duration_s - WHOLE_WITHIN_S


def _list(
    duration_s: float, origin: Origin, verdict: Verdict, scope: str, said: list[Said]
) -> dict[str, object] | None:
    rows = [each for each in said if each.origin is origin and each.verdict is verdict]
    if not rows:
        return None
    data = [_observation(each, duration_s) for each in rows]
    facets = {each.tag: each.facet for each in rows}
    ours = {"verdict": verdict.value, "origin": origin.value, "scope": scope, "facets": facets}
    source = "the file's own tags" if origin is Origin.FILE else "a person"
    return _wrapped(duration_s, data, ours, source)


def _observation(said: Said, duration_s: float) -> dict[str, object]:
    confidence: object = CONFIDENCE[said.verdict]
    if said.start_s is None or said.end_s is None:
        return {"time": 0.0, "duration": duration_s, "value": said.tag, "confidence": confidence}
    length_s = said.end_s - said.start_s
    if said.start_s + length_s != said.end_s:
        confidence = {"confidence": confidence, "end_s": said.end_s}
    return {"time": said.start_s, "duration": length_s, "value": said.tag, "confidence": confidence}


def _guesses(duration_s: float, guesses: tuple[Guess, ...]) -> list[dict[str, object]]:
    if not guesses:
        return []
    data: list[dict[str, object]] = [
        {"time": 0.0, "duration": duration_s, "value": each.tag, "confidence": each.score} for each in guesses
    ]
    ours = {
        "verdict": "unknown",
        "scope": "track",
        "facets": {each.tag: each.facet for each in guesses},
        "sources": {each.tag: each.source for each in guesses},
        "calibrated": sorted(each.tag for each in guesses if each.is_calibrated),
    }
    return [_wrapped(duration_s, data, ours, "models and heads")]


def _wrapped(duration_s: float, data: list[dict[str, object]], ours: dict[str, Any], source: str) -> dict[str, object]:
    about = {"annotator": {}, "annotation_tools": TOOL, "data_source": source, "version": "1"}
    return {
        "namespace": NAMESPACE, "time": 0.0, "duration": duration_s, "annotation_metadata": about, "data": data,
        "sandbox": {_OURS: ours},
    }  # fmt: skip


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 and math.isfinite(value) else None
