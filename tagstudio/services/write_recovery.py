"""After a crash in the middle of writing: the journal tells what became of each file, and what is to be swept."""

from dataclasses import dataclass
from pathlib import Path

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.filetags.safely import digest, remove_temp, target_of, temp_beside
from tagstudio.library import infos, roots, write_history, write_journal
from tagstudio.library.owners import held
from tagstudio.library.write_journal import Entry, Run
from tagstudio.services.studio import Studio

INTERRUPTED = "writing was interrupted before it came to this file"
GONE_WRONG = "writing was interrupted, and the file is neither the old nor the new one: another program has changed it"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found out about an interrupted run; ``text`` says it in a sentence, and is empty when none was."""

    runs: tuple[int, ...] = ()
    text: str = ""


def claim_file(studio: Studio) -> Path:
    """Return what the one program holds that writes into the files of a library."""
    return studio.file.with_name(studio.file.name + "-writing")


def temp_mark(library_id: str, run: int, entry: int) -> str:
    """Return what names the unfinished version of a file, so that it can be found after a crash."""
    return f"{library_id[:8]}-{run}-{entry}"


def recover(studio: Studio) -> Recovered:
    """Find out what became of files whose writing was cut short, and remove unfinished versions.

    Nothing is done while another program is writing into the files of this library.
    """
    if not any(_interrupted(studio)):
        return Recovered()
    try:
        with held(claim_file(studio)):
            return _recovered(studio)
    except BlockingIOError:
        return Recovered()


def _interrupted(studio: Studio) -> tuple[list[Entry], list[Run]]:
    with studio.library.read() as session:
        return write_journal.in_doubt(session), write_journal.runs(session, unfinished_only=True)


def _recovered(studio: Studio) -> Recovered:
    # Only now: what another program was writing until it gave the claim back is in the journal by now.
    doubtful, unfinished = _interrupted(studio)
    if not doubtful and not unfinished:
        return Recovered()
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
        for entry_id, (state, reason) in states.items():
            write_journal.settle(session, [entry_id], state, reason)
        history = write_history.read(session)
        for entry_id in (each for each, (state, _) in states.items() if state == write_journal.DONE):
            write_journal.mark(session, history.after(entry_id))
        concerned = sorted({*(each.id for each in unfinished), *(entry.run for entry in doubtful)} - away)
        for run in concerned:
            write_journal.finish(session, run)
        counts = {each.id: each.counts for each in write_journal.runs(session) if each.id in concerned}
    return Recovered(tuple(concerned), _sentence(counts, len(doubtful) - len(states)))


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
    except (WriteRefusedError, OSError):  # a link that leads nowhere: nothing was made there
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
