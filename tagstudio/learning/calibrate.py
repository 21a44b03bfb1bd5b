"""From scores to probabilities: a logistic curve held by a prior, so that one example is enough.

Scores are in standard deviations above the library's mean. Not here: where the scores come from.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Precise = NDArray[np.float64]

_STEPS = 50
_LONGEST_STEP = 2.0
_LEAST_SLOPE = 0.05
# Deciles of a normal distribution, a quarter lower: the library without the tracks that the tag fits.
_UNLABELLED = np.array([-1.645, -1.036, -0.674, -0.385, -0.126, 0.126, 0.385, 0.674, 1.036, 1.645]) - 0.25


class _Weighed(NamedTuple):
    scores: Precise
    answers: Precise
    weights: Precise


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What is expected of a tag before anything is known of it.

    Parameters
    ----------
    prevalence : float
        Share of the library that a tag fits.
    distance : float
        How far the tracks it fits stand above the others, in standard deviations of the score.
    distance_without_yes : float
        The same when only counter-examples are known: they say little about what the tag is.
    examples : float
        How many examples this expectation is worth.
    unlabelled : float
        How many counter-examples the library's unlabelled tracks are worth, beside yes examples.
    """

    prevalence: float = 0.1
    distance: float = 1.5
    distance_without_yes: float = 0.3
    examples: float = 5.0
    unlabelled: float = 5.0


@dataclass(frozen=True)
class Curve:
    """P(yes) = 1 / (1 + exp(-(slope * score + offset))), with a positive slope."""

    slope: float
    offset: float

    def logits(self, scores: NDArray[np.floating]) -> Precise:
        """Return log odds, of the shape of ``scores``."""
        return self.slope * np.asarray(scores, np.float64) + self.offset


def fit_curve(yes: Precise, no: Precise, expectation: Expectation, *, has_yes: bool = True) -> Curve:
    """Fit a curve to leave-one-out scores of the examples.

    Both sides weigh the same however many there are: what a curator chooses to judge says nothing about how common
    the tag is. The expected prevalence enters afterwards.

    Parameters
    ----------
    yes, no : float64 arrays, shapes (examples,)
        Scores of examples that were left out; either may be empty.
    expectation : Expectation
        The prior; the answer itself where there are no scores.
    has_yes : bool
        Whether the head knows any yes at all.

    References
    ----------
    Platt (1999), "Probabilistic outputs for support vector machines": the logistic curve. King and Zeng (2001),
    "Logistic regression in rare events data", sec. 4.1: the correction of the offset for prevalence.
    """
    distance = expectation.distance if has_yes else expectation.distance_without_yes
    expected = np.array([distance, -(distance**2) / 2])
    made_up = _as_expected(expected, expectation.examples)
    slope, offset = _newton(_join(made_up, _examples(yes, no, expectation.unlabelled)), expected)
    prior = float(np.log(expectation.prevalence / (1 - expectation.prevalence)))
    if slope < _LEAST_SLOPE:
        return Curve(_LEAST_SLOPE, float(expected[1]) + prior)
    return Curve(slope, offset + prior)


# Made-up examples that the expected curve answers itself: without data the answer is the expected curve exactly.
def _as_expected(curve: Precise, worth: float) -> _Weighed:
    distance = curve[0]
    scores = distance / 2 + np.linspace(-2, 2, 9) * max(distance / 2, 1)
    return _Weighed(scores, _logistic(curve[0] * scores + curve[1]), np.full(scores.size, worth / scores.size))


# Each side weighs half of what both can carry together: twice the harmonic mean of their numbers.
def _examples(yes: Precise, no: Precise, unlabelled: float) -> _Weighed:
    shared = unlabelled if yes.size else 0.0
    n_yes, n_no = float(yes.size), no.size + shared
    carried = 2 * n_yes * n_no / max(n_yes + n_no, 1)
    of_no = np.concatenate([np.ones(no.size), np.full(_UNLABELLED.size, shared / _UNLABELLED.size)])
    return _Weighed(
        np.concatenate([yes, no, _UNLABELLED]),
        np.concatenate([np.ones(yes.size), np.zeros(of_no.size)]),
        np.concatenate([np.full(yes.size, carried / max(n_yes, 1)), of_no * carried / max(n_no, 1)]),
    )


def _join(first: _Weighed, second: _Weighed) -> _Weighed:
    return _Weighed(*(np.concatenate(both) for both in zip(first, second, strict=True)))


def _newton(data: _Weighed, start: Precise) -> tuple[float, float]:
    design = np.column_stack([data.scores, np.ones(data.scores.size)])
    at = start
    for _ in range(_STEPS):
        p = _logistic(design @ at)
        gradient = design.T @ (data.weights * (p - data.answers))
        curvature = (design.T * (data.weights * p * (1 - p))) @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        at = at - step * min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return float(at[0]), float(at[1])


def _logistic(x: Precise) -> Precise:
    return 0.5 * (1 + np.tanh(0.5 * x))
