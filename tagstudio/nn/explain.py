"""Why: how much each first-layer filter of a network moved a tag, and what it heard over time."""

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

    def work(waves: Tensor) -> tuple[Tensor, Tensor]:
        net = ensemble.network(card)
        with torch.no_grad():
            first = net.first_layer(ensemble.mel(waves))
            silence = net.first_layer(ensemble.mel(torch.zeros_like(waves[:1])))
            answers = first.flatten(3).amax(3) if first.ndim > 3 else first  # (batch, filters, frames)
        shares = contributions(net, first, silence, direction.to(waves.device), on=on)
        return shares.cpu(), answers.cpu()

    parts = ensemble.runner.over(torch.from_numpy(windows), work)
    net = ensemble.network(card)
    n_filters = sum(net.first_layers.values())
    shares = torch.cat([part[0] for part in parts] or [torch.zeros(1, n_filters)]).sum(0)
    chosen = shares.argsort(descending=True, stable=True)[:count]
    answers = torch.cat([part[1][:, chosen] for part in parts] or [torch.zeros(0, len(chosen), 0)])
    return FilterTrace(
        names=tuple(" ".join(map(str, _place(net, number))) for number in chosen.tolist()),
        layers=tuple(_place(net, number)[0] for number in chosen.tolist()),
        filters=tuple(_place(net, number)[1] for number in chosen.tolist()),
        contributions=shares[chosen].numpy(),
        total=float(shares.sum()),
        activations=answers.transpose(1, 2).flatten(0, 1).contiguous().numpy(),
        frame_s=card.frame_s,
    )


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


def _place(network: Network, number: int) -> tuple[str, int]:
    for layer, size in network.first_layers.items():
        if number < size:
            return layer, number
        number -= size
    raise IndexError(number)
