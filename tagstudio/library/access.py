"""How a database file can be opened: for writing, for reading only, or not at all."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tagstudio.domain.errors import LibraryError
from tagstudio.library.disks import is_full

READ_ONLY = "mode=ro"
# Without locks and without a journal, for where none can be made.
FROZEN = "mode=ro&immutable=1"

_FULL = "the disk is full"
_REFUSED = "its disk refuses to be written"


@dataclass(frozen=True, slots=True)
class Access:
    """``mode`` is what SQLite is told; ``why_not`` says as a clause why the file may not be written, else is empty."""

    mode: str
    why_not: str = ""

    @property
    def is_writable(self) -> bool:
        """Whether the file may be written."""
        return not self.why_not

    @property
    def advice(self) -> str:
        """What would make it writable."""
        if self.why_not in (_FULL, _REFUSED):
            return "Free some space, or check the disk, then do it again."
        return "Allow writing to the file and its folder, or copy both to another place, then do it again."


def reading_mode(file: Path, busy_s: float) -> str:
    """Find out by looking how a file can be read; nothing is changed.

    Raises
    ------
    LibraryError
        If it cannot be read without writing: the last changes are still in its journal.
    sqlite3.Error
        If it cannot be read for a reason that has nothing to do with writing.
    """
    try:
        _look(file, READ_ONLY, busy_s)
    except sqlite3.OperationalError as error:
        if _kind(error) not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}:
            raise
        if has_journal(file):
            raise LibraryError(
                f"“{file.name}” was not closed properly, and where it lies it cannot be put in order: "
                f"{obstacle(file) or 'the disk refused'}.",
                "Allow writing to it and its folder, or copy both to another place and open it there.",
            ) from error
        return FROZEN
    return READ_ONLY


def without_writing(reading: str, error: BaseException | None) -> Access | None:
    """Return how to open a file whose disk refused to be written, which a quota does too; None for other failures."""
    if isinstance(error, sqlite3.Error) and _kind(error) in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return Access(reading, _REFUSED)
    return None


def access_to(file: Path, reading: str, writing: str) -> Access:
    """Tell how a file can be opened, given the modes in which it would be read and written."""
    why_not = _not_allowed(file)
    if not why_not and reading == FROZEN and is_full(file):
        why_not = _FULL
    return Access(reading, why_not) if why_not else Access(writing)


def can_share_journal(file: Path, mode: str) -> bool:
    """Tell whether the memory that the safe journal needs can be had; a file that others are writing has it."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?{mode}", uri=True, timeout=0, isolation_level=None)) as tried:
            tried.execute("PRAGMA trusted_schema = OFF")
            # Where a drive refuses that memory, SQLite takes the journal all the same and fails at the first change.
            tried.execute("PRAGMA journal_mode = WAL").fetchall()
            tried.execute("BEGIN IMMEDIATE")
            tried.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return _kind(error) not in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
    return True


def leave_shared_journal(file: Path, mode: str, busy_s: float) -> None:
    """Let a file do without the journal that needs memory shared by all programs; a network drive has none.

    Raises
    ------
    sqlite3.Error
        If another program has the file open.
    """
    with closing(sqlite3.connect(f"{file.as_uri()}?{mode}", uri=True, timeout=busy_s)) as connection:
        # Alone with the file, SQLite keeps that memory to itself.
        for pragma in ("trusted_schema = OFF", "locking_mode = EXCLUSIVE", "journal_mode = DELETE"):
            connection.execute(f"PRAGMA {pragma}").fetchall()


def signature(file: Path) -> tuple[int, ...]:
    """Return what changes when somebody else writes a file that is open without locks."""
    status = file.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, int(has_journal(file))


def obstacle(file: Path) -> str:
    """Return as a clause why a file, which may not exist yet, cannot be written; empty when nothing stands in the way.

    What only shows when it is tried, such as a quota, is not found out.
    """
    return _not_allowed(file) or (_FULL if is_full(file) else "")


def has_journal(file: Path) -> bool:
    """Tell whether changes wait beside a file to be moved into it."""
    for suffix in ("-wal", "-journal"):
        beside = file.with_name(file.name + suffix)
        if beside.exists() and beside.stat().st_size:
            return True
    return False


def _not_allowed(file: Path) -> str:
    for place, word in ((file, "the file"), (file.parent, "its folder")):
        if place.exists() and not os.access(place, os.W_OK):
            is_frozen = bool(os.statvfs(place).f_flag & os.ST_RDONLY)
            return "its disk may only be read" if is_frozen else f"you may not write to {word}"
    return ""


def _look(file: Path, mode: str, busy_s: float) -> None:
    with closing(sqlite3.connect(f"{file.as_uri()}?{mode}", uri=True, timeout=busy_s)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _kind(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
