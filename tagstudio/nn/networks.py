"""What every network offers, and how a card becomes one."""

from collections.abc import Callable, Collection
from typing import ClassVar

from torch import Tensor, nn

from tagstudio.domain.errors import ModelError
from tagstudio.nn import weights
from tagstudio.nn.catalogue import ModelCard


class Network(nn.Module):
    """A tagger over windows of log-mel, in two steps, so that its first layer can be looked at.

    Attributes
    ----------
    first_layers : dict of str to int
        Names of the groups of first-layer filters and how many each has, in the order of their channels.
    """

    first_layers: ClassVar[dict[str, int]]

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


def network(card: ModelCard) -> Network:
    """Build the network of ``card`` with its trained weights, ready to listen.

    Raises
    ------
    ModelError
        If its architecture is unknown, or the weights are missing or not what the card says.
    """
    if card.architecture not in _BUILDERS:
        raise ModelError(
            f"“{card.id}” is of an unknown kind, “{card.architecture}”.", f"Known are: {', '.join(_BUILDERS)}."
        )
    built = _BUILDERS[card.architecture](len(card.classes))
    weights.fill(built, card)
    return built.requires_grad_(False).eval()


def _musicnn(n_classes: int) -> Network:
    from tagstudio.nn.musicnn import MusicNN

    return MusicNN(n_classes)


def _vgg(n_classes: int) -> Network:
    from tagstudio.nn.vgg import Vgg

    return Vgg(n_classes)


_BUILDERS: dict[str, Callable[[int], Network]] = {"musicnn": _musicnn, "vgg": _vgg}
