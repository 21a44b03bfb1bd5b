"""Seals: digests of what people decided, so that a change which nobody made through this program shows.

SQLite's own checks look at the structure of a file, not at its contents: a flipped bit in a name passes them. Rows of
sealed tables are taken together in blocks of neighbouring ids; each block's digest lies in ``seal`` and is renewed in
the transaction that changes the block. Judgements have their chain (``chain.py``); their seal says where it ends.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

JUDGEMENTS = "judgement"
EVERYTHING = -1


@dataclass(frozen=True, slots=True)
class Sealed:
    """What of a table is sealed: its columns as SQL, and how many ids share a block, as a power of two.

    A table whose key is no number is one block. ``watched`` are the columns whose change breaks the seal; empty
    means all.
    """

    columns: str
    shift: int | None = 8
    order: str = "id"
    watched: str = ""


# Bytes as hexadecimal, for JSON. What can be read from the files again is not in here.
TABLES = {
    "root": Sealed("id, hex(path), added_at"),
    "track": Sealed("id, root_id, hex(path), audio_hash, added_at", watched="id, root_id, path, audio_hash, added_at"),
    "facet": Sealed("id, name, is_exclusive"),
    "tag": Sealed('id, facet_id, name, "key", search, is_hidden', 6),
    "tag_alias": Sealed('"key", name, tag_id', None, '"key"'),
    "model_tag": Sealed("model_id, name, tag_id", None, "model_id, name, tag_id"),
    "batch": Sealed("id, kind, text, made_at, undoes"),
    "head": Sealed(
        "id, tag_id, model_ids, strategy, sha256, n_yes, n_no, auc, auc_low, auc_high, threshold, made_at, is_current",
        6,
    ),
    "saved_search": Sealed('id, name, "key", "query", position, made_at'),
    "write_run": Sealed("id, kind, text, made_at, finished_at"),
    "write_entry": Sealed(
        "id, run_id, track_id, hex(path), state, reason, old_sha256, new_sha256, old_size, old_mtime_ns, audio_hash, "
        "hex(patch), fields_before, fields_after, made_at",
        0,
    ),
    "info": Sealed("name, value", None, "name"),
}
# Checked at every start: few rows, and wrong ones would do the most harm.
SMALL = ("root", "facet", "tag", "tag_alias", "model_tag", "saved_search", "info")


def watch(session: Session) -> None:
    """Let the connection note which blocks change, unless it does already."""
    connection = _raw(session)
    if connection.execute("SELECT 1 FROM temp.sqlite_master WHERE name = 'touched'").fetchone():
        return
    # Else a row that another one replaces would go without notice.
    connection.execute("PRAGMA recursive_triggers = ON")
    # In memory and of this connection alone; the file's own triggers are not trusted to call anything.
    connection.execute("CREATE TEMP TABLE touched (name TEXT, block INTEGER, PRIMARY KEY (name, block)) WITHOUT ROWID")
    for name, sealed in (*TABLES.items(), (JUDGEMENTS, Sealed("", None))):
        for event in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(_trigger(name, sealed, event))


def renew(session: Session) -> bool:
    """Seal what the transaction has changed; call it last. Tell whether something was judged or undone."""
    session.flush()
    connection = _raw(session)
    touched = connection.execute("SELECT name, block FROM temp.touched").fetchall()
    if not touched:
        return False
    for name, block in touched:
        _seal(connection, name, block)
    connection.execute("DELETE FROM temp.touched")
    return any(name == "batch" for name, _ in touched)


def seal_all(connection: sqlite3.Connection) -> None:
    """Seal everything as it is."""
    connection.execute("DELETE FROM seal")
    for name in (*TABLES, JUDGEMENTS):
        for block in _blocks(connection, name):
            _seal(connection, name, block)


def broken(connection: sqlite3.Connection, names: Iterable[str] = TABLES) -> Iterator[tuple[str, int]]:
    """Yield the table and block of every seal that does not fit."""
    for name in names:
        rows = connection.execute("SELECT block, digest FROM seal WHERE name = ?", (name,))
        expected = dict(rows.fetchall())
        found = dict(_digests(connection, name))
        yield from ((name, block) for block in sorted(expected.keys() | found.keys(), key=str)
                    if expected.get(block) != found.get(block))  # fmt: skip


def is_end_sealed(connection: sqlite3.Connection) -> bool:
    """Whether the newest judgement is the one that the seal names, so that none is missing at the end."""
    row = connection.execute("SELECT digest FROM seal WHERE name = ?", (JUDGEMENTS,)).fetchone()
    return _end(connection) == (row[0] if row else None)


def state(connection: sqlite3.Connection) -> str:
    """Return a digest of all that is sealed; equal means that nobody decided anything between."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'seal'").fetchone():
        return ""
    rows = connection.execute("SELECT name, block, digest FROM seal ORDER BY name, block").fetchall()
    return _digest(rows) or ""


