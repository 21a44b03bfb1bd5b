"""Numbers over time, folded into the columns of pixels of a view."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Numbers = NDArray[np.int64]


class Spread(NamedTuple):
    """For each column the items that lie in it: ``values[first:last]``; none where the two are equal."""

    first: Numbers
    last: Numbers


def edges(start_s: float, end_s: float, count: int) -> NDArray[np.float64]:
    """Return the ``count + 1`` borders of the columns of a view, in seconds."""
    return np.linspace(start_s, end_s, count + 1)


def regular(borders: Floats, *, period_s: float, count: int, origin_s: float = 0.0) -> Spread:
    """Spread items that follow each other without gaps, each ``period_s`` long, the first from ``origin_s``.

    A column shows at least the item it begins in; columns before the first and after the last item are empty.
    """
    place = (np.asarray(borders, np.float64) - origin_s) / period_s + 1e-9
    begin = np.floor(place).astype(np.int64)
    first, last = begin[:-1], np.maximum(begin[1:], begin[:-1] + 1)
    first, last = np.clip(first, 0, count), np.clip(last, 0, count)
    return Spread(first, np.maximum(first, last))


def windows(borders: Floats, starts_s: Floats, length_s: float) -> Spread:
    """Spread windows that may overlap and may leave gaps; ``starts_s`` ascends."""
    starts = np.asarray(starts_s, np.float64)
    first = np.searchsorted(starts + length_s, borders[:-1] + 1e-9, side="right")
    last = np.searchsorted(starts, borders[1:] - 1e-9, side="left")
    return Spread(first, np.maximum(first, last))


def folded(
    values: NDArray[np.generic], spread: Spread, how: np.ufunc, *, dtype: type | None = None
) -> NDArray[np.generic]:
    """Reduce the items of each column along the first axis; what empty columns get means nothing.

    Parameters
    ----------
    values : ndarray, shape (items, ...)
        At least one item.

    Returns
    -------
    ndarray, shape (columns, ...)
    """
    low, high = int(spread.first.min()), int(spread.last.max())
    low, high = min(low, len(values) - 1), max(high, min(low, len(values) - 1) + 1)
    part = values[low : high + 1]
    if len(part) <= high - low:
        part = np.concatenate([part, part[-1:]])  # something for an end at the very end to point to
    first = np.minimum(spread.first - low, high - low - 1)
    last = np.maximum(spread.last - low, first + 1)
    # Pairs of begin and end; every second result is what lies between two columns.
    pairs = np.stack([first, last], axis=1).ravel()
    return np.asarray(how.reduceat(part, pairs, axis=0, dtype=dtype)[::2])


def mean(values: NDArray[np.generic], spread: Spread) -> NDArray[np.float32]:
    """Return the mean of the items of each column, shape (columns, ...)."""
    summed = folded(values, spread, np.add, dtype=np.float32)
    count = np.maximum(spread.last - spread.first, 1).astype(np.float32)
    return np.asarray(summed / count.reshape(-1, *[1] * (summed.ndim - 1)), np.float32)


class Pyramid:
    """A long picture over time, kept at several resolutions so that any view of it is quick to paint.

    Parameters
    ----------
    values : ndarray of uint8, shape (frames, bins)
    period_s : float
        Time from one frame to the next; frame ``i`` is centred on ``i * period_s``.
    """

    STEP = 4
    FEWEST = 4  # frames of a coarse level in a column: its borders are off by a quarter of a pixel at most

    def __init__(self, values: NDArray[np.uint8], period_s: float) -> None:
        self.period_s = period_s
        self.levels = [values]
        while len(self.levels[-1]) > self.STEP * 256:
            self.levels.append(self._coarser(self.levels[-1]))

    def mean(self, borders: Floats) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the mean of each column, shape (columns, bins), and which columns have one."""
        per_column = float(borders[-1] - borders[0]) / max(len(borders) - 1, 1) / self.period_s
        level = 0
        while level + 1 < len(self.levels) and per_column >= self.FEWEST * self.STEP ** (level + 1):
            level += 1
        values = self.levels[level]
        period = self.period_s * self.STEP**level
        spread = regular(borders, period_s=period, count=len(values), origin_s=-self.period_s / 2)
        return mean(values, spread), spread.last > spread.first

    def _coarser(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        groups = -(-len(values) // self.STEP)
        missing = groups * self.STEP - len(values)
        padded = np.concatenate([values, np.repeat(values[-1:], missing, axis=0)]) if missing else values
        total = padded.reshape(groups, self.STEP, -1).astype(np.uint16).sum(axis=1, dtype=np.uint16)
        return np.asarray((total + self.STEP // 2) // self.STEP, np.uint8)
