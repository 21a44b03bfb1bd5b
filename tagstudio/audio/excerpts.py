"""Listening to a few windows spread over a file, reached by seeking."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagstudio.audio.framing import RATE, SHORTEST, Wave, excerpt_numbers, filled, gathered, window_count
from tagstudio.audio.resample import resample_piece, resampled_length, span_needed
from tagstudio.audio.sources import Source
from tagstudio.audio.streams import Counted, at_16k, mono

# A header that claims more is not believed.
LONGEST_CLAIM_S = 24 * 3600.0
# Where seeking is not possible everything is decoded, but no more than this is kept.
LONGEST_KEPT_S = 4 * 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Excerpts:
    """Windows, shape (n, 48128), their numbers, how many the file has, and its length.

    ``is_whole`` says that everything was decoded, so the length is true; ``is_cut`` that the end was left out.
    """

    windows: Wave
    numbers: NDArray[np.intp]
    n_windows: int
    duration_s: float
    is_whole: bool = False
    is_cut: bool = False


class _ShortError(Exception):
    # The file ends before its header says.
    pass


def excerpts(source: Source, count: int) -> Excerpts | None:
    """Return ``count`` windows of a file just opened; None if it holds no samples.

    Seeks where that is exact and saves work. Decodes everything where it is not, where the header's length is missing,
    absurd or turns out to be wrong, and where more than half of the windows are wanted anyway.
    """
    claim = source.duration_s
    if source.can_seek and claim is not None and claim <= LONGEST_CLAIM_S:
        n_samples = resampled_length(round(claim * source.rate), source.rate)
        if n_samples >= SHORTEST and window_count(n_samples) > 2 * count:
            try:
                return _sought(source, count, round(claim * source.rate))
            except _ShortError:
                source.seek(0)
    return _through(source, count)


def _sought(source: Source, count: int, n_native: int) -> Excerpts:
    n_samples = resampled_length(n_native, source.rate)
    n_windows = window_count(n_samples)

    def piece(first: int, stop: int) -> Wave:
        start, end = span_needed(first, stop - first, source.rate)
        end = min(end, n_native)
        samples = mono(source.read(start, end - start))
        if samples.size < end - start:
            raise _ShortError
        return resample_piece(samples, source.rate, start=start, first=first, count=stop - first)

    numbers = excerpt_numbers(n_windows, count)
    return Excerpts(gathered(numbers, n_samples, piece), numbers, n_windows, n_native / source.rate)


def _through(source: Source, count: int) -> Excerpts | None:
    pieces: list[Wave] = []
    have, most = 0, int(LONGEST_KEPT_S * RATE)
    blocks = Counted(source.blocks())
    for piece in at_16k(blocks, source.rate):
        pieces.append(piece)
        have += piece.size
        if have >= most:
            break
    if not have:
        return None
    wave = filled(np.concatenate(pieces))
    n_windows = window_count(wave.size)
    numbers = excerpt_numbers(n_windows, count)
    rows = gathered(numbers, wave.size, lambda first, stop: wave[first:stop])
    return Excerpts(rows, numbers, n_windows, blocks.samples / source.rate, is_whole=have < most, is_cut=have >= most)