def _trigger(name: str, sealed: Sealed, event: str) -> str:
    of = f" OF {sealed.watched}" if event == "UPDATE" and sealed.watched else ""
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[event]
    blocks = [str(EVERYTHING)] if sealed.shift is None else [f"{row}.id >> {sealed.shift}" for row in rows]
    notes = "".join(f"INSERT OR IGNORE INTO touched VALUES ('{name}', {block}); " for block in blocks)
    return f"CREATE TEMP TRIGGER touched_{name}_{event.lower()} AFTER {event}{of} ON main.{name} BEGIN {notes} END"


def _seal(connection: sqlite3.Connection, name: str, block: int) -> None:
    digest = _end(connection) if name == JUDGEMENTS else _digest(_rows(connection, name, block))
    if digest is None:
        connection.execute("DELETE FROM seal WHERE name = ? AND block = ?", (name, block))
    else:
        connection.execute("INSERT OR REPLACE INTO seal (name, block, digest) VALUES (?, ?, ?)", (name, block, digest))


def _blocks(connection: sqlite3.Connection, name: str) -> list[int]:
    shift = None if name == JUDGEMENTS else TABLES[name].shift
    if shift is None:
        return [EVERYTHING]
    return [row[0] for row in connection.execute(f"SELECT DISTINCT id >> {shift} FROM {name}")]


def _rows(connection: sqlite3.Connection, name: str, block: int) -> list[tuple[Any, ...]]:
    sealed = TABLES[name]
    query = f"SELECT {sealed.columns} FROM {name}"
    if sealed.shift is None:
        return connection.execute(f"{query} ORDER BY {sealed.order}").fetchall()
    first, after = block << sealed.shift, (block + 1) << sealed.shift
    return connection.execute(f"{query} WHERE id >= ? AND id < ? ORDER BY id", (first, after)).fetchall()


def _digests(connection: sqlite3.Connection, name: str) -> Iterator[tuple[int, str]]:
    """Yield every block with its digest, in one pass over the table."""
    sealed = TABLES[name]
    rows = connection.execute(f"SELECT {sealed.columns} FROM {name} ORDER BY {sealed.order}")
    if sealed.shift is None:
        if (digest := _digest(rows.fetchall())) is not None:
            yield EVERYTHING, digest
        return
    block, held = 0, list[tuple[Any, ...]]()
    for row in rows:
        if row[0] >> sealed.shift != block:
            if held:
                yield block, _digest(held) or ""
            block, held = row[0] >> sealed.shift, []
        held.append(row)
    if held:
        yield block, _digest(held) or ""


def _digest(rows: list[tuple[Any, ...]]) -> str | None:
    """Return the digest of rows; None without any. ASCII, so that no version of Unicode changes it."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest() if rows else None


def _end(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT id, hash FROM judgement ORDER BY id DESC LIMIT 1").fetchone()
    return f"{row[0]} {row[1]}" if row else None


def _raw(session: Session) -> sqlite3.Connection:
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
