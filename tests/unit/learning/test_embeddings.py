"""Standardising: what is comparable afterwards, and what broken rows do not spoil."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tagstudio.learning.embeddings import BACKGROUND_ROWS, background_of, standardise

matrices = arrays(np.float32, st.tuples(st.integers(0, 12), st.integers(1, 6)), elements=st.floats(-1e4, 1e4, width=16))


@given(matrices)
def test_every_row_is_of_unit_length_or_zero_and_finite(raw):
    units = standardise(raw).units
    lengths = np.linalg.norm(units, axis=1)
    assert units.dtype == np.float32
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))


@given(matrices)
def test_other_embeddings_are_treated_like_the_librarys_own(raw):
    library = standardise(raw)
    np.testing.assert_array_equal(library.apply(raw), library.units)


def test_shift_and_scale_of_a_dimension_do_not_matter():
    rng = np.random.default_rng(0)
    raw = rng.standard_normal((50, 8)).astype(np.float32)
    moved = raw * rng.uniform(0.01, 100, 8) + rng.uniform(-50, 50, 8)
    np.testing.assert_allclose(standardise(moved.astype(np.float32)).units, standardise(raw).units, atol=2e-3)


def test_moments_agree_with_numpy_over_many_chunks_and_far_from_zero():
    raw = np.random.default_rng(0).normal(1000, 0.5, (10_000, 3)).astype(np.float32)
    library = standardise(raw)
    np.testing.assert_allclose(library.mean, raw.astype(float).mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(library.scale, raw.astype(float).std(axis=0), rtol=1e-4)


def test_a_dimension_that_never_varies_says_nothing():
    raw = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    raw[:, 1] = 7.3
    library = standardise(raw)
    assert library.scale[1] == 1
    assert np.abs(library.units[:, 1]).max() < 1e-5


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_broken_row_becomes_zeros_and_spoils_no_other(broken):
    raw = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
    spoiled = raw.copy()
    spoiled[3, 2] = broken
    with_broken, without = standardise(spoiled), standardise(np.delete(raw, 3, axis=0))
    assert not with_broken.units[3].any()
    np.testing.assert_array_equal(np.delete(with_broken.units, 3, axis=0), without.units)


def test_half_precision_does_not_overflow():
    raw = np.full((4, 2), 60_000, np.float16)
    raw[0] = -60_000
    assert np.isfinite(standardise(raw).units).all()


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_the_smallest_libraries_stand(rows):
    library = standardise(np.ones((rows, 3), np.float32) * np.arange(rows)[:, None])
    assert library.units.shape == (rows, 3)
    assert np.isfinite(library.background.spreads).all()


def test_a_wrong_shape_is_refused():
    library = standardise(np.zeros((3, 2), np.float32))
    with pytest.raises(ValueError, match="shape"):
        standardise(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="shape"):
        library.apply(np.zeros((3, 4), np.float32))


def test_the_background_is_mean_and_covariance_of_the_unit_rows(library):
    units, background = library[0].units.astype(float), library[0].background
    covariance = background.axes @ np.diag(background.spreads) @ background.axes.T
    np.testing.assert_allclose(background.mean, units.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(covariance, np.cov(units.T, bias=True), atol=1e-6)


def test_evenly_spaced_rows_stand_for_a_large_library():
    rng = np.random.default_rng(0)
    units = standardise(rng.standard_normal((3 * BACKGROUND_ROWS, 5)).astype(np.float32)).units
    few, all_rows = background_of(units), np.linalg.eigvalsh(np.cov(units.T.astype(float), bias=True))
    np.testing.assert_allclose(few.spreads, all_rows, rtol=0.05)
