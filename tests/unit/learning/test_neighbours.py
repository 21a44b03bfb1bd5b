"""Neighbours: the nearest by cosine, never the track itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from tagstudio.learning.neighbours import nearest


def test_neighbours_agree_with_scikit_learn(library):
    units = library[0].units
    distances, rows = NearestNeighbors(n_neighbors=11, metric="cosine").fit(units).kneighbors(units[7:8])
    found = nearest(units, 7, 10)
    assert found.rows.tolist() == rows[0, 1:].tolist()
    np.testing.assert_allclose(found.distances, distances[0, 1:], atol=1e-5)


@given(row=st.integers(0, 299), n=st.integers(0, 320))
def test_neighbours_are_others_nearest_first(library, row, n):
    rows, distances = nearest(library[0].units, row, n)
    assert len(rows) == len(distances) == min(n, 299)
    assert row not in rows
    assert len(set(rows.tolist())) == len(rows)
    assert np.all(np.diff(distances) >= 0)
    assert np.all((distances >= 0) & (distances <= 2))


@given(row=st.integers(0, 299), among=st.lists(st.integers(0, 299), max_size=20), n=st.integers(0, 25))
def test_looking_among_examples_gives_only_those(library, row, among, n):
    rows, distances = nearest(library[0].units, row, n, among=among)
    assert set(rows.tolist()) <= set(among) - {row}
    assert len(rows) == min(n, len(set(among) - {row}))
    every = nearest(library[0].units, row, 300)
    order = [each for each in every.rows if each in set(among)]
    assert rows.tolist() == order[: len(rows)]
    assert np.all(np.diff(distances) >= 0)


def test_copies_of_a_track_are_at_distance_zero_in_row_order():
    units = np.eye(3, dtype=np.float32)[[0, 1, 0, 0]]
    rows, distances = nearest(units, 2, 3)
    assert rows.tolist() == [0, 3, 1]
    assert distances.tolist() == [0, 0, 1]


@pytest.mark.parametrize("row", [-1, 3])
def test_a_row_outside_the_library_is_refused(row):
    with pytest.raises(IndexError):
        nearest(np.eye(3, dtype=np.float32), row, 1)
