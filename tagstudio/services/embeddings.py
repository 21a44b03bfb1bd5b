"""The embeddings and mean scores of a library's tracks, side by side in memory."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tagstudio.learning.embeddings import Standardised, standardise
from tagstudio.library import tracks
from tagstudio.library.store import Library
from tagstudio.nn.catalogue import cards
from tagstudio.services.networks import DEFAULT_MODELS


@dataclass(frozen=True)
class LibraryEmbeddings:
    """One row per present track that every one of ``model_ids`` has listened to, in order of track id.

    ``raw`` holds the models' embeddings side by side, (tracks, dimensions); ``scores`` each model's mean tag scores,
    (tracks, classes), NaN in rows that this model has not heard.
    """

    version: tuple[int, int]
    model_ids: tuple[str, ...]
    track_ids: NDArray[np.int64]
    raw: NDArray[np.float32]
    scores: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @cached_property
    def standardised(self) -> Standardised:
        """The rows standardised over the library and brought to unit length."""
        return standardise(self.raw)

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return {int(track_id): row for row, track_id in enumerate(self.track_ids)}

    def __len__(self) -> int:
        return len(self.track_ids)

    def row(self, track_id: int) -> int | None:
        """Return the row of a track, None while it has not been listened to."""
        return self._row_of.get(track_id)

    def rows(self, track_ids: list[int]) -> NDArray[np.intp]:
        """Return the rows of those tracks that have one."""
        found = (self._row_of.get(track_id) for track_id in track_ids)
        return np.array([row for row in found if row is not None], np.intp)

    def has(self, track_id: int) -> bool:
        """Tell whether a track has been listened to."""
        return track_id in self._row_of


def load_embeddings(library: Library, *, version: tuple[int, int] = (0, 0)) -> LibraryEmbeddings:
    """Read what the cache holds for the library's present tracks.

    The embedding of a track joins the default models, and every other model that has heard all of the same tracks.
    """
    with library.read() as session:
        hash_of = tracks.hashes(session)
    heard = {card.id: library.cache.vectors(card.id) for card in cards()}
    rows_of = {
        model_id: {audio_hash: row for row, audio_hash in enumerate(hashes)}
        for model_id, (hashes, _, _) in heard.items()
    }
    model_ids = _joined(rows_of, set(hash_of.values()))
    if not model_ids:
        return LibraryEmbeddings(version, (), np.empty(0, np.int64), np.empty((0, 0), np.float32))
    track_ids = [
        track_id
        for track_id, audio_hash in sorted(hash_of.items())
        if all(audio_hash in rows_of[each] for each in model_ids)
    ]
    hashes = [hash_of[track_id] for track_id in track_ids]
    raw = [heard[each][1][[rows_of[each][audio_hash] for audio_hash in hashes]] for each in model_ids]
    scores = {
        model_id: _picked(heard[model_id][2], [rows.get(audio_hash, -1) for audio_hash in hashes])
        for model_id, rows in rows_of.items()
        if rows
    }
    return LibraryEmbeddings(version, model_ids, np.array(track_ids, np.int64), np.concatenate(raw, axis=1), scores)


def _joined(rows_of: dict[str, dict[str, int]], present: set[str]) -> tuple[str, ...]:
    coverage = {model_id: rows.keys() & present for model_id, rows in rows_of.items()}
    base = [model_id for model_id in DEFAULT_MODELS if coverage.get(model_id)]
    if not base:
        widest = max(coverage, key=lambda model_id: len(coverage[model_id]), default="")
        base = [widest] if coverage.get(widest) else []
    if not base:
        return ()
    common = set.intersection(*(set(coverage[model_id]) for model_id in base))
    if not common:
        return (max(base, key=lambda model_id: len(coverage[model_id])),)
    return tuple(model_id for model_id in coverage if model_id in base or coverage[model_id] >= common)


def _picked(matrix: NDArray[np.float32], rows: list[int]) -> NDArray[np.float32]:
    picked = matrix[rows]
    picked[[row < 0 for row in rows]] = np.nan
    return picked
