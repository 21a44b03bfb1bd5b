"""The process that networks run in, so that the window's process never imports torch."""

from tagstudio.nn.embed import NETWORK_LIMITS, Networks
from tagstudio.workers import Worker

DEFAULT_MODELS = ("mtt-musicnn", "msd-musicnn")
# Loading torch on a busy machine takes seconds; a batch of windows takes well under one.
CALL_S = 300.0


def network_worker(model_ids: tuple[str, ...] = DEFAULT_MODELS, *, device: str = "auto") -> Worker:
    """Return a worker that holds ``Networks``; it starts on its first call."""
    return Worker(Networks, model_ids, device, limits=NETWORK_LIMITS)
