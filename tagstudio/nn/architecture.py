"""What every network offers, whatever its architecture."""

from collections.abc import Collection
from typing import ClassVar, NamedTuple

from torch import Tensor, nn


class FilterGroup(NamedTuple):
    """First-layer filters of one shape, (frames, mels), in one named layer."""

    layer: str
    shape: tuple[int, int]
    size: int


class Network(nn.Module):
    """A tagger over windows of log-mel, in two steps, so that its first layer can be looked at.

    Attributes
    ----------
    filter_groups : tuple of FilterGroup
        The first-layer filters, in the order of their channels.
    """

    filter_groups: ClassVar[tuple[FilterGroup, ...]]

    def first_layer(self, mel: Tensor) -> Tensor:
        """Return the first layer's activations, (batch, filters, frames) or (batch, filters, frames, mels)."""
        raise NotImplementedError

    def rest(self, first: Tensor, outputs: Collection[str]) -> dict[str, Tensor]:
        """Return ``outputs`` by name from the first layer's activations."""
        raise NotImplementedError

    def forward(self, mel: Tensor, outputs: Collection[str] = ("scores",)) -> dict[str, Tensor]:
        """Return ``outputs`` by name.

        Parameters
        ----------
        mel : Tensor, shape (batch, 187, 96)
            As `frontend.LogMel` makes it.
        outputs : collection of str
            Names from the model's card; each answer is (batch, ...) with time first.
        """
        return self.rest(self.first_layer(mel), outputs)
