"""Find the audio files of a folder and keep the library's tracks in step with them; nothing is ever deleted."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tagstudio.audio.listening import time_allowed_s
from tagstudio.domain.errors import DecodeError, TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import Track, TrackFacts, shown_path
from tagstudio.library import roots, tracks
from tagstudio.services.reading import reader_pool
from tagstudio.services.studio import Studio
from tagstudio.services.walk import Failure, FoundFile, audio_files

BATCH = 50
BATCH_S = 1.0


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


@dataclass(slots=True)
class _Tally:
    new: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)


def scan(studio: Studio, folders: Sequence[Path], *, workers: int = 2) -> Job[ScanReport]:
    """Add or refresh the tracks below each folder; yields as it goes.

    A file whose size and time of change are as before is not opened. A file whose audio was known under a path that
    is gone is the same track, moved. Every batch is a transaction of its own: stopping half-way keeps what was found.

    Raises
    ------
    TagStudioError
        If a folder is missing, unreadable, or holds no audio.
    """
    start, tally = time.monotonic(), _Tally()
    checked = [_usable(folder) for folder in folders]
    for folder in checked:
        yield from _scan_folder(studio, folder, tally, workers=workers)
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


def _usable(folder: Path) -> bytes:
    try:
        resolved = folder.expanduser().resolve(strict=True)
        os.scandir(resolved).close()
    except FileNotFoundError as error:
        raise TagStudioError(
            f"The folder “{folder}” does not exist.", "Check the spelling, or connect its drive."
        ) from error
    except NotADirectoryError as error:
        raise TagStudioError(f"“{folder}” is a file, not a folder.", "Name the folder that holds it.") from error
    except OSError as error:
        raise TagStudioError(
            f"The folder “{folder}” cannot be read: {error.strerror}.", "Check its permissions."
        ) from error
    return os.fsencode(resolved)


def _scan_folder(studio: Studio, folder: bytes, tally: _Tally, *, workers: int) -> Job[None]:
    yield Progress(0, 0, f"Looking into {shown_path(folder)}")
    found = list(audio_files(folder, tally.failed))
    root = _root_of(studio, folder, has_files=bool(found))
    prefix = roots.relative(root, folder) + b"/" if folder != root.path else b""
    here = {prefix + each.relative: each for each in found}
    with studio.library.read() as session:
        known = {path: row for path, row in tracks.known(session, root.id).items() if path.startswith(prefix)}
        missing, failed = tracks.missing(session, root.id), tracks.failed(session)
    to_read, returned = {}, []
    for path, file in here.items():
        track_id, size, mtime_ns = known.get(path, (0, -1, -1))
        if (size, mtime_ns) != (file.size, file.mtime_ns):
            to_read[path] = file
        elif track_id in missing:
            returned.append(track_id)
        elif track_id in failed:
            tally.failed.append(Failure(shown_path(file.path), failed[track_id]))
        else:
            tally.unchanged += 1
    yield from _read_all(
        studio, _Reading(root, to_read, {path: row[0] for path, row in known.items()}, tally), workers=workers
    )
    _flag(studio, root, {row[0] for path, row in known.items() if path not in here}, returned, missing, tally)


def _flag(
    studio: Studio, root: roots.Root, gone: set[int], returned: list[int], missing: set[int], tally: _Tally
) -> None:
    """Flag the tracks whose files are gone and not found elsewhere, and unflag those that are back."""
    with studio.library.write() as session:
        still_gone = {track_id for track_id in gone if not _exists(tracks.rows(session, [track_id])[0])}
        tracks.mark_missing(session, still_gone - missing)
        tracks.mark_missing(session, returned, missing=False)
    tally.missing += len(still_gone)
    tally.changed += len(returned)


def _root_of(studio: Studio, folder: bytes, *, has_files: bool) -> roots.Root:
    with studio.library.read() as session:
        above = roots.containing(session, folder)
        inside = next(
            (root for root in roots.all_roots(session) if root.path.startswith(folder.rstrip(b"/") + b"/")), None
        )
    if above is not None:
        return above
    if inside is not None:
        raise TagStudioError(
            f"“{shown_path(folder)}” contains “{inside.display}”, which is in the library already.",
            "Add its other folders one by one.",
        )
    if not has_files:
        raise TagStudioError(
            f"No audio files were found in “{shown_path(folder)}”.",
            "Choose a folder with mp3, flac, ogg, m4a or wav files.",
        )
    with studio.library.write() as session:
        return roots.add(session, folder)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Files to read, by their path below the root; ``known`` holds the ids of all tracks below the folder by path."""

    root: roots.Root
    files: dict[bytes, FoundFile]
    known: dict[bytes, int]
    tally: _Tally


def _read_all(studio: Studio, reading: _Reading, *, workers: int) -> Job[None]:
    batch: dict[bytes, TrackFacts | TagStudioError] = {}
    written, total = time.monotonic(), len(reading.files)
    requests = ((path, (file.path,)) for path, file in reading.files.items())
    with (
        reader_pool(min(workers, max(1, total))) as pool,
        closing(
            pool.unordered("read", requests, timeout_s=lambda path: time_allowed_s(reading.files[path].size))
        ) as answers,
    ):
        for done, (path, facts) in enumerate(answers, 1):
            batch[path] = facts
            if len(batch) >= BATCH or time.monotonic() - written > BATCH_S:
                _store(studio, reading, batch)
                batch, written = {}, time.monotonic()
            yield Progress(done, total, shown_path(path))
    _store(studio, reading, batch)


def _store(studio: Studio, reading: _Reading, batch: dict[bytes, TrackFacts | TagStudioError]) -> None:
    if not batch:
        return
    with studio.library.write() as session:
        for path, facts in batch.items():
            if isinstance(facts, TagStudioError):
                _store_failure(session, reading, path, facts)
            else:
                _store_facts(session, reading, path, facts)


def _store_failure(session: Any, reading: _Reading, path: bytes, error: TagStudioError) -> None:
    file = reading.files[path]
    reason = error.reason if isinstance(error, DecodeError) else error.what.rstrip(".")
    reading.tally.failed.append(Failure(shown_path(file.path), reason))
    if (track_id := reading.known.get(path)) is not None:
        tracks.update(session, track_id, size=file.size, mtime_ns=file.mtime_ns, last_error=reason)
    else:
        tracks.add(
            session, root_id=reading.root.id, path=path, size=file.size, mtime_ns=file.mtime_ns, last_error=reason
        )


def _store_facts(session: Any, reading: _Reading, path: bytes, facts: TrackFacts) -> None:
    file = reading.files[path]
    size, mtime_ns = file.size, file.mtime_ns
    if (track_id := reading.known.get(path)) is not None:
        tracks.update(session, track_id, size=size, mtime_ns=mtime_ns, facts=facts)
        reading.tally.changed += 1
    elif (
        moved := next((each for each in tracks.by_hash(session, facts.audio_hash) if not _exists(each)), None)
    ) is not None:
        tracks.update(session, moved.id, size=size, mtime_ns=mtime_ns, facts=facts, root_id=reading.root.id, path=path)
        reading.tally.moved += 1
    else:
        tracks.add(session, root_id=reading.root.id, path=path, size=size, mtime_ns=mtime_ns, facts=facts)
        reading.tally.new += 1


def _exists(track: Track) -> bool:
    return os.path.lexists(os.fsencode(track.file))
