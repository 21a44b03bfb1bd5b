"""Verified copies of a library file."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tagstudio.domain.disk_faults import reason as why
from tagstudio.domain.errors import LibraryError
from tagstudio.library.faults import explained


def backup_folder(file: Path) -> Path:
    """Return where the backups of a library lie: ``library.sqlite3`` has ``library.backups/``."""
    return file.with_suffix(".backups")


def back_up(file: Path, reason: str) -> Path:
    """Copy a library, with what its journal holds, into ``<library>.backups/``; return the copy.

    The copy is checked before it gets its name, so whatever bears such a name is whole.

    Raises
    ------
    LibraryError
        If the copy is damaged, which means that the library is.
    """
    folder = backup_folder(file)
    try:
        folder.mkdir(exist_ok=True)
        with explained(file):
            return _backed_up(file, folder, reason)
    except OSError as error:
        raise LibraryError(
            f"No backup of “{file.name}” can be made: {why(error)}.", "Free some space, or allow writing beside it."
        ) from error


def _backed_up(file: Path, folder: Path, reason: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    copy = folder / f"{file.stem}-{reason}-{stamp}.sqlite3"
    part = copy.with_suffix(".part")
    try:
        _copy(file, part)
        _check(file, part)
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)
    return copy


def _copy(file: Path, part: Path) -> None:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)) as source, closing(sqlite3.connect(part)) as to:
        source.backup(to)
        # One file, without a journal beside it.
        to.execute("PRAGMA journal_mode = DELETE")
    with part.open("rb+") as opened:
        os.fsync(opened.fileno())


def _check(file: Path, part: Path) -> None:
    with closing(sqlite3.connect(part)) as copy:
        answers = [row[0] for row in copy.execute("PRAGMA integrity_check")]
        strays = copy.execute("PRAGMA foreign_key_check").fetchall()
    if answers != ["ok"] or strays:
        raise LibraryError(
            f"“{file.name}” is damaged, so it was not brought to the new version.", "Restore a backup of it."
        )
