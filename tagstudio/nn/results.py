"""What networks answer, as plain arrays; no torch here, so that any process can hold it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class WindowResults:
    """What one model said about a run of windows.

    Attributes
    ----------
    scores : ndarray, shape (windows, classes)
        Probabilities in the order of the card's classes: the taggram.
    embeddings : ndarray, shape (windows, embedding_dim)
        The output that the card names as its embedding, one row a window.
    outputs : dict of ndarray
        What was asked for by name, each (windows, ...) in the shape its card gives.
    """

    scores: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    outputs: dict[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilterTrace:
    """The first-layer filters that drive a target the most, strongest first.

    Attributes
    ----------
    names : tuple of str
        As people read them, e.g. ``temporal 32 by 1 no. 23``.
    layers, filters : tuples
        Named output and column in it that hold each filter's answers.
    channels : ndarray, shape (count,)
        Places among all first-layer filters of the network, as ``Networks.activations`` takes them.
    contributions : ndarray, shape (count,)
        How far each filter moved the target away from what silence gives, in units of the target,
        summed over all windows.
    total : float
        The same over all filters of the layer, ``count`` or not.
    """

    names: tuple[str, ...]
    layers: tuple[str, ...]
    filters: tuple[int, ...]
    channels: NDArray[np.int64]
    contributions: NDArray[np.float32]
    total: float
