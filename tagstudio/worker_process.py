"""What a worker's child process does: take on its limits, build its object, answer calls one by one.

Messages from the parent are ``(factory, arguments)`` once, then ``(method, arguments)`` for each call, and ``"next"``
or ``"stop"`` after an item; messages to it are pairs of ``ready``, ``answer``, ``item``, ``end`` or ``failed`` and a
value.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

from tagstudio.worker_faults import portable

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use; None means no limit.

    Parameters
    ----------
    memory_bytes : int or None
        Address space.
    may_write : bool
        Otherwise it is a reader: it can write no file and reach no network, it is replaced when it keeps more than
        ``resident_bytes``, and ended when one answer takes it more than ``cpu_s``.
    calls : int or None
        After so many it is replaced.
    niceness : int
        Lowers its priority so that the window stays alive on a busy machine.
    threads : int or None
        For the matrix products of numpy: several children that each take every core only get into each other's way.
    cpu_s : int
        Processor time of one answer or item, in seconds; the default is more than the longest file may take.
    resident_bytes : int
        Memory that a reader may keep from one call to the next.
    """

    memory_bytes: int | None = None
    may_write: bool = True
    calls: int | None = None
    niceness: int = 0
    threads: int | None = None
    cpu_s: int = 1800
    resident_bytes: int = 1 << 30


def serve(pipe: Connection, limits: Limits) -> None:
    """Take on the limits, build the object that the first message names, answer calls until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the parent, which closes the pipe
    end_with_parent()
    try:
        _apply(limits)
        factory, args = pipe.recv()
        target = factory(*args)
    except Exception as error:  # noqa: BLE001 -- everything that goes wrong here must be told to the parent
        pipe.send(("failed", portable(error)))
        return
    with contextlib.suppress(EOFError, OSError):  # the parent went away
        pipe.send(("ready", None))
        while True:
            request = pipe.recv()
            if request == "stop":  # of a call that ended meanwhile
                pipe.send(("end", None))
            else:
                _serve_call(pipe, target, limits, *request)


def end_with_parent() -> None:
    """See to it that this process ends when the one that started it does, even by a crash.

    The kernel does so on Linux. A thread does so everywhere, unless foreign code keeps Python from running.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    if sys.platform == "linux":
        # The signal is sent when the starting *thread* ends: see the starter in workers.py.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent.pid:  # it ended before we asked
            os._exit(1)
    threading.Thread(target=_outlive, args=(parent,), daemon=True, name="tagstudio-watchdog").start()


def resident_bytes(pid: int | None) -> int:
    """Return how much memory a process holds now; 0 where the system does not tell."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _outlive(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _serve_call(pipe: Connection, target: object, limits: Limits, method: str, arguments: tuple[object, ...]) -> None:
    # What a method raises must not be taken for a fault of the pipe: decoders raise EOFError, too.
    _allow_time(limits)
    try:
        result = getattr(target, method)(*arguments)
    except Exception as error:  # noqa: BLE001 -- as above
        _send(pipe, ("failed", portable(error)))
    else:
        if isinstance(result, Iterator):
            _serve_items(pipe, result, limits)
        else:
            _send(pipe, ("answer", result))


def _serve_items(pipe: Connection, items: Iterator[object], limits: Limits) -> None:
    while True:
        _allow_time(limits)
        try:
            item = next(items)
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001 -- as above
            _send(pipe, ("failed", portable(error)))
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
        packed, is_packed = ForkingPickler.dumps(("failed", portable(error))), False
    pipe.send_bytes(packed)
    return is_packed


def _apply(limits: Limits) -> None:
    if limits.threads is not None:
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(limits.threads)
    if limits.niceness:
        with contextlib.suppress(OSError, AttributeError):
            os.nice(limits.niceness)
    if not limits.may_write:
        sys.addaudithook(_refuse_network)
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


def _refuse_network(event: str, _arguments: tuple[object, ...]) -> None:
    # Of Python's own sockets; what decoders open themselves, their list of protocols decides.
    if event.startswith("socket."):
        raise PermissionError("a process that reads files may not use the network")


def _allow_time(limits: Limits) -> None:
    # The next answer of a reader may take so much processor time; then the kernel ends the process.
    if limits.may_write:
        return
    with contextlib.suppress(ImportError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        used = int(time.process_time()) + 1
        if most == resource.RLIM_INFINITY or used + limits.cpu_s <= most:
            resource.setrlimit(resource.RLIMIT_CPU, (used + limits.cpu_s, most))
