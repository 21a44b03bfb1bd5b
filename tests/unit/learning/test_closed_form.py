"""The closed form is what it says: the minimum of a weighted square error, and every refit without one example."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagstudio.learning.closed_form import Shrinkage, solve

shrinkages = st.builds(Shrinkage, ridge=st.floats(0.05, 5), spread=st.floats(0, 30), anchor=st.floats(0.1, 50))


# Plain normal equations over the library itself as weak examples: slow, and nothing like the closed form.
def _by_normal_equations(units, rows, answers, shrinkage):
    centred = units.astype(float) - units.astype(float).mean(axis=0)
    width, n = centred.shape[1], len(centred)
    left = np.zeros((width + 1, width + 1))
    left[:width, :width] = shrinkage.ridge * np.eye(width) + shrinkage.spread * centred.T @ centred / n
    left[width, width] = shrinkage.anchor
    design = np.column_stack([centred[rows], np.ones(len(rows))])
    w = np.linalg.solve(left + design.T @ design, design.T @ answers)[:width]
    spread = (centred @ w).std()
    return w / spread if spread > 1e-9 else np.zeros(width), centred


@given(shrinkage=shrinkages, n=st.integers(0, 60), seed=st.integers(0, 1000))
def test_the_direction_minimises_the_square_error(library, shrinkage, n, seed):
    rng = np.random.default_rng(seed)
    rows = rng.choice(300, n, replace=False)
    answers = rng.choice([0.2, 1.8], n)
    found = solve(library[0].background, library[0].units[rows], answers, shrinkage)
    expected, _ = _by_normal_equations(library[0].units, rows, answers, shrinkage)
    np.testing.assert_allclose(found.direction, expected, atol=1e-6, rtol=1e-5)


@settings(max_examples=30)
@given(shrinkage=shrinkages, n=st.integers(1, 40), seed=st.integers(0, 1000))
def test_leaving_one_out_in_closed_form_equals_refitting_without_it(library, shrinkage, n, seed):
    rng = np.random.default_rng(seed)
    rows = rng.choice(300, n, replace=False)
    answers = rng.choice([-0.2, 1.8], n)
    found = solve(library[0].background, library[0].units[rows], answers, shrinkage)
    for place, row in enumerate(rows):
        direction, centred = _by_normal_equations(
            library[0].units, np.delete(rows, place), np.delete(answers, place), shrinkage
        )
        assert found.left_out[place] == pytest.approx(centred[row] @ direction, abs=1e-5, rel=1e-5)


def test_the_score_varies_by_one_over_the_library(library):
    found = solve(library[0].background, library[0].units[:5], np.full(5, 1.8), Shrinkage())
    assert (library[0].units @ found.direction).std() == pytest.approx(1, abs=1e-5)


def test_held_back_firmly_a_head_is_a_difference_of_means(library):
    units, background = library[0].units, library[0].background
    yes, no = np.arange(0, 40, 4), np.arange(1, 41, 4)
    answers = np.repeat([1.0, -1.0], 10)
    found = solve(background, units[np.r_[yes, no]], answers, Shrinkage(ridge=1e4, spread=0, anchor=1e6))
    difference = units[yes].mean(axis=0) - units[no].mean(axis=0)
    cosine = found.direction @ difference / np.linalg.norm(found.direction) / np.linalg.norm(difference)
    assert cosine > 0.9999
