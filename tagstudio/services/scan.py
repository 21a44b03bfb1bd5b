"""Find the audio files of a folder and keep the library's tracks in step with them; nothing is ever deleted."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tagstudio.audio.listening import time_allowed_s
from tagstudio.domain.errors import TagStudioError, reason_of
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import Track, TrackFacts, shown_path
from tagstudio.library import roots, tracks
from tagstudio.services import folders as folders_of
from tagstudio.services.folders import Look, Presence, UnusableFolderError, is_inside
from tagstudio.services.reading import reader_pool
from tagstudio.services.studio import Studio
from tagstudio.services.tracks_in_step import Keeper, Tally
from tagstudio.services.walk import Failure, FoundFile

__all__ = ["ScanReport", "require_usable", "rescan", "scan"]

BATCH = 50
BATCH_S = 1.0
# How the reasons begin that say nothing of the file itself: it was away, or nobody was allowed to read it.
NOT_OPENED = ("it is not there any more", "it could not be opened")
AWAY = "it is empty or not connected any more; its tracks were left as they are"

require_usable = folders_of.require_usable


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """How many tracks a scan found in which state."""

    new: int
    changed: int
    moved: int
    missing: int
    unchanged: int
    failed: tuple[Failure, ...]
    seconds: float


def scan(studio: Studio, folders: Sequence[Path], *, workers: int = 2) -> Job[ScanReport]:
    """Add or refresh the tracks below each folder; yields as it goes.

    A track is its audio: when files were renamed, moved, swapped or renumbered, judgements go with the sound. A file
    whose size and time of change are as before is not opened, with two exceptions. What could not be read or opened
    is tried again at every scan; but a file whose reader died or took too long only once it has changed, or when a
    folder inside the root is scanned by itself.

    Every batch is a transaction of its own: stopping half-way keeps what was found. Files that may have changed
    places are put in order at the end, in one transaction.

    Raises
    ------
    TagStudioError
        If not one of the folders can be read and holds audio. Otherwise those that cannot be used are in the report.
    """
    start = time.monotonic()
    studio.library.require_writable()
    usable, refused = folders_of.split(folders)
    try:
        tally = yield from _scan(studio, usable, refused, workers=workers)
    finally:
        studio.note_tracks_changed()
    return ScanReport(
        new=tally.new,
        changed=tally.changed,
        moved=tally.moved,
        missing=tally.missing,
        unchanged=tally.unchanged,
        failed=tuple(tally.failed),
        seconds=round(time.monotonic() - start, 3),
    )


def rescan(studio: Studio, *, workers: int = 2) -> Job[ScanReport]:
    """Look for changes in every folder of the library; see ``scan``."""
    with studio.library.read() as session:
        known = [root.folder for root in roots.all_roots(session)]
    return (yield from scan(studio, known, workers=workers))


@dataclass(slots=True)
class _Found:
    """What is to be done about the files and tracks of all folders."""

    files: dict[bytes, FoundFile] = field(default_factory=dict)
    unread: dict[bytes, str] = field(default_factory=dict)
    to_read: list[bytes] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    known: dict[bytes, int] = field(default_factory=dict)
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)


def _scan(
    studio: Studio, usable: Sequence[bytes], refused: list[tuple[bytes, UnusableFolderError]], *, workers: int
) -> Job[Tally]:
    found = _Found()
    looks = []
    for folder in usable:
        yield Progress(0, 0, f"Looking into {shown_path(folder)}")
        look = folders_of.look_into(folder)
        try:
            looks.append((look, folders_of.root_of(studio, look)))
        except UnusableFolderError as error:
            refused.append((folder, error))
    if not looks:
        raise folders_of.none_usable([error for _, error in refused])
    found.failed += [Failure(shown_path(folder), reason_of(error)) for folder, error in refused]
    for look, _ in looks:
        _compare(studio, look, found)
    keeper = Keeper(studio, found.files, found.unread)
    yield from _read_all(found, keeper, workers=workers)
    _flag(studio, found, keeper)
    keeper.tally.unchanged += found.unchanged
    keeper.tally.failed[:0] = found.failed
    return keeper.tally


def _compare(studio: Studio, look: Look, found: _Found) -> None:
    """Sort the files of a folder by what is known of them."""
    found.files |= look.files
    found.unread |= look.unread
    found.failed += [Failure(shown_path(path), reason) for path, reason in look.unread.items()]
    with studio.library.read() as session:
        root = roots.containing(session, look.folder)
        assert root is not None
        known = _known(session, root, look.folder)
        missing, failed = tracks.missing(session, root.id), tracks.failed(session)
        again = _to_try_again(session, failed, is_explicit=look.folder != root.path)
    for path, file in look.files.items():
        track_id, size, mtime_ns = known.get(path, (0, -1, -1))
        if (size, mtime_ns) != (file.size, file.mtime_ns) or track_id in again:
            found.to_read.append(path)
        elif track_id in missing:
            found.returned.append(track_id)
        elif track_id in failed:
            found.failed.append(Failure(shown_path(path), failed[track_id]))
        else:
            found.unchanged += 1
    found.known |= {path: row[0] for path, row in known.items()}
    found.lost |= {row[0] for path, row in known.items() if path not in look.files}


def _known(session: Any, root: roots.Root, folder: bytes) -> dict[bytes, tuple[int, int, int]]:
    known = {
        os.path.join(root.path, path): row  # noqa: PTH118 -- bytes
        for path, row in tracks.known(session, root.id).items()
    }
    return known if folder == root.path else {path: row for path, row in known.items() if is_inside(path, folder)}


def _to_try_again(session: Any, failed: dict[int, str], *, is_explicit: bool) -> set[int]:
    """Return the tracks whose files are read again although they are as they were; see ``scan``.

    Files that could not be read are not among them: they have no known time of change.
    """
    heard = tracks.hashes(session, failed)
    not_opened = {track_id for track_id, reason in failed.items() if reason.startswith(NOT_OPENED)}
    return not_opened | (failed.keys() - heard.keys() if is_explicit else set())


def _read_all(found: _Found, keeper: Keeper, *, workers: int) -> Job[None]:
    batch: dict[bytes, TrackFacts | TagStudioError] = {}
    written, total = time.monotonic(), len(found.to_read)
    requests = ((path, (path,)) for path in found.to_read)
    with (
        reader_pool(min(workers, max(1, total))) as pool,
        closing(
            pool.unordered("read", requests, timeout_s=lambda path: time_allowed_s(found.files[path].size))
        ) as answers,
    ):
        for done, (path, facts) in enumerate(answers, 1):
            batch[path] = facts
            if len(batch) >= BATCH or time.monotonic() - written > BATCH_S:
                keeper.store(batch)
                batch, written = {}, time.monotonic()
            yield Progress(done, total, shown_path(path))
    keeper.store(batch)
    keeper.settle()


def _flag(studio: Studio, found: _Found, keeper: Keeper) -> None:
    """Flag the tracks whose files are gone and not found elsewhere, and unflag those that are back."""
    suspects = found.lost | {found.known[path] for path in keeper.vanished if path in found.known}
    presence = Presence(found.unread)
    before = _rows(studio, suspects)
    gone = {each.id: each.file for each in before if presence.is_gone(each)}
    away = {each.root for each in before if not presence.is_connected(each.root)}
    with studio.library.write() as session:
        # Another scan may have found them since.
        gone = {each.id: each.file for each in tracks.rows(session, list(gone)) if each.file == gone[each.id]}
        tracks.mark_missing(session, gone)
        tracks.mark_missing(session, found.returned, missing=False)
    keeper.tally.missing += len(gone)
    keeper.tally.changed += len(found.returned)
    keeper.tally.failed += [Failure(shown_path(root), AWAY) for root in sorted(away)]


def _rows(studio: Studio, ids: set[int]) -> list[Track]:
    with studio.library.read() as session:
        return tracks.rows(session, sorted(ids))
