"""CSV: one line per (track, tag), RFC 4180, UTF-8; the wide forms are in ``csv_wide``."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TextIO

from tagstudio.services.exchange import csv_wide
from tagstudio.services.exchange.content import (
    UNKNOWN,
    Guess,
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
from tagstudio.services.exchange.guards import guarded, unguarded
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.places import path_text, text_path
from tagstudio.services.exchange.source import Source

COLUMNS = (
    "path", "artist", "title", "tag", "facet", "state", "source", "score", "calibrated", "start", "end", "updated",
    "audio_hash", "duration", "guarded",
)  # fmt: skip
# What other programs call the columns that matter.
SYNONYMS = {
    "path": ("file", "filename", "file_name", "location", "begin path", "source_id", "audio"),
    "tag": ("label", "class", "common name"),
    "state": ("verdict", "label_type"),
    "source": ("origin",),
    "score": ("confidence", "probability"),
    "start": ("start_s", "start (s)", "begin time (s)", "offset_s"),
    "end": ("end_s", "end (s)", "end time (s)"),
    "duration": ("duration_s", "length"),
}
DELIMITERS = ",;\t"


def write(stream: TextIO, content: LibraryContent, options: ExportOptions) -> Iterator[TrackContent]:
    """Write all rows and yield each track when it is written; a track without tags keeps a line with an empty tag."""
    if options.wide or options.per_facet:
        yield from csv_wide.write(stream, content, options)
        return
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for track in content.tracks:
        path, about, rest = _about(track)
        for cells in [*map(_said, track.said), *map(_guess, track.guesses)] or [[""] * 9]:
            writer.writerow(guarded(COLUMNS, [path, *about, *cells, *rest]))
        yield track


def read(source: Source, reading: Reading) -> Iterator[int]:
    """Read a table with a line of headers: ours, or one of another program that names tracks and tags.

    Raises
    ------
    ForeignFileError
        If no column names tracks, or none names tags.
    """
    with source.text(reading) as opened:
        lines = source.lines(opened, reading)
        first = next(lines, "")
        delimiter = max(DELIMITERS, key=first.count)
        try:
            headers = next(csv.reader([first.rstrip("\r\n")], delimiter=delimiter), [])
        except csv.Error as error:
            raise source.foreign("a table") from error
        table = csv.reader(lines, delimiter=delimiter)
        if csv_wide.is_wide(headers):
            yield from csv_wide.read(headers, rows_of(table, reading), reading)
            return
        columns = known_columns(headers)
        if not {"path", "tag"} <= columns.keys():
            raise source.foreign("a table with a column for paths and one for tags")
        yield from read_rows(rows_of(table, reading), columns, reading)


def rows_of(table: "csv._reader", reading: Reading) -> Iterator[tuple[int, list[str]]]:  # type: ignore[name-defined]
    """Yield the rows that are some, with the line each ends on; what cannot be split into cells is a bad row."""
    while True:
        try:
            row = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            reading.refuse(table.line_num + 1, f"The line is no row of a table: {error}.")
            continue
        if any(row):
            yield table.line_num + 1, row


def known_columns(headers: Sequence[str]) -> dict[str, int]:
    """Return the number of each column that is understood, by our name for it."""
    names = {header.strip().casefold(): number for number, header in reversed(list(enumerate(headers)))}
    found = {}
    for name in COLUMNS:
        number = next((names[each] for each in (name, *SYNONYMS.get(name, ())) if each in names), None)
        if number is not None:
            found[name] = number
    return found


def read_rows(
    rows: Iterator[tuple[int, list[str]]], columns: dict[str, int], reading: Reading
) -> Iterator[int]:  # fmt: skip
    """Take every row of a table into the reading; yields how many there were."""
    for count, (line, row) in enumerate(rows, 1):
        try:
            _take(line, unguarded(row, columns), "state" in columns, reading)
        except ValueError as error:
            reading.refuse(line, str(error))
        yield count


def _take(line: int, cells: dict[str, str], has_states: bool, reading: Reading) -> None:
    path = text_path(cells.get("path", ""))
    number = reading.track(
        Reference(
            path=path, audio_hash=cells.get("audio_hash", ""), title=cells.get("title", ""),
            artist=cells.get("artist", ""), duration_s=seconds(cells.get("duration", "")),
            stem=PurePath(path).stem if "/" not in path else "",
        )
    )  # fmt: skip
    tag = cells.get("tag", "")
    if not tag:
        return
    # Without a column that says so, a score is another program's guess, and no score is a person's word.
    state = cells.get("state", "") if has_states else ("" if cells.get("score") else "yes")
    verdict = verdict_of(state)
    if verdict is None:
        reading.guesses += 1
        return
    reading.say(
        line, number, tag, verdict, facet=cells.get("facet", ""), origin=origin_of(cells.get("source", "")),
        start_s=seconds(cells.get("start", "")), end_s=seconds(cells.get("end", "")),
    )  # fmt: skip


def _about(each: TrackContent) -> tuple[str, list[str], list[str]]:
    track = each.track
    duration = number_text(round(track.duration_s, 3))
    return path_text(track.file), [track.artist, track.title], [track.audio_hash, duration]


def _said(said: Said) -> list[str]:
    score = "" if said.score is None else f"{said.score:.4f}"
    times = [number_text(said.start_s), number_text(said.end_s), said.made_at]
    return [said.tag, said.facet, said.verdict.value, said.origin.value, score, "", *times]


def _guess(guess: Guess) -> list[str]:
    calibrated = "yes" if guess.is_calibrated else "no"
    return [guess.tag, guess.facet, UNKNOWN, guess.source, f"{guess.score:.4f}", calibrated, "", "", ""]
