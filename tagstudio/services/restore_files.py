"""Bring files back to what they were before tags were written into them, byte for byte."""

import json
import os
from collections.abc import Sequence

from tagstudio.domain.errors import NothingFoundError, WriteRefusedError
from tagstudio.domain.jobs import Job
from tagstudio.domain.tracks import shown_path
from tagstudio.library import roots, tags, tracks, write_history, write_journal
from tagstudio.library.write_history import WriteHistory
from tagstudio.library.write_journal import WRITE, Entry, Run
from tagstudio.services.file_writer import FileRequest, Prepared
from tagstudio.services.studio import Studio
from tagstudio.services.write_recovery import recovered_first
from tagstudio.services.write_run import RunReport, Step, carried_out
from tagstudio.workers import Worker

__all__ = [
    "Entry", "Run", "RunReport", "continue_restore", "files_of", "restore_all", "restore_run", "restore_track", "runs",
]  # fmt: skip


def runs(studio: Studio) -> list[Run]:
    """Return every time that files were written or restored, newest first."""
    with studio.library.read() as session:
        return write_journal.runs(session)


def files_of(studio: Studio, run: int) -> list[Entry]:
    """Return the files of a run.

    Raises
    ------
    NothingFoundError
        If there is no such run.
    """
    with studio.library.read() as session:
        write_journal.run(session, run)
        return write_journal.entries(session, run)


def restore_run(studio: Studio, run: int | None = None) -> Job[RunReport]:
    """Take back a run, by default the newest that can be; a run that restored files can be taken back, too.

    Raises
    ------
    NothingFoundError
        If there is no such run, or nothing of it is left to take back.
    """
    yield from recovered_first(studio)
    with studio.library.read() as session:
        if run is None:
            able = (each.id for each in write_journal.runs(session) if each.kind == WRITE and _is_able(each))
            run = next(able, None)
            if run is None:
                raise NothingFoundError("No files were written that could be restored.", "")
        found = write_journal.run(session, run)
        entries = [each for each in write_journal.entries(session, run) if each.state == write_journal.DONE]
    if not entries:
        raise NothingFoundError(
            f"Nothing of run {run} is left to take back.", "“tagstudio restore --list” shows all runs."
        )
    text = f"{'Taken back' if found.kind == WRITE else 'Written again'}: {found.text}"
    # One run may have touched a file more than once.
    return (yield from _back(studio, entries[::-1], text))


def restore_track(studio: Studio, track_id: int) -> Job[RunReport]:
    """Take back the last write into the file of one track.

    Raises
    ------
    NothingFoundError
        If there is none.
    """
    yield from recovered_first(studio)
    with studio.library.read() as session:
        written = {each.id for each in write_journal.runs(session) if each.kind == WRITE}
        found = write_journal.of_track(session, track_id)
    able = [each for each in found if each.state == write_journal.DONE and each.run in written]
    if not able:
        raise NothingFoundError(
            "TagStudio has written nothing into this file that could be taken back.",
            "“tagstudio restore --list” shows what was written.",
        )
    return (yield from _back(studio, able[-1:], f"Taken back: {shown_path(os.path.basename(able[-1].path))}"))  # noqa: PTH119 -- bytes


def restore_all(studio: Studio) -> Job[RunReport]:
    """Take back everything that was ever written, the newest first."""
    yield from recovered_first(studio)
    with studio.library.read() as session:
        written = {each.id for each in write_journal.runs(session) if each.kind == WRITE}
        able = [
            each for each in write_journal.written(session) if each.state == write_journal.DONE and each.run in written
        ]
    if not able:
        raise NothingFoundError("No files were written that could be restored.", "")
    return (yield from _back(studio, able[::-1], "Everything taken back"))


def continue_restore(studio: Studio, run: int) -> Job[RunReport]:
    """Take back what an interrupted run of restoring did not come to, and nobody has taken back since.

    Raises
    ------
    NothingFoundError
        If there is no such run, or nothing of it is left.
    """
    yield from recovered_first(studio)
    with studio.library.read() as session:
        found = write_journal.run(session, run)
        aims = write_history.aims(session)
        left = [each.id for each in write_journal.entries(session, run) if each.state == write_journal.NOT_DONE]
        known = {each.id: each for each in write_journal.written(session) if each.state == write_journal.DONE}
    entries = [known[aims[each]] for each in left if aims.get(each) in known]
    if not entries:
        raise NothingFoundError(
            f"Nothing that run {run} was to take back is left.", "“tagstudio restore --list” shows all runs."
        )
    return (yield from _back(studio, entries, f"{found.text} (continued)"))


def _is_able(run: Run) -> bool:
    return run.counts.get(write_journal.DONE, 0) > 0


def _back(studio: Studio, entries: Sequence[Entry], text: str) -> Job[RunReport]:
    with studio.library.read() as session:
        folders = tuple(root.path for root in roots.all_roots(session))
        ids = [entry.track_id for entry in entries if entry.track_id is not None]
        paths = {track.id: os.fsencode(track.file) for track in tracks.rows(session, ids)}
        own = tags.own_fields(session)
        history = write_history.read(session)
    requests = [_request(entry, paths, folders, own) for entry in entries]
    steps = [_step(studio, entry, request, history) for entry, request in zip(entries, requests, strict=True)]
    aims = write_history.aims_text([entry.id for entry in entries])
    return (yield from carried_out(studio, write_journal.RESTORE, text, aims, steps))


def _request(entry: Entry, paths: dict[int, bytes], folders: tuple[bytes, ...], own: tuple[str, ...]) -> FileRequest:
    return FileRequest(
        path=paths.get(entry.track_id or 0, entry.path),
        roots=folders,
        size=entry.old_size,
        known_mtime_ns=0,
        audio_hash=entry.audio_hash,
        mtime_ns=entry.old_mtime_ns,
        own=own,
    )


def _step(studio: Studio, entry: Entry, request: FileRequest, history: WriteHistory) -> Step:
    def prepare(worker: Worker, request: FileRequest, temp: bytes, timeout_s: float) -> Prepared | None:
        _require_nothing_later(history, entry)
        with studio.library.read() as session:
            patch = write_journal.patch(session, entry.id)
        digests = entry.old_sha256, entry.new_sha256
        found: Prepared = worker.call("prepare_back", request, temp, patch, *digests, timeout_s=timeout_s)
        return found

    def done(run: int, restore_id: int) -> dict[int, str]:
        return history.take_back(entry, restore_id=restore_id, run=run)

    return Step(
        request, entry.track_id or 0, prepare, done,
        before=json.loads(entry.fields_after), after=json.loads(entry.fields_before),
    )  # fmt: skip


def _require_nothing_later(history: WriteHistory, entry: Entry) -> None:
    if (later := history.blocker(entry)) is not None:
        what = "written again" if history.is_tagging(later) else "restored"
        raise WriteRefusedError(
            f"it was {what} later, in run {history.run_of(later)}", "Take that run back first, or everything."
        )
