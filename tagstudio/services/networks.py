"""The process that networks run in, so that the window's process never imports torch."""

from importlib import import_module

from tagstudio.workers import Limits, Worker

DEFAULT_MODELS = ("mtt-musicnn", "msd-musicnn")
# Loading torch on a busy machine takes seconds; a batch of windows takes well under one.
CALL_S = 300.0
_LIMITS = Limits(niceness=10)


def build_networks(model_ids: tuple[str, ...], device: str) -> object:
    """Build ``nn.embed.Networks``; called in the child, which alone imports torch."""
    networks: object = import_module("tagstudio.nn.embed").Networks(model_ids, device)
    return networks


def network_worker(model_ids: tuple[str, ...] = DEFAULT_MODELS, *, device: str = "auto") -> Worker:
    """Return a worker that holds ``nn.embed.Networks``; it starts on its first call."""
    return Worker(build_networks, model_ids, device, limits=_LIMITS)
