"""Judgements: every verdict a curator ever gave, in order, never changed; the latest one counts.

Undo and redo append, too. What holds is always what follows from replaying, in order, the batches in effect: an
ordinary batch is in effect unless a batch in effect undoes it, and a batch that undoes can itself be undone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session, aliased

from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.judgements import Judged, Judgement, Origin, Verdict
from tagstudio.domain.tracks import shown
from tagstudio.library.chain import append
from tagstudio.library.schema import BatchRow, JudgementRow, StandingRow, now
from tagstudio.library.texts import among, clean

# A judgement replaces earlier ones on the same track, tag and span.
Key: TypeAlias = tuple[int, int, float | None, float | None]

LONGEST_S = 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One batch of the history; ``made_at`` is UTC, ISO 8601."""

    batch: int
    kind: str
    text: str
    made_at: str
    judged: int
    undoes: int | None
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tracks have each verdict on a tag."""

    yes: int = 0
    no: int = 0
    unsure: int = 0


def record(
    session: Session, judgements: Sequence[Judgement], *, kind: str = "judge", text: str = "", undoes: int | None = None
) -> Judged:
    """Append judgements as one batch; they count once the caller's transaction is committed.

    Their own ``batch`` is not looked at. No judgements, no batch: the answer has batch 0 then.

    Raises
    ------
    NothingFoundError
        If a track or a tag is not in the library.
    ValueError
        If a span is not two finite seconds in order.
    """
    if not judgements and undoes is None:
        return Judged(0, 0, text)
    for judgement in judgements:
        _require_span(judgement)
    batch = BatchRow(kind=kind, text=shown(clean(text)), made_at=now(), undoes=undoes)
    session.add(batch)
    session.flush()
    append(session, judgements, batch)
    return Judged(len(judgements), batch.id, batch.text)


def verdicts(session: Session, tag_id: int) -> dict[int, Verdict]:
    """Return what holds for a tag by track id; cleared verdicts and those on segments are left out."""
    query = select(StandingRow.track_id, StandingRow.verdict).where(StandingRow.tag_id == tag_id)
    return {track_id: Verdict(verdict) for track_id, verdict in session.execute(query)}


def verdicts_of(session: Session, track_ids: Iterable[int]) -> dict[tuple[int, int], Verdict]:
    """Return what holds for tracks by (track id, tag id); cleared and segment verdicts are left out."""
    query = select(StandingRow.track_id, StandingRow.tag_id, StandingRow.verdict)
    found = session.execute(query.where(StandingRow.track_id.in_(among(track_ids))))
    return {(track_id, tag_id): Verdict(verdict) for track_id, tag_id, verdict in found}


def counts(session: Session) -> dict[int, Counts]:
    """Return how many tracks have each verdict, by tag id; tags nobody judged are left out."""
    query = select(StandingRow.tag_id, StandingRow.verdict, func.count())
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for tag_id, verdict, n in session.execute(query.group_by(StandingRow.tag_id, StandingRow.verdict)):
        found[tag_id][verdict] = n
    return {tag_id: Counts(**each) for tag_id, each in found.items()}


def ever_judged(session: Session, track_ids: Iterable[int]) -> set[int]:
    """Return those of these tracks on which anything was ever said, taken back or not."""
    query = select(JudgementRow.track_id).where(JudgementRow.track_id.in_(among(track_ids)))
    return set(session.scalars(query.distinct()))


def undo(session: Session, batch_id: int | None = None) -> Judged:
    """Take a batch back, by default the newest one in effect; undoing an undo brings its batch back.

    Later batches stay in force: where one has judged the same track and tag, its verdict remains.

    Raises
    ------
    NothingFoundError
        If there is no such batch, it is undone already, or nothing is left to undo.
    """
    batches = _Batches(session)
    chosen = batches.newest_ordinary() if batch_id is None else batches.require(batch_id)
    if chosen is None:
        raise NothingFoundError("There is nothing to undo.", "Judge something first.")
    return _take_back(session, batches, chosen)


def redo(session: Session) -> Judged:
    """Bring back what the newest undo took, unless something was judged since.

    Raises
    ------
    NothingFoundError
        If nothing was undone since the last judgement.
    """
    batches = _Batches(session)
    chosen = batches.newest_undo()
    if chosen is None:
        raise NothingFoundError("There is nothing to redo.", "Redo follows an undo.")
    return _take_back(session, batches, chosen)


def history(session: Session, limit: int = 100) -> list[Past]:
    """Return the newest batches, newest first."""
    undone = _Batches(session).undone
    judged = select(func.count()).where(JudgementRow.batch_id == BatchRow.id).scalar_subquery()
    query = select(BatchRow, judged).order_by(BatchRow.id.desc()).limit(limit)
    return [
        Past(
            batch=row.id, kind=row.kind, text=row.text, made_at=row.made_at, judged=n, undoes=row.undoes,
            is_undone=row.id in undone,
        )
        for row, n in session.execute(query)
    ]  # fmt: skip


def touched_since(session: Session, judgement_id: int) -> tuple[int, set[int]]:
    """Return the newest judgement's id, and the ids of the tags judged after ``judgement_id``."""
    last = newest(session)
    if last <= judgement_id:
        return last, set()
    touched = select(JudgementRow.tag_id).where(JudgementRow.id > judgement_id).distinct()
    return last, set(session.scalars(touched))


def tags_of(session: Session, batch_id: int) -> list[int]:
    """Return the ids of the tags that a batch judged."""
    query = select(JudgementRow.tag_id).where(JudgementRow.batch_id == batch_id).distinct()
    return list(session.scalars(query.order_by(JudgementRow.tag_id)))


