"""The process that networks run in, so that the window's process never imports torch."""

import logging
from typing import Any

from tagstudio.domain.errors import ModelError, WorkerError
from tagstudio.nn.embed import NETWORK_LIMITS, Networks
from tagstudio.workers import Worker

log = logging.getLogger(__name__)

DEFAULT_MODELS = ("mtt-musicnn", "msd-musicnn")
# Loading torch on a busy machine takes seconds; a batch of windows takes well under one.
CALL_S = 300.0


def network_worker(model_ids: tuple[str, ...] = DEFAULT_MODELS, *, device: str = "auto") -> Worker:
    """Return a worker that holds ``Networks``; it starts on its first call."""
    return Worker(Networks, model_ids, device, limits=NETWORK_LIMITS)


def asked(networks: Worker, method: str, *args: object) -> Any:
    """Call a method of ``Networks``; a process that ended is started anew and asked once more.

    Raises
    ------
    ModelError
        If it ends again, or the method itself says so.
    """
    try:
        return networks.call(method, *args, timeout_s=CALL_S)
    except WorkerError as error:
        log.warning("the networks' process ended, and is started anew: %s", error)
    try:
        return networks.call(method, *args, timeout_s=CALL_S)
    except WorkerError as error:
        raise ModelError(
            "The process that the networks run in ended unexpectedly, twice.",
            "Do it again: what was heard is kept. If it happens again, another program may need the memory.",
        ) from error
