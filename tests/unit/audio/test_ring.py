"""Laws of the ring: samples come out once and in order, and the position counts what was heard, not what was pulled."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagstudio.audio import ring as ring_module
from tagstudio.audio.ring import Ring

PLENTY = 10**6


def ramp(first: int, count: int) -> NDArray[np.float32]:
    return np.repeat(np.arange(first, first + count, dtype=np.float32)[:, None], 2, axis=1)


def pulled(ring: Ring, count: int, heard_at_s: float | None = None) -> NDArray[np.float32]:
    samples = np.full((count, 2), np.nan, np.float32)
    ring.pull(samples, heard_at_s)
    return samples


@given(blocks=st.lists(st.integers(0, 50), max_size=8), pulls=st.lists(st.integers(1, 40), max_size=20))
def test_samples_come_out_once_and_in_order_then_silence(blocks: list[int], pulls: list[int]) -> None:
    ring, total = Ring(), sum(blocks)
    first = 1
    for count in blocks:
        ring.put(ramp(first, count), most=PLENTY)
        first += count
    out = np.concatenate([pulled(ring, count) for count in pulls] or [ramp(0, 0)])[:, 0]
    expected = np.concatenate((np.arange(1, total + 1), np.zeros(len(out))))[: len(out)]
    np.testing.assert_array_equal(out, expected)


def test_volume_is_a_factor() -> None:
    ring = Ring(0.5)
    ring.put(ramp(2, 3), most=PLENTY)
    np.testing.assert_array_equal(pulled(ring, 3), 0.5 * ramp(2, 3))


def test_a_full_ring_waits_until_the_card_pulls() -> None:
    ring = Ring()
    ring.put(ramp(0, 100), most=50)
    done = threading.Event()
    thread = threading.Thread(target=lambda: (ring.put(ramp(100, 1), most=50), done.set()))
    thread.start()
    assert not done.is_set()
    pulled(ring, 60)
    assert done.wait(5)
    thread.join()


def test_a_stopped_ring_is_silent_and_takes_nothing() -> None:
    ring = Ring()
    ring.put(ramp(1, 10), most=PLENTY)
    ring.stop()
    assert not pulled(ring, 10).any()
    assert not ring.put(ramp(1, 1), most=PLENTY)


def test_a_card_that_pulls_nothing_any_more_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_module, "PATIENCE_S", 0.01)
    ring = Ring()
    ring.put(ramp(0, 100), most=50)
    with pytest.raises(TimeoutError):
        ring.put(ramp(100, 1), most=50)


def test_the_position_is_what_is_audible_not_what_was_pulled() -> None:
    ring = Ring()
    ring.put(ramp(0, 1000), most=PLENTY)
    assert ring.heard(0.0, 0.1, 100) == 0
    pulled(ring, 50)
    assert ring.heard(0.0, 0.1, 100) == 40  # by the latency
    pulled(ring, 50, heard_at_s=7.0)
    assert ring.heard(6.9, 0.1, 100) == 40  # by the clock: this buffer is not heard yet
    assert ring.heard(7.25, 0.1, 100) == 75
    assert ring.heard(99.0, 0.1, 100) == 100  # never more than was pulled


def test_the_end_is_reached_when_the_last_sample_was_heard() -> None:
    ring = Ring()
    ring.put(ramp(0, 100), most=PLENTY)
    ring.finish()
    pulled(ring, 100)
    assert ring.heard(0.0, 0.2, 100) == 80
    assert not ring.is_over
    pulled(ring, 50)  # silence pushes the rest out
    assert ring.heard(0.0, 0.2, 100) == 100
    assert ring.is_over


def test_waiting_for_more_is_not_the_end() -> None:
    ring = Ring()
    ring.put(ramp(0, 10), most=PLENTY)
    pulled(ring, 50)
    assert ring.heard(0.0, 0.0, 100) == 10
    assert not ring.is_over


def test_nothing_is_over_at_once() -> None:
    ring = Ring()
    ring.finish()
    assert ring.is_over
