"""Finding out whether a library file is as it was written: structure, seals, chain, and what follows from judgements.

Works on a plain connection, so that a file that nobody dares to open can be looked at without changing a byte.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tagstudio.domain.tracks import shown
from tagstudio.library import chain, seals

# What looking at a damaged file may raise, for those who know no SQLite.
DatabaseError: TypeAlias = sqlite3.Error
# What a look at every start may cost: about 0.1 s.
NEWEST = 3000
_WORDS = {
    "root": "folders", "track": "tracks", "facet": "facets", "tag": "tags", "tag_alias": "other spellings of tags",
    "model_tag": "links between tags and models", "batch": "history", "head": "heads", "saved_search": "saved searches",
    "write_run": "journal of written files", "write_entry": "journal of written files", "info": "library's own notes",
}  # fmt: skip
COUNTED = ("track", "tag", "batch", "judgement", "standing", "tag_alias", "saved_search", "head", "write_entry", "root")
_HOLDS = (
    "SELECT tag_id, track_id, verdict, origin, made_at, id FROM judgement WHERE verdict != 'cleared' AND id IN "
    "(SELECT max(id) FROM judgement WHERE start_s IS NULL GROUP BY tag_id, track_id)"
)
_STANDING = "SELECT tag_id, track_id, verdict, origin, made_at, judgement_id FROM standing"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: where, and a sentence about it."""

    part: str
    what: str


Look: TypeAlias = Callable[[sqlite3.Connection], Iterator[Finding]]


@contextmanager
def looked_at(file: Path, *, is_alone: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a file for reading only; with ``is_alone``, a finished file that has no journal and gets none."""
    with closing(_opened(file, is_alone=is_alone)) as connection:
        yield connection


def quick(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Look at what is small and at the newest judgements."""
    return _in_one_state(connection, (_quick,))


def full(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Look at everything, one finding after another; None wrong, none found."""
    return _in_one_state(connection, (_structure, _references, _judgements, _all_sealed))


def has_seals(connection: sqlite3.Connection) -> bool:
    """Whether the library is new enough to have seals."""
    return _has(connection, "seal")


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows the tables have that hold what people decided."""
    there = [name for name in COUNTED if _has(connection, name)]
    return {name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in there}


def end(connection: sqlite3.Connection) -> tuple[int, str]:
    """Return the id and hash of the newest judgement."""
    row = connection.execute("SELECT id, hash FROM judgement ORDER BY id DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, chain.FIRST_HASH)


def newest_batch(connection: sqlite3.Connection) -> int:
    """Return the id of the newest batch."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM batch").fetchone()[0])


def identity(connection: sqlite3.Connection) -> str:
    """Return the id that the library has among its copies."""
    if not _has(connection, "info"):
        return ""
    row = connection.execute("SELECT value FROM info WHERE name = 'id'").fetchone()
    return str(row[0]) if row else ""


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None


def _opened(file: Path, *, is_alone: bool) -> sqlite3.Connection:
    how = "mode=ro&immutable=1" if is_alone else "mode=ro"
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if is_alone:
            raise
        # Where not even the journal's index can be made, on a disk that may not be written.
        return _opened(file, is_alone=True)
    except BaseException:
        connection.close()
        raise
    return connection


def _in_one_state(connection: sqlite3.Connection, looks: Sequence[Look]) -> Iterator[Finding]:
    """Look at one state of the file, whoever writes meanwhile: else a seal is compared with rows that came later.

    Ends with the looks, so that what is read next is as new as it can be.
    """
    begins = not connection.in_transaction
    if begins:
        connection.execute("BEGIN")
    try:
        for look in looks:
            yield from _explained(look(connection))
    finally:
        # Whoever looks only for the first finding may have closed the file before this is run.
        with contextlib.suppress(sqlite3.ProgrammingError):
            if begins and connection.in_transaction:
                connection.execute("ROLLBACK")


def _explained(findings: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from findings
    except (sqlite3.Error, UnicodeDecodeError, TypeError, ValueError) as error:
        # Types that no row of ours has are damage, too.
        yield Finding("file", f"The file cannot be read to its end: {shown(str(error))}.")


def _quick(connection: sqlite3.Connection) -> Iterator[Finding]:
    if has_seals(connection):
        yield from _sealed(connection, seals.SMALL)
    yield from _judgements(connection, newest=NEWEST)


def _structure(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (answer,) in connection.execute("PRAGMA integrity_check(3)"):
        if answer != "ok":
            yield Finding("file", f"The file's structure is damaged: {shown(str(answer))}.")


def _references(connection: sqlite3.Connection) -> Iterator[Finding]:
    strays = connection.execute("PRAGMA foreign_key_check").fetchall()
    if strays:
        yield Finding("file", f"{len(strays)} rows refer to something that is missing, first in “{strays[0][0]}”.")


def _judgements(connection: sqlite3.Connection, newest: int = 0) -> Iterator[Finding]:
    broken = chain.break_in(connection, newest=newest)
    if broken is not None:
        yield Finding("judgements", f"Judgement {broken} is not as it was written.")
    elif has_seals(connection) and not seals.is_end_sealed(connection):
        yield Finding("judgements", "The newest judgements are not those that were written last.")


def _sealed(connection: sqlite3.Connection, names: tuple[str, ...] = tuple(seals.TABLES)) -> Iterator[Finding]:
    for name in names:
        broken = list(seals.broken(connection, (name,)))
        if broken:
            yield Finding(_WORDS[name], f"Something in the {_WORDS[name]} is not as it was written.")


def _all_sealed(connection: sqlite3.Connection) -> Iterator[Finding]:
    if has_seals(connection):
        for look in (_sealed, _standing, _heads):
            yield from _explained(look(connection))


def _standing(connection: sqlite3.Connection) -> Iterator[Finding]:
    for first, second in ((_HOLDS, _STANDING), (_STANDING, _HOLDS)):
        row = connection.execute(f"{first} EXCEPT {second} LIMIT 1").fetchone()
        if row is not None:
            yield Finding("verdicts", f"What holds for track {row[1]} and tag {row[0]} is not what was judged.")
            return


def _heads(connection: sqlite3.Connection) -> Iterator[Finding]:
    for head_id, blob, digest in connection.execute("SELECT id, blob, sha256 FROM head ORDER BY id"):
        if hashlib.sha256(blob).hexdigest() != digest:
            yield Finding("heads", f"Head {head_id} is not as it was saved.")
