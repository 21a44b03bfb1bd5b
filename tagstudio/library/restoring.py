"""Putting a backup back: beside the library first, then in its place; what was there is kept under another name."""

import contextlib
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from tagstudio.domain.disk_faults import reason as why
from tagstudio.domain.errors import LibraryError
from tagstudio.library import checks, migrations, seals
from tagstudio.library.backups import ROOM_BYTES, keep, keep_folder, utc_now
from tagstudio.library.damage import BESIDE, RESTORED, free_name, set_journal_aside
from tagstudio.library.faults import explained
from tagstudio.library.histories import Line
from tagstudio.library.mirror import Mirror
from tagstudio.library.owners import alone
from tagstudio.library.replaying import Replayed, replay
from tagstudio.library.schema import SCHEMA, InfoRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """What restoring did; ``kept_as`` is what the library's file of before is called now, if there was one."""

    replayed: Replayed = field(default_factory=Replayed)
    kept_as: Path | None = None


@contextmanager
def replacing(file: Path) -> Iterator[None]:
    """Be the only one to have a library, from the look at what was judged in it until another file is in its place.

    Raises
    ------
    LibraryError
        If somebody has the library open, or the disk is full; then everything is as before.
    """
    try:
        with alone(file), explained(file):
            yield
    except BlockingIOError as error:
        raise LibraryError(
            f"“{file.name}” is open, so nothing can be put in its place.", "Close the program that uses it."
        ) from error
    except OSError as error:
        raise LibraryError(
            f"The backup could not be put back: {why(error)}; everything is as before.",
            f"Free some space, or allow writing in “{file.parent}”.",
        ) from error


def put_back(
    file: Path, whole: Path | None, lines: Sequence[Line] = (), *, clock: Callable[[], datetime] = utc_now
) -> Restored:
    """Make the library what a whole copy says, with the mirror's lines judged on top; call it inside ``replacing``.

    Parameters
    ----------
    file : Path
        The library; it may be damaged or gone.
    whole : Path or None
        A verified copy; it is only read. None takes the library as it is, for when it only lacks the lines.
    lines : sequence of dict
        What ``Mirror.since`` returned for it.

    Raises
    ------
    LibraryError
        If the copy is not whole, or there is no room for it.
    """
    with _part(file, whole) as part:
        replayed = _completed(Mirror(file), part, lines)
        return Restored(replayed, _swap(file, part, clock()))


@contextmanager
def _part(file: Path, whole: Path | None) -> Iterator[Path]:
    needed = 2 * (whole or file).stat().st_size + ROOM_BYTES
    if shutil.disk_usage(file.parent).free < needed:
        raise LibraryError(
            f"There is no room to put the backup back in “{file.parent}”.", f"Free {needed / 2**20:,.0f} MB there."
        )
    part = file.with_name(f".{file.name[:100]}-{RESTORED}")
    _drop(part)
    try:
        if whole is None:
            with checks.looked_at(file) as source, closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
        else:
            shutil.copyfile(whole, part)
        if file.exists():
            shutil.copymode(file, part)
        yield part
    finally:
        _drop(part)


def _completed(mirror: Mirror, part: Path, lines: Sequence[Line]) -> Replayed:
    """Bring a copy to this program's schema, judge on top, and check all of it; let the mirror go on from there."""
    connection = sqlite3.connect(part, isolation_level=None, check_same_thread=False)
    with closing(connection):
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        library = checks.identity(connection)
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        event.listen(engine, "begin", lambda each: each.exec_driver_sql("BEGIN"))
        with engine.connect() as each:
            if connection.execute("PRAGMA user_version").fetchone()[0] < SCHEMA:
                migrations.upgrade(each, SCHEMA)
        _require_whole(connection)
        end, batch = checks.end(connection), checks.newest_batch(connection)
        with Session(engine) as session:
            seals.watch(session)
            if not library:
                _keep_identity(session, mirror, end)
            replayed = replay(session, lines)
            seals.renew(session)
            session.commit()
        _require_whole(connection)
        if not lines and not mirror.is_of(connection):
            # Somebody goes back on purpose: what the mirror has beyond is given up.
            with contextlib.suppress(OSError):
                mirror.accept(end, batch, checks.identity(connection))
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
    keep(part)
    return replayed


def _keep_identity(session: Session, mirror: Mirror, end: tuple[int, str]) -> None:
    """Give a copy of an early version, which had no id, the one that its library got since."""
    library = mirror.library_with(end)
    if library:
        session.get_one(InfoRow, "id").value = library


def _require_whole(connection: sqlite3.Connection) -> None:
    wrong = next(checks.full(connection), None)
    if wrong is not None:
        raise LibraryError(f"This cannot be put back. {wrong.what}", "Choose an older backup.")


def _swap(file: Path, part: Path, now: datetime) -> Path | None:
    kept_as = free_name(file, now)
    if is_there := file.exists():
        # Two names for one file, so that at no moment there is none under its own.
        try:
            os.link(file, kept_as)
        except OSError:
            shutil.copy2(file, kept_as)
            keep(kept_as)
    set_journal_aside(file, kept_as)
    part.replace(file)
    keep_folder(file.parent)
    log.warning("put a backup in the place of %s, which is kept as %s", file, kept_as if is_there else None)
    return kept_as if is_there else None


def _drop(part: Path) -> None:
    for suffix in ("", *BESIDE):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
