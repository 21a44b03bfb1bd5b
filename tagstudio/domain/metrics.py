"""How well scores order and cut what people said: areas, precision and recall, and their intervals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# The two-sided 95 % point of the normal distribution; every interval here is two-sided at 95 %.
Z95 = 1.959963984540054
_BISECTIONS = 60


class Interval(NamedTuple):
    """A two-sided 95 % interval, 0 <= low <= high <= 1."""

    low: float
    high: float


class PrecisionRecall(NamedTuple):
    """What a cut keeps: the share of it that is right, and the share of the right ones it keeps."""

    precision: float
    recall: float
    kept: int


def roc_auc(scores: ArrayLike, is_yes: ArrayLike) -> float:
    """Return the chance that a random yes scores above a random no; a tie counts half.

    Raises
    ------
    ValueError
        If there is no yes or no no, shapes differ, or a score is not a number.

    References
    ----------
    Hanley and McNeil (1982), "The meaning and use of the area under a receiver operating characteristic curve":
    the area is the Mann-Whitney statistic.
    """
    values, truth = _checked(scores, is_yes)
    n_yes, n_no = int(truth.sum()), int((~truth).sum())
    if not n_yes or not n_no:
        raise ValueError("an area needs at least one yes and one no")
    rank_sum = float(_mid_ranks(values)[truth].sum())
    return (rank_sum - n_yes * (n_yes + 1) / 2) / (n_yes * n_no)


def average_precision(scores: ArrayLike, is_yes: ArrayLike) -> float:
    """Return the area under the precision-recall steps; equal scores enter together.

    Raises
    ------
    ValueError
        If there is no yes, shapes differ, or a score is not a number.
    """
    values, truth = _checked(scores, is_yes)
    if not truth.any():
        raise ValueError("average precision needs at least one yes")
    order = np.argsort(-values, kind="stable")
    last_of_tie = np.append(np.diff(values[order]) != 0, True)
    hits = np.cumsum(truth[order])[last_of_tie]
    kept = np.flatnonzero(last_of_tie) + 1
    gained = np.diff(hits, prepend=0) / hits[-1]
    return float(np.sum(gained * hits / kept))


def auc_interval(auc: float, n_yes: float, n_no: float) -> Interval:
    """Return a two-sided 95 % interval of an area from the numbers of yes and no.

    It holds the areas that would not find ``auc`` surprising, so it stays inside [0, 1] and keeps a width where the
    order is perfect. Examples are taken as independent; where they are not, pass how many they are worth.

    References
    ----------
    Hanley and McNeil (1982), the variance under exponential scores; Newcombe (2006), "Confidence intervals for an
    effect size measure based on the Mann-Whitney statistic, part 2", method 5: that variance at the true area, with
    the mean of the two counts.
    """
    if not 0 <= auc <= 1:
        raise ValueError(f"an area lies in [0, 1], got {auc}")
    if n_yes < 1 or n_no < 1:
        raise ValueError("an interval needs at least one yes and one no")
    return Interval(_surprising(auc, 0.0, n_yes, n_no), _surprising(auc, 1.0, n_yes, n_no))


def proportion_interval(hits: int, of: int) -> Interval:
    """Return a two-sided 95 % interval of a share; of nothing, everything is possible.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is not a share")
    if of == 0:
        return Interval(0.0, 1.0)
    share, z2 = hits / of, Z95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * (share * (1 - share) / of + z2 / (4 * of**2)) ** 0.5
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def precision_recall(scores: ArrayLike, is_yes: ArrayLike, threshold: float) -> PrecisionRecall:
    """Return precision and recall of "score at or above threshold"; keeping nothing makes no mistake (precision 1).

    Raises
    ------
    ValueError
        If there is no yes, shapes differ, or a score is not a number.
    """
    values, truth = _checked(scores, is_yes)
    if not truth.any():
        raise ValueError("recall needs at least one yes")
    kept = values >= threshold
    n_kept, hits = int(kept.sum()), int((kept & truth).sum())
    return PrecisionRecall(hits / n_kept if n_kept else 1.0, hits / int(truth.sum()), n_kept)


def threshold_for(precision: float, scores: ArrayLike, is_yes: ArrayLike, *, prevalence: float) -> float | None:
    """Return the lowest score of a yes at which "at or above" is right at least that often; None if none is.

    What people judge is not how common a yes is, so precision is worked out from the shares of yes and of no that a
    cut keeps and from ``prevalence``. Half a false alarm is added, so a handful of no's cannot promise everything.

    Raises
    ------
    ValueError
        If shapes differ, or a score is not a number.
    """
    values, truth = _checked(scores, is_yes)
    yes, no = np.sort(values[truth]), np.sort(values[~truth])
    caught = (yes.size - np.searchsorted(yes, yes)) / max(yes.size, 1) * prevalence
    alarms = (no.size - np.searchsorted(no, yes) + 0.5) / (no.size + 1) * (1 - prevalence)
    good = np.flatnonzero(caught >= precision * (caught + alarms))
    return float(yes[good[0]]) if good.size else None


def _checked(scores: ArrayLike, is_yes: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values, truth = np.asarray(scores, np.float64), np.asarray(is_yes, np.bool_)
    if values.ndim != 1 or values.shape != truth.shape:
        raise ValueError(f"expected two rows of equal length, got shapes {values.shape} and {truth.shape}")
    if np.isnan(values).any():
        raise ValueError("a score is not a number")
    return values, truth


# Ranks from 1; equal values share the mean of their ranks.
def _mid_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle: NDArray[np.float64] = last - (counts - 1) / 2
    return middle[place]


# The area between ``auc`` and ``end`` at which ``auc`` just becomes surprising, by bisection.
def _surprising(auc: float, end: float, n_yes: float, n_no: float) -> float:
    near, far = auc, end
    for _ in range(_BISECTIONS):
        middle = (near + far) / 2
        if abs(auc - middle) < Z95 * _variance(middle, n_yes, n_no) ** 0.5:
            near = middle
        else:
            far = middle
    return near


def _variance(area: float, n_yes: float, n_no: float) -> float:
    others = (n_yes + n_no) / 2 - 1
    spread = 1 + others * (1 - area) / (2 - area) + others * area / (1 + area)
    return area * (1 - area) * spread / (n_yes * n_no)
