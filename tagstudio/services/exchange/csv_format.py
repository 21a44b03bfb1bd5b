"""CSV: one line per (track, tag), RFC 4180, UTF-8."""

import csv
from typing import TextIO

from tagstudio.domain.tracks import Track
from tagstudio.services.exchange.rows import TagRow

COLUMNS = ("path", "artist", "title", "tag", "facet", "state", "source", "score", "updated", "guarded")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(stream: TextIO, tagged: list[tuple[Track, list[TagRow]]]) -> None:
    """Write all rows; a track without tags keeps one line with an empty tag.

    A spreadsheet would run a cell that begins like a formula: such cells get a leading apostrophe, and ``guarded``
    names their columns, so that nothing is lost on the way back.
    """
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for track, rows in tagged:
        about = [_text(str(track.file)), track.artist, track.title]
        for cells in [_cells(row) for row in rows] or [[""] * 6]:
            writer.writerow(_guarded(about + cells))


def _cells(row: TagRow) -> list[str]:
    return [row.tag, row.facet, row.state, row.source, "" if row.score is None else f"{row.score:.4f}", row.updated]


def _guarded(cells: list[str]) -> list[str]:
    risky = [name for name, cell in zip(COLUMNS, cells, strict=False) if cell.startswith(_FORMULA)]
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells] + [" ".join(risky)]


def _text(path: str) -> str:
    # Bytes that are no UTF-8 come as lone surrogates, which no encoder takes; written as \xNN they stay readable.
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
