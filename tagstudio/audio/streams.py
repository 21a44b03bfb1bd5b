"""From blocks of samples to mono at 16 kHz and on to windows, holding only what is still needed."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagstudio.audio import framing
from tagstudio.audio.framing import HOP_SAMPLES, PAD, RATE, Wave
from tagstudio.audio.resample import outputs_ready, resample_piece, resampled_length, samples_kept, span_needed

_PIECE = 4 * RATE


def mono(block: NDArray[np.float32]) -> Wave:
    """Mix samples, shape (samples, channels), to their mean: other mixes change the networks' scores."""
    if block.shape[1] == 1:
        return block[:, 0]
    if block.shape[1] == 2:
        return (block[:, 0] + block[:, 1]) * np.float32(0.5)
    mixed: Wave = block.mean(axis=1)
    return mixed


def at_16k(blocks: Iterable[NDArray[np.float32]], rate: int) -> Iterator[Wave]:
    """Yield mono pieces at 16 kHz that together equal the resampled whole, about four seconds each.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (samples, channels)
    rate : int
        Their sampling rate in Hz.
    """
    held: list[Wave] = []
    start = have = done = 0
    for block in blocks:
        held.append(mono(block))
        have += len(block)
        ready = outputs_ready(have, rate)
        if ready - done < _PIECE:
            continue
        samples = np.concatenate(held)
        yield resample_piece(samples, rate, start=start, first=done, count=ready - done)
        done, needed = ready, span_needed(ready, 1, rate)[0]
        held, start = [samples[needed - start :]], needed
    if have:
        last = resample_piece(
            np.concatenate(held), rate, start=start, first=done, count=resampled_length(have, rate) - done
        )
        last[max(0, samples_kept(have, rate) - done) :] = 0
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
