"""The SQL face of a search: each condition is one statement over one index, what they find is joined in memory.

One statement for the whole search would be slower: SQLite makes a tree of ids for every part of it, or visits the wide
rows of ``track`` one by one. A statement per condition reads one index from end to end and never a row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, column, func, select, table
from sqlalchemy.orm import Session

from tagstudio.domain.judgements import Verdict
from tagstudio.library.schema import StandingRow, TrackFieldRow, TrackRow
from tagstudio.library.search.facts import Facts
from tagstudio.library.search.terms import (
    All,
    AnyOf,
    AnyText,
    ColumnNumber,
    ColumnText,
    Disagree,
    FieldNumber,
    FieldText,
    HasState,
    HasVerdict,
    Lacks,
    Moment,
    Not,
    Number,
    PathText,
    Saved,
    Similar,
    Span,
    Stored,
    Suggested,
    Term,
    Unreviewed,
)  # fmt: skip

Mask = NDArray[np.bool_]
Ids: TypeAlias = Any  # a Select of one column; how its type is written differs between versions

# The index knows words of at least this many characters.
TRIGRAM = 3
# The index keeps these three as one and the same character.
INDISTINCT = frozenset("\N{REPLACEMENT CHARACTER}\ufffe\uffff")
_TEXTS = table("track_text", column("rowid"), column("track_text"))


def found(session: Session, term: Term, everything: NDArray[np.int64], facts: Facts) -> Mask:
    """Tell for every track whether a search finds it.

    Parameters
    ----------
    everything : ndarray of int64, shape (tracks,)
        The ids of all tracks, ascending.

    Returns
    -------
    ndarray of bool, shape (tracks,)
    """
    return _Search(session, everything, facts).mask(term)


@dataclass(frozen=True, slots=True)
class _Search:
    session: Session
    everything: NDArray[np.int64]
    facts: Facts
    saved: dict[str, Mask] = field(default_factory=dict)

    def mask(self, term: Term) -> Mask:
        if isinstance(term, Saved):
            if term.name not in self.saved:
                self.saved[term.name] = self.mask(term.term)
            return self.saved[term.name]
        if isinstance(term, Not):
            return ~self.mask(term.term)
        if isinstance(term, All):
            return self._all(term.terms)
        if isinstance(term, AnyOf):
            return self._any(term.terms)
        if isinstance(term, Suggested | Similar | Disagree):
            return self._of(self.facts.answers[term])
        return self._leaf(term)

    def _leaf(self, term: Stored) -> Mask:
        if isinstance(term, HasState):
            return self._state(term)
        if isinstance(term, Unreviewed):
            return self._of(self.facts.heard) & ~self._stored(HasVerdict(term.tag_ids))
        if isinstance(term, Lacks):
            return self._lacks(term)
        if isinstance(term, AnyText) and self.facts.texts is not None and is_scanned(term.value):
            return np.fromiter((term.value in text for text in self.facts.texts), np.bool_, len(self.everything))
        return self._stored(term)

    def _any(self, terms: Sequence[Term]) -> Mask:
        mask = np.zeros(len(self.everything), np.bool_)
        for each in terms:
            mask |= self.mask(each)
        return mask

    def _all(self, terms: Sequence[Term]) -> Mask:
        mask = np.ones(len(self.everything), np.bool_)
        for each in terms:
            if not mask.any():
                break
            mask &= self.mask(each)
        return mask

    def _state(self, term: HasState) -> Mask:
        if (known := self._remembered(term)) is not None:
            return known
        if term.state == "missing":
            return self._ids(select(TrackRow.id).where(TrackRow.is_missing.is_(True)))
        is_missing = self._state(HasState("missing"))
        if term.state == "failed":
            return self._ids(select(TrackRow.id).where(TrackRow.last_error != "")) & ~is_missing
        is_failed = self._state(HasState("failed"))
        is_heard = self._of(self.facts.heard)
        return ~(is_missing | is_failed) & (is_heard if term.state == "heard" else ~is_heard)

    def _lacks(self, term: Lacks) -> Mask:
        mask = np.ones(len(self.everything), np.bool_)
        if term.name is not None:
            mask &= self._silent(term.name)
        if term.tag_ids:
            mask &= ~self._stored(HasVerdict(term.tag_ids, Verdict.YES))
        return mask

    def _silent(self, name: str) -> Mask:
        known = self._remembered(Lacks(name, ()))
        says = select(TrackFieldRow.track_id).where(TrackFieldRow.name == name, TrackFieldRow.search > "")
        return ~self._ids(says) if known is None else known

    def _stored(self, term: Any) -> Mask:
        known = self._remembered(term)
        return self._ids(_SELECTED[type(term)](term)) if known is None else known

    def _remembered(self, term: Stored) -> Mask | None:
        return None if self.facts.remembered is None else self.facts.remembered(term)

    def _ids(self, statement: Ids) -> Mask:
        return self._of(ids_of(self.session, statement))

    def _of(self, ids: NDArray[np.int64]) -> Mask:
        mask = np.zeros(len(self.everything), np.bool_)
        if len(self.everything):
            rows = np.searchsorted(self.everything, ids)
            rows[rows == len(self.everything)] = 0
            mask[rows[self.everything[rows] == ids]] = True
        return mask


def ids_of(session: Session, statement: Ids) -> NDArray[np.int64]:
    """Return the ids that a statement selects, (rows,), in no order.

    They come as one text: stepping through the rows costs the driver four times what SQLite needs to find them.
    """
    ids = statement.subquery()
    joined = session.scalar(select(func.group_concat(ids.c[0])))
    return np.fromstring(joined or "", np.int64, sep=",")


def is_scanned(value: str) -> bool:
    """Tell whether the full-text index cannot find a word, so that every text must be looked at."""
    return len(value) < TRIGRAM or not INDISTINCT.isdisjoint(value)


def _any_text(term: AnyText) -> Ids:
    if is_scanned(term.value):
        return select(TrackRow.id).where(_has(TrackRow.search, term.value))
    phrase = '"' + term.value.replace('"', '""') + '"'
    return select(_TEXTS.c.rowid).where(_TEXTS.c.track_text.op("MATCH")(phrase))


def _path_text(term: PathText) -> Ids:
    path: Any = TrackRow.path_search
    wanted = select(TrackRow.id).where(_has(path, term.value))
    if term.is_folder:
        # Cuts everything after the last slash: all characters that are no slash, from the end. Slow, so it comes last.
        wanted = wanted.where(_has(func.rtrim(path, func.replace(path, "/", "")), term.value))
    return wanted


def _field_text(term: FieldText) -> Ids:
    search = TrackFieldRow.search
    fits = search == term.value if term.is_whole else _has(search, term.value)
    return select(TrackFieldRow.track_id).where(TrackFieldRow.name == term.name, fits)


def _field_number(term: FieldNumber) -> Ids:
    # The first condition is what the index asks for.
    return select(TrackFieldRow.track_id).where(
        TrackFieldRow.name == term.name, TrackFieldRow.number.is_not(None), *_in(TrackFieldRow.number, term.span)
    )


def _column_text(term: ColumnText) -> Ids:
    text = func.lower(getattr(TrackRow, term.column))
    return select(TrackRow.id).where(text == term.value if term.is_whole else _has(text, term.value))


def _column_number(term: ColumnNumber) -> Ids:
    return select(TrackRow.id).where(*_in(getattr(TrackRow, term.column), term.span))


def _moment(term: Moment) -> Ids:
    ids, at = (TrackRow.id, TrackRow.added_at) if term.what == "added" else (StandingRow.track_id, StandingRow.made_at)
    wanted = select(ids)
    if term.since is not None:
        wanted = wanted.where(at >= term.since)
    if term.until is not None:
        wanted = wanted.where(at < term.until)
    return wanted


def _number(term: Number) -> Ids:
    return select(TrackRow.id).where(TrackRow.id == term.id)


def _has_verdict(term: HasVerdict) -> Ids:
    wanted = select(StandingRow.track_id)
    # Without a tag the index on the tracks has those of one track side by side.
    wanted = wanted.where(StandingRow.tag_id.in_(term.tag_ids)) if term.tag_ids else wanted.distinct()
    return wanted if term.verdict is None else wanted.where(StandingRow.verdict == term.verdict.value)


def _has(text: Any, value: str) -> ColumnElement[bool]:
    # LIKE would need escapes, and takes A for a; both sides are folded already.
    return func.instr(text, value) > 0


def _in(number: Any, span: Span) -> list[ColumnElement[bool]]:
    return [
        number >= span.low if span.with_low else number > span.low,
        number <= span.high if span.with_high else number < span.high,
    ]


_SELECTED: dict[type, Callable[[Any], Ids]] = {
    AnyText: _any_text, PathText: _path_text, FieldText: _field_text, FieldNumber: _field_number,
    ColumnText: _column_text, ColumnNumber: _column_number, Moment: _moment, Number: _number, HasVerdict: _has_verdict,
}  # fmt: skip
