"""Queues: what they ask, that they never repeat themselves, and that they never run dry too early."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagstudio.domain.sampling import confident, uncertain

STRATEGIES = [uncertain, confident]
tracks = st.lists(
    st.tuples(st.one_of(st.floats(0, 1), st.just(float("nan"))), st.booleans()), min_size=0, max_size=60
).map(lambda pairs: (np.array([p for p, _ in pairs], float), np.array([j for _, j in pairs], bool)))


@pytest.mark.parametrize("strategy", STRATEGIES)
@given(data=tracks, n=st.integers(0, 70))
def test_while_something_is_unjudged_there_is_something_to_ask(strategy, data, n):
    probabilities, judged = data
    picked = strategy(probabilities, judged, n)
    rows = [row for row, _ in picked]
    assert len(rows) == min(n, int((~judged).sum()))
    assert len(set(rows)) == len(rows)
    assert not judged[rows].any()
    assert all(why for _, why in picked)


@given(data=tracks, n=st.integers(1, 70))
def test_nothing_left_out_would_have_been_a_better_question(data, n):
    probabilities, judged = data
    for strategy, cost in ((uncertain, np.abs(probabilities - 0.5)), (confident, 1 - probabilities)):
        cost = np.nan_to_num(cost, nan=9)
        rows = [row for row, _ in strategy(probabilities, judged, n)]
        others = np.setdiff1d(np.flatnonzero(~judged), rows)
        assert list(cost[rows]) == sorted(cost[rows])
        assert not others.size or cost[others].min() >= cost[rows].max()


@given(data=tracks, n=st.integers(0, 20))
def test_a_shorter_queue_is_the_beginning_of_a_longer_one(data, n):
    for strategy in STRATEGIES:
        assert strategy(*data, n) == strategy(*data, n + 7)[:n]


def test_unknown_tracks_come_last_and_say_so():
    picked = uncertain([np.nan, 0.1, 0.4], [False, False, False], 3)
    assert [row for row, _ in picked] == [2, 1, 0]
    assert picked[2].why == "Nothing is known about this track yet."


def test_the_sentence_names_the_probability():
    assert "97 %" in confident([0.2, 0.97], [False, False], 1)[0].why
    assert "12 %" in uncertain([0.02, 0.12], [False, False], 1)[0].why
    assert "51 %" in uncertain([0.02, 0.51], [False, False], 1)[0].why


def test_equal_tracks_are_asked_all_over_the_library():
    rows = np.array([row for row, _ in uncertain(np.full(1000, 0.5), np.zeros(1000, bool), 20)])
    assert np.unique(rows // 100).size >= 8
    assert [row for row, _ in uncertain(np.full(1000, 0.5), np.zeros(1000, bool), 20)] == rows.tolist()


def test_wrong_shapes_and_counts_are_refused():
    with pytest.raises(ValueError, match="equal length"):
        uncertain([0.1], [True, False], 1)
    with pytest.raises(ValueError, match="cannot pick"):
        confident([0.1], [False], -1)
