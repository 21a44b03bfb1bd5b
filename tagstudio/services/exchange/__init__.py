"""Judgements and suggestions out to files other programs read; one module per format."""

from tagstudio.services.exchange.export import FORMATS, Exported, export

__all__ = ["FORMATS", "Exported", "export"]
