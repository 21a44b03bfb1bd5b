"""From blocks of samples to mono at 16 kHz and on to windows, holding only what is still needed."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagstudio.audio import framing
from tagstudio.audio.framing import HOP_SAMPLES, PAD, RATE, Wave
from tagstudio.audio.resample import outputs_ready, resample_piece, resampled_length, samples_kept, span_needed

_PIECE = 4 * RATE


class Counted:
    """Blocks on their way through, and how many samples they had so far."""

    def __init__(self, blocks: Iterable[NDArray[np.float32]]) -> None:
        self._blocks = blocks
        self.samples = 0

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        for block in self._blocks:
            self.samples += len(block)
            yield block


def mono(block: NDArray[np.float32]) -> Wave:
    """Mix samples, shape (samples, channels), to their mean: other mixes change the networks' scores."""
    if block.shape[1] == 1:
        return block[:, 0]
    if block.shape[1] == 2:
        return (block[:, 0] + block[:, 1]) * np.float32(0.5)
    mixed: Wave = block.mean(axis=1)
    return mixed


class Resampler:
    """Resamples a waveform that comes in pieces; together the results equal the resampled whole."""

    def __init__(self, rate: int, to: int = RATE) -> None:
        self._rate, self._to = rate, to
        self._held: list[Wave] = []
        self._start = self._have = self._done = 0

    def push(self, piece: Wave, *, least: int = 1) -> Wave:
        """Take a piece; return the samples that are certain now, or none while they are fewer than ``least``."""
        self._held.append(piece)
        self._have += piece.size
        ready = outputs_ready(self._have, self._rate, self._to)
        if ready - self._done < least:
            return np.zeros(0, np.float32)
        return self._outputs(ready)

    def finish(self) -> Wave:
        """Return what is left once the last piece was pushed."""
        if not self._have:
            return np.zeros(0, np.float32)
        done = self._done
        last = self._outputs(resampled_length(self._have, self._rate, self._to))
        last[max(0, samples_kept(self._have, self._rate, self._to) - done) :] = 0
        return last

    def _outputs(self, stop: int) -> Wave:
        samples = np.concatenate(self._held)
        result = resample_piece(
            samples, self._rate, self._to, start=self._start, first=self._done, count=stop - self._done
        )
        self._done = stop
        needed = max(self._start, span_needed(stop, 1, self._rate, self._to)[0])
        self._held, self._start = [samples[needed - self._start :].copy()], needed
        return result


def at_16k(blocks: Iterable[NDArray[np.float32]], rate: int) -> Iterator[Wave]:
    """Yield mono pieces at 16 kHz that together equal the resampled whole, about four seconds each.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (samples, channels)
    rate : int
        Their sampling rate in Hz.
    """
    resampler = Resampler(rate)
    for block in blocks:
        if (piece := resampler.push(mono(block), least=_PIECE)).size:
            yield piece
    if (last := resampler.finish()).size:
        yield last


class Group(NamedTuple):
    """Windows, shape (n, 48128), their numbers in the file, and how many the file has so far; the last one knows."""

    windows: Wave
    numbers: NDArray[np.intp]
    n_windows: int
    is_last: bool


def window_groups(pieces: Iterable[Wave], most: int) -> Iterator[Group]:
    """Yield the windows of a whole file as they fill, at most ``most`` at a time; nothing comes of no samples."""
    wave, start, done = np.zeros(0, np.float32), 0, 0
    for piece in pieces:
        wave = np.concatenate((wave, piece))
        # Strictly more than `most`: something is left for the last group.
        while (start + wave.size) // HOP_SAMPLES - done > most:
            yield Group(*_rows(wave, start, done, done + most), done + most, is_last=False)
            done += most
            needed = done * HOP_SAMPLES - PAD
            wave, start = wave[needed - start :].copy(), needed
    if start + wave.size == 0:
        return
    wave = wave if start else framing.filled(wave)
    count = framing.window_count(start + wave.size)
    while done < count:
        stop = min(count, done + most)
        yield Group(*_rows(wave, start, done, stop), count, is_last=stop == count)
        done = stop


def _rows(wave: Wave, start: int, first: int, stop: int) -> tuple[Wave, NDArray[np.intp]]:
    numbers = np.arange(first, stop)
    return framing.gathered(numbers, start + wave.size, lambda low, high: wave[low - start : high - start]), numbers
