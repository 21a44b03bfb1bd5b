"""The chain of judgements: every row's hash covers its contents and the hash of the row before.

A change that nobody made through this program, a flipped bit for instance, shows.
"""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.library.schema import BatchRow, JudgementRow

FIRST_HASH = "0" * 64
# Made once: half of the time went into making one for every row.
_JSON = json.JSONEncoder(sort_keys=True, default=repr)
_CHAINED = (
    "id", "batch_id", "track_id", "tag_id", "verdict", "origin", "start_s", "end_s", "made_at", "prev_hash",
)  # fmt: skip


def append(session: Session, judgements: Sequence[Judgement], batch: BatchRow) -> None:
    """Append rows to the chain; the caller's transaction holds the write lock, so nobody comes between."""
    last = session.execute(select(JudgementRow.id, JudgementRow.hash).order_by(JudgementRow.id.desc()).limit(1)).first()
    row_id, previous = (last.id, last.hash) if last else (0, FIRST_HASH)
    rows = []
    for judgement in judgements:
        row_id += 1
        row = JudgementRow(
            id=row_id, batch_id=batch.id, track_id=judgement.track_id, tag_id=judgement.tag_id,
            verdict=Verdict(judgement.verdict).value, origin=Origin(judgement.origin).value,
            start_s=judgement.start_s, end_s=judgement.end_s, made_at=batch.made_at, prev_hash=previous,
        )  # fmt: skip
        contents = _contents(row)
        previous = _hash(contents)
        rows.append({**contents, "hash": previous})
    try:
        if rows:
            session.execute(insert(JudgementRow), rows)
    except IntegrityError as error:
        raise NothingFoundError(
            "A track or a tag to judge is not in the library.", "Look at the list again; it may have changed."
        ) from error


def _contents(row: JudgementRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _CHAINED}


def _hash(contents: dict[str, Any]) -> str:
    return hashlib.sha256(_JSON.encode(contents).encode()).hexdigest()


def first_broken(session: Session) -> int | None:
    """Return the id of the first judgement that is not as it was written; None when the chain holds."""
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return break_in(raw)


def break_in(connection: sqlite3.Connection, *, newest: int = 0) -> int | None:
    """Return the id of the first judgement that is not as it was written, of the ``newest`` so many or of all."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM judgement").fetchone()
    before = max(0, last - newest) if newest else 0
    query = f"SELECT {', '.join(_CHAINED)}, hash FROM judgement WHERE id >= ? ORDER BY id"
    previous, expected = FIRST_HASH, before or 1
    for *contents, found in connection.execute(query, (before,)):
        row = dict(zip(_CHAINED, contents, strict=True))
        is_start = before and row["id"] == before
        if row["id"] != expected or found != _hash(row) or (row["prev_hash"] != previous and not is_start):
            return int(row["id"])
        previous, expected = found, expected + 1
    return None
