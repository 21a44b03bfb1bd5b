"""Write the tags of a library to a file or a folder: complete or not at all."""

import codecs
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.services import find
from tagstudio.services.exchange.content import LibraryContent, TrackContent
from tagstudio.services.exchange.formats import Format, format_of
from tagstudio.services.exchange.library_rows import content
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.places import file_name
from tagstudio.services.files import file_built_whole, folder_written_whole, refuse_precious, written_whole
from tagstudio.services.scores import tag_scores
from tagstudio.services.studio import Studio

TRACKS_PER_STEP = 200
_USUAL = ExportOptions()


@dataclass(frozen=True, slots=True)
class Exported:
    """What a file, or a folder of ``files`` files, now holds."""

    file: Path
    format: str
    tracks: int
    judgements: int
    suggestions: int
    files: int = 1


def export(
    studio: Studio,
    file: Path,
    query: str = "",
    *,
    file_format: str | None = None,
    options: ExportOptions = _USUAL,
    ids: Sequence[int] | None = None,
    replaces: bool = False,
) -> Job[Exported]:
    """Export what is known of the tracks of ``query``, or of ``ids``, in order of their paths.

    The format is told by the file's ending unless named. The same library gives the same bytes. An existing file is
    replaced only by a complete new one, a playlist or a collection only when the caller says so with ``replaces``.

    Raises
    ------
    TagStudioError
        If the format is unknown or the file cannot be written.
    """
    wanted = format_of(file, file_format)
    if not wanted.is_per_track:
        refuse_precious(file, replaces_exports=wanted.id == "sqlite")
        _refuse_unasked(file, wanted, replaces=replaces)
    options = replace(options, folder=file.parent)
    chosen = find.track_ids(studio, query, order="path")
    if ids is not None:
        among = set(ids)
        chosen = [track_id for track_id in chosen if track_id in among]
    has_guesses = wanted.has_suggestions and options.suggestions
    if has_guesses:
        yield Progress(0, len(chosen), "Looking at suggestions")
    scores = tag_scores(studio) if has_guesses else None
    with studio.library.read() as session:
        found = content(session, chosen, scores, minimum=options.minimum)
        counts = _Counts()
        for done, each in enumerate(_written(file, wanted, found, options, counts), 1):
            counts.add(each)
            if done % TRACKS_PER_STEP == 0:
                yield Progress(done, len(chosen), each.track.name)
    return Exported(file, wanted.id, counts.tracks, counts.judgements, counts.suggestions, counts.files)


@dataclass(slots=True)
class _Counts:
    tracks: int = 0
    judgements: int = 0
    suggestions: int = 0
    files: int = 1

    def add(self, each: TrackContent) -> None:
        self.tracks += 1
        self.judgements += len(each.said)
        self.suggestions += len(each.guesses)


def _written(
    file: Path, wanted: Format, found: LibraryContent, options: ExportOptions, counts: _Counts
) -> Iterator[TrackContent]:
    if wanted.write is not None:
        with written_whole(file) as stream, _text(stream, has_bom=options.bom) as text:
            yield from wanted.write(text, found, options)
    elif wanted.write_file is not None:
        with file_built_whole(file, replaces_exports=True) as part:
            yield from wanted.write_file(part, found, options)
    elif found.n_tracks == 1 and file.name.lower().endswith(wanted.endings):
        yield from _one(file, wanted, found)
    else:
        yield from _folder(file, wanted, found, counts)


@contextmanager
def _text(stream: BinaryIO, *, has_bom: bool) -> Iterator[TextIO]:
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="")
    try:
        if has_bom:
            stream.write(codecs.BOM_UTF8)
        yield text
        text.flush()
    finally:
        # After a full disk it cannot be written any more, and nobody wants it.
        with suppress(OSError, ValueError):
            text.detach()


def _one(file: Path, wanted: Format, found: LibraryContent) -> Iterator[TrackContent]:
    assert wanted.write_one is not None
    for each in found.tracks:
        written = wanted.write_one(each)
        if not written:
            raise NothingFoundError(f"There is nothing to say about “{each.track.name}” yet.", "Judge it first.")
        with written_whole(file) as stream:
            stream.write(written)
        yield each


def _folder(folder: Path, wanted: Format, found: LibraryContent, counts: _Counts) -> Iterator[TrackContent]:
    assert wanted.write_one is not None
    if folder.name.lower().endswith(wanted.endings):
        raise TagStudioError(
            f"{wanted.title} holds one track per file, and there are {found.n_tracks:,}.",
            "Give a name without an ending, for a folder, or a search that finds one track.",
        )
    counts.files = 0
    with folder_written_whole(folder) as write:
        for each in found.tracks:
            written = wanted.write_one(each)
            if written:
                counts.files += 1
                ending = wanted.endings[0]
                write(file_name(each.track.name, bytes(each.track.root + b"/" + each.track.path), ending), written)
            yield each


def _refuse_unasked(file: Path, wanted: Format, *, replaces: bool) -> None:
    if wanted.is_asked_for and not replaces and file.exists():
        raise TagStudioError(
            f"There is already a file “{file.name}”.", "Choose another name, or allow replacing it with --replace."
        )
