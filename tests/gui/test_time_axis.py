"""Laws of the shared time axis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagstudio.gui.widgets.ruler import ticks
from tagstudio.gui.widgets.time_axis import TimeAxis, clock_text

durations = st.floats(0.05, 4000)
seconds = st.floats(-5000, 5000)
factors = st.floats(0.05, 20)
moves = st.one_of(
    st.tuples(st.just("zoom"), factors, seconds),
    st.tuples(st.just("scroll"), seconds),
    st.tuples(st.just("show"), seconds, seconds),
    st.tuples(st.just("follow"), seconds),
    st.tuples(st.just("move_cursor"), seconds),
    st.tuples(st.just("stretch"), durations),
    st.tuples(st.just("fit")),
    st.tuples(st.just("previous")),
)


class Clock:
    """Time that passes only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def fresh(duration_s: float, clock: Clock | None = None) -> TimeAxis:
    axis = TimeAxis(clock=clock or Clock())
    axis.reset(duration_s)
    return axis


@given(duration=durations, steps=st.lists(moves, max_size=12))
def test_view_cursor_and_selection_never_leave_the_track(duration, steps):
    axis = fresh(duration)
    for name, *arguments in steps:
        getattr(axis, name)(*arguments)
        assert 0 <= axis.start_s <= axis.end_s <= axis.duration_s * (1 + 1e-9)
        assert axis.span_s >= axis.shortest_s * (1 - 1e-9)
        assert 0 <= axis.cursor_s <= axis.duration_s


@given(duration=st.floats(10, 4000), factor=st.floats(1.01, 8), share=st.floats(0, 1))
def test_zooming_in_keeps_the_moment_under_the_pointer(duration, factor, share):
    axis = fresh(duration)
    axis.show(duration * 0.2, duration * 0.8)
    at = axis.start_s + share * axis.span_s
    before = axis.x(at, 152, 900)
    axis.zoom(factor, at)
    assert axis.x(at, 152, 900) == pytest.approx(before, abs=0.01)


@given(duration=durations, x=st.floats(152, 1052))
def test_place_and_moment_are_inverse(duration, x):
    axis = fresh(duration)
    assert axis.x(axis.second(x, 152, 900), 152, 900) == pytest.approx(x, abs=1e-6)


def test_previous_view_takes_back_a_whole_gesture():
    clock = Clock()
    axis = fresh(100.0, clock)
    clock.now = 10.0
    for _ in range(5):
        axis.zoom(1.25, 50.0)
        clock.now += 0.1
    clock.now += 5.0
    axis.scroll(10.0)
    zoomed = 100.0 / 1.25**5
    assert axis.previous()
    assert axis.span_s == pytest.approx(zoomed)
    assert axis.previous()
    assert (axis.start_s, axis.end_s) == (0.0, 100.0)
    assert not axis.previous()


def test_following_turns_the_page_and_is_no_view_to_go_back_to():
    axis = fresh(100.0)
    axis.show(10.0, 20.0)
    axis.follow(15.0)
    assert axis.start_s == 10.0
    axis.follow(20.5)
    assert axis.start_s < 20.5 < axis.end_s
    axis.previous()
    assert (axis.start_s, axis.end_s) == (0.0, 100.0)


def test_another_track_starts_afresh():
    axis = fresh(100.0)
    axis.show(10, 20)
    axis.select((12, 11))
    axis.move_cursor(15)
    assert axis.selection == (11, 12)
    axis.reset(50.0)
    assert (axis.start_s, axis.end_s, axis.cursor_s, axis.selection) == (0.0, 50.0, 0.0, None)
    assert not axis.previous()


def test_an_empty_selection_is_none():
    axis = fresh(100.0)
    axis.select((5.0, 5.0))
    assert axis.selection is None


@given(start=st.floats(0, 4000), span=st.floats(0.25, 4000), most=st.integers(1, 30))
def test_ticks_are_round_and_few_enough(start, span, most):
    step, _, moments = ticks(start, start + span, most)
    assert len(moments) <= max(most, span / 3600) + 2
    assert all(abs(moment / step - round(moment / step)) < 1e-6 for moment in moments)
    assert all(start - 1e-6 <= moment <= start + span + 1e-6 for moment in moments)


@pytest.mark.parametrize(
    ("second", "decimals", "text"),
    [(0, 0, "0:00"), (187.25, 3, "3:07.250"), (3723, 0, "1:02:03"), (59.9999, 0, "0:59"), (0.3, 1, "0:00.3")],
)
def test_moments_are_written_as_clocks_do(second, decimals, text):
    assert clock_text(second, decimals=decimals) == text
