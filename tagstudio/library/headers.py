"""Telling a library from any other file without changing a byte of it."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

from tagstudio.domain.disk_faults import reason
from tagstudio.domain.errors import DamagedLibraryError, LibraryError
from tagstudio.library.access import has_journal, reading_mode
from tagstudio.library.owners import is_open_here
from tagstudio.library.schema import APPLICATION_ID, SCHEMA

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_KEPT = "The file was left as it is."


def refuse_foreign(file: Path, busy_s: float) -> tuple[int, str]:
    """Return the schema version of a library file, and the mode in which it can be read.

    Looks at the bytes before SQLite does: opening a foreign database for writing would already change it.

    Raises
    ------
    LibraryError
        If the file is empty, not ours, cut short, damaged, or from a newer version of the program.
    """
    if not is_open_here(file):
        _refuse_header(file, _header(file))
    mode = reading_mode(file, busy_s)
    with closing(sqlite3.connect(f"{file.as_uri()}?{mode}", uri=True, timeout=busy_s)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        # The journal may hold a newer first page than the file.
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        _refuse_numbers(file, owner, version)
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'judgement'").fetchone()
    if not tables:
        raise DamagedLibraryError(
            f"“{file.name}” is damaged: its tables are missing.", f"Restore a backup of it. {_KEPT}"
        )
    return int(version), mode


def is_older(file: Path) -> bool:
    """Tell at a glance whether a file is a library of an earlier version; a file that is none is not."""
    try:
        if is_open_here(file):
            return False
        header = _header(file)
    except (OSError, LibraryError):
        return False
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        return False
    owner, version = struct.unpack_from(">I", header, 68)[0], struct.unpack_from(">I", header, 60)[0]
    return bool(owner == APPLICATION_ID and 1 <= version < SCHEMA)


def _header(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_HEADER_BYTES)
    except OSError as error:
        raise LibraryError(
            f"“{file}” cannot be opened: {reason(error)}.", "Choose a file that you may read."
        ) from error


def _refuse_header(file: Path, header: bytes) -> None:
    if not header:
        raise DamagedLibraryError(
            f"“{file.name}” is empty, so it is not a library.",
            f"Restore a backup of it, or choose another file. {_KEPT}",
        )
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise _not_ours(file)
    owner, version = struct.unpack_from(">I", header, 68)[0], struct.unpack_from(">I", header, 60)[0]
    if not has_journal(file):
        _refuse_numbers(file, owner, version)
        _refuse_cut(file, header)


def _refuse_numbers(file: Path, owner: int, version: int) -> None:
    if owner != APPLICATION_ID:
        raise _not_ours(file)
    if version > SCHEMA:
        raise LibraryError(
            f"“{file.name}” was made by a newer version of TagStudio.",
            f"Install the newer version, or choose another library. {_KEPT}",
        )
    if version < 1:
        raise DamagedLibraryError(f"“{file.name}” is damaged: it has no version.", f"Restore a backup of it. {_KEPT}")


def _refuse_cut(file: Path, header: bytes) -> None:
    page_bytes = int(struct.unpack_from(">H", header, 16)[0])
    pages = struct.unpack_from(">I", header, 28)[0]
    if file.stat().st_size < pages * (65536 if page_bytes == 1 else page_bytes):
        raise DamagedLibraryError(
            f"“{file.name}” is cut short: its end is missing.", f"Restore a backup of it. {_KEPT}"
        )


def _not_ours(file: Path) -> LibraryError:
    error = LibraryError(f"“{file.name}” is not a TagStudio library.", f"Choose another file. {_KEPT}")
    error.is_foreign = True
    return error
