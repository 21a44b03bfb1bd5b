"""The border where SQLite's exceptions become sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tagstudio.domain.errors import DamagedLibraryError, LibraryError
from tagstudio.library.disks import is_full

_KEPT = "Nothing that was saved is lost."
_FAULTS = {
    sqlite3.SQLITE_FULL: ("The disk is full; nothing was lost.", "Free some space, then do it again."),
    sqlite3.SQLITE_IOERR: (
        "The disk of “{name}” refused to work; nothing that was saved is lost.",
        "Check that the disk has space, is connected and may be written, then do it again.",
    ),
    sqlite3.SQLITE_BUSY: ("Another program is using “{name}”.", "Close the other program, then do it again."),
    sqlite3.SQLITE_LOCKED: ("Another program is using “{name}”.", "Close the other program, then do it again."),
    sqlite3.SQLITE_READONLY: ("“{name}” may not be written.", "Allow writing to the file and its folder."),
    sqlite3.SQLITE_PERM: ("“{name}” may not be opened.", "Allow reading and writing of the file and its folder."),
    sqlite3.SQLITE_AUTH: ("“{name}” may not be opened.", "Allow reading and writing of the file and its folder."),
    sqlite3.SQLITE_CANTOPEN: ("“{name}” cannot be opened.", "Check that its folder exists and may be written."),
    sqlite3.SQLITE_NOTADB: ("“{name}” is not a TagStudio library.", "Choose another file; this one was left as it is."),
    sqlite3.SQLITE_CORRUPT: ("“{name}” is damaged.", "Restore a backup of it; the damaged file was left as it is."),
    sqlite3.SQLITE_NOMEM: ("There is not enough memory to go on. " + _KEPT, "Close other programs."),
    sqlite3.SQLITE_TOOBIG: ("A value is too large for “{name}”. " + _KEPT, "Leave that value out."),
}


def fault(file: Path, error: BaseException | None) -> LibraryError:
    """Return what an exception of SQLite means to a person."""
    # Extended codes keep the kind of fault in their low byte.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if isinstance(error, UnicodeDecodeError) or str(error).startswith("Could not decode"):
        # SQLite does not look into texts; text that is none was changed by something else.
        code = sqlite3.SQLITE_CORRUPT
    if code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN} and is_full(file):
        code = sqlite3.SQLITE_FULL
    what, advice = _FAULTS.get(
        code, (f"The library refused: {error}. {_KEPT}", "Do it again; if it stays so, please report it.")
    )
    kind = DamagedLibraryError if code == sqlite3.SQLITE_CORRUPT else LibraryError
    found = kind(what.format(name=file.name) if code in _FAULTS else what, advice)
    found.is_foreign = code == sqlite3.SQLITE_NOTADB
    return found


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn exceptions of SQLite and SQLAlchemy into a LibraryError about ``file``."""
    try:
        yield
    except DBAPIError as error:
        raise fault(file, error.orig) from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise fault(file, error) from error
