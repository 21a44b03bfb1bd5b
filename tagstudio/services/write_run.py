"""The steps that writing and restoring share: the journal first, then the file, then what the library knows of it."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tagstudio.audio.listening import time_allowed_s
from tagstudio.domain.errors import TagStudioError, reason_of
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import shown_path
from tagstudio.filetags.safely import remove_temp, swap, target_of, temp_beside
from tagstudio.library import infos, tracks, write_journal
from tagstudio.library.faults import explained
from tagstudio.library.owners import held
from tagstudio.services import backups
from tagstudio.services.file_writer import WRITER_LIMITS, FileRequest, FileWriter, Prepared, shown_fields
from tagstudio.services.studio import Studio
from tagstudio.services.write_recovery import claim_file, settle_doubts, temp_mark
from tagstudio.workers import Worker

NOTHING = "nothing was to change"
CANCELLED = "writing was stopped before it came to this file"
# A worker copies a file, and reads it four times.
PATIENCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one file: ``done``, ``not done`` (nothing was to change), ``refused``; with the reason."""

    track_id: int
    path: str
    display: str
    state: str
    reason: str = ""
    advice: str = ""
    before: dict[str, list[str]]
    after: dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did; ``run`` is its number in the journal, 0 where there was nothing to do."""

    run: int
    files: tuple[Written, ...]

    def count(self, state: str) -> int:
        """Return how many files ended in a state."""
        return sum(each.state == state for each in self.files)


@dataclass(frozen=True, slots=True)
class Step:
    """One file of a run, and how its new version is made in the worker: given the request and the hidden name."""

    request: FileRequest
    track_id: int
    prepare: Callable[[Worker, FileRequest, bytes, float], Prepared | None]
    # Given the run and its entry when all went well: the new states of earlier entries.
    done: Callable[[int, int], Mapping[int, str]] = lambda run, entry: {}
    # What the journal says of the fields, where nobody reads them from the file.
    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)


@contextmanager
def writing_claim(studio: Studio) -> Iterator[None]:
    """Hold what only one program at a time may do: writing into the files of a library.

    Raises
    ------
    TagStudioError
        If somebody else does so just now.
    """
    try:
        with held(claim_file(studio)):
            yield
    except BlockingIOError as error:
        raise TagStudioError(
            "Tags of this library are being written just now, in another window or by a command.",
            "Wait until that has ended.",
        ) from error


def carried_out(studio: Studio, kind: str, text: str, options: str, steps: Sequence[Step]) -> Job[RunReport]:
    """Carry out the steps of a run, one file after the other; closing the job leaves the rest as it is.

    Raises
    ------
    TagStudioError
        If the library cannot be written; the files that were not reached are as they were.
    """
    if not steps:
        return RunReport(run=0, files=())
    with writing_claim(studio):
        with explained(studio.file):
            warning = backups.before(studio, kind).warning
        # What a crash left in doubt could not be told any more once a file is written again.
        if (found := settle_doubts(studio)).runs:
            warning = f"{found.text} {warning}".rstrip()
        files = [(step.track_id, step.request.path) for step in steps]
        with studio.library.write() as session:
            run, entries = write_journal.begin(session, kind, text, options, files)
            library_id = infos.text(session, "id")
        left = dict(zip(entries, steps, strict=True))
        written: list[Written] = []
        try:
            with Worker(FileWriter, limits=WRITER_LIMITS) as worker:
                for entry, step in list(left.items()):
                    yield Progress(len(written), len(steps), shown_path(step.request.path), notice=warning)
                    warning = ""
                    # From here on only the journal knows what became of the file, until it says so.
                    del left[entry]
                    written.append(_one(studio, worker, run, entry, step, temp_mark(library_id, run, entry)))
        except GeneratorExit:
            _end(studio, run, left)
            raise
        _end(studio, run, left)
    return RunReport(run=run, files=tuple(written))


def _end(studio: Studio, run: int, left: dict[int, Step]) -> None:
    with studio.library.write() as session:
        write_journal.settle(session, left, write_journal.NOT_DONE, CANCELLED)
        write_journal.finish(session, run)


def _one(studio: Studio, worker: Worker, run: int, entry: int, step: Step, mark: str) -> Written:
    """Write one file; what goes wrong before it is touched becomes the reason why it was left as it is."""
    try:
        prepared, status = _replaced(studio, worker, entry, step, mark)
    except TagStudioError as error:
        _settle(studio, entry, write_journal.REFUSED, reason_of(error))
        return _written(step, "refused", None, reason_of(error), error.advice)
    if prepared is None or status is None:
        _settle(studio, entry, write_journal.NOT_DONE, NOTHING)
        return _written(step, "not done", None, NOTHING, "")
    with studio.library.write() as session:
        write_journal.settle(session, [entry], write_journal.DONE)
        if prepared.target == step.request.path:
            tracks.update(
                session, step.track_id, size=status.st_size, mtime_ns=status.st_mtime_ns, facts=prepared.facts
            )
        write_journal.mark(session, step.done(run, entry))
    return _written(step, "done", prepared, "", "")


def _replaced(
    studio: Studio, worker: Worker, entry: int, step: Step, mark: str
) -> tuple[Prepared | None, os.stat_result | None]:
    """Make the new version, put the way back on the disk, and let the new version take the old one's place."""
    # A link's target is written, and its new version is made beside it.
    temp = temp_beside(target_of(step.request.path, step.request.roots), mark)
    try:
        prepared = step.prepare(worker, step.request, temp, PATIENCE * time_allowed_s(step.request.size))
        if prepared is None:
            return None, None
        with studio.library.write() as session:
            write_journal.intend(
                session,
                entry,
                path=prepared.target,
                old_sha256=prepared.old_sha256,
                new_sha256=prepared.new_sha256,
                old_size=prepared.identity.size,
                old_mtime_ns=prepared.identity.mtime_ns,
                audio_hash=prepared.facts.audio_hash,
                patch=prepared.patch,
                fields_before=json.dumps(step.before or shown_fields(prepared.fields, after=False)),
                fields_after=json.dumps(step.after or shown_fields(prepared.fields, after=True)),
            )
        return prepared, swap(temp, prepared.target, prepared.identity)
    finally:
        remove_temp(temp)


def _settle(studio: Studio, entry: int, state: str, reason: str) -> None:
    with studio.library.write() as session:
        write_journal.settle(session, [entry], state, reason)


def _written(step: Step, state: str, prepared: Prepared | None, reason: str, advice: str) -> Written:
    fields = prepared.fields if prepared else ()
    return Written(
        track_id=step.track_id,
        path=os.fsdecode(step.request.path),
        display=shown_path(step.request.path),
        state=state,
        reason=reason,
        advice=advice,
        before=step.before or shown_fields(fields, after=False),
        after=step.after or shown_fields(fields, after=True),
    )
