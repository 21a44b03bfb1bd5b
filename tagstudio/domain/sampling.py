"""Which tracks to ask about next, and why; queues over arrays of probabilities."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# The golden ratio as a 32-bit fraction: multiples of it, wrapped, scatter rows evenly and always in the same way.
_GOLDEN = np.uint32(2654435769)


class Picked(NamedTuple):
    """A row to ask about, and a sentence that says why."""

    row: int
    why: str


def uncertain(probabilities: ArrayLike, judged: ArrayLike, n: int) -> list[Picked]:
    """Pick the tracks whose answer is most open: probability nearest one half, that one first.

    Early on, when every probability is low, these are the likeliest tracks.

    Parameters
    ----------
    probabilities : array, shape (tracks,)
        P(yes); not a number where nothing is known, these come last.
    judged : bool array, shape (tracks,)
        True where the curator has answered; never picked.
    n : int
        How many at most; fewer only when fewer are left.
    """
    values = np.asarray(probabilities, np.float64)
    rows = _first(np.abs(values - 0.5), judged, n)
    return [Picked(int(row), _why_uncertain(values[row])) for row in rows]


def confident(probabilities: ArrayLike, judged: ArrayLike, n: int) -> list[Picked]:
    """Pick the likeliest tracks, for saying yes in bulk; parameters as for `uncertain`."""
    values = np.asarray(probabilities, np.float64)
    rows = _first(1 - values, judged, n)
    return [Picked(int(row), _why_confident(values[row])) for row in rows]


# The n unjudged rows of lowest cost; ties and unknown costs in scattered order, so that not one album comes first.
def _first(cost: NDArray[np.float64], judged: ArrayLike, n: int) -> NDArray[np.int64]:
    done = np.asarray(judged, np.bool_)
    if cost.ndim != 1 or cost.shape != done.shape:
        raise ValueError(f"expected two rows of equal length, got shapes {cost.shape} and {done.shape}")
    if n < 0:
        raise ValueError(f"cannot pick {n} tracks")
    open_rows = np.flatnonzero(~done)
    known = np.nan_to_num(cost[open_rows], nan=np.inf)
    if n < open_rows.size:
        cut = np.partition(known, max(n - 1, 0))[max(n - 1, 0)]
        near = known <= cut
        open_rows, known = open_rows[near], known[near]
    scattered = open_rows.astype(np.uint32) * _GOLDEN
    return open_rows[np.lexsort((scattered, known))][:n].astype(np.int64)


def _percent(probability: float) -> str:
    return f"{100 * probability:.0f} %"


def _why_uncertain(probability: float) -> str:
    if np.isnan(probability):
        return "Nothing is known about this track yet."
    if probability >= 0.5:
        return f"Open question: {_percent(probability)} likely, an answer teaches most here."
    return f"Open question: only {_percent(probability)} likely, but among the nearest to an even chance."


def _why_confident(probability: float) -> str:
    if np.isnan(probability):
        return "Nothing is known about this track yet."
    return f"Among the likeliest: {_percent(probability)}."
