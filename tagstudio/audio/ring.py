"""The buffer between a decoding thread and the sound card, and the count of what was heard."""

import threading
import time
from collections import deque

import numpy as np
from numpy.typing import NDArray

# A card that asks for nothing for so long is gone.
PATIENCE_S = 3.0


class Ring:
    """Samples waiting for the sound card; one thread puts, the card's thread pulls, anybody asks.

    Parameters
    ----------
    volume : float
        Factor on the samples as they are pulled.
    """

    def __init__(self, volume: float = 1.0) -> None:
        self.volume = volume
        self._changed = threading.Condition()
        self._blocks: deque[NDArray[np.float32]] = deque()
        self._waiting = 0
        self._pulled = 0  # frames given to the card, and after the end the silence that pushes them out
        self._total: int | None = None
        self._put = 0
        self._stamp: tuple[int, float | None] = (0, None)
        self._pulled_at_s = 0.0
        self._is_stopped = self._is_over = False

    @property
    def is_stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self._is_stopped

    @property
    def is_over(self) -> bool:
        """Whether everything was heard to the end."""
        return self._is_over

    def put(self, block: NDArray[np.float32], *, most: int) -> bool:
        """Add samples, shape (frames, 2), once fewer than ``most`` wait; False if it was stopped meanwhile.

        Raises
        ------
        TimeoutError
            If the card pulls nothing any more.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_stopped or self._waiting < most, PATIENCE_S):
                raise TimeoutError
            if self._is_stopped:
                return False
            if len(block):
                self._blocks.append(block)
                self._waiting += len(block)
                self._put += len(block)
            return True

    def finish(self) -> None:
        """Say that nothing more comes."""
        with self._changed:
            self._total, self._pulled_at_s = self._put, time.monotonic()
            self._is_over = self._is_over or self._total == 0

    def stop(self) -> None:
        """Fall silent: pulling gives zeros from now on."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def wait_over(self, timeout_s: float) -> bool:
        """Wait until all was heard or it was stopped; False if neither happened in time.

        Raises
        ------
        TimeoutError
            If the card pulls nothing any more.
        """
        with self._changed:
            is_over = self._changed.wait_for(lambda: self._is_stopped or self._is_over, timeout_s)
            if not is_over and time.monotonic() - self._pulled_at_s > PATIENCE_S:
                raise TimeoutError
            return is_over

    def pull(self, samples: NDArray[np.float32], heard_at_s: float | None) -> None:
        """Fill ``samples``, shape (frames, 2), with what waits, then with silence; called by the card's thread."""
        with self._changed:
            self._stamp, self._pulled_at_s = (self._pulled, heard_at_s), time.monotonic()
            filled = 0 if self._is_stopped else self._taken(samples)
            samples[:filled] *= self.volume
            samples[filled:] = 0
            is_after_end = self._total is not None and not self._waiting
            self._pulled += len(samples) if is_after_end else filled
            self._changed.notify_all()

    def heard(self, now_s: float, latency_s: float, rate: int) -> int:
        """Return how many frames were audible so far.

        Parameters
        ----------
        now_s : float
            The output's clock, the one that ``pull`` was told.
        latency_s : float
            From being pulled to being heard; used where the output does not tell when a buffer will be heard.
        rate : int
            Of the output, in Hz.
        """
        with self._changed:
            before, heard_at_s = self._stamp
            if heard_at_s is None:
                frames = self._pulled - round(latency_s * rate)
            else:
                frames = before + round((now_s - heard_at_s) * rate)
            frames = max(0, min(frames, self._pulled))
            if self._total is not None and frames >= self._total:
                self._is_over = True
                self._changed.notify_all()
            return frames if self._total is None else min(frames, self._total)

    def _taken(self, samples: NDArray[np.float32]) -> int:
        filled = 0
        while self._blocks and filled < len(samples):
            block = self._blocks[0]
            count = min(len(block), len(samples) - filled)
            samples[filled : filled + count] = block[:count]
            filled += count
            if count == len(block):
                self._blocks.popleft()
            else:
                self._blocks[0] = block[count:]
        self._waiting -= filled
        return filled
