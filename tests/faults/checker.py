"""Look at what a fault has left, without knowing the program: stdlib only, run as ``python -I checker.py``.

It copies the library and its journal (``-wal``) aside, so that looking changes nothing, and prints its findings as
JSON: a list of ``{"invariant": "I1", "what": "..."}``. Exit status 0: nothing found, 1: something found, 2: misused.

I1 every acknowledged judgement is there; I2 no half transactions, an unbroken chain, ``standing`` is what
``judgement`` says; I3 audio files are as they were; I4 no track row is gone; I6 exports are absent or complete;
I7 no temporary file is left; I8 a good backup exists.
"""

import argparse
import hashlib
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

Finding = dict[str, str]
SQLITE = b"SQLite format 3\0"
TEMPORARY = ".tagstudio-"
# The chain as documented: sha256 of the row as JSON, keys sorted, the hash before it among them; 64 zeros at first.
CHAINED = (
    "id", "batch_id", "track_id", "tag_id", "verdict", "origin", "start_s", "end_s", "made_at", "prev_hash",
)  # fmt: skip
FIRST_HASH = "0" * 64


def main(arguments: list[str]) -> int:
    """Check what the arguments name; print the findings."""
    asked = _parser().parse_args(arguments)
    found: list[Finding] = []
    if asked.library is not None:
        found += check_library(
            asked.library,
            acks=_lines(asked.acks),
            tracks=[bytes.fromhex(each) for each in _lines(asked.tracks)],
            batch_rows=asked.batch_rows,
        )
    found += check_audio(_lines(asked.audio))
    found += check_exports(_lines(asked.exports))
    for folder in asked.temps:
        found += check_temps(folder)
    if asked.backups is not None:
        found += check_backups(asked.backups)
    print(json.dumps(found, ensure_ascii=True, indent=1))  # noqa: T201
    return 1 if found else 0


def check_library(file: Path, *, acks: list[Any], tracks: list[bytes], batch_rows: list[int]) -> list[Finding]:
    """Check a library's file: I1, I2, I4."""
    if not file.is_file():
        return [_finding("I2", f"the library {file} is gone")]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite3"
        shutil.copyfile(file, copy)
        journal = file.with_name(file.name + "-wal")
        if journal.exists():
            shutil.copyfile(journal, copy.with_name(copy.name + "-wal"))
        rollback = file.with_name(file.name + "-journal")
        if rollback.exists():
            shutil.copyfile(rollback, copy.with_name(copy.name + "-journal"))
        try:
            with closing(sqlite3.connect(copy)) as connection:
                connection.row_factory = sqlite3.Row
                return list(_library_findings(connection, acks, tracks, batch_rows))
        except sqlite3.Error as error:
            return [_finding("I2", f"the library {file} cannot be read: {error}")]


def _library_findings(
    connection: sqlite3.Connection, acks: list[Any], tracks: list[bytes], batch_rows: list[int]
) -> Iterator[Finding]:
    yield from _sound(connection)
    yield from _chain(connection)
    yield from _standing(connection)
    yield from _batches(connection, batch_rows)
    yield from _acknowledged(connection, acks)
    yield from _tracks(connection, tracks)


