"""Raven selection tables: one line per tag and time, tabs between the cells, as BirdNET writes them.

One table holds all tracks; ``Begin Path`` names them. The columns ``Facet``, ``Verdict``, ``Scope``, ``Origin`` and
``Audio Hash`` are ours; Raven shows columns that it does not know.
"""

from collections.abc import Iterator
from pathlib import PurePath
from typing import TextIO

from tagstudio.domain.judgements import Verdict
from tagstudio.services.exchange.content import (
    LibraryContent,
    Reading,
    Reference,
    Said,
    TrackContent,
    number_text,
    origin_of,
    seconds,
    verdict_of,
)
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.places import path_text, text_path
from tagstudio.services.exchange.source import Source

COLUMNS = (
    "Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)", "Begin Path",
    "File Offset (s)", "Common Name", "Facet", "Verdict", "Scope", "Origin", "Audio Hash",
)  # fmt: skip
HIGHEST_HZ = 20_000
# Raven wants selections that last; a file nobody could measure gets a moment.
SHORTEST_S = 0.001
_TAGS = ("common name", "tag", "annotation", "species", "species code", "label")
_CONTROL = "".join(map(chr, range(32)))


def write(stream: TextIO, content: LibraryContent, options: ExportOptions) -> Iterator[TrackContent]:
    """Write the table and yield each track when its lines are written."""
    stream.write("\t".join(COLUMNS) + "\n")
    number = 0
    for track in content.tracks:
        for said in track.said:
            number += 1
            stream.write("\t".join(_cells(number, track, said)) + "\n")
        yield track


def read(source: Source, reading: Reading) -> Iterator[int]:
    """Read a table. Without a column for verdicts, lines with a confidence are another program's guesses.

    Raises
    ------
    ForeignFileError
        If it has no selections or no column that names what they hold.
    """
    with source.text(reading) as opened:
        lines = source.lines(opened, reading)
        headers = [each.strip().casefold() for each in next(lines, "").rstrip("\r\n").split("\t")]
        columns = {name: number for number, name in reversed(list(enumerate(headers)))}
        tag = next((columns[name] for name in _TAGS if name in columns), None)
        if tag is None or "selection" not in columns or "begin time (s)" not in columns:
            raise source.foreign("a Raven selection table")
        for count, text in enumerate(lines, 1):
            row = text.rstrip("\r\n").split("\t")
            if any(row):
                cells = {name: row[number] for name, number in columns.items() if number < len(row)}
                try:
                    _take(count + 1, row[tag] if tag < len(row) else "", cells, source, reading)
                except ValueError as error:
                    reading.refuse(count + 1, str(error))
            yield count


def _take(line: int, tag: str, cells: dict[str, str], source: Source, reading: Reading) -> None:
    # BirdNET marks a file in which it heard nothing.
    has_verdict = "verdict" in cells
    if not tag or (tag == "nocall" and not has_verdict):
        return
    verdict = verdict_of(cells["verdict"]) if has_verdict else (None if cells.get("confidence") else Verdict.YES)
    if verdict is None:
        reading.guesses += 1
        return
    reference = _reference(cells, source)
    start_s, end_s = seconds(cells.get("begin time (s)", "")), seconds(cells.get("end time (s)", ""))
    if cells.get("scope") == "track":
        start_s = end_s = None
    elif not has_verdict and start_s is not None and end_s is not None and "file offset (s)" in cells:
        # In a table of several files the times run on; the offset is the time in the file.
        offset_s = seconds(cells["file offset (s)"])
        if offset_s is not None:
            start_s, end_s = offset_s, offset_s + end_s - start_s
    reading.say(
        line, reading.track(reference), tag, verdict, facet=cells.get("facet", ""),
        origin=origin_of(cells.get("origin", "")), start_s=start_s, end_s=end_s,
    )  # fmt: skip


def _reference(cells: dict[str, str], source: Source) -> Reference:
    path = text_path(cells.get("begin path") or cells.get("begin file") or "")
    # Raven names a table after the recording: a.Table.1.selections.txt, a.BirdNET.selection.table.txt
    stem = "" if path else PurePath(source.file.name).name.split(".", 1)[0]
    return Reference(path=path, audio_hash=cells.get("audio hash", ""), stem=stem)


def _cells(number: int, content: TrackContent, said: Said) -> list[str]:
    track = content.track
    whole = (0.0, max(track.duration_s, SHORTEST_S))
    start_s, end_s = whole if said.start_s is None or said.end_s is None else (said.start_s, said.end_s)
    return [
        str(number), "Spectrogram 1", "1", number_text(start_s), number_text(end_s), "0", str(HIGHEST_HZ),
        path_text(track.file, unsafe=_CONTROL), number_text(start_s), said.tag, said.facet, said.verdict.value,
        "segment" if said.is_segment else "track", said.origin.value, track.audio_hash,
    ]  # fmt: skip
