"""Trained weights: safetensors files checked against their card; never pickle."""

import hashlib

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from tagstudio import paths
from tagstudio.domain.errors import ModelError
from tagstudio.nn.catalogue import ModelCard

ADVICE = "Install TagStudio again, or copy the file again from where you got it."


def read(card: ModelCard) -> dict[str, Tensor]:
    """Return the tensors of ``card`` by name.

    The digest is taken from the very bytes that are parsed, and before they are parsed.

    Raises
    ------
    ModelError
        If the file is missing, is not the one that the card describes, or holds no tensors.
    """
    try:
        raw = (paths.models() / card.weights).read_bytes()
    except OSError as error:
        raise ModelError(f"The weights of “{card.id}” cannot be read ({error.strerror}).", ADVICE) from error
    if hashlib.sha256(raw).hexdigest() != card.sha256:
        raise ModelError(f"The weights of “{card.id}” are damaged or of another version.", ADVICE)
    try:
        return load(raw)
    except SafetensorError as error:
        raise ModelError(f"The weights of “{card.id}” are not a safetensors file.", ADVICE) from error


def fill(network: nn.Module, card: ModelCard) -> None:
    """Load the weights of ``card`` into ``network``.

    Raises
    ------
    ModelError
        As `read`, and if names or shapes do not fit the architecture.
    """
    try:
        network.load_state_dict(read(card))
    except RuntimeError as error:
        raise ModelError(f"The weights of “{card.id}” do not fit a {card.architecture} network.", ADVICE) from error
