"""Libraries as earlier versions of the program left them, made larger with rows of their own kind."""

import hashlib
import json
import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from checker import CHAINED

DUMPS = {int(re.sub(r"\D", "", each.stem)): each for each in (Path(__file__).parent / "data").glob("schema-*.sql")}
VERDICTS = ("yes", "no", "unsure", "cleared")
AT = "2024-05-01T12:00:00.000+00:00"


def make_old(version: int, file: Path, *, tracks: int = 0, judgements: int = 0, per_batch: int = 10) -> Path:
    """Write the library that a version left, with so many more tracks and judgements in it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript(DUMPS[version].read_text("utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        _add_tracks(connection, tracks)
        _add_judgements(connection, judgements, per_batch)
        connection.execute("COMMIT")
    return file


def contents(file: Path) -> dict[str, list[tuple]]:
    """Return everything that people decided and the program knows, as any program reads it."""
    tables = {
        "judgement": "*", "batch": "*", "tag": "id, name, facet_id", "root": "*", "head": "*",
        "track": "id, root_id, path, size, mtime_ns, audio_hash, is_missing, last_error",
        "track_field": "track_id, name, position, value", "model_tag": "*",
    }  # fmt: skip
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return {name: connection.execute(f"SELECT {columns} FROM {name} ORDER BY 1, 2, 3").fetchall()
                for name, columns in tables.items()}  # fmt: skip


def version_of(file: Path) -> int:
    """Return the version of the schema."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _add_tracks(connection: sqlite3.Connection, count: int) -> None:
    """Multiply the first track, with its fields."""
    names = _columns(connection, "track")
    given = dict(zip(names, connection.execute("SELECT * FROM track ORDER BY id LIMIT 1").fetchone(), strict=True))
    fields = connection.execute("SELECT * FROM track_field WHERE track_id = ?", (given["id"],)).fetchall()
    at = _columns(connection, "track_field").index("track_id")
    (last,) = connection.execute("SELECT max(id) FROM track").fetchone()
    rows, more = [], []
    for number in range(last + 1, last + 1 + count):
        new = {
            "id": number,
            "path": b"more/%d.flac" % number,
            "display": f"more/{number}.flac",
            "audio_hash": f"{number:064x}",
            "search": f"more {number} bébé quartet",
            "title": f"Title {number}",
        }
        rows.append(tuple({**given, **{name: value for name, value in new.items() if name in given}}.values()))
        more += [(*row[:at], number, *row[at + 1 :]) for row in fields]
    if rows:
        connection.executemany(f"INSERT INTO track VALUES ({', '.join('?' * len(names))})", rows)
    if more:
        connection.executemany(f"INSERT INTO track_field VALUES ({', '.join('?' * len(more[0]))})", more)


def _add_judgements(connection: sqlite3.Connection, count: int, per_batch: int) -> None:
    chance = random.Random(count)
    tags = [row[0] for row in connection.execute("SELECT id FROM tag ORDER BY id")]
    tracks = [row[0] for row in connection.execute("SELECT id FROM track ORDER BY id")]
    last, before = connection.execute("SELECT id, hash FROM judgement ORDER BY id DESC LIMIT 1").fetchone()
    (batch,) = connection.execute("SELECT max(id) FROM batch").fetchone()
    batches, rows = [], []
    for number in range(count):
        if number % per_batch == 0:
            batch += 1
            batches.append((batch, "judge", "generated", AT, None))
        row = dict(zip(CHAINED, (last + 1 + number, batch, chance.choice(tracks), chance.choice(tags),
                                 chance.choice(VERDICTS), "curator", None, None, AT, before), strict=True))  # fmt: skip
        before = hashlib.sha256(json.dumps(row, sort_keys=True, default=repr).encode()).hexdigest()
        rows.append((*row.values(), before))
    connection.executemany("INSERT INTO batch (id, kind, text, made_at, undoes) VALUES (?, ?, ?, ?, ?)", batches)
    connection.executemany(
        f"INSERT INTO judgement ({', '.join(CHAINED)}, hash) VALUES ({', '.join('?' * (len(CHAINED) + 1))})", rows
    )
