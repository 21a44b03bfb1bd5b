"""How likely each tag fits each track: model tags to begin with, the tag's own head as judgements grow.

The score of a tag is a probability. Without judgements it is the mean, over the models that have heard the track, of
the highest score among the model tags mapped to it. With n judgements the logit of the tag's head takes the share
n / (n + 5) and the models' logit the rest, so that a word the networks know is not forgotten after one example.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.vocabulary import ModelTag, Tag
from tagstudio.learning.prototypes import InstantHead, fit
from tagstudio.library import judgements, tags
from tagstudio.nn.catalogue import card
from tagstudio.services.embeddings import LibraryEmbeddings
from tagstudio.services.studio import Studio

# Judgements after which head and models count alike.
HALF_WAY = 5
_EPSILON = 1e-4


@dataclass(frozen=True)
class TagScores:
    """Scores of every tag for every track that was listened to; each tag is computed when it is first asked for."""

    embeddings: LibraryEmbeddings
    tags: dict[int, Tag]
    mapped: Mapping[int, tuple[ModelTag, ...]]
    verdicts: Mapping[int, Mapping[int, Verdict]]
    judged_to: int
    columns: dict[int, NDArray[np.float32] | None] = field(default_factory=dict)
    heads: dict[int, InstantHead | None] = field(default_factory=dict)

    def column(self, tag_id: int) -> NDArray[np.float32] | None:
        """Return P(yes) of one tag for every row, (tracks,), NaN where nobody can tell; None if nowhere anybody can."""
        if tag_id not in self.columns:
            self.columns[tag_id] = self._blend(tag_id)
        return self.columns[tag_id]

    def table(self, rows: Sequence[int]) -> tuple[list[int], NDArray[np.float32]]:
        """Return the tags that have scores and their scores for ``rows``, (rows, tags)."""
        known = {tag_id: column for tag_id in self.tags if (column := self.column(tag_id)) is not None}
        if not known:
            return [], np.empty((len(rows), 0), np.float32)
        return list(known), np.stack([column[list(rows)] for column in known.values()], axis=1)

    def head(self, tag_id: int) -> InstantHead | None:
        """Return the tag's head, learned from its judgements now; None without a yes or a no."""
        if tag_id not in self.heads:
            self.heads[tag_id] = self._learn(tag_id)
        return self.heads[tag_id]

    def source(self, tag_id: int) -> str:
        """Say in words where the scores of a tag come from."""
        said = list(self.verdicts.get(tag_id, {}).values())
        yes, no = said.count(Verdict.YES), said.count(Verdict.NO)
        models = ", ".join(sorted(f"{each.model_id}: {each.name}" for each in self._model_tags(tag_id)))
        if self.head(tag_id) is None:
            return models
        head = f"head from {yes} yes, {no} no"
        return f"{head} + {models}" if models else head

    def weight_of_head(self, tag_id: int) -> float:
        """Return the share in [0, 1] that the head has in the tag's score."""
        head = self.head(tag_id)
        if head is None:
            return 0.0
        count = head.n_yes + head.n_no
        return count / (count + HALF_WAY) if self._model_tags(tag_id) else 1.0

    def model_scores(self, tag_id: int, scores: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32] | None:
        """Return what models say of a tag, given their ``scores`` (rows, classes) by model id; None without a map."""
        said = [
            scores[model_id][:, indices].max(axis=1)
            for model_id, indices in self._classes(tag_id).items()
            if model_id in scores
        ]
        if not said:
            return None
        stacked = np.stack(said)
        heard = np.isfinite(stacked)
        total = np.where(heard, stacked, 0).sum(axis=0)
        count = heard.sum(axis=0)
        means: NDArray[np.float32] = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
        return means

    def blended(
        self, tag_id: int, of_models: NDArray[np.float32] | None, of_head: NDArray[np.float32] | None
    ) -> NDArray[np.float32] | None:
        """Join what models and head say of the same rows; where one is silent (NaN), the other speaks alone."""
        if of_models is None or of_head is None:
            return of_head if of_models is None else of_models
        weight = self.weight_of_head(tag_id)
        mixed = weight * _logit(of_head) + (1 - weight) * _logit(of_models)
        joined = 1 / (1 + np.exp(-mixed))
        alone = np.where(np.isnan(of_head), of_models, of_head)
        return np.where(np.isnan(joined), alone, joined).astype(np.float32)

    def _blend(self, tag_id: int) -> NDArray[np.float32] | None:
        head = self.head(tag_id)
        of_head = None
        if head is not None:
            of_head = np.where(self.embeddings.has_embedding, head.scores(self.embeddings.standardised.units), np.nan)
        return self.blended(tag_id, self.model_scores(tag_id, self.embeddings.scores), of_head)

    def _learn(self, tag_id: int) -> InstantHead | None:
        said = self.verdicts.get(tag_id, {})
        yes = self.embeddings.examples(track_id for track_id, verdict in said.items() if verdict is Verdict.YES)
        no = self.embeddings.examples(track_id for track_id, verdict in said.items() if verdict is Verdict.NO)
        if not len(yes) and not len(no):
            return None
        return fit(self.embeddings.standardised, yes, no, model_ids=self.embeddings.model_ids)

    def _model_tags(self, tag_id: int) -> tuple[ModelTag, ...]:
        return tuple(each for each in self.mapped.get(tag_id, ()) if each.model_id in self.embeddings.scores)

    def _classes(self, tag_id: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for each in self._model_tags(tag_id):
            classes = card(each.model_id).classes
            if each.name in classes:
                found.setdefault(each.model_id, []).append(classes.index(each.name))
        return found


def _logit(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    kept = np.clip(probability, _EPSILON, 1 - _EPSILON)
    logits: NDArray[np.float32] = np.log(kept / (1 - kept))
    return logits


def tag_scores(studio: Studio) -> TagScores:
    """Return the scores of the library as it is now; what no judgement has touched since is not computed again."""
    embeddings = studio.embeddings()
    with studio.memory_lock:
        old: TagScores | None = studio.memory.get("scores")
        if old is not None and old.embeddings is not embeddings:
            old = None
        studio.memory["scores"] = new = _load(studio, embeddings, old)
        return new


def _load(studio: Studio, embeddings: LibraryEmbeddings, old: TagScores | None) -> TagScores:
    with studio.library.read() as session:
        judged_to, touched = judgements.touched_since(session, old.judged_to if old else 0)
        known = {tag.id: tag for tag in tags.all_tags(session)}
        mapped = tags.model_tags(session)
        verdicts = dict(old.verdicts) if old else {}
        verdicts.update((tag_id, judgements.verdicts(session, tag_id)) for tag_id in touched)
    new = TagScores(embeddings, known, mapped, verdicts, judged_to)
    if old is not None:
        kept = [tag_id for tag_id in known if tag_id not in touched and mapped.get(tag_id) == old.mapped.get(tag_id)]
        new.columns.update((tag_id, old.columns[tag_id]) for tag_id in kept if tag_id in old.columns)
        new.heads.update((tag_id, old.heads[tag_id]) for tag_id in kept if tag_id in old.heads)
    return new
