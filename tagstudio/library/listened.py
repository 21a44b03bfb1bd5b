"""What one model heard in one track, as it goes into the cache and comes out again."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Better than any number of excerpts.
FULL = 1 << 30


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Listened:
    """The windows of one track that one model heard.

    Parameters
    ----------
    audio_hash, model_id : str
        Which audio, which model.
    preprocessing_id : str
        ``mel96-16k/full``, or ``mel96-16k/6`` for six windows spread over the track.
    n_windows : int
        How many windows the whole file has.
    numbers : ndarray, shape (windows,)
        Which of them were heard, counted from 0.
    scores : ndarray, shape (windows, classes)
        Tag scores in [0, 1].
    embeddings : ndarray, shape (windows, dimensions)
        float16 or float32; kept as given.
    made_by : str
        What made the numbers: weights and front end. Numbers of one model that differ in it are never mixed.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, nothing was heard, or a value is not finite.
    """

    audio_hash: str
    model_id: str
    preprocessing_id: str
    n_windows: int
    numbers: NDArray[np.int64]
    scores: NDArray[np.float32]
    embeddings: NDArray[Any]
    made_by: str = ""

    def __post_init__(self) -> None:
        lengths = {len(self.numbers), len(self.scores), len(self.embeddings)}
        if len(lengths) != 1 or 0 in lengths or self.scores.ndim != 2 or self.embeddings.ndim != 2:
            raise ValueError(
                f"expected one row per window, got {self.numbers.shape}, {self.scores.shape}, {self.embeddings.shape}"
            )
        if self.embeddings.dtype not in (np.float16, np.float32):
            raise ValueError(f"embeddings must be float16 or float32, got {self.embeddings.dtype}")
        if not (np.isfinite(self.scores).all() and np.isfinite(self.embeddings).all()):
            raise ValueError("a score or an embedding is not a finite number")
        quality(self.preprocessing_id)

    @property
    def quality(self) -> int:
        """How much was heard, for comparing; all windows are as good as ``full``."""
        return FULL if len(self.numbers) >= self.n_windows else quality(self.preprocessing_id)

    @property
    def mean_scores(self) -> NDArray[np.float32]:
        """Tag scores of the track, shape (classes,)."""
        return np.asarray(self.scores.mean(axis=0, dtype=np.float64), np.float32)

    @property
    def mean_embedding(self) -> NDArray[np.float32]:
        """The embedding of the track, shape (dimensions,)."""
        return np.asarray(self.embeddings.mean(axis=0, dtype=np.float64), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Taggram:
    """Tag scores over time: ``scores`` (windows, classes) at the windows ``numbers`` of ``n_windows``."""

    numbers: NDArray[np.int64]
    scores: NDArray[np.float32]
    embeddings: NDArray[Any]
    n_windows: int
    preprocessing_id: str


def preprocessing_id(excerpts: int | None) -> str:
    """Return the id of the networks' front end for so many excerpts, None for everything."""
    return f"mel96-16k/{'full' if excerpts is None else excerpts}"


def quality(preprocessing: str) -> int:
    """Return how much a preprocessing hears, for comparing.

    Raises
    ------
    ValueError
        If the id ends in neither ``/full`` nor ``/<number of excerpts>``.
    """
    _, _, part = preprocessing.rpartition("/")
    if part == "full":
        return FULL
    if not part.isascii() or not part.isdigit() or not 0 < int(part) < FULL:
        raise ValueError(f"“{preprocessing}” does not say how many windows are heard")
    return int(part)
