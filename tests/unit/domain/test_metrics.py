"""Areas, precision and intervals: against scikit-learn, and their own laws."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

from tagstudio.domain.metrics import (
    auc_interval,
    average_precision,
    precision_recall,
    proportion_interval,
    roc_auc,
    threshold_for,
)

# Few distinct values, so that ties are common.
judged_scores = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2, max_size=40)


def _split(pairs):
    scores, truth = (np.array(column) for column in zip(*pairs, strict=True))
    return scores.astype(float), truth.astype(bool)


@given(judged_scores)
def test_areas_agree_with_scikit_learn_with_ties(pairs):
    scores, truth = _split(pairs)
    assume(truth.any() and not truth.all())
    assert roc_auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))
    assert average_precision(scores, truth) == pytest.approx(average_precision_score(truth, scores))


@given(judged_scores, st.integers(-5, 5))
def test_precision_and_recall_agree_with_scikit_learn(pairs, threshold):
    scores, truth = _split(pairs)
    assume(truth.any())
    found = precision_recall(scores, truth, threshold)
    assert found.kept == (scores >= threshold).sum()
    assert found.precision == pytest.approx(precision_score(truth, scores >= threshold, zero_division=1))
    assert found.recall == pytest.approx(recall_score(truth, scores >= threshold))


@given(judged_scores)
def test_turning_scores_and_answers_round_leaves_the_area(pairs):
    scores, truth = _split(pairs)
    assume(truth.any() and not truth.all())
    assert roc_auc(-scores, ~truth) == pytest.approx(roc_auc(scores, truth))
    assert roc_auc(-scores, truth) == pytest.approx(1 - roc_auc(scores, truth))


@pytest.mark.parametrize("measure", [roc_auc, average_precision])
def test_what_cannot_be_measured_is_refused(measure):
    with pytest.raises(ValueError, match="at least one"):
        measure([0.1, 0.2], [False, False])
    with pytest.raises(ValueError, match="equal length"):
        measure([0.1], [True, False])
    with pytest.raises(ValueError, match="not a number"):
        measure([0.1, np.nan], [True, False])
    with pytest.raises(ValueError, match="at least one"):
        measure([], [])


@given(st.floats(0, 1), st.integers(1, 300), st.integers(1, 300))
def test_an_interval_holds_its_area_and_stays_inside(auc, n_yes, n_no):
    low, high = auc_interval(auc, n_yes, n_no)
    assert 0 <= low <= auc <= high <= 1
    assert high - low > 0.005


def test_a_perfect_order_of_few_examples_proves_little():
    assert auc_interval(1.0, 2, 2).low < 0.5
    assert 0.6 < auc_interval(1.0, 10, 10).low < 0.9
    assert auc_interval(1.0, 10, 10).high == 1.0


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
@pytest.mark.parametrize(("n_yes", "n_no"), [(5, 5), (5, 40), (30, 30)])
def test_the_interval_holds_the_true_area_about_95_times_in_100(shift, n_yes, n_no):
    rng = np.random.default_rng(0)
    true = 0.5 * (1 + _erf(shift / 2))
    truth = np.arange(n_yes + n_no) < n_yes
    hits = 0
    for _ in range(400):
        auc = roc_auc(rng.standard_normal(truth.size) + shift * truth, truth)
        low, high = auc_interval(auc, n_yes, n_no)
        hits += low <= true <= high
    assert hits / 400 >= 0.92


def _erf(x):
    from math import erf

    return erf(x)


def test_more_examples_narrow_the_interval():
    widths = [high - low for n in (2, 5, 20, 100) for low, high in [auc_interval(0.8, n, n)]]
    assert widths == sorted(widths, reverse=True)


def test_impossible_areas_and_counts_are_refused():
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        auc_interval(1.2, 3, 3)
    with pytest.raises(ValueError, match="one yes and one no"):
        auc_interval(0.5, 0, 3)
    with pytest.raises(ValueError, match="not a share"):
        proportion_interval(4, 3)


def test_the_interval_of_a_share_agrees_with_a_published_value():
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3.
    assert proportion_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert proportion_interval(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert proportion_interval(0, 0) == (0, 1)


@given(judged_scores, st.floats(0.05, 0.95), st.floats(0.01, 0.9))
def test_a_threshold_keeps_its_promise_and_is_the_lowest_that_does(pairs, precision, prevalence):
    scores, truth = _split(pairs)

    def promised(cut):
        caught = prevalence * np.mean(scores[truth] >= cut)
        alarms = (1 - prevalence) * ((scores[~truth] >= cut).sum() + 0.5) / ((~truth).sum() + 1)
        return caught >= precision * (caught + alarms) * (1 - 1e-12)

    cut = threshold_for(precision, scores, truth, prevalence=prevalence)
    keeping = [score for score in scores[truth] if promised(score)]
    assert cut == (min(keeping) if keeping else None)


def test_few_counter_examples_cannot_promise_a_precision():
    assert threshold_for(0.8, [0.9, 0.8, 0.1, 0.2], [True, True, False, False], prevalence=0.1) is None
    many = np.linspace(0, 0.5, 50)
    assert threshold_for(0.8, [0.9, 0.8, *many], [True, True, *[False] * 50], prevalence=0.1) == 0.8
