"""Where the networks' windows lie in a waveform, and cutting them out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
N_FFT = 512
FRAME_HOP = 256
WINDOW_FRAMES = 187
# Frames are centred: the file is reflect-padded by half a frame at both ends, once, and a window is then a plain slice.
PAD = N_FFT // 2
WINDOW_SAMPLES = (WINDOW_FRAMES - 1) * FRAME_HOP + N_FFT
HOP_SAMPLES = WINDOW_FRAMES * FRAME_HOP
WINDOW_S = HOP_SAMPLES / RATE
# The shortest waveform with one window; shorter ones are repeated to this length.
SHORTEST = (WINDOW_FRAMES - 1) * FRAME_HOP

Wave = NDArray[np.float32]


def window_count(n_samples: int) -> int:
    """Return how many windows a waveform at 16 kHz has; an incomplete last one does not count, except the only one."""
    return max(1, (1 + n_samples // FRAME_HOP) // WINDOW_FRAMES)


def windows(wave: Wave) -> Wave:
    """Cut a whole waveform into the windows that the networks hear.

    The waveform is reflect-padded by 256 samples at both ends, so a short-time Fourier transform of a row *without*
    centring has the same 187 frames as one of the whole file with centring. The tail that fills no window is dropped;
    a waveform shorter than one window is repeated until it fills it.

    Parameters
    ----------
    wave : ndarray, shape (samples,)
        Mono audio at 16 kHz, not empty.

    Returns
    -------
    ndarray, shape (windows, 48128)
        Window ``k`` starts at sample ``47872 * k - 256`` of ``wave``.

    Raises
    ------
    ValueError
        If ``wave`` is empty or not one-dimensional.

    References
    ----------
    Pons & Serra (2019), "musicnn: pre-trained convolutional neural networks for music audio tagging".
    """
    if wave.ndim != 1 or not wave.size:
        raise ValueError(f"expected mono audio, got shape {wave.shape}")
    wave = filled(wave)
    return gathered(np.arange(window_count(wave.size)), wave.size, lambda first, stop: wave[first:stop])


def filled(wave: Wave) -> Wave:
    """Repeat a waveform shorter than one window until it fills one; return a longer one as it is."""
    return wave if wave.size >= SHORTEST else np.resize(wave, SHORTEST)


def gathered(numbers: NDArray[np.intp], n_samples: int, piece: Callable[[int, int], Wave]) -> Wave:
    """Collect windows by number from whatever can deliver pieces of the waveform.

    Parameters
    ----------
    numbers : ndarray, shape (windows,)
        Which windows of the file.
    n_samples : int
        Length of the whole waveform at 16 kHz, at least ``SHORTEST``; only the last window depends on it.
    piece : callable
        Given first and stop (samples at 16 kHz, inside the waveform), returns exactly these samples.

    Returns
    -------
    ndarray, shape (windows, 48128)
    """
    rows = np.empty((numbers.size, WINDOW_SAMPLES), np.float32)
    for row, number in zip(rows, numbers.tolist(), strict=True):
        first = number * HOP_SAMPLES - PAD
        stop = first + WINDOW_SAMPLES
        low, high = max(0, first), min(stop, n_samples)
        row[:] = np.pad(piece(low, high), (low - first, stop - high), mode="reflect")
    return rows


def excerpt_numbers(n_windows: int, count: int) -> NDArray[np.intp]:
    """Choose windows spread evenly over a file, in rising order; the same ones every time.

    ``count`` windows are the middles of ``count`` equal parts, so one excerpt is the middle of the file.
    With ``count >= n_windows`` all are chosen.
    """
    if count >= n_windows:
        return np.arange(n_windows)
    return (2 * np.arange(count) + 1) * n_windows // (2 * count)
