"""Tracks that sound alike: cosine neighbours among unit rows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Near(NamedTuple):
    """Neighbours, nearest first: ``rows`` int64 and cosine ``distances`` float32 in [0, 2], both of shape (found,)."""

    rows: NDArray[np.int64]
    distances: NDArray[np.float32]


def nearest(units: NDArray[np.float32], row: int, n: int, *, among: ArrayLike | None = None) -> Near:
    """Find the rows that point the same way as one row; the row itself is left out.

    Parameters
    ----------
    units : float32 array, shape (tracks, dimensions)
        Rows of unit length (`Standardised.units`); a row of zeros is at distance 1 from everything.
    row : int
        The row to start from.
    n : int
        How many at most; fewer when there are fewer.
    among : int array, shape (candidates,), optional
        Only look among these rows, e.g. the examples of a tag.

    Raises
    ------
    IndexError
        If ``row`` is not a row of ``units``.
    """
    if not 0 <= row < len(units):
        raise IndexError(f"row {row} of {len(units)}")
    candidates = np.arange(len(units)) if among is None else np.unique(np.asarray(among, np.int64))
    against = units if among is None else units[candidates]
    distances = np.clip(1 - against @ units[row], 0, 2).astype(np.float32)
    distances[candidates == row] = np.inf
    n_found = min(max(n, 0), len(candidates) - int((candidates == row).any()))
    if n_found == 0:
        return Near(np.empty(0, np.int64), np.empty(0, np.float32))
    best = np.argpartition(distances, n_found - 1)[:n_found]
    best = best[np.lexsort((candidates[best], distances[best]))]
    return Near(candidates[best].astype(np.int64), distances[best])
