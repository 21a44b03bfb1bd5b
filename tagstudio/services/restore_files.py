"""Bring files back to what they were before tags were written into them, byte for byte; and clean up after a crash."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.jobs import Job
from tagstudio.domain.tracks import shown_path
from tagstudio.filetags.safely import digest, remove_temp, target_of, temp_beside
from tagstudio.library import infos, roots, tracks, write_journal
from tagstudio.library.owners import held
from tagstudio.library.write_journal import Entry, Run
from tagstudio.services.file_writer import FileRequest, Prepared
from tagstudio.services.studio import Studio
from tagstudio.services.write_run import RunReport, Step, carried_out, claim_file, temp_mark
from tagstudio.workers import Worker

__all__ = ["Entry", "Run", "RunReport", "files_of", "recover", "restore_all", "restore_run", "restore_track", "runs"]

WRITE = "write"
INTERRUPTED = "writing was interrupted before it came to this file"
GONE_WRONG = "writing was interrupted, and the file is neither the old nor the new one: another program has changed it"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found out about an interrupted run; ``text`` says it in a sentence, and is empty when none was."""

    runs: tuple[int, ...] = ()
    text: str = ""


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
    return (yield from _back(studio, entries, f"Taken back: {found.text}"))


def restore_track(studio: Studio, track_id: int) -> Job[RunReport]:
    """Take back the last write into the file of one track.

    Raises
    ------
    NothingFoundError
        If there is none.
    """
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
    with studio.library.read() as session:
        written = {each.id for each in write_journal.runs(session) if each.kind == WRITE}
        able = [
            each for each in write_journal.written(session) if each.state == write_journal.DONE and each.run in written
        ]
    if not able:
        raise NothingFoundError("No files were written that could be restored.", "")
    return (yield from _back(studio, able[::-1], "Everything taken back", is_chain=True))


def recover(studio: Studio) -> Recovered:
    """Find out what became of files whose writing was cut short, and remove unfinished versions.

    Nothing is done while another program is writing into the files of this library.
    """
    with studio.library.read() as session:
        doubtful = write_journal.in_doubt(session)
        unfinished = {each.id: each for each in write_journal.runs(session, unfinished_only=True)}
    if not doubtful and not unfinished:
        return Recovered()
    try:
        with held(claim_file(studio)):
            return _recovered(studio, doubtful, unfinished)
    except BlockingIOError:
        return Recovered()


def _recovered(studio: Studio, doubtful: Sequence[Entry], unfinished: dict[int, Run]) -> Recovered:
    with studio.library.read() as session:
        library_id = infos.text(session, "id")
        folders = tuple(root.path for root in roots.all_roots(session))
    states: dict[int, tuple[str, str]] = {}
    for entry in doubtful:
        _sweep(entry, library_id, folders)
        found = _state(entry)
        if found is not None:
            states[entry.id] = found
    away = {entry.run for entry in doubtful if entry.id not in states}
    with studio.library.write() as session:
        for entry in doubtful:
            if entry.id in states:
                write_journal.settle(session, [entry.id], *states[entry.id])
            if states.get(entry.id, ("",))[0] == write_journal.DONE and _is_back(session, entry):
                write_journal.mark(session, entry.track_id, new_sha256=entry.old_sha256, state=write_journal.RESTORED)
                write_journal.mark(session, entry.track_id, new_sha256=entry.new_sha256, state=write_journal.DONE)
        concerned = sorted({*unfinished, *(entry.run for entry in doubtful)} - away)
        for run in concerned:
            write_journal.finish(session, run)
        counts = {each.id: each.counts for each in write_journal.runs(session) if each.id in concerned}
    return Recovered(tuple(concerned), _sentence(counts, len(doubtful) - len(states)))


def _is_back(session: object, entry: Entry) -> bool:
    return write_journal.run(session, entry.run).kind != WRITE  # type: ignore[arg-type]


def _state(entry: Entry) -> tuple[str, str] | None:
    """Tell old from new by the digest; None while the file cannot be looked at."""
    if not entry.new_sha256:
        return write_journal.NOT_DONE, INTERRUPTED
    try:
        found = digest(entry.path)
    except OSError:
        return None
    if found == entry.new_sha256:
        return write_journal.DONE, ""
    if found == entry.old_sha256:
        return write_journal.NOT_DONE, INTERRUPTED
    return write_journal.REFUSED, GONE_WRONG


def _sweep(entry: Entry, library_id: str, folders: tuple[bytes, ...]) -> None:
    mark = temp_mark(library_id, entry.run, entry.id)
    remove_temp(temp_beside(entry.path, mark))
    try:
        remove_temp(temp_beside(target_of(entry.path, folders), mark))
    except Exception:  # noqa: BLE001 -- a link that leads nowhere: then nothing was made there
        return


def _sentence(counts: dict[int, dict[str, int]], away: int) -> str:
    done = sum(each.get(write_journal.DONE, 0) for each in counts.values())
    left = sum(each.get(write_journal.NOT_DONE, 0) for each in counts.values())
    odd = sum(each.get(write_journal.REFUSED, 0) for each in counts.values())
    parts = [f"{done:,} done", f"{left:,} as they were"]
    parts += [f"{odd:,} refused"] if odd else []
    parts += [f"{away:,} not to be seen now"] if away else []
    numbers = ", ".join(str(run) for run in counts)
    return (
        f"Writing tags into files was interrupted; no file is harmed: {', '.join(parts)}"
        f"{f' (run {numbers})' if numbers else ''}."
    )


def _is_able(run: Run) -> bool:
    return run.counts.get(write_journal.DONE, 0) > 0


def _back(studio: Studio, entries: Sequence[Entry], text: str, *, is_chain: bool = False) -> Job[RunReport]:
    with studio.library.read() as session:
        folders = tuple(root.path for root in roots.all_roots(session))
        ids = [entry.track_id for entry in entries if entry.track_id is not None]
        paths = {track.id: os.fsencode(track.file) for track in tracks.rows(session, ids)}
        later = {} if is_chain else _later(write_journal.written(session), entries)
    steps = [_step(studio, entry, paths, folders, later.get(entry.id)) for entry in entries]
    return (yield from carried_out(studio, "restore", text, "", steps))


def _later(written: Sequence[Entry], entries: Sequence[Entry]) -> dict[int, int]:
    """Return the run that wrote a file again after an entry, by entry."""
    last = {each.track_id: each for each in written if each.state == write_journal.DONE}
    return {
        entry.id: last[entry.track_id].run
        for entry in entries
        if entry.track_id in last and last[entry.track_id].id != entry.id
    }


def _step(studio: Studio, entry: Entry, paths: dict[int, bytes], folders: tuple[bytes, ...], later: int | None) -> Step:
    request = FileRequest(
        path=paths.get(entry.track_id or 0, entry.path),
        roots=folders,
        size=entry.old_size,
        known_mtime_ns=0,
        audio_hash=entry.audio_hash,
        mtime_ns=entry.old_mtime_ns,
    )

    def prepare(worker: Worker, request: FileRequest, temp: bytes, timeout_s: float) -> Prepared | None:
        with studio.library.read() as session:
            patch = write_journal.patch(session, entry.id)
        digests = entry.old_sha256, entry.new_sha256
        found: Prepared = worker.call("prepare_back", request, temp, patch, *digests, timeout_s=timeout_s)
        return found

    refusal = f"it was written again later, in run {later}" if later else ""
    advice = "Take that run back first, or everything." if later else ""
    return Step(request, entry.track_id or 0, prepare, refusal, advice, is_back=True)
