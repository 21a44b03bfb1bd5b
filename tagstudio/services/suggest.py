"""Suggestions for tracks, and the whole library ranked for one tag."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.suggestions import Suggestion
from tagstudio.domain.tracks import Track
from tagstudio.domain.vocabulary import Tag
from tagstudio.library import tags
from tagstudio.services import find
from tagstudio.services.scores import TagScores, tag_scores
from tagstudio.services.studio import Studio


@dataclass(frozen=True, slots=True)
class TrackSuggestions:
    """A track and what may fit it, most likely first."""

    track: Track
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every track that was listened to, most likely first, with P(yes) of one tag; both (tracks,)."""

    track_ids: NDArray[np.int64]
    scores: NDArray[np.float32]


def suggest(
    studio: Studio, query: str = "", *, top: int = 12, minimum: float = 0.1, tag: str | None = None
) -> list[TrackSuggestions]:
    """Return suggestions for the tracks of ``query``, in order of path; with ``tag`` of it alone, best track first.

    Missing tracks are left out, and tags with a verdict: they are no longer a question. Tracks nobody listened to come
    without suggestions.
    """
    found = find.found(studio, query, order="path", present_only=True)
    with studio.library.read() as session:
        only = None if tag is None else tags.by_name(session, tag).id
    scores = tag_scores(studio)
    answers = [TrackSuggestions(each, tuple(_open(scores, each.id, top, minimum, only))) for each in found]
    if only is not None:
        answers = sorted((each for each in answers if each.suggestions), key=lambda each: -each.suggestions[0].score)
    return answers


def _open(scores: TagScores, track_id: int, top: int, minimum: float, only: int | None) -> list[Suggestion]:
    found = _suggestions(scores, track_id, [only] if only is not None else list(scores.tags))
    return [each for each in found if each.verdict is None and each.score >= minimum][:top]


def track_suggestions(studio: Studio, track_id: int, *, top: int = 12, minimum: float = 0.0) -> list[Suggestion]:
    """Return what may fit one track and what was said of it: judged tags first, then the ``top`` most likely others."""
    scores = tag_scores(studio)
    found = _suggestions(scores, track_id, list(scores.tags))
    judged = [each for each in found if each.verdict is not None]
    return judged + [each for each in found if each.verdict is None and each.score >= minimum][:top]


def _suggestions(scores: TagScores, track_id: int, tag_ids: Sequence[int]) -> list[Suggestion]:
    row = scores.embeddings.row(track_id)
    found = []
    for tag_id in tag_ids:
        verdict = scores.verdicts.get(tag_id, {}).get(track_id)
        column = None if row is None else scores.column(tag_id)
        score = np.nan if column is None or row is None else float(column[row])
        is_known = not np.isnan(score)
        if not is_known and verdict is None:
            continue
        tag = scores.tags[tag_id]
        found.append(
            Suggestion(
                track_id=track_id,
                tag_id=tag_id,
                tag=tag.name,
                facet=tag.facet,
                score=score if is_known else 0.0,
                source=scores.source(tag_id) if is_known else "",
                verdict=verdict,
            )
        )
    return sorted(found, key=lambda each: -each.score)


def ranking(studio: Studio, tag_id: int) -> Ranking:
    """Rank every track of which something is known for one tag."""
    scores = tag_scores(studio)
    column = scores.column(tag_id)
    if column is None:
        return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
    order = np.argsort(-column, kind="stable")[: int(np.isfinite(column).sum())]
    return Ranking(scores.embeddings.track_ids[order], column[order])


def tag_named(studio: Studio, name: str) -> Tag:
    """Return a tag by its name; raises NothingFoundError with near names."""
    with studio.library.read() as session:
        return tags.by_name(session, name)
