"""CSV, wide: one line per track, and after the column ``guarded`` one column per tag or per facet.

A tag's header is ``name (facet)`` and its cells are yes, no or unsure; a facet's header is the facet, and its cells
hold the tags that fit, joined by ``; ``. Verdicts on segments have no place in it.
"""

import csv
from collections.abc import Iterator, Sequence
from typing import TextIO

from tagstudio.domain.judgements import Verdict
from tagstudio.services.exchange.content import LibraryContent, Reading, Reference, TrackContent, seconds, verdict_of
from tagstudio.services.exchange.guards import guarded, guarded_header, unguarded, unguarded_header
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.places import path_text, text_path

ABOUT = ("path", "artist", "title", "album", "audio_hash", "duration")
GUARDED = "guarded"
PER_FACET = "guarded by facet"
_SEPARATOR = "; "


def write(stream: TextIO, content: LibraryContent, options: ExportOptions) -> Iterator[TrackContent]:
    """Write one line per track and yield each when it is written."""
    words = [word for word in content.words if word.is_used]
    facets = list(dict.fromkeys(word.facet for word in words))
    by_facet = options.per_facet
    headers = facets if by_facet else [_tag_header(word.tag, word.facet) for word in words]
    numbers = {word.tag: number for number, word in enumerate(words)}
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*ABOUT, PER_FACET if by_facet else GUARDED, *map(guarded_header, headers)])
    for track in content.tracks:
        cells = _facet_cells(track, facets) if by_facet else _tag_cells(track, numbers)
        writer.writerow([*guarded(ABOUT, _about(track)), *cells])
        yield track


def is_wide(headers: Sequence[str]) -> bool:
    """Tell a wide table of ours by its headers."""
    return tuple(headers[: len(ABOUT)]) == ABOUT and headers[len(ABOUT) : len(ABOUT) + 1] in ([GUARDED], [PER_FACET])


def read(headers: Sequence[str], rows: Iterator[tuple[int, list[str]]], reading: Reading) -> Iterator[int]:
    """Take every line of a wide table of ours into the reading; yields how many there were."""
    first = len(ABOUT) + 1
    by_facet = headers[len(ABOUT)] == PER_FACET
    names = [unguarded_header(each) for each in headers[first:]]
    columns = {**{name: number for number, name in enumerate(ABOUT)}, GUARDED: len(ABOUT)}
    for count, (line, row) in enumerate(rows, 1):
        try:
            about = unguarded(row, columns)
            number = reading.track(_reference(about))
            for name, cell in zip(names, row[first:], strict=False):
                if cell:
                    _take(line, number, name, cell, by_facet, reading)
        except ValueError as error:
            reading.refuse(line, str(error))
        yield count


def _take(line: int, number: int, header: str, cell: str, by_facet: bool, reading: Reading) -> None:
    if by_facet:
        for tag in _split(unguarded_header(cell)):
            reading.say(line, number, tag, Verdict.YES, facet=header)
        return
    tag, facet = _named(header)
    verdict = verdict_of(cell)
    if verdict is not None:
        reading.say(line, number, tag, verdict, facet=facet)


def _reference(about: dict[str, str]) -> Reference:
    return Reference(
        path=text_path(about.get("path", "")), audio_hash=about.get("audio_hash", ""), title=about.get("title", ""),
        artist=about.get("artist", ""), duration_s=seconds(about.get("duration", "")),
    )  # fmt: skip


def _about(each: TrackContent) -> list[str]:
    track = each.track
    own = [track.artist, track.title, track.album, track.audio_hash, repr(round(track.duration_s, 3))]
    return [path_text(track.file), *own]


def _tag_cells(track: TrackContent, numbers: dict[str, int]) -> list[str]:
    cells = [""] * len(numbers)
    for said in track.on_track:
        cells[numbers[said.tag]] = said.verdict.value
    return cells


def _facet_cells(track: TrackContent, facets: list[str]) -> list[str]:
    found: dict[str, list[str]] = {facet: [] for facet in facets}
    for said in track.yes:
        found[said.facet].append(said.tag.replace("\\", "\\\\").replace(";", "\\;"))
    return [guarded_header(_SEPARATOR.join(tags)) for tags in found.values()]


def _split(cell: str) -> list[str]:
    tags, escaped = [""], False
    for character in cell:
        if not escaped and character == "\\":
            escaped = True
            continue
        if not escaped and character == ";":
            tags.append("")
        else:
            tags[-1] += character
        escaped = False
    return [tag.strip() for tag in tags if tag.strip()]


def _tag_header(tag: str, facet: str) -> str:
    # The last bracket must be the facet's, whatever the two are called.
    return f"{tag} ({facet.replace('%', '%25').replace('(', '%28')})"


def _named(header: str) -> tuple[str, str]:
    tag, _, facet = header.rpartition(" (")
    facet = facet.removesuffix(")").replace("%28", "(").replace("%25", "%")
    return (tag, facet) if tag else (header, "")
