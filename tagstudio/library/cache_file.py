"""The file of the cache: its tables, and telling a whole file of ours from any other."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from tagstudio.domain.disk_faults import UNWRITABLE, reason
from tagstudio.domain.errors import LibraryError
from tagstudio.library.access import obstacle, reading_mode

APPLICATION_ID = 0x54616743
FORMAT = 2
BUSY_S = 30.0
_PAGE_BYTES = 16384
_UNWRITABLE = frozenset((
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM,
))  # fmt: skip

# ``mean`` lies in the order of models, so that reading all tracks of one is a single sweep over large pages.
_TABLES = """
CREATE TABLE model (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, classes INTEGER NOT NULL, dimensions INTEGER NOT NULL,
    made_by TEXT NOT NULL
);
CREATE TABLE mean (
    model INTEGER NOT NULL, audio_hash TEXT NOT NULL, quality INTEGER NOT NULL, embedding BLOB NOT NULL,
    scores BLOB NOT NULL, PRIMARY KEY (model, audio_hash)
) WITHOUT ROWID;
CREATE INDEX mean_quality ON mean (model, quality, audio_hash);
CREATE TABLE taggram (
    model INTEGER NOT NULL, audio_hash TEXT NOT NULL, preprocessing TEXT NOT NULL, n_windows INTEGER NOT NULL,
    numbers BLOB NOT NULL, scores BLOB NOT NULL, embeddings BLOB NOT NULL, PRIMARY KEY (model, audio_hash)
);
CREATE TABLE overview (
    made INTEGER PRIMARY KEY AUTOINCREMENT, audio_hash TEXT NOT NULL UNIQUE, blob BLOB NOT NULL
);
CREATE TABLE counter (version INTEGER NOT NULL)
"""


class ForeignFileError(sqlite3.DatabaseError):
    """The file is a database, but not a cache of this format."""

    sqlite_errorcode = sqlite3.SQLITE_NOTADB


def connect(file: Path) -> sqlite3.Connection:
    """Open the file, and make its tables when it is new; a foreign one is not changed."""
    connection = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not is_new:
            _refuse_foreign(connection)
        # What is lost by a power cut can be made again, so a lighter sync than the library's is enough.
        for pragma in (f"page_size = {_PAGE_BYTES}", "journal_mode = WAL", "synchronous = NORMAL",
                       "trusted_schema = OFF", "cache_size = -16384"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if is_new:
            _build(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def look(file: Path) -> sqlite3.Connection:
    """Open a file that cannot be written; where there is none, or none of ours, an empty cache that is never kept."""
    with suppress(sqlite3.Error, LibraryError):
        if file.exists():
            uri = f"{file.as_uri()}?{reading_mode(file, BUSY_S)}"
            connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            try:
                _refuse_foreign(connection)
                connection.execute("PRAGMA trusted_schema = OFF")
            except BaseException:
                connection.close()
                raise
            return connection
    empty = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _build(empty)
    empty.execute("UPDATE counter SET version = 0")  # always the same nothing
    return empty


def why_unwritable(file: Path, error: LibraryError) -> str:
    """Return as a clause why a file could not be written, empty when that is not what went wrong."""
    cause = error.__cause__
    if isinstance(cause, OSError):
        return reason(cause) if cause.errno in UNWRITABLE else ""
    return (obstacle(file) or "the disk refused") if _kind(cause) in _UNWRITABLE else ""


def _build(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    # Another process may have been quicker.
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        for table in _TABLES.split(";"):
            connection.execute(table)
        # Not 0: a rebuilt cache must not look like the old one.
        connection.execute("INSERT INTO counter VALUES (?)", (time.time_ns(),))
    connection.execute("COMMIT")


def _refuse_foreign(connection: sqlite3.Connection) -> None:
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (owner, version) != (APPLICATION_ID, FORMAT):
        raise ForeignFileError(f"not a cache of format {FORMAT}")


def is_damage(error: BaseException | None) -> bool:
    """Whether an exception means that the file cannot be used any more."""
    return _kind(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _kind(error: BaseException | None) -> int:
    # Extended codes keep the kind of fault in their low byte.
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
