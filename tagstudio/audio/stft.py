"""Short-time Fourier transform and mel bands in numpy, for pictures; the networks have their own in ``nn``."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tagstudio.audio.framing import FRAME_HOP, N_FFT, RATE, Wave
from tagstudio.domain.mel import hz_to_mel, mel_to_hz

MELS = 96
_FRAMES_AT_ONCE = 2048


def mel_power(wave: Wave) -> Wave:
    """Return the mel power that the networks' front end sees, for a whole waveform at 16 kHz.

    Frames are centred, the ends reflect-padded.

    Parameters
    ----------
    wave : ndarray, shape (samples,)

    Returns
    -------
    ndarray, shape (1 + samples // 256, 96)

    References
    ----------
    M. Slaney (1998), "Auditory Toolbox" (the mel scale and the area-normalised triangles).
    """
    return np.concatenate(list(mel_power_pieces(wave)))


def mel_power_pieces(wave: Wave) -> Iterator[Wave]:
    """Yield ``mel_power`` in pieces of at most 2048 frames, shape (frames, 96), so that memory stays bounded."""
    if wave.size <= N_FFT // 2:
        wave = np.pad(wave, (0, N_FFT // 2 + 1 - wave.size))  # too short to reflect
    padded = np.pad(wave, N_FFT // 2, mode="reflect")
    frames = sliding_window_view(padded, N_FFT)[::FRAME_HOP]
    window, filters = hann(N_FFT), mel_filters()
    for first in range(0, len(frames), _FRAMES_AT_ONCE):
        spectrum = np.fft.rfft(frames[first : first + _FRAMES_AT_ONCE] * window)
        power: Wave = np.square(spectrum.real) + np.square(spectrum.imag)
        yield power @ filters


@cache
def hann(size: int) -> Wave:
    """Return the periodic Hann window of ``size`` samples."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)


@cache
def mel_filters(*, rate: int = RATE, n_fft: int = N_FFT, bands: int = MELS) -> Wave:
    """Return Slaney's mel filters from 0 Hz to half the rate, shape (n_fft // 2 + 1, bands)."""
    bins = np.linspace(0, rate / 2, n_fft // 2 + 1)[:, None]
    edges = mel_to_hz(np.linspace(0.0, hz_to_mel(rate / 2), bands + 2))
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    return np.ascontiguousarray(triangles * (2 / (high - low)), np.float32)
