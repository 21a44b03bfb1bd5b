"""Laws of resampling: the same numbers as the 2019 filter, in one piece or in many."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagstudio.audio.resample import BETA, ROLLOFF, outputs_ready, resample, resample_piece, span_needed
from tagstudio.audio.streams import Resampler

RATES = (4000, 8000, 11025, 22050, 32000, 44100, 44056, 48000, 96000, 192000)


def noise(size: int) -> NDArray[np.float32]:
    return np.random.default_rng(3).uniform(-1, 1, size).astype(np.float32)


def one_by_one(wave: NDArray[np.float32], rate: int, outputs: list[int]) -> list[float]:
    """The published algorithm as it is written down: one output at a time, walking the table to both sides."""
    ratio = 16_000 / rate
    scale = min(1.0, ratio)
    step = int(scale * 512)
    table = scale * np.kaiser(2 * 64 * 512 + 1, BETA)[64 * 512 :]
    table *= ROLLOFF * np.sinc(ROLLOFF * np.linspace(0, 64, 64 * 512 + 1))
    slope = np.append(np.diff(table), 0.0)
    results = []
    for output in outputs:
        whole, fraction = divmod(output * rate, 16_000)
        total = 0.0
        for part, at, move in (
            (scale * fraction / 16_000, whole, -1),
            (scale * (1 - fraction / 16_000), whole + 1, 1),
        ):
            offset = int(part * 512)
            for tap in range((table.size - offset) // step):
                if 0 <= at + move * tap < wave.size:
                    index = offset + tap * step
                    total += (table[index] + (part * 512 - offset) * slope[index]) * float(wave[at + move * tap])
        results.append(total)
    return results


@pytest.mark.parametrize("rate", RATES)
def test_every_sample_is_what_the_published_filter_gives(rate: int) -> None:
    wave = noise(rate // 10)
    result = resample(wave, rate)
    outputs = [0, 1, 2, 79, 159, 160, 161, 800, result.size - 2]
    np.testing.assert_allclose(result[outputs], one_by_one(wave, rate, outputs), atol=2e-6)


@pytest.mark.parametrize("rate", RATES)
def test_the_length_is_rounded_up_and_an_incomplete_last_sample_is_empty(rate: int) -> None:
    wave = np.ones(rate // 10 + 1, np.float32)
    result = resample(wave, rate)
    assert result.size == math.ceil(wave.size * 16_000 / rate)
    assert result.dtype == np.float32
    if rate > 16_000:
        assert result[-1] == 0


@given(rate=st.sampled_from(RATES), first=st.integers(0, 9000), count=st.integers(1, 3000))
@settings(max_examples=40)
def test_a_piece_equals_the_whole_at_its_place(rate: int, first: int, count: int) -> None:
    wave = noise(rate * 3 // 4)
    whole = resample(wave, rate)
    count = min(count, whole.size - 1 - first)
    start, stop = span_needed(first, count, rate)
    piece = resample_piece(wave[start:stop], rate, start=start, first=first, count=count)
    np.testing.assert_allclose(piece, whole[first : first + count], rtol=2e-6, atol=1e-6)


@given(rate=st.sampled_from((*RATES, 16_000)), cuts=st.lists(st.integers(0, 40_000), max_size=6))
@settings(max_examples=40)
def test_pieces_pushed_one_by_one_equal_the_whole(rate: int, cuts: list[int]) -> None:
    wave = noise(40_000)
    resampler = Resampler(rate)
    results = [resampler.push(piece) for piece in np.split(wave, sorted(cuts))]
    results.append(resampler.finish())
    # A last bit or two: other sizes of the matrix products add up in another order.
    np.testing.assert_allclose(np.concatenate(results), resample(wave, rate), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("rate", RATES)
def test_no_output_counts_as_ready_before_its_inputs_are_there(rate: int) -> None:
    for n_samples in (0, 100, 5000, 100_000):
        ready = outputs_ready(n_samples, rate)
        assert not ready or span_needed(0, ready, rate)[1] <= n_samples


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000])
def test_a_tone_keeps_its_pitch_and_level(rate: int) -> None:
    time = np.arange(rate) / rate
    tone = np.sin(2 * np.pi * 1000 * time).astype(np.float32)
    expected = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    np.testing.assert_allclose(resample(tone, rate)[500:15_000], expected[500:15_000], atol=0.01)


def test_rates_without_a_common_divisor_work_too() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(20_011) / 200_117).astype(np.float32)
    result = resample(tone, 200_117)
    # The step through the table, 40.9 rounded down to 40, widens the filter: it is 2.3 % too loud, as the original is.
    np.testing.assert_allclose(result[200:1300], np.sin(2 * np.pi * np.arange(200, 1300) / 16) * 40.93 / 40, atol=0.002)


def test_sixteen_kilohertz_pass_through_untouched() -> None:
    wave = noise(1000)
    assert resample(wave, 16_000) is wave


@pytest.mark.parametrize("rate", [0, 3999, 768_001])
def test_a_rate_out_of_range_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="sampling rate must be between"):
        resample(noise(10), rate)
