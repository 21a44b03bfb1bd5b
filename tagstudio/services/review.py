"""What to ask the curator next, and why."""

from collections.abc import Callable

import numpy as np

from tagstudio.domain import sampling
from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.suggestions import Question
from tagstudio.services.scores import TagScores, tag_scores
from tagstudio.services.studio import Studio
from tagstudio.services.suggest import tag_named

STRATEGIES: dict[str, Callable[..., list[sampling.Picked]]] = {
    "uncertain": sampling.uncertain,
    "confident": sampling.confident,
}


def questions(studio: Studio, *, strategy: str = "uncertain", tag: str | None = None, n: int = 20) -> list[Question]:
    """Return up to ``n`` questions, the most useful first, each about a different track.

    Without ``tag`` the whole vocabulary is asked about. While anything that was heard is unjudged there is something
    to ask; missing tracks are left out.

    Raises
    ------
    TagStudioError
        If the strategy does not exist.
    NothingFoundError
        If the tag does not exist.
    """
    if strategy not in STRATEGIES:
        raise TagStudioError(f"There is no strategy “{strategy}”.", f"The strategies are: {', '.join(STRATEGIES)}.")
    scores = tag_scores(studio)
    tag_ids = list(scores.tags) if tag is None else [tag_named(studio, tag).id]
    found = [question for tag_id in tag_ids for question in _about(scores, tag_id, strategy, n)]
    best_first = sorted(found, key=_order(strategy))
    return _one_per_track(best_first)[:n]


def _about(scores: TagScores, tag_id: int, strategy: str, n: int) -> list[Question]:
    column = scores.column(tag_id)
    if column is None:
        column = np.full(len(scores.embeddings), np.nan, np.float32)
    said = scores.verdicts.get(tag_id, {})
    closed = np.isin(scores.embeddings.track_ids, list(said)) | ~scores.embeddings.is_present
    return [
        Question(
            track_id=int(scores.embeddings.track_ids[row]),
            tag_id=tag_id,
            tag=scores.tags[tag_id].name,
            score=None if np.isnan(column[row]) else float(column[row]),
            why=why,
        )
        for row, why in STRATEGIES[strategy](column, closed, n)
    ]


def _order(strategy: str) -> Callable[[Question], float]:
    """Return what questions are sorted by; words that nobody knows anything about come last."""

    def cost(question: Question) -> float:
        if question.score is None:
            return np.inf
        return -question.score if strategy == "confident" else abs(question.score - 0.5)

    return cost


def _one_per_track(found: list[Question]) -> list[Question]:
    first: dict[int, Question] = {}
    for question in found:
        first.setdefault(question.track_id, question)
    return list(first.values())
