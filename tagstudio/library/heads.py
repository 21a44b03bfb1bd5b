"""Heads: what tags learned from judgements, with every earlier version."""

import hashlib
import json
import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tagstudio.domain.errors import LibraryError
from tagstudio.library.schema import HeadRow, now
from tagstudio.library.texts import among

KEPT = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedHead:
    """A head as stored; ``blob`` is safetensors and is what was saved, bit by bit.

    ``auc`` with its interval is None while there are too few judgements to tell.
    """

    id: int
    tag_id: int
    model_ids: tuple[str, ...]
    strategy: str
    blob: bytes
    n_yes: int
    n_no: int
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    threshold: float
    made_at: str
    is_current: bool


def save(
    session: Session, *, tag_id: int, model_ids: Sequence[str], strategy: str, blob: bytes, n_yes: int, n_no: int,
    threshold: float, auc: float | None = None, auc_low: float | None = None, auc_high: float | None = None,
) -> SavedHead:  # fmt: skip
    """Save a head as the current one of its tag; the ``KEPT`` newest are kept, the rest can be learned again.

    Raises
    ------
    ValueError
        If the quality or the threshold is not a number between 0 and 1.
    """
    for number in (threshold, *(each for each in (auc, auc_low, auc_high) if each is not None)):
        if not (math.isfinite(number) and 0 <= number <= 1):
            raise ValueError(f"a quality or threshold must be between 0 and 1, got {number}")
    session.execute(
        update(HeadRow).where(HeadRow.tag_id == tag_id, HeadRow.is_current.is_(True)).values(is_current=False)
    )
    row = HeadRow(
        tag_id=tag_id, model_ids=json.dumps(list(model_ids)), strategy=strategy, blob=blob, sha256=_digest(blob),
        n_yes=n_yes, n_no=n_no, auc=auc, auc_low=auc_low, auc_high=auc_high, threshold=threshold, made_at=now(),
        is_current=True,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _forget_old(session, tag_id)
    return _head(row)


def current(session: Session, tag_ids: Iterable[int] | None = None) -> dict[int, SavedHead]:
    """Return the current heads by tag id; where one is damaged, the newest undamaged one before it."""
    query = select(HeadRow).where(HeadRow.is_current.is_(True)).order_by(HeadRow.id)
    query = query if tag_ids is None else query.where(HeadRow.tag_id.in_(among(tag_ids)))
    found = {}
    for row in session.scalars(query):
        whole = row if _is_whole(row) else _before(session, row)
        if whole is not None:
            found[row.tag_id] = _head(whole)
    return found


def history(session: Session, tag_id: int) -> list[SavedHead]:
    """Return every undamaged head of a tag, newest first."""
    rows = session.scalars(select(HeadRow).where(HeadRow.tag_id == tag_id).order_by(HeadRow.id.desc()))
    return [_head(row) for row in rows if _is_whole(row)]


def load(session: Session, head_id: int) -> SavedHead:
    """Return one head.

    Raises
    ------
    LibraryError
        If there is none, or its bytes are not those that were saved.
    """
    row = session.get(HeadRow, head_id)
    if row is None:
        raise LibraryError(f"There is no head {head_id}.", "Train the tag again.")
    if not _is_whole(row):
        raise LibraryError(f"The stored head {head_id} is damaged.", "Train its tag again; its judgements are kept.")
    return _head(row)


def _forget_old(session: Session, tag_id: int) -> None:
    newest = select(HeadRow.id).where(HeadRow.tag_id == tag_id).order_by(HeadRow.id.desc()).limit(KEPT)
    session.execute(delete(HeadRow).where(HeadRow.tag_id == tag_id, HeadRow.id.not_in(newest)))


def _before(session: Session, damaged: HeadRow) -> HeadRow | None:
    log.warning("head %d of tag %d is damaged", damaged.id, damaged.tag_id)
    earlier = select(HeadRow).where(HeadRow.tag_id == damaged.tag_id, HeadRow.id < damaged.id)
    return next((row for row in session.scalars(earlier.order_by(HeadRow.id.desc())) if _is_whole(row)), None)


def _is_whole(row: HeadRow) -> bool:
    return _digest(row.blob) == row.sha256


def _digest(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()


def _head(row: HeadRow) -> SavedHead:
    return SavedHead(
        id=row.id, tag_id=row.tag_id, model_ids=tuple(json.loads(row.model_ids)), strategy=row.strategy,
        blob=row.blob, n_yes=row.n_yes, n_no=row.n_no, auc=row.auc, auc_low=row.auc_low, auc_high=row.auc_high,
        threshold=row.threshold, made_at=row.made_at, is_current=row.is_current,
    )  # fmt: skip
