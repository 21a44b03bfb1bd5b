"""After a crash in the middle of writing: the journal tells what became of each file, and what is to be swept."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.jobs import Progress
from tagstudio.filetags.safely import digest, remove_temp, target_of, temp_beside
from tagstudio.library import infos, roots, tracks, write_history, write_journal
from tagstudio.library.owners import held
from tagstudio.library.write_journal import Entry, Run
from tagstudio.services.folders import Presence, is_there
from tagstudio.services.studio import Studio

INTERRUPTED = "writing was interrupted before it came to this file"
GONE = "writing was interrupted, and the file is not there any more"
GONE_WRONG = "writing was interrupted, and the file is neither the old nor the new one: another program has changed it"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found out about an interrupted run; ``text`` says it in a sentence, and is empty when none was."""

    runs: tuple[int, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A file of which nobody knows what became of it.

    ``paths`` are where it was and, if its track has moved, where it is; ``seen_later`` is the digest that the next
    run that came to it found, if any did. It ``is_gone`` once a scan has looked for it everywhere.
    """

    entry: Entry
    paths: tuple[bytes, ...]
    seen_later: str = ""
    is_gone: bool = False


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
            return settle_doubts(studio)
    except BlockingIOError:
        return Recovered()


def recovered_first(studio: Studio) -> Iterator[Progress]:
    """Recover before something is read from the journal; yields what there is to tell, if anything."""
    if (found := recover(studio)).runs:
        yield Progress(0, 0, "", notice=found.text)


def settle_doubts(studio: Studio) -> Recovered:
    """As ``recover``, for who holds the claim already.

    A file whose folder is away stays in doubt, and so does its run: something may still be there to be removed. One
    that was deleted does until a scan has flagged its track as missing.
    """
    # Read under the claim: what another program was writing until it gave the claim back is in the journal by now.
    doubtful, unfinished = _interrupted(studio)
    if not doubtful and not unfinished:
        return Recovered()
    with studio.library.read() as session:
        library_id = infos.text(session, "id")
        folders = tuple(root.path for root in roots.all_roots(session))
    states: dict[int, tuple[str, str]] = {}
    for doubt in _doubts(studio, doubtful):
        _sweep(doubt, library_id, folders)
        found = _state(doubt)
        if found is not None:
            states[doubt.entry.id] = found
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


def _interrupted(studio: Studio) -> tuple[list[Entry], list[Run]]:
    with studio.library.read() as session:
        return write_journal.in_doubt(session), write_journal.runs(session, unfinished_only=True)


def _doubts(studio: Studio, entries: Sequence[Entry]) -> list[_Doubt]:
    ids = [entry.track_id for entry in entries if entry.track_id is not None]
    seen_later: dict[int, str] = {}
    with studio.library.read() as session:
        found = tracks.rows(session, ids)
        presence = Presence((), [root.path for root in roots.all_roots(session)])
        for entry in entries:
            if entry.new_sha256 and entry.track_id is not None:
                later = [each for each in write_journal.of_track(session, entry.track_id) if each.id > entry.id]
                seen_later[entry.id] = next((each.old_sha256 for each in later if each.old_sha256), "")
    now = {track.id: os.fsencode(track.file) for track in found}
    # Before a scan has flagged it, a file may have another name; and drives come and go.
    gone = {track.id for track in found if track.is_missing and presence.is_gone(track)}
    return [
        _Doubt(
            entry,
            tuple(dict.fromkeys((entry.path, now.get(entry.track_id or 0, entry.path)))),
            seen_later.get(entry.id, ""),
            is_gone=entry.track_id in gone and not is_there(entry.path),
        )
        for entry in entries
    ]


def _state(doubt: _Doubt) -> tuple[str, str] | None:
    """Tell old from new by the digest; None while the file cannot be looked at."""
    entry = doubt.entry
    if not entry.new_sha256:
        is_settled = doubt.is_gone or any(map(_is_folder_there, doubt.paths))
        return (write_journal.NOT_DONE, INTERRUPTED) if is_settled else None
    # What a later run found there says most: by now the file holds what that run wrote.
    seen = {doubt.seen_later} & {entry.old_sha256, entry.new_sha256} or _digests(doubt.paths)
    if not seen:
        return (write_journal.REFUSED, GONE) if doubt.is_gone else None
    if entry.new_sha256 in seen:
        return write_journal.DONE, ""
    if entry.old_sha256 in seen:
        return write_journal.NOT_DONE, INTERRUPTED
    return write_journal.REFUSED, GONE_WRONG


def _digests(paths: Iterable[bytes]) -> set[str]:
    found = set()
    for path in paths:
        with suppress(OSError):
            found.add(digest(path))
    return found


def _is_folder_there(path: bytes) -> bool:
    """Whether the folder of a file is there; an empty one is where a drive will be again."""
    try:
        with os.scandir(os.path.dirname(path)) as found:  # noqa: PTH120 -- bytes
            return any(True for _ in found)
    except OSError:
        return False


def _sweep(doubt: _Doubt, library_id: str, folders: tuple[bytes, ...]) -> None:
    mark = temp_mark(library_id, doubt.entry.run, doubt.entry.id)
    for path in doubt.paths:
        remove_temp(temp_beside(path, mark))
        # A link that leads nowhere: nothing was made there.
        with suppress(WriteRefusedError, OSError):
            remove_temp(temp_beside(target_of(path, folders), mark))


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
