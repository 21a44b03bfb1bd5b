"""What every decoder offers: blocks of samples from the current position, seeking to a sample, reading a span."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tagstudio.audio.resample import HIGHEST_RATE, LOWEST_RATE, resample
from tagstudio.domain.errors import DecodeError

MOST_CHANNELS = 32
# Floating-point files can hold anything; beyond this it is damage, not music.
LOUDEST = 100.0

Samples = NDArray[np.float32]


def differs(claimed_s: float, decoded_s: float, *, least_s: float = 0.5) -> bool:
    """Tell whether a header's length is wrong, not just rounded or padded: by over ``least_s`` and over 2 %."""
    return abs(claimed_s - decoded_s) > max(least_s, 0.02 * decoded_s)


class Source(ABC):
    """One open audio file.

    Attributes
    ----------
    rate, channels : int
        Of the first block; later blocks that differ are converted to it.
    codec : str
        Short technical name, for example ``mp3``.
    duration_s : float or None
        What the header says. Headers lie; None where it says nothing believable.
    can_seek : bool
        Whether seeking leads to the exact sample without decoding everything before it.
    bad_packets : int
        How many pieces could not be decoded so far.
    oddities : set of str
        Sentences about samples that had to be repaired.
    """

    rate: int
    channels: int
    codec: str
    duration_s: float | None
    can_seek: bool

    def __init__(self, path: bytes) -> None:
        self.path = path
        self.bad_packets = 0
        self.oddities: set[str] = set()
        self._rest: Samples | None = None
        self._position = 0

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    @abstractmethod
    def _decoded(self) -> Iterator[tuple[int, Samples]]:
        """Yield rate and samples, shape (samples, channels), from the current position to the end."""

    @abstractmethod
    def _jump(self, sample: int) -> int:
        """Go to ``sample`` or somewhat before it; return where decoding goes on."""

    def blocks(self) -> Iterator[Samples]:
        """Yield samples, shape (samples, channels), from the current position to the end of the file."""
        if self._rest is not None and len(self._rest):
            rest, self._rest = self._rest, None
            self._position += len(rest)
            yield rest
        for rate, block in self._decoded():
            fitting = self._fitting(rate, block)
            if len(fitting):
                self._position += len(fitting)
                yield fitting

    def seek(self, sample: int) -> None:
        """Go to a sample exactly; past the end, nothing more comes."""
        behind = sample - self._position
        rest = 0 if self._rest is None else len(self._rest)
        if self._rest is not None and 0 <= behind <= rest:
            self._rest = self._rest[behind:]
            self._position = sample
            return
        if behind < 0 or (self.can_seek and behind > self.rate):
            self._rest, self._position = None, self._jump(sample)
        self._drop(sample - self._position)

    def read(self, first: int, count: int) -> Samples:
        """Return samples ``first`` to ``first + count``, shape (at most count, channels); fewer at the end."""
        self.seek(first)
        got, pieces = 0, []
        for block in self.blocks():
            pieces.append(block[: count - got])
            got += len(pieces[-1])
            if got >= count:
                self._put_back(block[len(pieces[-1]) :])
                break
        return np.concatenate(pieces) if pieces else np.zeros((0, self.channels), np.float32)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put_back(self, block: Samples) -> None:
        self._rest = block
        self._position -= len(block)

    def _drop(self, count: int) -> None:
        if count <= 0:
            return
        for block in self.blocks():
            if len(block) >= count:
                self._put_back(block[count:])
                return
            count -= len(block)

    def _fitting(self, rate: int, block: Samples) -> Samples:
        block = self._repaired(block)
        if block.shape[1] != self.channels:
            block = np.repeat(block.mean(axis=1, keepdims=True), self.channels, axis=1)
        if rate != self.rate:
            self.oddities.add("The sampling rate changes inside the file.")
            self._check(rate, block.shape[1])
            columns = [resample(np.ascontiguousarray(column), rate, self.rate) for column in block.T]
            block = np.stack(columns, axis=1)
        return block

    def _repaired(self, block: Samples) -> Samples:
        # One pass in the usual case: NaN fails every comparison.
        if not block.size or max(block.max(), -block.min()) <= LOUDEST:
            return block
        if not np.isfinite(block).all():
            self.oddities.add("Samples that are not numbers were silenced.")
            block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        if np.abs(block).max(initial=0.0) > LOUDEST:
            self.oddities.add("Samples far beyond full scale were cut.")
            block = np.clip(block, -LOUDEST, LOUDEST)
        return block

    def _check(self, rate: int, channels: int) -> None:
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise DecodeError(os.fsdecode(self.path), f"its sampling rate of {rate} Hz is out of range")
        if not 1 <= channels <= MOST_CHANNELS:
            raise DecodeError(os.fsdecode(self.path), f"it has {channels} channels")