def _sound(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (answer,) in connection.execute("PRAGMA integrity_check"):
        if answer != "ok":
            yield _finding("I2", f"integrity_check: {answer}")
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield _finding("I2", f"foreign_key_check: row {row[1]} of {row[0]} has no {row[2]}")


def _chain(connection: sqlite3.Connection) -> Iterator[Finding]:
    before, number = FIRST_HASH, 0
    for row in connection.execute("SELECT * FROM judgement ORDER BY id"):
        number += 1
        contents = {name: row[name] for name in CHAINED}
        digest = hashlib.sha256(json.dumps(contents, sort_keys=True, default=repr).encode()).hexdigest()
        if row["id"] != number:
            yield _finding("I2", f"judgement {number} is missing")
            number = row["id"]
        if row["prev_hash"] != before or row["hash"] != digest:
            yield _finding("I2", f"judgement {row['id']} is not as it was written: the chain is broken")
        before = row["hash"]


def _standing(connection: sqlite3.Connection) -> Iterator[Finding]:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'standing'").fetchone():
        return
    latest = {
        (row["tag_id"], row["track_id"]): (row["verdict"], row["origin"], row["made_at"], row["id"])
        for row in connection.execute("SELECT * FROM judgement WHERE start_s IS NULL ORDER BY id")
    }
    wanted = {key: value for key, value in latest.items() if value[0] != "cleared"}
    columns = "tag_id, track_id, verdict, origin, made_at, judgement_id"
    held = {(row[0], row[1]): tuple(row[2:]) for row in connection.execute(f"SELECT {columns} FROM standing")}
    for key in sorted(wanted.keys() | held.keys()):
        if wanted.get(key) != held.get(key):
            yield _finding("I2", f"standing of tag, track {key} is {held.get(key)}, judgement says {wanted.get(key)}")


def _batches(connection: sqlite3.Connection, batch_rows: list[int]) -> Iterator[Finding]:
    """An ordinary batch has one of the sizes that were asked for, and is never empty."""
    query = (
        "SELECT batch.id, undoes, count(judgement.id) FROM batch LEFT JOIN judgement ON batch_id = batch.id "
        "GROUP BY batch.id ORDER BY batch.id"
    )
    for batch, undoes, rows in connection.execute(query):
        if undoes is None and (rows == 0 or (batch_rows and rows not in batch_rows)):
            yield _finding("I2", f"batch {batch} is half: it has {rows} judgements")


def _acknowledged(connection: sqlite3.Connection, acks: list[Any]) -> Iterator[Finding]:
    for ack in acks:
        query = (
            "SELECT track_id, tag.name, verdict FROM judgement JOIN tag ON tag.id = tag_id "
            "WHERE batch_id = ? ORDER BY judgement.id"
        )
        # Spellings that differ in case only are one tag.
        rows = [(track, name.casefold(), said) for track, name, said in connection.execute(query, (ack["batch"],))]
        if not connection.execute("SELECT 1 FROM batch WHERE id = ?", (ack["batch"],)).fetchone():
            yield _finding("I1", f"acknowledged batch {ack['batch']} is lost")
        elif "judged" in ack and len(rows) != ack["judged"]:
            yield _finding("I1", f"batch {ack['batch']}: {ack['judged']} judgements acknowledged, {len(rows)} there")
        wanted = [(track, name.casefold(), said) for track, name, said in ack.get("judgements", ())]
        lost = [each for each in wanted if each not in rows]
        if lost:
            yield _finding("I1", f"acknowledged judgements of batch {ack['batch']} are lost: {lost[:5]}")


def _tracks(connection: sqlite3.Connection, wanted: list[bytes]) -> Iterator[Finding]:
    query = "SELECT root.path, track.path FROM track JOIN root ON root.id = root_id"
    held = {bytes(row[0]) + b"/" + bytes(row[1]) for row in connection.execute(query)}
    for path in wanted:
        if path not in held:
            yield _finding("I4", f"the track {path!r} is deleted")
    doubled = connection.execute("SELECT count(*) FROM track").fetchone()[0] - len(held)
    if doubled:
        yield _finding("I2", f"{doubled} tracks are there twice")


def check_audio(wanted: list[Any]) -> Iterator[Finding]:
    """I3: each file has one of the digests that it may have."""
    for each in wanted:
        path = Path(bytes.fromhex(each["path"]).decode(errors="surrogateescape"))
        if not path.is_file():
            yield _finding("I3", f"the file {str(path)!a} is gone")
        elif _sha256(path) not in each["sha256"]:
            yield _finding("I3", f"the file {str(path)!a} has changed")


def check_exports(wanted: list[Any]) -> Iterator[Finding]:
    """I6: each export is absent or has one of the digests of a complete one."""
    for each in wanted:
        path = Path(bytes.fromhex(each["path"]).decode(errors="surrogateescape"))
        if path.exists() and _sha256(path) not in each["sha256"]:
            yield _finding("I6", f"the export {str(path)!a} is neither the old nor the new one")


def check_temps(folder: Path) -> Iterator[Finding]:
    """I7: nothing temporary lies below a folder."""
    for path in sorted(folder.rglob(f"{TEMPORARY}*")):
        yield _finding("I7", f"the temporary file {str(path)!a} is left")


def check_backups(folder: Path) -> Iterator[Finding]:
    """I8: at least one backup is whole, and each that has a digest beside it is what the digest says."""
    good = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if not path.is_file() or path.name.endswith((".part", "-wal", "-shm")) or not _is_sqlite(path):
            continue
        findings = check_library(path, acks=[], tracks=[], batch_rows=[])
        said = [path.with_name(path.name + ".sha256"), path.with_suffix(".sha256")]
        digests = [file.read_text().split()[0] for file in said if file.is_file() and file.read_text().strip()]
        if digests and _sha256(path) not in digests:
            findings.append(_finding("I8", f"the backup {path.name} is not what its digest says"))
        good += not findings
    if not good:
        yield _finding("I8", f"there is no good backup in {folder}")


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _finding(invariant: str, what: str) -> Finding:
    return {"invariant": invariant, "what": what}


def _lines(file: Path | None) -> list[Any]:
    return [] if file is None else [json.loads(line) for line in file.read_text().splitlines() if line.strip()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path)
    parser.add_argument(
        "--acks", type=Path, help='JSON lines: {"batch": 3, "judged": 2, "judgements": [[1, "Jazz", "yes"]]}'
    )
    parser.add_argument("--tracks", type=Path, help="JSON lines: absolute paths that must be there, as hex")
    parser.add_argument("--audio", type=Path, help='JSON lines: {"path": hex, "sha256": [digests it may have]}')
    parser.add_argument("--exports", type=Path, help="the same for exports, which may be absent")
    parser.add_argument("--temps", type=Path, action="append", default=[], help="a folder without temporary files")
    parser.add_argument("--backups", type=Path, help="a folder with at least one good backup")
    parser.add_argument("--batch-rows", type=int, action="append", default=[], help="a size that batches may have")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
