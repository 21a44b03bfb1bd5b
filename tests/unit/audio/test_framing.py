"""Laws of windows: side by side, the same frames as the whole file, nothing invented but the padding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagstudio.audio.framing import (
    HOP_SAMPLES,
    PAD,
    SHORTEST,
    WINDOW_FRAMES,
    WINDOW_SAMPLES,
    excerpt_numbers,
    filled,
    window_count,
    windows,
)
from tagstudio.audio.streams import window_groups


def ramp(size: int) -> np.ndarray:
    return np.arange(1, size + 1, dtype=np.float32)


@given(size=st.integers(1, 4 * HOP_SAMPLES))
@settings(max_examples=60)
def test_windows_are_slices_of_the_reflected_waveform(size: int) -> None:
    wave = filled(ramp(size))
    padded = np.pad(wave, PAD, mode="reflect")
    cut = windows(ramp(size))
    for number, window in enumerate(cut):
        np.testing.assert_array_equal(window, padded[number * HOP_SAMPLES :][:WINDOW_SAMPLES])


@given(size=st.integers(SHORTEST, 10 * HOP_SAMPLES))
def test_as_many_windows_as_whole_groups_of_187_frames(size: int) -> None:
    frames = 1 + size // 256
    assert window_count(size) == frames // WINDOW_FRAMES


@pytest.mark.parametrize("size", [1, 100, 16_000, SHORTEST - 1])
def test_a_short_waveform_is_repeated_to_one_window(size: int) -> None:
    (window,) = windows(ramp(size))
    again_and_again = np.tile(ramp(size), SHORTEST // size + 1)[:SHORTEST]
    np.testing.assert_array_equal(window[PAD : PAD + SHORTEST], again_and_again)


@pytest.mark.parametrize("wave", [np.zeros(0, np.float32), np.zeros((2, 3), np.float32)])
def test_what_is_no_mono_waveform_is_refused(wave: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected mono audio"):
        windows(wave)


@given(size=st.integers(1, 6 * HOP_SAMPLES), most=st.integers(1, 4), cuts=st.lists(st.integers(0, 300_000), max_size=4))
@settings(max_examples=50)
def test_groups_of_a_stream_equal_the_windows_of_the_whole(size: int, most: int, cuts: list[int]) -> None:
    groups = list(window_groups(np.split(ramp(size), sorted(cuts)), most))
    np.testing.assert_array_equal(np.concatenate([group.windows for group in groups]), windows(ramp(size)))
    np.testing.assert_array_equal(np.concatenate([group.numbers for group in groups]), np.arange(groups[-1].n_windows))
    assert [group.is_last for group in groups] == [False] * (len(groups) - 1) + [True]
    assert all(len(group.windows) <= most for group in groups)


def test_a_stream_without_samples_has_no_windows() -> None:
    assert not list(window_groups([], 40))


@given(n_windows=st.integers(1, 5000), count=st.integers(1, 40))
def test_excerpts_are_distinct_rising_and_inside(n_windows: int, count: int) -> None:
    numbers = excerpt_numbers(n_windows, count)
    assert len(numbers) == min(count, n_windows)
    assert (np.diff(numbers) > 0).all()
    assert numbers[0] >= 0
    assert numbers[-1] < n_windows


@given(n_windows=st.integers(2, 5000), count=st.integers(1, 40))
def test_excerpts_are_spread_evenly(n_windows: int, count: int) -> None:
    numbers = excerpt_numbers(n_windows, count)
    gaps = np.diff(np.concatenate(([-1], numbers, [n_windows])))
    assert gaps.max() <= n_windows / len(numbers) + 1


def test_one_excerpt_is_the_middle() -> None:
    assert excerpt_numbers(101, 1).tolist() == [50]
