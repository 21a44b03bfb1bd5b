"""The SQLite file for other programs: plain tables, read-only views over them, and no ties to the library it came from.

``docs/exchange.md`` documents the views; ``PRAGMA user_version`` grows when one of them changes.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tagstudio.domain.errors import LibraryError
from tagstudio.library.faults import explained

# "TagX": an export, not a library.
APPLICATION_ID = 0x54616758
VERSION = 1
# A view of somebody else's could count for ever.
STEPS_AT_MOST = 2_000_000_000
_STEPS_BETWEEN_LOOKS = 1_000_000

TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE word (id INTEGER PRIMARY KEY, tag TEXT NOT NULL, facet TEXT NOT NULL)",
    "CREATE TABLE spelling (word_id INTEGER NOT NULL REFERENCES word (id), alias TEXT NOT NULL)",
    "CREATE TABLE search (name TEXT NOT NULL, query TEXT NOT NULL)",
    """CREATE TABLE file (
        id INTEGER PRIMARY KEY, path BLOB NOT NULL, path_text TEXT NOT NULL, artist TEXT NOT NULL, title TEXT NOT NULL,
        album TEXT NOT NULL, duration_s REAL NOT NULL, audio_hash TEXT NOT NULL, is_missing INTEGER NOT NULL)""",
    """CREATE TABLE verdict (
        file_id INTEGER NOT NULL REFERENCES file (id), word_id INTEGER NOT NULL REFERENCES word (id),
        verdict TEXT NOT NULL, origin TEXT NOT NULL, start_s REAL, end_s REAL, updated TEXT NOT NULL)""",
    """CREATE TABLE guess (
        file_id INTEGER NOT NULL REFERENCES file (id), word_id INTEGER NOT NULL REFERENCES word (id),
        score REAL NOT NULL, is_calibrated INTEGER NOT NULL, source TEXT NOT NULL)""",
)
AFTERWARDS = (
    "CREATE INDEX verdict_by_file ON verdict (file_id)",
    "CREATE INDEX verdict_by_word ON verdict (word_id)",
    "CREATE INDEX guess_by_file ON guess (file_id)",
    "CREATE VIEW tags AS SELECT id AS tag_id, tag, facet FROM word",
    "CREATE VIEW tag_aliases AS SELECT tag, alias FROM spelling JOIN word ON word.id = word_id",
    """CREATE VIEW tracks AS
        SELECT id AS track_id, path_text AS path, artist, title, album, duration_s, audio_hash, is_missing FROM file""",
    """CREATE VIEW track_tags AS
        SELECT file.id AS track_id, path_text AS path, artist, title, tag, facet FROM verdict
        JOIN file ON file.id = file_id JOIN word ON word.id = word_id
        WHERE verdict = 'yes' AND start_s IS NULL""",
    """CREATE VIEW verdicts AS
        SELECT file.id AS track_id, path_text AS path, tag, facet, verdict, origin, start_s, end_s, updated FROM verdict
        JOIN file ON file.id = file_id JOIN word ON word.id = word_id""",
    """CREATE VIEW suggestions AS
        SELECT file.id AS track_id, path_text AS path, tag, facet, score, is_calibrated, source FROM guess
        JOIN file ON file.id = file_id JOIN word ON word.id = word_id""",
    "CREATE VIEW saved_searches AS SELECT name, query FROM search",
)
_INSERTS = {
    "about": 2, "word": 3, "spelling": 2, "search": 2, "file": 9, "verdict": 7, "guess": 5,
}  # fmt: skip
_READS = {
    "word": "SELECT id, tag, facet FROM word ORDER BY id",
    "spelling": "SELECT word_id, alias FROM spelling ORDER BY rowid",
    "search": "SELECT name, query FROM search ORDER BY rowid",
    "file": "SELECT id, path, title, artist, duration_s, audio_hash FROM file ORDER BY id",
    "verdict": "SELECT file_id, word_id, verdict, origin, start_s, end_s FROM verdict ORDER BY rowid",
    "guess": "SELECT count(*) FROM guess",
}


class ExchangeFile:
    """An open file of this kind."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows to a table."""
        marks = ", ".join("?" * _INSERTS[table])
        self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Yield what an import needs of a table."""
        yield from self._connection.execute(_READS[table])


@contextmanager
def written(file: Path) -> Iterator[ExchangeFile]:
    """Fill a new file; the caller gives it a name that is not the final one, and syncs it.

    Raises
    ------
    LibraryError
        If the disk refuses.
    """
    with explained(file), closing(sqlite3.connect(file, isolation_level=None)) as connection:
        # Nobody sees the file before it is whole, so a journal would only be a second file to clean up.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"application_id = {APPLICATION_ID}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("BEGIN")
        for statement in TABLES:
            connection.execute(statement)
        yield ExchangeFile(connection)
        for statement in AFTERWARDS:
            connection.execute(statement)
        connection.execute("COMMIT")


@contextmanager
def opened(file: Path) -> Iterator[ExchangeFile]:
    """Open a file of this kind to read; nothing of it is trusted, and nothing beside it is made.

    Raises
    ------
    LibraryError
        If it is another program's file, damaged, or holds what takes for ever to read.
    """
    steps = 0

    def look() -> int:
        nonlocal steps
        steps += _STEPS_BETWEEN_LOOKS
        return int(steps > STEPS_AT_MOST)

    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    with explained(file), closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.set_progress_handler(look, _STEPS_BETWEEN_LOOKS)
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        if owner != APPLICATION_ID:
            raise LibraryError(f"“{file.name}” is not an export of TagStudio.", "Choose another file.")
        views = connection.execute("SELECT name FROM sqlite_master WHERE type != 'table' AND name IN (?, ?, ?)", _CORE)
        if views.fetchall():
            raise LibraryError(f"“{file.name}” is damaged or made up.", "Export it again.")
        yield ExchangeFile(connection)


_CORE = ("word", "file", "verdict")


def is_export(head: bytes) -> bool:
    """Tell by its first 100 bytes whether a file is one of this kind."""
    return head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION_ID.to_bytes(4, "big")
