"""Write accepted tags into files: what a preview showed, file by file, each in one step that can be taken back."""

from dataclasses import replace

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Job
from tagstudio.library import write_journal
from tagstudio.services.file_writer import FileRequest, Prepared
from tagstudio.services.restore_files import continue_restore
from tagstudio.services.studio import Studio
from tagstudio.services.write_plan import (
    FieldChange,
    FilePlan,
    Plan,
    WriteOptions,
    options_of,
    plan,
    plan_tracks,
)
from tagstudio.services.write_recovery import recovered_first
from tagstudio.services.write_run import RunReport, Step, Written, carried_out
from tagstudio.workers import Worker

__all__ = [
    "FieldChange", "FilePlan", "Plan", "RunReport", "WriteOptions", "Written", "continue_run", "plan", "plan_tracks",
    "require_allowed", "write",
]  # fmt: skip


def require_allowed(studio: Studio) -> None:
    """Raise unless the curator has switched writing on: until then files are only read.

    Raises
    ------
    TagStudioError
        If not.
    """
    if not studio.settings.may_write_tags:
        raise TagStudioError(
            "Writing tags into files is switched off.",
            "Switch it on in Collection → Write tags into files, or give the command --yes.",
        )


def write(studio: Studio, wanted: Plan, *, is_allowed: bool = False, text: str = "") -> Job[RunReport]:
    """Write what a preview showed; files that have changed since are refused and left as they are.

    Parameters
    ----------
    is_allowed : bool
        The person has agreed to this one time; otherwise the setting decides.
    text : str
        What the history says of this run.

    Raises
    ------
    TagStudioError
        If writing is switched off, another program is writing, or the library cannot be written.
    """
    if not is_allowed:
        require_allowed(studio)
    steps = [
        Step(_with_time(each.request, wanted.options), each.track_id, _prepared)
        for each in wanted.to_write
        if each.request is not None
    ]
    count = "1 file" if len(steps) == 1 else f"{len(steps):,} files"
    return (yield from carried_out(studio, "write", text or f"Tags written: {count}", wanted.options.text, steps))


def continue_run(studio: Studio, run: int, *, is_allowed: bool = False) -> Job[RunReport]:
    """Do what an interrupted run did not come to: write files, with the same options, or restore them.

    Raises
    ------
    NothingFoundError
        If there is no such run, or nothing is left of what one was to restore.
    TagStudioError
        If files are to be written and writing is switched off, or as ``write`` and ``restore_run``.
    """
    yield from recovered_first(studio)
    with studio.library.read() as session:
        before = write_journal.run(session, run)
    if before.kind != write_journal.WRITE:
        return (yield from continue_restore(studio, run))
    with studio.library.read() as session:
        left = [each.track_id for each in write_journal.entries(session, run) if each.state == write_journal.NOT_DONE]
    ids = [track_id for track_id in left if track_id is not None]
    wanted = yield from plan_tracks(studio, ids, options_of(before.options))
    return (yield from write(studio, wanted, is_allowed=is_allowed, text=f"{before.text} (continued)"))


def _prepared(worker: Worker, request: FileRequest, temp: bytes, timeout_s: float) -> Prepared | None:
    found: Prepared | None = worker.call("prepare", request, temp, timeout_s=timeout_s)
    return found


def _with_time(request: FileRequest, options: WriteOptions) -> FileRequest:
    return replace(request, mtime_ns=request.known_mtime_ns) if options.keeps_mtime else request