def made_at(session: Session, track_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """Return when what holds for tracks was said, UTC, by (track id, tag id); segments are left out."""
    query = select(StandingRow.track_id, StandingRow.tag_id, StandingRow.made_at)
    found = session.execute(query.where(StandingRow.track_id.in_(among(track_ids))))
    return {(track_id, tag_id): made for track_id, tag_id, made in found}


def count(session: Session, after: int = 0) -> int:
    """Return how many judgements were ever made, or how many after the one with this id."""
    counted = select(func.count()).select_from(JudgementRow)
    return session.scalar(counted.where(JudgementRow.id > after) if after else counted) or 0


def newest(session: Session) -> int:
    """Return the id of the newest judgement, 0 without any."""
    return session.scalar(select(func.max(JudgementRow.id))) or 0


class _Batches:
    """Which batches are in effect; looks only at those that undo, which are few."""

    def __init__(self, session: Session) -> None:
        self._session = session
        query = select(BatchRow.id, BatchRow.undoes).where(BatchRow.undoes.is_not(None)).order_by(BatchRow.id.desc())
        self.undone: set[int] = set()
        for batch_id, undoes in session.execute(query):
            # Newest first: whatever undoes this one has been seen.
            if undoes is not None and batch_id not in self.undone:
                self.undone.add(undoes)

    def ordinary(self, batch: BatchRow) -> BatchRow:
        """Return the batch of judgements at the end of a chain of undos."""
        while batch.undoes is not None:
            batch = self._session.get_one(BatchRow, batch.undoes)
        return batch

    def require(self, batch_id: int) -> BatchRow:
        batch = self._session.get(BatchRow, batch_id)
        if batch is None:
            raise NothingFoundError(f"There is no batch {batch_id}.", "The history lists the batches.")
        if batch_id in self.undone:
            raise NothingFoundError(f"Batch {batch_id} is undone already.", "Redo brings it back.")
        return batch

    def newest_ordinary(self) -> BatchRow | None:
        return self._newest(BatchRow.undoes.is_(None))

    def newest_undo(self) -> BatchRow | None:
        """Return the newest undo in effect, if nothing ordinary came after it."""
        last = self._session.scalar(select(func.max(BatchRow.id)).where(BatchRow.undoes.is_(None))) or 0
        return self._newest((BatchRow.kind == "undo") & (BatchRow.id > last))

    def _newest(self, condition: ColumnElement[bool]) -> BatchRow | None:
        query = select(BatchRow).where(condition, BatchRow.id.not_in(among(self.undone)))
        return self._session.scalar(query.order_by(BatchRow.id.desc()).limit(1))


def _take_back(session: Session, before: _Batches, chosen: BatchRow) -> Judged:
    """Append a batch that undoes ``chosen``, with a verdict wherever something else holds now."""
    ordinary = before.ordinary(chosen)
    kind = "redo" if ordinary.id in before.undone else "undo"
    batch = BatchRow(kind=kind, text=shown(f"{kind}: {ordinary.text}"), made_at=now(), undoes=chosen.id)
    session.add(batch)
    session.flush()
    restored = _restored(session, ordinary.id, _Batches(session).undone)
    append(session, restored, batch)
    return Judged(len(restored), batch.id, batch.text)


def _restored(session: Session, batch_id: int, undone: set[int]) -> list[Judgement]:
    """Return the judgements that make what a batch touched equal to the replay of the batches in effect."""
    cleared = Verdict.CLEARED, Origin.UNDO
    holds: dict[Key, tuple[Verdict, Origin]] = {}
    wanted: dict[Key, tuple[Verdict, Origin]] = {}
    for row in _touched(session, batch_id):
        key = row.track_id, row.tag_id, row.start_s, row.end_s
        said = Verdict(row.verdict), Origin(row.origin)
        said = cleared if said[0] is Verdict.CLEARED else said
        holds[key] = said
        wanted.setdefault(key, cleared)
        if row.undoes is None and row.batch_id not in undone:
            wanted[key] = said
    return [
        Judgement(track_id=key[0], tag_id=key[1], start_s=key[2], end_s=key[3], verdict=verdict, origin=origin)
        for key, (verdict, origin) in wanted.items()
        if holds[key] != (verdict, origin)
    ]


def _touched(session: Session, batch_id: int) -> Sequence[Row[Any]]:
    """Return, oldest first, every judgement on a track, tag and span that a batch judged."""
    mine = aliased(JudgementRow)
    query = (
        select(
            JudgementRow.track_id, JudgementRow.tag_id, JudgementRow.start_s, JudgementRow.end_s,
            JudgementRow.verdict, JudgementRow.origin, JudgementRow.batch_id, BatchRow.undoes,
        )
        .distinct()
        .add_columns(JudgementRow.id)
        .join(BatchRow, BatchRow.id == JudgementRow.batch_id)
        .join(
            mine,
            (mine.tag_id == JudgementRow.tag_id)
            & (mine.track_id == JudgementRow.track_id)
            & mine.start_s.is_not_distinct_from(JudgementRow.start_s)
            & mine.end_s.is_not_distinct_from(JudgementRow.end_s),
        )
        .where(mine.batch_id == batch_id)
        .order_by(JudgementRow.id)
    )  # fmt: skip
    return session.execute(query).all()


def _require_span(judgement: Judgement) -> None:
    start_s, end_s = judgement.start_s, judgement.end_s
    if start_s is None and end_s is None:
        return
    # NaN would be stored as NULL, and turn a verdict on a segment into one on the track.
    if start_s is None or end_s is None or not (0 <= start_s < end_s <= LONGEST_S):
        raise ValueError(f"a segment needs a start and a later end in seconds, got {start_s} to {end_s}")
