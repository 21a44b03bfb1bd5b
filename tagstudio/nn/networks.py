"""How a card becomes a network that listens."""

from collections.abc import Callable

from tagstudio.domain.errors import ModelError
from tagstudio.nn import weights
from tagstudio.nn.architecture import Network
from tagstudio.nn.catalogue import ModelCard
from tagstudio.nn.musicnn import MusicNN
from tagstudio.nn.vgg import Vgg

_BUILDERS: dict[str, Callable[[int], Network]] = {"musicnn": MusicNN, "vgg": Vgg}


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
