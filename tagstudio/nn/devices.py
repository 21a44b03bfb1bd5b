"""Where networks run: the device, batches that fit it, and the way back to the CPU when it fails."""

import ctypes
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import Tensor

from tagstudio.domain.devices import DEVICES
from tagstudio.domain.errors import ModelError

log = logging.getLogger(__name__)

T = TypeVar("T")
CPU = torch.device("cpu")
# Measured: one, two or three windows at once take 33, 34 or 35 ms each through a musicnn, 20 or 21 through a VGG.
CPU_BATCH = 1
ACCELERATOR_BATCH = 64
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8


def choose(asked: str) -> tuple[torch.device, str]:
    """Return the device to use, and a sentence where it is not the one asked for (else ``""``).

    A device counts as there when it can add two numbers.

    Raises
    ------
    ModelError
        If ``asked`` is not one of `DEVICES`.
    """
    if asked not in DEVICES:
        raise ModelError(f"There is no device “{asked[:20]}”.", f"Choose one of: {', '.join(DEVICES)}.")
    for name in ("cuda", "mps") if asked == "auto" else (asked,):
        if name != "cpu" and _works(name):
            return torch.device(name), ""
    if asked in ("auto", "cpu"):
        return CPU, ""
    return CPU, f"No working {asked} device was found; the networks run on the CPU instead."


def _works(name: str) -> bool:
    backend = {"cuda": torch.cuda, "mps": torch.backends.mps}[name]
    try:
        return bool(backend.is_available()) and float(torch.ones(2, device=name).sum()) == 2.0
    except (RuntimeError, AssertionError) as error:
        log.info("device %s is listed but does not work: %s", name, error)
        return False


class Runner:
    """Feeds work to a device in batches it can hold.

    On the CPU each batch has a thread of its own and uses one core: unlike several cores on one batch, that does not
    collapse when other programs want the cores too. Out of memory halves the batch; a device that fails is left for
    the CPU, and ``notice`` says so. What was done before a failure is not done again.
    """

    def __init__(self, asked: str = "auto", *, threads: int | None = None) -> None:
        self.device, self.notice = choose(asked)
        self.threads = threads or _cores()
        self.batch = CPU_BATCH if self.device == CPU else ACCELERATOR_BATCH
        torch.backends.cudnn.allow_tf32 = False  # ten bits of mantissa would show in the scores
        if self.device == CPU:
            _prepare_cpu()

    def over(self, rows: Tensor, work: Callable[[Tensor], T]) -> list[T]:
        """Apply ``work`` to successive batches of ``rows``, which lie on the device; answers come in order.

        ``work`` may be called from several threads at once.

        Raises
        ------
        ModelError
            If even one row needs more memory than there is.
        """
        done: list[T] = []
        start = 0
        while start < len(rows):
            part = rows[start:] if self.device == CPU else rows[start : start + self.batch]
            try:
                done += self._together(part, work)
            except (torch.OutOfMemoryError, MemoryError) as error:
                self._shrink(error)
            except RuntimeError as error:
                if self.device != CPU:
                    self._leave(f"The {self.device.type} device failed")
                    log.warning("device failed: %s", error)
                elif "allocate memory" in str(error):
                    self._shrink(error)
                else:
                    raise
            else:
                start += len(part)
        return done

    def _together(self, rows: Tensor, work: Callable[[Tensor], T]) -> list[T]:
        batches = [batch.to(self.device) for batch in torch.split(rows, self.batch)]
        if len(batches) == 1 or self.threads == 1 or self.device != CPU:
            return [work(batch) for batch in batches]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(work, batches))

    def _shrink(self, error: Exception) -> None:
        if self.batch > 1:
            self.batch //= 2
            log.info("out of memory: batches of %d windows from now on", self.batch)
        elif self.device != CPU:
            self._leave(f"The {self.device.type} device has too little memory")
        else:
            raise ModelError(
                "There is not enough memory to listen.", "Close other programs, or choose fewer models."
            ) from error

    def _leave(self, why: str) -> None:
        self.notice = f"{why}; the networks run on the CPU instead."
        self.device, self.batch = CPU, CPU_BATCH
        _prepare_cpu()


def _prepare_cpu() -> None:
    torch.set_num_threads(1)
    try:
        libc = ctypes.CDLL("libc.so.6")
        # One heap for all threads that keeps what was freed: arrays of tens of MB come and go with every layer.
        for option, value in ((M_ARENA_MAX, 1), (M_MMAP_THRESHOLD, 1 << 30), (M_TRIM_THRESHOLD, 2**31 - 1)):
            libc.mallopt(option, value)
    except (OSError, AttributeError):  # another libc
        log.debug("no mallopt here")


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1
