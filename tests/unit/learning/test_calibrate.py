"""Probabilities: sane from the first example, rising with the score, and right in the long run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tagstudio.learning.calibrate import Expectation, fit_curve

NOTHING = np.empty(0)
left_out = arrays(np.float64, st.integers(0, 30), elements=st.floats(-30, 30))


def _p(curve, scores):
    return 1 / (1 + np.exp(-curve.logits(np.asarray(scores, float))))


@given(yes=left_out, no=left_out)
def test_a_higher_score_is_never_less_likely(yes, no):
    curve = fit_curve(yes, no, Expectation())
    assert curve.slope > 0
    assert np.isfinite(curve.offset)


def test_without_scores_the_expectation_is_the_answer():
    curve = fit_curve(NOTHING, NOTHING, Expectation(distance=1.5, prevalence=0.1))
    assert curve.slope == pytest.approx(1.5)
    assert curve.offset == pytest.approx(-(1.5**2) / 2 + np.log(1 / 9))


def test_without_a_yes_the_curve_is_almost_flat_and_low():
    curve = fit_curve(NOTHING, NOTHING, Expectation(), has_yes=False)
    assert np.all(_p(curve, [-3, 0, 3]) < 0.25)


def test_examples_that_are_told_apart_steepen_the_curve_and_mixed_ones_flatten_it():
    expectation = Expectation()
    apart = fit_curve(np.full(20, 2.0), np.full(20, -0.5), expectation)
    mixed = fit_curve(np.array([0.0, 1, -1, 0.5] * 5), np.array([0.0, 1, -1, 0.5] * 5), expectation)
    assert mixed.slope < expectation.distance < apart.slope


def test_a_reversed_order_falls_back_to_a_curve_that_hardly_rises():
    curve = fit_curve(np.full(30, -2.0), np.full(30, 2.0), Expectation())
    assert 0 < curve.slope < 0.1


def test_how_many_of_each_side_were_judged_does_not_shift_the_curve():
    rng = np.random.default_rng(0)
    yes, no = rng.normal(1.8, 0.7, 400), rng.normal(-0.2, 0.8, 4000)
    few, many = fit_curve(yes, no[:100], Expectation()), fit_curve(yes[:100], no, Expectation())
    np.testing.assert_allclose(_p(few, [0, 1, 2, 3]), _p(many, [0, 1, 2, 3]), atol=0.06)


def test_with_many_examples_the_probabilities_are_those_of_the_population():
    rng = np.random.default_rng(1)
    prevalence, distance = 0.2, 2.0
    curve = fit_curve(
        rng.normal(distance, 1, 3000), rng.normal(0, 1, 3000), Expectation(prevalence=prevalence, unlabelled=0)
    )
    scores = np.linspace(-1, 3, 9)
    true_logits = distance * scores - distance**2 / 2 + np.log(prevalence / (1 - prevalence))
    np.testing.assert_allclose(curve.logits(scores), true_logits, atol=0.4)
