"""The catalogue of networks, for commands and windows."""

from tagstudio.nn.catalogue import ModelCard, card, cards

__all__ = ["ModelCard", "card", "cards"]
