"""Resampling exactly as the shipped networks' training data was, in numpy.

The networks react to small differences near 8 kHz, so this repeats the 2019 filter with its peculiarities: the step
through the filter table is rounded down, and the table is read with linear interpolation. The filter repeats after
``rate / gcd`` input samples; each repetition is a matrix product of overlapping slices of the input.
"""

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

ZEROS = 64
STEPS = 512
ROLLOFF = 0.9475937167399596
BETA = 14.769656459379492

LOWEST_RATE, HIGHEST_RATE = 4_000, 768_000

# Filters of odd rates have up to 16,000 phases of 6,000 taps: larger ones than this are computed and thrown away.
_KEPT_WEIGHTS = 8_000_000
_GROUP = 64

Wave = NDArray[np.float32]


def resample(wave: Wave, rate: int, to: int = 16_000) -> Wave:
    """Resample a whole waveform.

    Parameters
    ----------
    wave : ndarray, shape (samples,)
        Silence is assumed around it.
    rate, to : int
        Sampling rates in Hz; ``rate`` from 4 to 768 kHz.

    Returns
    -------
    ndarray, shape (ceil(samples * to / rate),)

    Raises
    ------
    ValueError
        If the rate is out of range.

    References
    ----------
    J. O. Smith, "Digital Audio Resampling Home Page", ccrma.stanford.edu/~jos/resample; resampy 0.2.2 ``kaiser_best``.
    """
    _check(rate)
    if rate == to:
        return wave
    count = resampled_length(wave.size, rate, to)
    result = resample_piece(wave, rate, to, start=0, first=0, count=count)
    result[samples_kept(wave.size, rate, to) :] = 0
    return result


def samples_kept(n_samples: int, rate: int, to: int = 16_000) -> int:
    """Return how many samples ``resample`` fills; like the original it leaves a last, incomplete one empty."""
    return int(n_samples * (float(to) / rate))


