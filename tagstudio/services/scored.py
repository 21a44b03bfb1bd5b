"""The answers that networks and heads give to the terms of a search: suggested, similar, in dispute."""

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.errors import NothingFoundError, QueryError
from tagstudio.learning.neighbours import nearest
from tagstudio.library import search, tracks
from tagstudio.library.search import Disagree, Facts, Query, Scored, Similar, Suggested
from tagstudio.services.scores import TagScores, tag_scores
from tagstudio.services.studio import Studio

ALIKE = 50
# Networks disagree from this difference between their scores of one tag.
APART = 0.5


def facts_for(studio: Studio, query: Query) -> Facts:
    """Return what a query needs to be told.

    Raises
    ------
    QueryError
        If it names a track or a network that does not exist.
    """
    terms = query.scored
    if not terms and not query.needs_heard:
        return search.NO_FACTS
    try:
        answers = {term: _answer(studio, term) for term in dict.fromkeys(terms)}
    except QueryError as error:
        error.query = query.text
        raise
    return Facts(studio.embeddings().track_ids, answers)


def _answer(studio: Studio, term: Scored) -> NDArray[np.int64]:
    if isinstance(term, Suggested):
        return suggested(tag_scores(studio), term)
    return _alike(studio, term) if isinstance(term, Similar) else _disputed(studio, term)


def suggested(scores: TagScores, term: Suggested) -> NDArray[np.int64]:
    """Return the tracks for which one of the tags is likely enough and has no verdict."""
    track_ids, span = scores.embeddings.track_ids, term.span
    picked = np.zeros(len(track_ids), np.bool_)
    for tag_id in term.tag_ids:
        column = scores.column(tag_id) if tag_id in scores.tags else None
        if column is not None:
            above = column >= span.low if span.with_low else column > span.low
            below = column <= span.high if span.with_high else column < span.high
            picked |= above & below & is_open(scores, tag_id)
    return track_ids[picked]


def is_open(scores: TagScores, tag_id: int) -> NDArray[np.bool_]:
    """Tell for each row of the embeddings whether no verdict holds for the tag."""
    rows = (scores.embeddings.row(track_id) for track_id in scores.verdicts.get(tag_id, {}))
    unjudged = np.ones(len(scores.embeddings), np.bool_)
    unjudged[[row for row in rows if row is not None]] = False
    return unjudged


def _alike(studio: Studio, term: Similar) -> NDArray[np.int64]:
    embeddings = studio.embeddings()
    try:
        with studio.library.read() as session:
            track = tracks.one(session, term.track)
    except NothingFoundError as error:
        raise QueryError(error.what, error.advice, position=term.position) from error
    row = embeddings.row(track.id)
    if row is None or not embeddings.has_embedding[row]:
        raise QueryError(f"“{track.name}” was not listened to yet.", "Listen to it first.", position=term.position)
    among = np.flatnonzero(embeddings.is_present & embeddings.has_embedding)
    rows, _ = nearest(embeddings.standardised.units, row, ALIKE, among=among)
    return embeddings.track_ids[rows]


def _disputed(studio: Studio, term: Disagree) -> NDArray[np.int64]:
    scores = tag_scores(studio)
    heard = scores.embeddings.scores
    sides = [{model_id: heard[model_id] for model_id in heard if word in model_id} for word in term.models]
    for word, side in zip(term.models, sides, strict=True):
        if not side:
            names = ", ".join(heard) or "none yet"
            raise QueryError(
                f"No network called “{word}” has listened.", f"Those that have: {names}.", position=term.position
            )
    if sides[0].keys() & sides[1].keys():
        raise QueryError(
            "A network cannot disagree with itself.", "Name two that differ, e.g. disagree:musicnn,vgg.",
            position=term.position,
        )  # fmt: skip
    with studio.memory_lock:
        key = tuple(tuple(side) for side in sides)
        kept = studio.memory.get("disputed")
        if kept is None or kept[0] is not scores.embeddings or kept[1] != (key, scores.mapped):
            kept = scores.embeddings, (key, scores.mapped), _far_apart(scores, sides)
            studio.memory["disputed"] = kept
    return scores.embeddings.track_ids[kept[2]]


def _far_apart(scores: TagScores, sides: list[dict[str, NDArray[np.float32]]]) -> NDArray[np.bool_]:
    apart = np.zeros(len(scores.embeddings), np.bool_)
    for tag_id in scores.tags:
        said = [scores.model_scores(tag_id, side) for side in sides]
        if said[0] is not None and said[1] is not None:
            apart |= np.abs(said[0] - said[1]) >= APART  # False where one has not heard the track
    return apart
