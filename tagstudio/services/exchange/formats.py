"""The formats: what each is called, what it carries, and what reads and writes it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeAlias

from tagstudio.domain.errors import TagStudioError
from tagstudio.services.exchange import (
    audacity_format,
    csv_format,
    jams_format,
    json_format,
    m3u8_format,
    raven_format,
    rekordbox_format,
    sqlite_format,
)
from tagstudio.services.exchange.content import LibraryContent, Reading, TrackContent
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.source import Source

TextWriter: TypeAlias = Callable[[TextIO, LibraryContent, ExportOptions], Iterator[TrackContent]]
FileWriter: TypeAlias = Callable[[Path, LibraryContent, ExportOptions], Iterator[TrackContent]]
OneWriter: TypeAlias = Callable[[TrackContent], bytes]
Reader: TypeAlias = Callable[[Source, Reading], Iterator[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format; exactly one of the three writers is there.

    ``endings`` tell it by a file's name, the first one is ours; ``explanation`` is a line for people, ``loses`` what
    does not come back when such a file is imported (empty: nothing does).
    """

    id: str
    title: str
    endings: tuple[str, ...]
    explanation: str
    read: Reader
    loses: str = ""
    write: TextWriter | None = None
    write_file: FileWriter | None = None
    write_one: OneWriter | None = None
    has_suggestions: bool = False
    is_asked_for: bool = False

    @property
    def is_per_track(self) -> bool:
        """Whether each track gets a file of its own, in a folder."""
        return self.write_one is not None


FORMATS = {
    each.id: each
    for each in (
        Format(
            id="csv", title="CSV table", endings=(".csv", ".tsv"), has_suggestions=True,
            explanation="For spreadsheets: one line per track and tag, or one per track.",
            loses="other spellings of tags and saved searches; with a column per tag, segments too; with a column per "
            "facet: no and unsure, and segments",
            write=csv_format.write, read=csv_format.read,
        ),
        Format(
            id="json", title="JSON", endings=(".json",), has_suggestions=True,
            explanation="Everything: verdicts, times, vocabulary, saved searches. The safest way to move.",
            write=json_format.write, read=json_format.read,
        ),
        Format(
            id="jams", title="JAMS", endings=(".jams",), has_suggestions=True,
            explanation="For music research: one file per track, in a new folder.",
            loses="other spellings of tags and saved searches",
            write_one=jams_format.write_one, read=jams_format.read,
        ),
        Format(
            id="m3u8", title="Playlist (M3U8)", endings=(".m3u8", ".m3u"), is_asked_for=True,
            explanation="For players: the tracks as a list. No tags in it.",
            loses="all verdicts; the tracks of a playlist can get one tag",
            write=m3u8_format.write, read=m3u8_format.read,
        ),
        Format(
            id="sqlite", title="SQLite for other programs", endings=(".sqlite", ".db"), has_suggestions=True,
            explanation="For programs that ask in SQL: a copy with documented views.",
            write_file=sqlite_format.write, read=sqlite_format.read,
        ),
        Format(
            id="audacity", title="Audacity labels", endings=(".txt",),
            explanation="For Audacity: one label file per track, in a new folder.",
            loses="facets of tags, other spellings and saved searches",
            write_one=audacity_format.write_one, read=audacity_format.read,
        ),
        Format(
            id="raven", title="Raven selection table", endings=(".selections.txt", ".table.txt", ".raven.txt"),
            explanation="For Raven and BirdNET: one line per tag and stretch of time.",
            loses="other spellings of tags and saved searches",
            write=raven_format.write, read=raven_format.read,
        ),
        Format(
            id="rekordbox", title="Rekordbox XML", endings=(".xml",), is_asked_for=True,
            explanation="For DJs: genre, grouping and comments from tags, and a playlist per tag.",
            loses="no and unsure, segments, other spellings and saved searches",
            write=rekordbox_format.write, read=rekordbox_format.read,
        ),
    )
}  # fmt: skip


def format_of(file: Path, named: str | None = None, *, default: str = "") -> Format:
    """Return the format that is named, or that the file's name tells.

    Raises
    ------
    TagStudioError
        If there is no such format, or the name tells none.
    """
    wanted = (named or "").strip().lower()
    if not wanted:
        endings = [(ending, each) for each in FORMATS.values() for ending in each.endings]
        told = [pair for pair in endings if file.name.lower().endswith(pair[0])]
        if told:
            return max(told, key=lambda pair: len(pair[0]))[1]
        wanted = default or file.suffix.lstrip(".").lower()
    if wanted in FORMATS:
        return FORMATS[wanted]
    what = f"There is no exchange format “{wanted}”." if wanted else f"“{file.name}” has no ending that names a format."
    raise TagStudioError(
        what, f"The formats are: {', '.join(FORMATS)}; name one with --format or by the file's ending."
    )