def resampled_length(n_samples: int, rate: int, to: int = 16_000) -> int:
    """Return how many samples ``resample`` makes of ``n_samples``."""
    return -(-n_samples * to // rate)


def span_needed(first: int, count: int, rate: int, to: int = 16_000) -> tuple[int, int]:
    """Return first and stop of the input samples that outputs ``first`` to ``first + count`` depend on."""
    if rate == to:
        return first, first + count
    wing = _shape(rate, to).wing
    return max(0, first * rate // to - wing), (first + count) * rate // to + wing + 1


def outputs_ready(n_samples: int, rate: int, to: int = 16_000) -> int:
    """Return how many outputs depend on nothing after the first ``n_samples`` input samples."""
    return n_samples if rate == to else max(0, (n_samples - _shape(rate, to).wing - 1) * to // rate)


def resample_piece(samples: Wave, rate: int, to: int = 16_000, *, start: int, first: int, count: int) -> Wave:
    """Resample a piece of a waveform to exactly what ``resample`` of the whole gives at the same place.

    Parameters
    ----------
    samples : ndarray, shape (samples,)
        A piece that covers ``span_needed(first, count, rate)``; what it does not cover counts as silence.
    rate, to : int
        Sampling rates in Hz.
    start : int
        Which sample of the whole waveform ``samples[0]`` is.
    first, count : int
        Which output samples are wanted.

    Returns
    -------
    ndarray, shape (count,)
    """
    _check(rate)
    if rate == to:
        return _covered(samples, first - start, count)
    shape = _shape(rate, to)
    block, skipped = divmod(first, shape.outputs)
    n_blocks = -(-(skipped + count) // shape.outputs)
    begin = block * shape.inputs - shape.wing
    reach = (n_blocks - 1) * shape.inputs + shape.reach
    return _blocks(_covered(samples, begin - start, reach), shape, n_blocks).reshape(-1)[skipped : skipped + count]


def _check(rate: int) -> None:
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(f"the sampling rate must be between {LOWEST_RATE} and {HIGHEST_RATE} Hz, got {rate}")


@dataclass(frozen=True, slots=True)
class _Shape:
    # One block turns `inputs` new samples into `outputs`; the filter reaches `wing` samples to either side.
    rate: int
    to: int
    inputs: int
    outputs: int
    wing: int

    @property
    def reach(self) -> int:
        return self.inputs + 2 * self.wing + 1

    @property
    def is_kept(self) -> bool:
        return 2 * self.wing * self.outputs <= _KEPT_WEIGHTS


@lru_cache(maxsize=64)
def _shape(rate: int, to: int) -> _Shape:
    divisor = math.gcd(rate, to)
    inputs, outputs = rate // divisor, to // divisor
    wing = (ZEROS * STEPS + 1) // _index_step(rate, to) + 1
    # Blocks as long as the filter: matrix products are then large, and slices of the input need no copy.
    times = max(1, -(-2 * wing // inputs), -(-_GROUP // outputs))
    return _Shape(rate, to, inputs * times, outputs * times, wing)


def _index_step(rate: int, to: int) -> int:
    return int(min(1.0, to / rate) * STEPS)


def _covered(samples: Wave, offset: int, length: int) -> Wave:
    # samples[offset : offset + length] with silence around.
    low, high = max(0, offset), min(samples.size, offset + length)
    if high <= low:
        return np.zeros(length, np.float32)
    return np.pad(samples[low:high].astype(np.float32, copy=False), (low - offset, offset + length - high))


def _blocks(padded: Wave, shape: _Shape, n_blocks: int) -> Wave:
    result = np.empty((n_blocks, shape.outputs), np.float32)
    # Outputs in groups: a group's weights span little more than the filter itself.
    for low in range(0, shape.outputs, _GROUP):
        high = min(low + _GROUP, shape.outputs)
        weights = _kept_weights(shape, low, high) if shape.is_kept else _weights(shape, low, high)
        begin = low * shape.inputs // shape.outputs
        slices = as_strided(
            padded[begin:], (n_blocks, len(weights)), (shape.inputs * padded.itemsize, padded.itemsize), writeable=False
        )
        np.matmul(slices, weights, out=result[:, low:high])
    return result


@lru_cache(maxsize=4096)
def _kept_weights(shape: _Shape, low: int, high: int) -> Wave:
    return _weights(shape, low, high)


def _weights(shape: _Shape, low: int, high: int) -> Wave:
    # Column j holds what output low + j takes from the inputs that follow `low * inputs // outputs - wing`.
    begin = low * shape.inputs // shape.outputs
    rows = (high - 1) * shape.inputs // shape.outputs - begin + 2 * shape.wing + 2
    weights = np.zeros((rows, high - low), np.float32)
    scale, step = min(1.0, shape.to / shape.rate), _index_step(shape.rate, shape.to)
    for column, output in enumerate(range(low, high)):
        whole, part = divmod(output * shape.inputs, shape.outputs)
        here = whole - begin + shape.wing
        fraction = scale * (part / shape.outputs)
        left, right = _wing(fraction, step, scale), _wing(scale - fraction, step, scale)
        weights[here - left.size + 1 : here + 1, column] = left[::-1]
        weights[here + 1 : here + 1 + right.size, column] = right
    return weights


def _wing(fraction: float, step: int, scale: float) -> NDArray[np.float64]:
    table, slope = _table()
    offset = int(fraction * STEPS)
    at = offset + step * np.arange((table.size - offset) // step)
    wing: NDArray[np.float64] = scale * (table[at] + (fraction * STEPS - offset) * slope[at])
    return wing


@cache
def _table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    size = ZEROS * STEPS
    sinc = ROLLOFF * np.sinc(ROLLOFF * np.linspace(0, ZEROS, size + 1))
    table = np.kaiser(2 * size + 1, BETA)[size:] * sinc
    return table, np.append(np.diff(table), 0.0)
