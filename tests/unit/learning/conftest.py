"""Libraries of made-up embeddings with known kinds of tracks in them."""

import numpy as np
import pytest

from tagstudio.learning.embeddings import standardise

DIMENSIONS = 24


def make_library(n=300, *, kinds=4, distance=1.0, seed=0):
    """Return (Standardised, kinds of the rows): clouds of equal shape, with uneven spread and offset."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % kinds
    centres = distance * rng.standard_normal((kinds, DIMENSIONS))
    raw = (centres[kind] + rng.standard_normal((n, DIMENSIONS))) * rng.uniform(0.1, 20, DIMENSIONS) + 5
    return standardise(raw.astype(np.float32)), kind


@pytest.fixture(scope="session")
def library():
    return make_library()


@pytest.fixture(scope="session")
def noise():
    """A library where the kinds sound alike: nothing can be learned from it."""
    return make_library(distance=0.0, seed=1)


@pytest.fixture(scope="session")
def alike():
    """A library whose kinds overlap."""
    return make_library(1500, distance=0.5, seed=2)
