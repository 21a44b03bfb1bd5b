"""Find the audio files of a folder and keep the library's tracks in step with them; nothing is ever deleted."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tagstudio.domain.errors import reason_of
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import shown_path
from tagstudio.library import places, roots, tags, tracks
from tagstudio.services import folders as folders_of
from tagstudio.services.folders import Look, UnusableFolderError, is_inside
from tagstudio.services.joining import Elsewhere, elsewhere
from tagstudio.services.missing import HeldBack, flag
from tagstudio.services.movable import Movable
from tagstudio.services.reading import Answer, read_files
from tagstudio.services.roots import follow_links
from tagstudio.services.studio import Studio
from tagstudio.services.tracks_in_step import Keeper, Tally
from tagstudio.services.walk import LARGE_BYTES, Failure, FoundFile

__all__ = ["ScanReport", "require_usable", "rescan", "scan"]

# A batch is stored when it is old or large: the first tracks show at once, many cost few transactions.
BATCH, BATCH_S = 2000, 1.0
# After so many readers have died of a file it is left alone until it changes, or a person asks.
MOST_DEATHS = 2
# How the reasons begin that say nothing of the file itself: it was away, or nobody was allowed to read it.
NOT_OPENED = ("it is not there any more", "it could not be opened")
LARGE = "it is larger than 2 GB; it was read all the same"

require_usable = folders_of.require_usable


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """How many tracks a scan found in which state.

    ``notes`` are files that were read but are odd; ``held_back`` are roots of which too many files are gone to believe
    it: none of their tracks was flagged. ``elsewhere`` are roots that are not there and whose audio was found as new,
    or that are links into other roots now.
    """

    new: int
    changed: int
    moved: int
    missing: int
    unchanged: int
    failed: tuple[Failure, ...]
    seconds: float
    notes: tuple[Failure, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


def scan(
    studio: Studio, folders: Sequence[Path], *, workers: int = 2, retry: bool = False, accept_missing: bool = False
) -> Job[ScanReport]:
    """Add or refresh the tracks below each folder; yields as it goes.

    A track is its audio: when files were renamed, moved, swapped or renumbered, judgements go with the sound. A file
    whose size and time of change are as before is not opened, with two exceptions. What could not be read or opened
    is tried again at every scan; but a file of which two readers died, or that took too long twice, only once it has
    changed, with ``retry``, or when a folder inside the root is scanned by itself.

    Every batch is a transaction of its own: stopping half-way keeps what was found. Files that may have changed
    places are put in order at the end, in one transaction.

    A root in whose place there is a link now is where that leads, see ``roots.follow_links``.

    Parameters
    ----------
    retry : bool
        Read the files again that readers died of.
    accept_missing : bool
        Flag tracks as missing however many they are; else a root of which many are gone at once is left as it is.

    Raises
    ------
    TagStudioError
        If not one of the folders can be read and holds audio. Otherwise those that cannot be used are in the report.
    """
    start = time.monotonic()
    studio.library.require_writable()
    yield from follow_links(studio)
    usable, refused = folders_of.split(folders)
    found = _Found(retry=retry)
    with studio.library.read() as session:
        newest = places.last_track(session)
    try:
        keeper, held_back = yield from _scan(studio, usable, refused, found, workers, accept_missing)
    finally:
        studio.note_tracks_changed()
    report = _report(found, keeper.tally, held_back, time.monotonic() - start)
    return replace(report, elsewhere=elsewhere(studio, after=newest))


def rescan(studio: Studio, *, workers: int = 2, retry: bool = False, accept_missing: bool = False) -> Job[ScanReport]:
    """Look for changes in every folder of the library; see ``scan``."""
    with studio.library.read() as session:
        known = [root.folder for root in roots.all_roots(session)]
    return (yield from scan(studio, known, workers=workers, retry=retry, accept_missing=accept_missing))


@dataclass(slots=True)
class _Found:
    """What is to be done about the files and tracks of all folders."""

    retry: bool
    files: dict[bytes, FoundFile] = field(default_factory=dict)
    unread: dict[bytes, str] = field(default_factory=dict)
    to_read: list[bytes] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    returned: list[int] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    known: dict[bytes, int] = field(default_factory=dict)
    areas: list[tuple[int, bytes]] = field(default_factory=list)
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)


def _report(found: _Found, tally: Tally, held_back: tuple[HeldBack, ...], seconds: float) -> ScanReport:
    large = [each for each in found.files.values() if each.size > LARGE_BYTES]
    return ScanReport(
        new=tally.new,
        changed=tally.changed + len(found.returned),
        moved=tally.moved,
        missing=tally.missing,
        unchanged=tally.unchanged + found.unchanged,
        failed=(*found.failed, *tally.failed),
        seconds=round(seconds, 3),
        notes=tuple(Failure(shown_path(each.path), LARGE) for each in large),
        held_back=held_back,
    )


def _scan(
    studio: Studio, usable: Sequence[bytes], refused: list[tuple[bytes, UnusableFolderError]], found: _Found,
    workers: int, accept_missing: bool,
) -> Job[tuple[Keeper, tuple[HeldBack, ...]]]:  # fmt: skip
    looks = []
    for folder in usable:
        yield Progress(0, 0, f"Looking into {shown_path(folder)}")
        look = folders_of.look_into(folder, links_into=_root_around(studio, folder))
        try:
            looks.append((look, folders_of.root_of(studio, look)))
        except UnusableFolderError as error:
            refused.append((folder, error))
    if not looks:
        raise folders_of.none_usable([error for _, error in refused])
    found.failed += [Failure(shown_path(folder), reason_of(error)) for folder, error in refused]
    for look, _ in looks:
        _compare(studio, look, found)
    keeper = yield from _read_all(studio, found, workers=workers)
    suspects = found.lost | {found.known[path] for path in keeper.vanished if path in found.known}
    held_back = flag(studio, suspects, found.returned, found.unread, keeper.tally, accept=accept_missing)
    return keeper, held_back


def _root_around(studio: Studio, folder: bytes) -> list[bytes]:
    with studio.library.read() as session:
        root = roots.containing(session, folder)
    return [] if root is None else [root.path]


def _compare(studio: Studio, look: Look, found: _Found) -> None:
    """Sort the files of a folder by what is known of them."""
    found.files |= look.files
    found.unread |= look.unread
    found.failed += [Failure(shown_path(path), reason) for path, reason in look.unread.items()]
    with studio.library.read() as session:
        root = roots.containing(session, look.folder)
        assert root is not None
        known = _known(session, root, look)
        missing, failed = tracks.missing(session, root.id), tracks.failed(session)
        again = _to_try_again(session, failed, is_asked=found.retry or look.folder != root.path)
    found.areas.append((root.id, b"" if look.folder == root.path else roots.relative(root, look.folder)))
    for path, file in look.files.items():
        track_id, size, mtime_ns = known.get(path, (0, -1, -1))
        if (size, mtime_ns) != (file.size, file.mtime_ns) or track_id in again:
            found.to_read.append(path)
            found.changed |= {track_id} if track_id else set()
        elif track_id in missing:
            found.returned.append(track_id)
        elif track_id in failed:
            found.failed.append(Failure(shown_path(path), failed[track_id]))
        else:
            found.unchanged += 1
    found.known |= {path: row[0] for path, row in known.items()}
    found.lost |= {row[0] for path, row in known.items() if path not in look.files}


def _known(session: Any, root: roots.Root, look: Look) -> dict[bytes, tuple[int, int, int]]:
    above = root.path.rstrip(b"/") + b"/"
    known = {above + path: row for path, row in tracks.known(session, root.id).items()}
    if look.folder == root.path:
        return known
    # Links may lead out of the folder, to files of its root.
    return {path: row for path, row in known.items() if is_inside(path, look.folder) or path in look.files}


def _to_try_again(session: Any, failed: dict[int, str], *, is_asked: bool) -> set[int]:
    """Return the tracks whose files are read again although they are as they were; see ``scan``.

    Files that could not be read are not among them: they have no known time of change.
    """
    deaths = tracks.deaths(session)
    not_opened = {track_id for track_id, reason in failed.items() if reason.startswith(NOT_OPENED)}
    spared = {track_id for track_id, n in deaths.items() if n < MOST_DEATHS}
    heard = tracks.hashes(session, failed)
    return not_opened | spared | ((failed.keys() - heard.keys()) | deaths.keys() if is_asked else set())


def _read_all(studio: Studio, found: _Found, *, workers: int) -> Job[Keeper]:
    with studio.library.read() as session:
        near = found.lost | found.changed | tracks.missing(session) if found.to_read else set()
        own = tags.own_fields(session)
    keeper = Keeper(studio, found.files, Movable(studio, found.areas, near, found.unread))
    batch: list[Answer] = []
    written, done, total = time.monotonic(), 0, len(found.to_read)
    with closing(read_files(found.files, found.to_read, own=own, workers=workers)) as answers:
        for some in answers:
            batch += some
            done += len(some)
            if len(batch) >= BATCH or time.monotonic() - written > BATCH_S:
                keeper.store(batch)
                batch, written = [], time.monotonic()
            if some:
                yield Progress(done, total, shown_path(some[-1].path))
    keeper.store(batch)
    keeper.settle()
    return keeper
