"""What a library holds, in the form that every format writes; quick enough for a hundred thousand tracks."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import Track, folded
from tagstudio.domain.vocabulary import FACETS, Tag
from tagstudio.library import exchange as table
from tagstudio.library import tag_aliases, tracks
from tagstudio.services.exchange.content import Guess, LibraryContent, Said, TrackContent, Word
from tagstudio.services.scores import TagScores

TRACKS_AT_ONCE = 1000


def content(session: Any, ids: Sequence[int], scores: TagScores | None, *, minimum: float = 0.0) -> LibraryContent:
    """Return what the library says of tracks, in their order.

    Parameters
    ----------
    session
        Read from while the tracks are walked through, so that all is of one moment.
    scores : TagScores, optional
        Where suggestions come from; without, there are none.
    minimum : float
        The lowest score of a suggestion.
    """
    tags = table.every_tag(session)
    used = table.used_tags(session)
    spelled: dict[int, list[str]] = {}
    for name, tag_id in tag_aliases.spellings(session).values():
        spelled.setdefault(tag_id, []).append(name)
    words = tuple(
        Word(tag=tag.name, facet=tag.facet, aliases=tuple(spelled.get(tag.id, ())), is_used=tag.id in used)
        for tag in sorted(tags.values(), key=_reading_order)
    )
    return LibraryContent(
        library_id=table.library_id(session),
        words=words,
        searches=tuple(table.searches(session)),
        n_tracks=len(ids),
        tracks=_tracks(session, ids, tags, scores, minimum),
    )


def _tracks(
    session: Any, ids: Sequence[int], tags: dict[int, Tag], scores: TagScores | None, minimum: float
) -> Iterator[TrackContent]:
    sources = _Sources(scores)
    for start in range(0, len(ids), TRACKS_AT_ONCE):
        some = tracks.rows(session, ids[start : start + TRACKS_AT_ONCE])
        held: dict[int, list[table.Held]] = {}
        for each in table.held(session, [track.id for track in some]):
            held.setdefault(each.track_id, []).append(each)
        guesses = _Guesses(scores, sources, some, minimum)
        for track in some:
            said = held.get(track.id, [])
            judged = {each.tag_id for each in said if each.start_s is None}
            found = [_said(each, tags[each.tag_id], guesses.score(track.id, each.tag_id)) for each in said]
            yield TrackContent(track, tuple(sorted(found, key=_said_order)), tuple(guesses.open(track.id, judged)))


class _Sources:
    """Where the scores of tags come from, and whether the curator's judgements are in them; found out once per tag."""

    def __init__(self, scores: TagScores | None) -> None:
        self._scores = scores
        self._known: dict[int, tuple[str, bool]] = {}

    def of(self, tag_id: int) -> tuple[str, bool]:
        """Return the source in words, and whether it is calibrated."""
        assert self._scores is not None
        if tag_id not in self._known:
            self._known[tag_id] = self._scores.source(tag_id), self._scores.head(tag_id) is not None
        return self._known[tag_id]


class _Guesses:
    """The scores of some tracks, looked up once for all of them."""

    def __init__(self, scores: TagScores | None, sources: _Sources, some: Sequence[Track], minimum: float) -> None:
        self._scores, self._sources, self._minimum = scores, sources, minimum
        self._rows: dict[int, int] = {}
        self._tag_ids: list[int] = []
        if scores is None:
            return
        found = [(track.id, row) for track in some if (row := scores.embeddings.row(track.id)) is not None]
        self._rows = {track_id: place for place, (track_id, _) in enumerate(found)}
        self._tag_ids, values = scores.table([row for _, row in found])
        self._columns = {tag_id: column for column, tag_id in enumerate(self._tag_ids)}
        self._values = np.round(values.astype(np.float64), 4)

    def score(self, track_id: int, tag_id: int) -> float | None:
        """Return P(yes) of one tag for one track; None when nobody can tell."""
        row = self._rows.get(track_id)
        if row is None or tag_id not in self._columns:
            return None
        value = float(self._values[row, self._columns[tag_id]])
        return None if np.isnan(value) else value

    def open(self, track_id: int, judged: set[int]) -> Iterator[Guess]:
        """Yield what is suggested for a track and not judged yet, most likely first."""
        row = self._rows.get(track_id)
        if row is None or self._scores is None:
            return
        values = self._values[row]
        columns = np.flatnonzero(values >= self._minimum)
        for column in columns[np.argsort(-values[columns], kind="stable")]:
            tag_id = self._tag_ids[column]
            if tag_id not in judged:
                tag = self._scores.tags[tag_id]
                source, is_calibrated = self._sources.of(tag_id)
                yield Guess(
                    tag=tag.name, facet=tag.facet, score=float(values[column]), source=source,
                    is_calibrated=is_calibrated,
                )  # fmt: skip


def _said(held: table.Held, tag: Tag, score: float | None) -> Said:
    return Said(
        tag=tag.name, facet=tag.facet, verdict=held.verdict, origin=held.origin, made_at=held.made_at,
        start_s=held.start_s, end_s=held.end_s, score=score if held.start_s is None else None,
    )  # fmt: skip


def _said_order(said: Said) -> tuple[object, ...]:
    order = list(Verdict).index(said.verdict)
    return said.is_segment, said.start_s or 0.0, said.end_s or 0.0, order, folded(said.tag), said.tag


def _reading_order(tag: Tag) -> tuple[object, ...]:
    place = FACETS.index(tag.facet) if tag.facet in FACETS else len(FACETS)
    return place, tag.facet, folded(tag.name), tag.name
