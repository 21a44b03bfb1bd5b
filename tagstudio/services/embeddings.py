"""The embeddings and mean scores of a library's tracks, side by side in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tagstudio.learning.embeddings import Standardised, standardise
from tagstudio.library import tracks
from tagstudio.library.store import Library
from tagstudio.nn.catalogue import cards
from tagstudio.services.networks import DEFAULT_MODELS

# A second model joins the embedding when it has heard this share of what the first has: a single track heard by
# another model must not make all others unknown.
JOINS_FROM = 0.9


@dataclass(frozen=True)
class LibraryEmbeddings:
    """One row per track that any model has listened to, in order of track id.

    Attributes
    ----------
    model_ids : tuple of str
        Models whose embeddings, side by side in this order, are the embedding of a track.
    track_ids : ndarray, shape (tracks,)
    is_present : ndarray of bool, shape (tracks,)
        Whether the file was there at the last scan; what was said of the others still teaches.
    has_embedding : ndarray of bool, shape (tracks,)
        Whether every one of ``model_ids`` has heard the track.
    raw : ndarray, shape (tracks, dimensions)
        NaN in rows without an embedding.
    scores : dict of ndarray, shape (tracks, classes)
        Each model's mean tag scores; NaN in rows that it has not heard.
    """

    version: tuple[int, int]
    model_ids: tuple[str, ...]
    track_ids: NDArray[np.int64]
    is_present: NDArray[np.bool_]
    has_embedding: NDArray[np.bool_]
    raw: NDArray[np.float32]
    scores: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @cached_property
    def standardised(self) -> Standardised:
        """The rows standardised over the library and brought to unit length; zeros without an embedding."""
        return standardise(self.raw)

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return {int(track_id): row for row, track_id in enumerate(self.track_ids)}

    def __len__(self) -> int:
        return len(self.track_ids)

    def row(self, track_id: int) -> int | None:
        """Return the row of a track, None while it has not been listened to."""
        return self._row_of.get(track_id)

    def examples(self, track_ids: Iterable[int]) -> NDArray[np.intp]:
        """Return the rows of those tracks that have an embedding."""
        found = (self._row_of.get(track_id) for track_id in track_ids)
        return np.array([row for row in found if row is not None and self.has_embedding[row]], np.intp)

    def has(self, track_id: int) -> bool:
        """Tell whether a track has been listened to."""
        return track_id in self._row_of


def load_embeddings(library: Library, *, version: tuple[int, int] = (0, 0)) -> LibraryEmbeddings:
    """Read what the cache holds for the library's tracks."""
    with library.read() as session:
        hash_of, missing = tracks.hashes(session), tracks.missing(session)
    heard = {card.id: library.cache.vectors(card.id, card.made_by) for card in cards()}
    rows_of = {model_id: {audio: row for row, audio in enumerate(found[0])} for model_id, found in heard.items()}
    model_ids = _joined(rows_of, set(hash_of.values()))
    known = set().union(*rows_of.values())
    track_ids = [track_id for track_id, audio in sorted(hash_of.items()) if audio in known]
    picked = {
        model_id: np.array([rows.get(hash_of[track_id], -1) for track_id in track_ids], np.intp)
        for model_id, rows in rows_of.items()
        if rows
    }
    embeddings = [_picked(heard[model_id][1], picked[model_id]) for model_id in model_ids]
    has_all = [picked[model_id] >= 0 for model_id in model_ids]
    return LibraryEmbeddings(
        version=version,
        model_ids=model_ids,
        track_ids=np.array(track_ids, np.int64),
        is_present=np.array([track_id not in missing for track_id in track_ids], np.bool_),
        has_embedding=np.logical_and.reduce(has_all) if has_all else np.zeros(len(track_ids), np.bool_),
        raw=np.concatenate(embeddings, axis=1) if embeddings else np.empty((0, 0), np.float32),
        scores={model_id: _picked(heard[model_id][2], rows) for model_id, rows in picked.items()},
    )


def _joined(rows_of: dict[str, dict[str, int]], present: set[str]) -> tuple[str, ...]:
    """Return the models whose embeddings are joined: the default ones first, each if it has heard almost everything."""
    coverage = {model_id: rows.keys() & present for model_id, rows in rows_of.items()}
    by_default = sorted((each for each in coverage if coverage[each]), key=lambda each: each not in DEFAULT_MODELS)
    if not by_default:
        return ()
    joined = [max(by_default, key=lambda each: len(coverage[each]))]
    common = coverage[joined[0]]
    for model_id in by_default:
        if model_id not in joined and len(common & coverage[model_id]) >= JOINS_FROM * len(coverage[joined[0]]):
            joined.append(model_id)
            common = common & coverage[model_id]
    return tuple(sorted(joined, key=list(coverage).index))


def _picked(matrix: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    picked = matrix[rows]
    picked[rows < 0] = np.nan
    return picked
