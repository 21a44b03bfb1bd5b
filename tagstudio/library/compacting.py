"""Writing a library anew without the room that deleted rows left; the old file stays until the new one is checked."""

import contextlib
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tagstudio.domain.disk_faults import reason as why
from tagstudio.domain.errors import LibraryError
from tagstudio.library import checks, seals
from tagstudio.library.backups import ROOM_BYTES, keep, keep_folder
from tagstudio.library.damage import RESTORED
from tagstudio.library.faults import explained
from tagstudio.library.mirror import Mirror
from tagstudio.library.owners import alone


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes before and after."""

    before: int
    after: int


def compact_library(file: Path) -> Sizes:
    """Write the library anew, check the new file, and put it in the place of the old one.

    Raises
    ------
    LibraryError
        If the library is open, damaged, or the disk is full; it is as before then.
    """
    part = file.with_name(f".{file.name[:100]}-{RESTORED}")
    try:
        with alone(file), explained(file):
            before = file.stat().st_size
            _require_room(file, before)
            try:
                _write_anew(file, part)
                shutil.copymode(file, part)
                keep(part)
                _drop_journal(file)
                part.replace(file)
                keep_folder(file.parent)
            finally:
                part.unlink(missing_ok=True)
            return Sizes(before, file.stat().st_size)
    except BlockingIOError as error:
        raise _open(file) from error
    except OSError as error:
        raise LibraryError(
            f"“{file.name}” could not be written anew: {why(error)}; it is as before.",
            "Free some space, or allow writing.",
        ) from error


def compact_mirror(file: Path) -> Sizes:
    """Press the mirror's old lines into one file and write the library's judgements anew beside it.

    Raises
    ------
    LibraryError
        If that cannot be written; the mirror is as before then.
    """
    mirror = Mirror(file)
    try:
        before = sum(each.stat().st_size for each in mirror.files())
        with checks.looked_at(file) as connection:
            mirror.compact(connection)
        return Sizes(before, sum(each.stat().st_size for each in mirror.files()))
    except OSError as error:
        raise LibraryError(
            f"The second copy of the judgements could not be pressed: {why(error)}.",
            "Free some space, or allow writing.",
        ) from error


def compact_cache(file: Path) -> Sizes:
    """Give back what the cache does not use any more; a cache in use is left as it is."""
    if not file.exists():
        return Sizes(0, 0)
    before = file.stat().st_size
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return Sizes(before, file.stat().st_size)


def cache_problem(file: Path) -> str:
    """Return what is wrong with the cache's file in a sentence; empty when nothing is, or there is none."""
    if not file.exists():
        return ""
    try:
        with checks.looked_at(file) as connection:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        answer = str(error)
    return "" if answer == "ok" else f"The cache is damaged: {answer}."


def _write_anew(file: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, isolation_level=None)) as source:
        source.execute("PRAGMA trusted_schema = OFF")
        # Not while anybody else has the file open, whoever knows nothing of our locks included.
        source.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone()
        if source.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise _open(file)
        expected = checks.counts(source), checks.end(source), seals.state(source)
        source.execute("VACUUM INTO ?", (os.fspath(part),))
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        wrong = next(checks.full(copy), None)
        if wrong is not None:
            raise LibraryError(f"“{file.name}” is damaged. {wrong.what}", "Restore a backup.")
        if (checks.counts(copy), checks.end(copy), seals.state(copy)) != expected:
            raise LibraryError(f"“{file.name}” came out different, so it was left as it is.", "Please report this.")
        copy.execute("PRAGMA journal_mode = WAL").fetchone()


def _drop_journal(file: Path) -> None:
    """Take away the empty journal that stays where somebody still looks at the file; it is none of the new one's."""
    wal, shm = (file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))
    if wal.exists() and wal.stat().st_size:
        raise _open(file)
    wal.unlink(missing_ok=True)
    shm.unlink(missing_ok=True)


def _open(file: Path) -> LibraryError:
    return LibraryError(f"“{file.name}” is open.", "Close the program that uses it, then do it again.")


def _require_room(file: Path, size: int) -> None:
    space = os.statvfs(file.parent)
    if space.f_bavail * space.f_frsize < size + ROOM_BYTES:
        raise LibraryError(
            f"There is no room to write “{file.name}” anew.", f"Free {(size + ROOM_BYTES) / 2**20:,.0f} MB there."
        )
