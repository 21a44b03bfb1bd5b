"""Laws of what the lanes paint from: columns of pixels and colours."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tagstudio.domain.mel import hz_to_mel, mel_to_hz
from tagstudio.gui import columns, theme
from tagstudio.gui.theme import DARK, LIGHT, Colours, contrast
from tagstudio.gui.widgets import colours
from tagstudio.gui.widgets.filters import signed

views = st.tuples(st.floats(-5, 60), st.floats(0.3, 80), st.integers(1, 60))
tables = hnp.arrays(np.int64, st.tuples(st.integers(1, 50), st.integers(1, 3)), elements=st.integers(0, 99))


@given(values=tables, view=views)
def test_a_column_holds_the_highest_of_the_items_in_it(values, view):
    start, span, count = view
    spread = columns.regular(columns.edges(start, start + span, count), period_s=1.0, count=len(values))
    highest = columns.folded(values, spread, np.maximum)
    for column, (first, last) in enumerate(zip(*spread, strict=True)):
        if last > first:
            np.testing.assert_array_equal(highest[column], values[first:last].max(axis=0))


@given(values=tables, view=views)
def test_no_item_in_view_falls_between_two_columns(values, view):
    start, span, count = view
    spread = columns.regular(columns.edges(start, start + span, count), period_s=1.0, count=len(values))
    shown = set(itertools.chain.from_iterable(range(a, b) for a, b in zip(*spread, strict=True)))
    inside = {i for i in range(len(values)) if start + 1e-6 <= i and i + 1 <= start + span - 1e-6}
    assert inside <= shown


@given(
    starts=st.lists(st.integers(0, 200), min_size=1, max_size=30, unique=True).map(sorted),
    view=st.tuples(st.floats(0, 150), st.floats(0.3, 80), st.integers(1, 60)),
)
def test_a_column_is_a_gap_exactly_where_no_window_reaches(starts, view):
    begin, span, count = view
    borders = columns.edges(begin, begin + span, count)
    spread = columns.windows(borders, np.array(starts, float), 2.5)
    for column in range(count):
        left, right = borders[column], borders[column + 1]
        reaching = [i for i, s in enumerate(starts) if s < right - 1e-9 and s + 2.5 > left + 1e-9]
        assert list(range(spread.first[column], spread.last[column])) == reaching


def test_coarse_levels_show_what_the_finest_shows():
    values = np.random.default_rng(1).integers(0, 256, (40_000, 4)).astype(np.uint8)
    pyramid = columns.Pyramid(values, 0.016)
    assert len(pyramid.levels) > 2
    borders = columns.edges(0.0, 640.0, 900)
    exact = columns.mean(values, columns.regular(borders, period_s=0.016, count=len(values), origin_s=-0.008))
    shown, heard = pyramid.mean(borders)
    assert heard.all()
    # Columns of 44 frames whose borders are off by up to two frames at either side.
    assert np.abs(shown - exact).max() < 255 * 6 / 44
    assert np.abs(shown - exact).mean() < 255 * 2 / 44


def test_a_pyramid_knows_where_the_sound_ends():
    pyramid = columns.Pyramid(np.full((100, 3), 7, np.uint8), 0.5)
    _, heard = pyramid.mean(columns.edges(0.0, 100.0, 100))
    assert heard.sum() == 50


@pytest.mark.parametrize("is_dark", [True, False])
@pytest.mark.parametrize("name", ["sound", "score"])
def test_equal_steps_of_a_ramp_look_equal(name, is_dark):
    steps = np.diff(colours.lightness(colours.ramp(name, is_dark=is_dark)))
    direction = 1 if is_dark else -1
    assert (steps * direction > 0).mean() > 0.97  # 8 bits a channel round a few away
    assert np.abs(steps - steps.mean()).max() < 0.004


@pytest.mark.parametrize("scheme", [DARK, LIGHT])
def test_quiet_melts_into_the_background(scheme):
    for name in ("sound", "score"):
        red, green, blue = colours.ramp(name, is_dark=scheme.is_dark)[0]
        assert contrast(f"#{red:02x}{green:02x}{blue:02x}", scheme.surface) < 1.35


@pytest.mark.parametrize("is_dark", [True, False])
def test_numbers_on_cells_can_be_read(is_dark):
    for step, (red, green, blue) in enumerate(colours.ramp("score", is_dark=is_dark)):
        ink = "#000000" if colours.is_bright("score", step, is_dark=is_dark) else "#ffffff"
        assert contrast(f"#{red:02x}{green:02x}{blue:02x}", ink) >= 4.5


@pytest.mark.parametrize("scheme", [DARK, LIGHT])
def test_texts_and_borders_have_contrast(scheme: Colours):
    for ground in (scheme.window, scheme.surface, scheme.raised):
        for text in (scheme.text, scheme.muted, scheme.accent, scheme.yes, scheme.no, scheme.unsure):
            assert contrast(text, ground) >= 4.5, (text, ground)
        for border in (scheme.line_strong, scheme.focus):
            assert contrast(border, ground) >= 3.0, (border, ground)
    assert contrast(scheme.on_accent, scheme.accent) >= 4.5


def test_the_scheme_asked_for_comes_before_the_environment(monkeypatch):
    monkeypatch.setenv(theme.SCHEME_VARIABLE, "dark")
    assert theme.scheme_wanted("light") == "light"
    assert theme.scheme_wanted() == "dark"
    monkeypatch.setenv(theme.SCHEME_VARIABLE, "pink")
    assert theme.scheme_wanted() == "system"


def test_schemes_reach_the_application(qapp):
    assert theme.apply(qapp, "dark") is DARK
    assert theme.current() is DARK
    assert theme.apply(qapp, "light") is LIGHT
    assert theme.current() is LIGHT


@given(st.floats(0, 8000))
def test_mel_and_frequency_are_inverse(frequency):
    assert mel_to_hz(hz_to_mel(frequency)) == pytest.approx(frequency, abs=1e-6)


@pytest.mark.parametrize(("value", "text"), [(0.614, "+0.61"), (-12.34, "−12.3"), (226.4, "+226"), (0.0, "+0.00")])
def test_contributions_are_short_and_signed(value, text):
    assert signed(value) == text
