"""The instant head: what one tag learned, in closed form, from as little as one example."""

import json
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from tagstudio.domain.errors import ModelError
from tagstudio.domain.metrics import auc_interval, roc_auc, threshold_for
from tagstudio.learning.calibrate import Expectation, fit_curve
from tagstudio.learning.closed_form import Shrinkage, solve
from tagstudio.learning.embeddings import Matrix, Standardised, to_units

STRATEGY = "instant"
_FORMAT = 1
# Leaving out the only example of a side leaves a head that does not know that side.
_FEWEST = 2
# Left-out scores share most of their examples. Counted in full, the intervals held the true area 82 to 94 times in
# 100; counted as two thirds, 92 to 98 times (2+2 to 30+30 examples, kinds from alike to well apart).
_INDEPENDENT = 2 / 3
# With so many of the rarer side the threshold stands half-way between an even chance and their own cut.
_THRESHOLD_EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What a head believes before its first example, and how strongly; the defaults were measured on real music.

    ``precision`` is the share of suggestions that should be right; the threshold aims at it.
    """

    shrinkage: Shrinkage = field(default_factory=Shrinkage)
    expectation: Expectation = field(default_factory=Expectation)
    precision: float = 0.8


@dataclass(frozen=True, slots=True)
class Quality:
    """Area under the ROC curve on own judgements, each left out in turn, with its two-sided 95 % interval."""

    auc: float
    low: float
    high: float


@dataclass(frozen=True, eq=False, kw_only=True)
class InstantHead:
    """P(yes | track) for one tag, as one product with standardised embeddings.

    Parameters
    ----------
    weights : float32 array, shape (dimensions,)
        The tag's direction among unit rows, with the calibration folded in.
    offset : float
        The logit of a row of zeros.
    mean, scale : float32 arrays, shape (dimensions,)
        The standardisation the head was fitted in; with it a saved head scores raw embeddings by itself.
    left_out : float32 array, shape (yes + no,)
        Probability of each example under the head refitted without it: the yes rows first, in the order given.
    n_yes, n_no : int
        Examples used.
    quality : Quality or None
        None with fewer than two yes or two no.
    threshold : float
        Suggest at or above this probability.
    model_ids : tuple of str
        Models whose embeddings, side by side in this order, are the dimensions.
    """

    weights: Matrix
    offset: float
    mean: Matrix
    scale: Matrix
    left_out: Matrix
    n_yes: int
    n_no: int
    quality: Quality | None
    threshold: float
    model_ids: tuple[str, ...] = ()

    def scores(self, units: Matrix) -> Matrix:
        """Return P(yes) of unit rows (`Standardised.units` of the same library), float32, shape (tracks,)."""
        logits = units @ self.weights
        logits += np.float32(self.offset)
        return _logistic_in_place(logits)

    def score_raw(self, raw: NDArray[np.floating]) -> Matrix:
        """Return P(yes) of raw embeddings, shape (tracks, dimensions), without the library at hand."""
        return self.scores(to_units(raw, self.mean, self.scale))

    def direction(self, raw: NDArray[np.floating]) -> Matrix:
        """Return the gradient of the logit with respect to one raw embedding, both of shape (dimensions,).

        Raising the embedding along it makes the tag likelier; it is zero where the embedding is the library's mean.
        """
        centred = (np.asarray(raw, np.float64) - self.mean) / self.scale
        length = float(np.sqrt(centred @ centred))
        if not np.isfinite(length) or length == 0:
            return np.zeros(self.mean.size, np.float32)
        unit = centred / length
        inside = (self.weights - unit * (unit @ self.weights)) / length
        return (inside / self.scale).astype(np.float32)

    def to_bytes(self) -> bytes:
        """Return the head as a safetensors file that holds all it needs to score raw embeddings."""
        arrays = {"weights": self.weights, "mean": self.mean, "scale": self.scale, "left_out": self.left_out}
        facts = {
            "format": _FORMAT,
            "strategy": STRATEGY,
            "model_ids": self.model_ids,
            "offset": self.offset,
            "n_yes": self.n_yes,
            "n_no": self.n_no,
            "quality": [self.quality.auc, self.quality.low, self.quality.high] if self.quality else None,
            "threshold": self.threshold,
        }
        return save({name: np.ascontiguousarray(each) for name, each in arrays.items()}, {"head": json.dumps(facts)})

    @classmethod
    def from_bytes(cls, data: bytes) -> "InstantHead":
        """Read what `to_bytes` wrote.

        Raises
        ------
        ModelError
            If the bytes are not such a head, or are damaged.
        """
        try:
            return _read(data)
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"A saved head cannot be read: {error}.", "Retrain the tag; its judgements are kept."
            ) from error


def fit(
    library: Standardised,
    yes_rows: ArrayLike,
    no_rows: ArrayLike,
    *,
    model_ids: tuple[str, ...] = (),
    prior: Prior | None = None,
) -> InstantHead:
    """Learn a tag from its examples; any numbers of yes and no will do, even none.

    A prototype is the mean of its examples; the head is the direction from the no's (and, weakly, from the library)
    to the yes's, in a metric that passes smoothly from plain distance to the examples' own scatter as they grow.

    Parameters
    ----------
    library : Standardised
        The library; its `background` is computed at the first call and kept.
    yes_rows, no_rows : int arrays, shapes (yes,) and (no,)
        Rows of ``library.units``; no row may be in both, or twice.
    model_ids : tuple of str
        Models behind the embeddings, in order.
    prior : Prior, optional
        What is believed before the first example.

    Raises
    ------
    ValueError
        If a row is outside the library or given twice.

    References
    ----------
    Pons (2019), "Deep neural networks for music and audio tagging", eq. 6.1, for prototypes as means.
    """
    prior = prior or Prior()
    yes, no = _checked(yes_rows, no_rows, len(library.units))
    answers = np.concatenate([np.full(yes.size, 1.0), np.full(no.size, -1.0)])
    answers -= 2 * prior.expectation.prevalence - 1  # an unlabelled track is a yes as often as the tag is expected
    solved = solve(library.background, library.units[np.concatenate([yes, no])], answers, prior.shrinkage)
    of_yes, of_no = solved.left_out[: yes.size], solved.left_out[yes.size :]
    curve = fit_curve(_telling(of_yes), _telling(of_no), prior.expectation, has_yes=yes.size > 0)
    logits = curve.logits(solved.left_out)
    weights = curve.slope * solved.direction
    return InstantHead(
        weights=weights.astype(np.float32),
        offset=curve.offset - float(weights @ library.background.mean),
        mean=library.mean,
        scale=library.scale,
        left_out=_logistic_in_place(logits.astype(np.float32)),
        n_yes=yes.size,
        n_no=no.size,
        quality=_quality(of_yes, of_no),
        threshold=_threshold(logits[: yes.size], logits[yes.size :], prior),
        model_ids=tuple(model_ids),
    )


def _checked(yes_rows: ArrayLike, no_rows: ArrayLike, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    yes, no = (np.asarray(rows, np.int64).reshape(-1) for rows in (yes_rows, no_rows))
    both = np.concatenate([yes, no])
    if both.size and not 0 <= both.min() <= both.max() < n:
        raise ValueError(f"an example is outside the library of {n} tracks")
    if np.unique(both).size != both.size:
        raise ValueError("a track was given twice as an example")
    return yes, no


def _telling(left_out: NDArray[np.float64]) -> NDArray[np.float64]:
    return left_out if left_out.size >= _FEWEST else left_out[:0]


def _quality(yes: NDArray[np.float64], no: NDArray[np.float64]) -> Quality | None:
    if yes.size < _FEWEST or no.size < _FEWEST:
        return None
    auc = roc_auc(np.concatenate([yes, no]), np.arange(yes.size + no.size) < yes.size)
    return Quality(auc, *auc_interval(auc, _INDEPENDENT * yes.size, _INDEPENDENT * no.size))


# The cut that is right often enough on the examples, drawn towards an even chance while they are few.
def _threshold(yes: NDArray[np.float64], no: NDArray[np.float64], prior: Prior) -> float:
    logits, truth = np.concatenate([yes, no]), np.arange(yes.size + no.size) < yes.size
    cut = threshold_for(prior.precision, logits, truth, prevalence=prior.expectation.prevalence)
    fewer = min(yes.size, no.size)
    if cut is None or fewer < _FEWEST:
        return 0.5
    return float(_logistic_in_place(np.array([cut * fewer / (fewer + _THRESHOLD_EXAMPLES)], np.float32))[0])


def _logistic_in_place(logits: Matrix) -> Matrix:
    logits *= 0.5
    np.tanh(logits, out=logits)
    logits += 1
    logits *= 0.5
    return logits


def _read(data: bytes) -> InstantHead:
    arrays = load(data)
    size = int.from_bytes(data[:8], "little")
    facts = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["head"])
    if facts["format"] != _FORMAT or facts["strategy"] != STRATEGY:
        raise ValueError("it was written by another version")
    weights, mean, scale, left_out = (arrays[name] for name in ("weights", "mean", "scale", "left_out"))
    if not weights.shape == mean.shape == scale.shape or not all(np.isfinite(a).all() for a in arrays.values()):
        raise ValueError("its numbers are damaged")
    return InstantHead(
        weights=weights,
        offset=float(facts["offset"]),
        mean=mean,
        scale=scale,
        left_out=left_out,
        n_yes=int(facts["n_yes"]),
        n_no=int(facts["n_no"]),
        quality=Quality(*facts["quality"]) if facts["quality"] else None,
        threshold=float(facts["threshold"]),
        model_ids=tuple(facts["model_ids"]),
    )
