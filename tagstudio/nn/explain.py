"""Why: how much each first-layer filter of a network moved a tag, and what it heard over time."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagstudio.domain.errors import ModelError
from tagstudio.nn.architecture import Network
from tagstudio.nn.catalogue import ModelCard
from tagstudio.nn.ensembles import Ensemble
from tagstudio.nn.results import FilterTrace

# Points of the path from silence at which the gradient is taken.
N_POINTS = 16


def trace(
    ensemble: Ensemble,
    card: ModelCard,
    windows: NDArray[np.float32],
    target: NDArray[np.float32],
    *,
    on: str,
    count: int | None,
) -> FilterTrace:
    """Find the first-layer filters with the largest `contributions` to a target over ``windows``.

    ``on`` may be ``embedding`` for the output that the card names so; ``count`` None means all filters.

    Raises
    ------
    ModelError
        If the model has no output ``on`` behind its first layer.
    ValueError
        If ``target`` has not as many numbers as that output.
    """
    on = card.embedding if on == "embedding" else on
    direction = torch.from_numpy(_direction(card, target, on))

    def work(waves: Tensor) -> Tensor:
        net = ensemble.network(card)
        with torch.no_grad():
            first = net.first_layer(ensemble.mel(waves))
            silence = net.first_layer(ensemble.mel(torch.zeros_like(waves[:1])))
        return contributions(net, first, silence, direction.to(waves.device), on=on).cpu()

    parts = ensemble.runner.over(torch.from_numpy(windows), work)
    places = _places(ensemble.network(card))
    shares = torch.cat([*parts, torch.zeros(1, len(places))]).sum(0)
    chosen = shares.argsort(descending=True, stable=True)[:count]
    found = [places[channel] for channel in chosen.tolist()]
    return FilterTrace(
        names=tuple(place.name for place in found),
        layers=tuple(place.layer for place in found),
        filters=tuple(place.column for place in found),
        channels=chosen.numpy(),
        contributions=shares[chosen].numpy(),
        total=float(shares.sum()),
    )


def activations(
    ensemble: Ensemble, card: ModelCard, windows: NDArray[np.float32], channels: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return what first-layer filters answer over time, (windows * frames, channels), windows one after the other.

    A filter that answers per mel band gives its largest answer over the bands.
    """

    def work(waves: Tensor) -> Tensor:
        with torch.no_grad():
            first = ensemble.network(card).first_layer(ensemble.mel(waves))[:, channels]
            return (first.flatten(3).amax(3) if first.ndim > 3 else first).transpose(1, 2).flatten(0, 1).cpu()

    parts = ensemble.runner.over(torch.from_numpy(windows), work)
    return torch.cat([torch.zeros(0, len(channels)), *parts]).numpy()


def contributions(network: Network, first: Tensor, silence: Tensor, direction: Tensor, *, on: str) -> Tensor:
    """Share out, among the first-layer filters, what a sound does to a target and silence does not.

    Integrated gradients: the gradient of the target is averaged over the straight path from the filters' answers to
    silence to their answers to the sound, and multiplied with the difference of the two. So the contributions of one
    window add up to the target at the sound minus the target at silence (completeness), but for the error of the
    numerical integral: at most 2 % of the sum of their sizes on the shipped musicnns, 10 % on the VGGs. A filter that
    answers as it does to silence has contribution 0 exactly.

    Parameters
    ----------
    network : Network
    first : Tensor, shape (batch, filters, frames) or (batch, filters, frames, mels)
        What the first layer gave.
    silence : Tensor, shape (1, filters, ...)
        What it gives for silence.
    direction : Tensor, shape (numbers of the output,)
        The target is its inner product with the output ``on``.

    Returns
    -------
    Tensor, shape (batch, filters)
        In units of the target.

    References
    ----------
    Sundararajan et al. (2017), "Axiomatic attribution for deep networks", eq. 1 and proposition 1; the integral is
    Gauss-Legendre's.
    """
    nodes, weights = np.polynomial.legendre.leggauss(N_POINTS)
    difference = first - silence
    gradient = torch.zeros_like(first)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        point = (silence + float(node) * difference).requires_grad_()
        value = network.rest(point, [on])[on].flatten(1) @ direction
        gradient += float(weight) * torch.autograd.grad(value.sum(), point)[0]
    return (difference * gradient).flatten(2).sum(2)


def _direction(card: ModelCard, target: NDArray[np.float32], on: str) -> NDArray[np.float32]:
    behind = [name for name in card.outputs if name not in ("timbral", "temporal")]
    if on not in behind:
        raise ModelError(
            f"The model “{card.id}” has no output “{on[:50]}” behind its first layer.", f"It has: {', '.join(behind)}."
        )
    size = int(np.prod(card.outputs[on].shape))
    if target.shape != (size,):
        raise ValueError(f"expected a target of {size} numbers on {on}, got shape {target.shape}")
    return np.require(target, np.float32, ["C", "W"])


class _Place(NamedTuple):
    layer: str
    column: int
    name: str


def _places(network: Network) -> list[_Place]:
    columns: Counter[str] = Counter()
    places = []
    for layer, (frames, mels), size in network.filter_groups:
        for number in range(size):
            places.append(_Place(layer, columns[layer], f"{layer} {frames}×{mels} no. {number + 1}"))
            columns[layer] += 1
    return places
