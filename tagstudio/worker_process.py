"""What a worker's child process does: take on its limits, build its object, answer calls one by one.

Messages from the parent are ``(factory, arguments)`` once, then ``(method, arguments)`` for each call, and ``"next"``
or ``"stop"`` after an item; messages to it are pairs of ``ready``, ``answer``, ``item``, ``end`` or ``failed`` and a
value.
"""

import contextlib
import logging
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler

from tagstudio.domain.errors import TagStudioError, WorkerError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use; None means no limit.

    ``niceness`` lowers its priority so that the window stays alive on a busy machine; ``threads`` is for the matrix
    products of numpy: several children that each take every core only get into each other's way.
    """

    memory_bytes: int | None = None
    may_write: bool = True
    calls: int | None = None
    niceness: int = 0
    threads: int | None = None


def serve(pipe: Connection, limits: Limits) -> None:
    """Take on the limits, build the object that the first message names, answer calls until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the parent, which closes the pipe
    try:
        _apply(limits)
        factory, args = pipe.recv()
        target = factory(*args)
    except Exception as error:  # noqa: BLE001 -- everything that goes wrong here must be told to the parent
        pipe.send(("failed", _portable(error)))
        return
    with contextlib.suppress(EOFError, OSError):  # the parent went away
        pipe.send(("ready", None))
        while True:
            request = pipe.recv()
            if request == "stop":  # of a call that ended meanwhile
                pipe.send(("end", None))
            else:
                _serve_call(pipe, target, *request)


def _serve_call(pipe: Connection, target: object, method: str, arguments: tuple[object, ...]) -> None:
    # What a method raises must not be taken for a fault of the pipe: decoders raise EOFError, too.
    try:
        result = getattr(target, method)(*arguments)
    except Exception as error:  # noqa: BLE001 -- as above
        _send(pipe, ("failed", _portable(error)))
    else:
        if isinstance(result, Iterator):
            _serve_items(pipe, result)
        else:
            _send(pipe, ("answer", result))


def _serve_items(pipe: Connection, items: Iterator[object]) -> None:
    while True:
        try:
            item = next(items)
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001 -- as above
            _send(pipe, ("failed", _portable(error)))
            return
        if not _send(pipe, ("item", item)):
            return
        if pipe.recv() == "stop":
            break
    _send(pipe, ("end", None))


def _send(pipe: Connection, message: tuple[str, object]) -> bool:
    # False if it could not be packed; the parent is told instead.
    try:
        packed = ForkingPickler.dumps(message)
        is_packed = True
    except Exception as error:  # noqa: BLE001 -- as above
        packed, is_packed = ForkingPickler.dumps(("failed", _portable(error))), False
    pipe.send_bytes(packed)
    return is_packed


def _portable(error: Exception) -> Exception:
    if isinstance(error, TagStudioError):
        return error
    if isinstance(error, MemoryError):
        return WorkerError("it needs more memory than one file may use", "The rest goes on without it.")
    log.error("a worker's call failed", exc_info=error)
    return WorkerError(
        f"an unexpected fault in its reader ({type(error).__name__}: {error})", "The rest goes on without it."
    )


def _apply(limits: Limits) -> None:
    if limits.threads is not None:
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(limits.threads)
    if limits.niceness:
        with contextlib.suppress(OSError, AttributeError):
            os.nice(limits.niceness)
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limits.memory_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    if not limits.may_write:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        # Decoders write their warnings straight to the terminal, one per damaged frame.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
