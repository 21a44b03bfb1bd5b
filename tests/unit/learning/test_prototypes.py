"""The instant head: what it learns, what it promises, and that it survives being saved."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from tagstudio.domain.errors import ModelError
from tagstudio.domain.metrics import roc_auc
from tagstudio.learning.embeddings import standardise
from tagstudio.learning.prototypes import InstantHead, fit

examples = st.lists(st.tuples(st.integers(0, 299), st.booleans()), max_size=40, unique_by=lambda each: each[0]).map(
    lambda pairs: ([row for row, is_yes in pairs if is_yes], [row for row, is_yes in pairs if not is_yes])
)


def _rows(kind, wanted, n, *, skip=0):
    return np.flatnonzero(kind == wanted)[skip : skip + n]


@given(data=examples)
def test_any_examples_give_finite_probabilities(library, data):
    head = fit(library[0], *data)
    scores = head.scores(library[0].units)
    assert scores.shape == (300,)
    assert scores.dtype == np.float32
    assert np.all((scores >= 0) & (scores <= 1))
    assert head.left_out.shape == (len(data[0]) + len(data[1]),)
    assert 0 < head.threshold < 1
    assert (head.n_yes, head.n_no) == (len(data[0]), len(data[1]))


def test_one_example_ranks_its_like_first_and_claims_little(library):
    standardised, kind = library
    head = fit(standardised, _rows(kind, 0, 1), [])
    scores = head.scores(standardised.units)
    assert roc_auc(scores, kind == 0) > 0.8
    assert 0.01 < scores.mean() < 0.3
    assert head.quality is None
    assert head.threshold == 0.5


def test_counter_examples_alone_push_their_like_down_and_promise_nothing(library):
    standardised, kind = library
    scores = fit(standardised, [], _rows(kind, 0, 3)).scores(standardised.units)
    assert roc_auc(scores, kind == 0) < 0.2
    assert scores.max() < 0.3


def test_without_examples_every_track_is_as_likely_as_any(library):
    scores = fit(library[0], [], []).scores(library[0].units)
    assert np.ptp(scores) < 1e-6
    assert 0.01 < scores[0] < 0.2


def test_more_examples_never_make_it_much_worse(library):
    standardised, kind = library
    areas = []
    for n in (1, 2, 5, 20):
        head = fit(standardised, _rows(kind, 0, n), np.flatnonzero(kind != 0)[: 2 * n])
        rest = np.arange(150, 300)
        areas.append(roc_auc(head.scores(standardised.units)[rest], kind[rest] == 0))
    assert areas[-1] > 0.97
    assert all(later > earlier - 0.03 for earlier, later in pairwise(areas))


def test_an_answer_to_an_open_question_moves_its_track_that_way(library):
    standardised, kind = library
    yes = _rows(kind, 0, 3)
    scores = fit(standardised, yes, []).scores(standardised.units)
    open_tracks = np.argsort(np.where(kind == 0, -1, scores))[-10:]
    for track in open_tracks:
        said_yes = fit(standardised, [*yes, track], []).scores(standardised.units)[track]
        said_no = fit(standardised, yes, [track]).scores(standardised.units)[track]
        assert said_no < scores[track] < said_yes


def test_the_order_of_examples_does_not_matter(library):
    one, other = fit(library[0], [1, 2, 9], [3, 4]), fit(library[0], [9, 1, 2], [4, 3])
    np.testing.assert_allclose(one.scores(library[0].units), other.scores(library[0].units), atol=1e-6)
    np.testing.assert_allclose(one.left_out, other.left_out[[1, 2, 0, 4, 3]], atol=1e-6)


@pytest.mark.parametrize(("n_yes", "n_no"), [(3, 6), (5, 15), (15, 15)])
def test_left_out_quality_is_that_on_other_tracks_and_its_interval_holds_it(alike, n_yes, n_no):
    standardised, kind = alike
    left_out, true, held = [], [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        is_yes = kind == seed % 4
        yes, no = rng.choice(np.flatnonzero(is_yes), n_yes, False), rng.choice(np.flatnonzero(~is_yes), n_no, False)
        rest = np.setdiff1d(np.arange(kind.size), np.r_[yes, no])
        head = fit(standardised, yes, no)
        left_out.append(head.quality.auc)
        true.append(roc_auc(head.scores(standardised.units)[rest], is_yes[rest]))
        held.append(head.quality.low <= true[-1] <= head.quality.high)
    assert np.mean(true) - 0.06 < np.mean(left_out) < np.mean(true) + 0.02
    assert np.mean(held) >= 0.9


def test_where_nothing_can_be_learned_the_quality_says_so(noise):
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(60):
        rows = rng.choice(300, 20, replace=False)
        areas.append(fit(noise[0], rows[:10], rows[10:]).quality.auc)
    assert 0.44 < np.mean(areas) < 0.56


@pytest.mark.parametrize(("n_yes", "n_no"), [(0, 0), (1, 5), (5, 1), (0, 9), (9, 0)])
def test_quality_is_not_claimed_from_fewer_than_two_of_each(library, n_yes, n_no):
    assert fit(library[0], range(n_yes), range(20, 20 + n_no)).quality is None


def test_probabilities_come_true_about_as_often_as_they_say(library):
    standardised, kind = library
    claimed, true = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        wanted = seed % 4
        yes, no = (rng.choice(np.flatnonzero(side), 8, replace=False) for side in (kind == wanted, kind != wanted))
        rest = np.setdiff1d(np.arange(300), np.r_[yes, no])
        claimed.append(fit(standardised, yes, no).scores(standardised.units)[rest])
        true.append(kind[rest] == wanted)
    claimed, true = np.concatenate(claimed), np.concatenate(true)
    low, high = claimed < 0.1, claimed > 0.8
    assert true[low].mean() < 0.15
    assert true[high].mean() > 0.8


def test_an_example_outside_the_library_or_given_twice_is_refused(library):
    for yes, no in (([300], []), ([-1], []), ([1.0], [1])):
        with pytest.raises(ValueError, match=r"outside|twice"):
            fit(library[0], yes, no)


def test_copies_of_one_track_do_not_break_the_arithmetic():
    library = standardise(np.tile(np.random.default_rng(0).standard_normal((2, 5)).astype(np.float32), (10, 1)))
    head = fit(library, range(0, 20, 2), range(1, 20, 2))
    scores = head.scores(library.units)
    assert scores[::2].min() > scores[1::2].max()
    assert head.quality.auc == 1


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_the_smallest_libraries_can_be_judged(rows):
    library = standardise(np.arange(rows * 2, dtype=np.float32).reshape(rows, 2) ** 2)
    assert np.isfinite(fit(library, [0], range(1, rows)).scores(library.units)).all()


def test_a_saved_head_scores_raw_embeddings_by_itself(library):
    standardised, _ = library
    raw = standardised.units * 3 * standardised.scale + standardised.mean
    head = fit(standardised, [0, 4, 8], [1, 2], model_ids=("msd-musicnn", "mtt-musicnn"))
    read = InstantHead.from_bytes(head.to_bytes())
    np.testing.assert_allclose(read.score_raw(raw), head.scores(standardised.units), atol=1e-5)
    for name in ("weights", "mean", "scale", "left_out"):
        np.testing.assert_array_equal(getattr(read, name), getattr(head, name))
    for name in ("offset", "n_yes", "n_no", "quality", "threshold", "model_ids"):
        assert getattr(read, name) == getattr(head, name)
    assert read.to_bytes() == head.to_bytes()


def _without_weights(data):
    return save({"mean": load(data)["mean"]}, {"head": "{}"})


def _of_another_version(data):
    return save(load(data), {"head": json.dumps({"format": 99, "strategy": "instant"})})


def _with_nan(data):
    arrays = load(data)
    size = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + size])["__metadata__"]["head"]
    return save(arrays | {"weights": arrays["weights"] * np.nan}, {"head": head})


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: b"not a head", lambda data: data[:100], lambda data: data[:-4],
     lambda data: save({"weights": np.zeros(3, np.float32)}), _without_weights, _of_another_version, _with_nan],
)  # fmt: skip
def test_a_damaged_head_is_refused_in_a_sentence(library, damage):
    data = fit(library[0], [0, 4], [1, 2]).to_bytes()
    with pytest.raises(ModelError, match="cannot be read") as caught:
        InstantHead.from_bytes(damage(data))
    assert caught.value.advice


def test_the_direction_is_the_gradient_of_the_logit(library):
    standardised, _ = library
    head = fit(standardised, [0, 4, 8], [1, 2])
    raw = (standardised.units[17] * 3 * standardised.scale + standardised.mean).astype(float)

    def logit(embedding):
        centred = (embedding - head.mean) / head.scale
        return centred / np.linalg.norm(centred) @ head.weights.astype(float) + head.offset

    steps = 1e-4 * standardised.scale
    slopes = [(logit(raw + step) - logit(raw - step)) / (2 * step.max()) for step in np.diag(steps.astype(float))]
    np.testing.assert_allclose(head.direction(raw), slopes, rtol=1e-3, atol=1e-6)


def test_at_the_mean_there_is_no_direction(library):
    head = fit(library[0], [0], [1])
    assert not head.direction(library[0].mean).any()
    assert not head.direction(np.full(library[0].mean.size, np.nan)).any()
