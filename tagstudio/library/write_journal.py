"""The journal of written files: on the disk before a file is touched, with all that brings the old one back."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.tracks import shown
from tagstudio.library.schema import WriteEntryRow, WriteRunRow, now
from tagstudio.library.texts import among, clean

WRITE, RESTORE = "write", "restore"
INTENDED, DONE, NOT_DONE, REFUSED, RESTORED = "intended", "done", "not done", "refused", "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One time that files were written or restored; ``made_at`` is UTC, ISO 8601; ``options`` is JSON."""

    id: int
    kind: str
    text: str
    options: str
    made_at: str
    is_finished: bool
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a run; ``path`` is absolute, the fields are JSON, and without digests it was never touched."""

    id: int
    run: int
    track_id: int | None
    path: bytes
    state: str
    reason: str
    old_sha256: str
    new_sha256: str
    old_size: int
    old_mtime_ns: int
    audio_hash: str
    fields_before: str
    fields_after: str
    made_at: str


def begin(
    session: Session, kind: str, text: str, options: str, files: Iterable[tuple[int, bytes]]
) -> tuple[int, list[int]]:
    """Record that these files, given as (track id, path), are about to be touched; return the run and its entries."""
    run = WriteRunRow(kind=kind, text=shown(clean(text)), options=options, made_at=now(), finished_at=None)
    session.add(run)
    session.flush()
    rows = [
        WriteEntryRow(
            run_id=run.id, track_id=track_id, path=path, state=INTENDED, reason="", old_sha256="", new_sha256="",
            old_size=0, old_mtime_ns=0, audio_hash="", patch=None, fields_before="{}", fields_after="{}", made_at=now(),
        )
        for track_id, path in files
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return run.id, [row.id for row in rows]


def intend(
    session: Session, entry_id: int, *, path: bytes, old_sha256: str, new_sha256: str, old_size: int,
    old_mtime_ns: int, audio_hash: str, patch: bytes, fields_before: str, fields_after: str,
) -> None:  # fmt: skip
    """Record what a file is, what it is going to be, and the way back; committed before the file is touched."""
    row = session.get_one(WriteEntryRow, entry_id)
    row.path, row.old_sha256, row.new_sha256 = path, old_sha256, new_sha256
    row.old_size, row.old_mtime_ns, row.audio_hash, row.patch = old_size, old_mtime_ns, audio_hash, patch
    row.fields_before, row.fields_after, row.made_at = fields_before, fields_after, now()
    session.flush()


def settle(session: Session, entry_ids: Iterable[int], state: str, reason: str = "") -> None:
    """Record what became of files; what is known of one already stays."""
    values = {"state": state, "reason": shown(clean(reason))}
    unknown = WriteEntryRow.id.in_(among(entry_ids)), WriteEntryRow.state == INTENDED
    session.execute(update(WriteEntryRow).where(*unknown).values(values))


def finish(session: Session, run_id: int) -> None:
    """Record that a run has ended."""
    session.execute(update(WriteRunRow).where(WriteRunRow.id == run_id).values(finished_at=now()))


def runs(session: Session, *, unfinished_only: bool = False) -> list[Run]:
    """Return all runs, newest first."""
    query = select(WriteRunRow).order_by(WriteRunRow.id.desc())
    if unfinished_only:
        query = query.where(WriteRunRow.finished_at.is_(None))
    found = list(session.scalars(query))
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    states = (
        select(WriteEntryRow.run_id, WriteEntryRow.state, func.count())
        .where(WriteEntryRow.run_id.in_(among(row.id for row in found)))
        .group_by(WriteEntryRow.run_id, WriteEntryRow.state)
    )
    for run_id, state, count in session.execute(states) if found else ():
        counts[run_id][state] = count
    return [
        Run(
            id=row.id, kind=row.kind, text=row.text, options=row.options, made_at=row.made_at,
            is_finished=row.finished_at is not None, counts=dict(counts[row.id]),
        )
        for row in found
    ]  # fmt: skip


def run(session: Session, run_id: int) -> Run:
    """Return a run.

    Raises
    ------
    NothingFoundError
        If there is none of that number.
    """
    for found in runs(session):
        if found.id == run_id:
            return found
    raise NothingFoundError(
        f"There is no run number {run_id} of written files.", "“tagstudio restore --list” shows all of them."
    )


def in_doubt(session: Session) -> list[Entry]:
    """Return the files of which nobody knows what became of them, oldest first: a crash left them so."""
    return _entries(session, WriteEntryRow.state == INTENDED)


def entries(session: Session, run_id: int) -> list[Entry]:
    """Return the files of a run in the order they were written."""
    return _entries(session, WriteEntryRow.run_id == run_id)


def of_track(session: Session, track_id: int) -> list[Entry]:
    """Return every time a track's file was written or restored, oldest first."""
    return _entries(session, WriteEntryRow.track_id == track_id)


def written(session: Session) -> list[Entry]:
    """Return every file that was touched, oldest first."""
    return _entries(session, WriteEntryRow.new_sha256 != "", WriteEntryRow.state.in_((DONE, RESTORED)))


def of_kind(session: Session, kind: str) -> list[Entry]:
    """Return every file of all runs of a kind, oldest first, whatever became of it."""
    return _entries(session, WriteEntryRow.run_id.in_(select(WriteRunRow.id).where(WriteRunRow.kind == kind)))


def patch(session: Session, entry_id: int) -> bytes:
    """Return what makes the old file out of the new one."""
    return session.get_one(WriteEntryRow, entry_id).patch or b""


def mark(session: Session, states: Mapping[int, str]) -> None:
    """Record that files were taken back, or hold once more what was: the new states by entry."""
    for entry_id, state in states.items():
        touched = WriteEntryRow.id == entry_id, WriteEntryRow.state.in_((DONE, RESTORED))
        session.execute(update(WriteEntryRow).where(*touched).values(state=state))


def _entries(session: Session, *conditions: object) -> list[Entry]:
    names: Sequence[str] = Entry.__slots__
    columns = [getattr(WriteEntryRow, "run_id" if name == "run" else name).label(name) for name in names]
    query = select(*columns).where(*conditions).order_by(WriteEntryRow.id)  # type: ignore[arg-type]
    return [Entry(**row._mapping) for row in session.execute(query)]
