"""Laws of the lanes: one moment is one column of pixels in all of them, and gestures mean the same in each."""

import timeit
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tagstudio.gui import theme
from tagstudio.gui.columns import Pyramid
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets.filters import Filters
from tagstudio.gui.widgets.lane import GUTTER_PX, MARGIN_PX, Lane
from tagstudio.gui.widgets.rows import CAPTION_PX
from tagstudio.gui.widgets.ruler import Ruler
from tagstudio.gui.widgets.spectrogram import Spectrogram
from tagstudio.gui.widgets.taggram import Taggram
from tagstudio.gui.widgets.time_axis import TimeAxis
from tagstudio.gui.widgets.waveform import Waveform

DURATION_S, WIDTH_PX, HEIGHT_PX = 600.0, 1000, 160
FRAME_S, PEAKS_PER_S = 0.016, 200.0
PLOT_PX = WIDTH_PX - GUTTER_PX - MARGIN_PX
LEFT = Qt.MouseButton.LeftButton
ALT, CONTROL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def axis(qapp: QApplication) -> TimeAxis:
    theme.apply(qapp, "dark")
    made = TimeAxis()
    made.reset(DURATION_S)
    return made


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[Lane], Lane]:
    def show(lane: Lane) -> Lane:
        qtbot.addWidget(lane)
        lane.resize(WIDTH_PX, HEIGHT_PX if lane.maximumHeight() > HEIGHT_PX else lane.height())
        lane.show()
        return lane

    return show


def waveform(axis: TimeAxis, start_s: float = 0.0, end_s: float = DURATION_S) -> Waveform:
    lane = Waveform(axis)
    peaks = np.zeros((round(DURATION_S * PEAKS_PER_S), 2), np.float32)
    peaks[round(start_s * PEAKS_PER_S) : round(end_s * PEAKS_PER_S)] = -0.9, 0.9
    lane.set_peaks(peaks, PEAKS_PER_S)
    return lane


def spectrogram(axis: TimeAxis, start_s: float = 0.0, end_s: float = DURATION_S) -> Spectrogram:
    lane = Spectrogram(axis)
    mel = np.zeros((round(DURATION_S / FRAME_S), 96), np.uint8)
    mel[round(start_s / FRAME_S) : round(end_s / FRAME_S)] = 255
    lane.set_mel(Pyramid(mel, FRAME_S), low_db=-80, high_db=0)
    return lane


def taggram(axis: TimeAxis, starts_s: tuple[float, ...] = (0.0, 300.0), tags: int = 3) -> Taggram:
    lane = Taggram(axis)
    scores = np.tile(np.linspace(0.9, 0.1, tags, dtype=np.float32), (len(starts_s), 1))
    names = [f"tag {n}" for n in range(tags)]
    lane.set_scores(
        scores, starts_s=np.array(starts_s), window_s=3.0, tags=names, tag_ids=[10 + n for n in range(tags)]
    )
    return lane


def heard_from(axis: TimeAxis, start_s: float) -> Taggram:
    """Return a taggram without gaps in which one tag begins at a moment."""
    lane = Taggram(axis)
    starts_s = np.arange(0.0, DURATION_S, 3.0)
    scores = np.where(starts_s >= start_s, 0.9, 0.0).astype(np.float32)[:, None]
    lane.set_scores(scores, starts_s=starts_s, window_s=3.0, tags=["tag"], tag_ids=[1])
    return lane


def filters(axis: TimeAxis, start_s: float = 0.0, end_s: float = DURATION_S) -> Filters:
    lane = Filters(axis)
    activations = np.zeros((round(DURATION_S / FRAME_S), 2), np.float32)
    activations[round(start_s / FRAME_S) : round(end_s / FRAME_S)] = 1.0
    lane.set_filters(
        activations,
        names=["timbral 1", "temporal 2"],
        contributions=[0.6, -0.2],
        frame_s=FRAME_S,
        start_s=0.0,
        caption="Filters",
    )
    return lane


def every_lane(axis: TimeAxis) -> list[Lane]:
    return [Ruler(axis), waveform(axis), spectrogram(axis), taggram(axis), filters(axis)]


def pixels(lane: Lane) -> np.ndarray:
    """Return what the lane shows, shape (rows, columns, 3)."""
    image = lane.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def first_lit(lane: Lane, y: int) -> int:
    """Return the first column of the plot whose colour differs from that of the plot's very beginning."""
    row = pixels(lane)[y, GUTTER_PX + 4 : WIDTH_PX - MARGIN_PX]
    different = np.abs(row - row[0]).sum(axis=1) > 90
    return GUTTER_PX + 4 + int(np.argmax(different))


def wheel(
    lane: Lane,
    x: float,
    steps: float,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    *,
    is_sideways: bool = False,
) -> None:
    at, turned = QPointF(x, 60), round(120 * steps)
    event = QWheelEvent(
        at,
        lane.mapToGlobal(at),
        QPoint(),
        QPoint(turned, 0) if is_sideways else QPoint(0, turned),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(lane, event)


@pytest.mark.parametrize("view", [(0.0, 600.0), (280.0, 320.0), (299.0, 301.5), (297.123, 303.456)])
def test_one_moment_is_one_column_in_every_lane(axis, shown, view):
    lanes = [waveform(axis, 300, 320), spectrogram(axis, 300, 320), heard_from(axis, 300), filters(axis, 300, 320)]
    for lane in lanes:
        shown(lane)
    axis.move_cursor(0.0)
    axis.show(*view)
    # Frames are centred on their time, and a curve rises from one to the next: a frame of leeway, and rounding.
    leeway = FRAME_S / axis.span_s * PLOT_PX + 1.0
    expected = lanes[0].x_of(300.0)
    for lane, y in zip(lanes, (30, 80, CAPTION_PX + 3, CAPTION_PX + 15), strict=True):
        assert first_lit(lane, y) == pytest.approx(expected, abs=leeway), type(lane).__name__


@pytest.mark.parametrize("second", [0.0, 123.4, 300.0, 599.9])
def test_the_cursor_stands_in_one_line_through_all_lanes(axis, shown, second):
    lanes = [shown(lane) for lane in every_lane(axis)]
    axis.move_cursor(second)
    cursor = np.array([theme.colour("cursor").red(), theme.colour("cursor").green(), theme.colour("cursor").blue()])
    for lane in lanes:
        bottom = pixels(lane)[lane.height() - 2]
        assert int(np.abs(bottom - cursor).sum(axis=1).argmin()) == int(lane.x_of(second)), type(lane).__name__


def test_wheel_zooms_time_where_the_pointer_is(axis, shown):
    for lane in every_lane(axis):
        shown(lane)
        axis.fit()
        moment = lane.second(600)
        wheel(lane, 600, 3)
        assert axis.span_s == pytest.approx(DURATION_S / 1.25**3)
        assert lane.second(600) == pytest.approx(moment, abs=1e-6)
        wheel(lane, 600, -3)
        assert axis.span_s == pytest.approx(DURATION_S)


def test_wheel_with_control_scrolls(axis, shown):
    lane = shown(waveform(axis))
    axis.show(100, 200)
    wheel(lane, 600, -2, CONTROL)
    assert (axis.start_s, axis.end_s) == pytest.approx((120, 220))


def test_a_sideways_wheel_scrolls_but_with_alt_it_is_an_ordinary_one(axis, shown):
    lane = shown(spectrogram(axis))
    axis.show(100, 200)
    wheel(lane, 600, -2, is_sideways=True)
    assert (axis.start_s, axis.end_s) == pytest.approx((120, 220))
    wheel(lane, 600, 1, ALT, is_sideways=True)  # what Qt makes of Alt and the wheel
    assert (axis.start_s, axis.end_s) == pytest.approx((120, 220))
    assert lane.high_bin - lane.low_bin == pytest.approx(96 / 1.25)


def test_wheel_with_shift_and_alt_pans_and_zooms_frequency(axis, shown):
    lane = shown(spectrogram(axis))
    wheel(lane, 600, 3, ALT)
    span = lane.high_bin - lane.low_bin
    assert span == pytest.approx(96 / 1.25**3)
    low = lane.low_bin
    wheel(lane, 600, 1, SHIFT)
    assert lane.low_bin > low
    assert lane.high_bin <= 96
    for _ in range(30):
        wheel(lane, 600, -1, ALT)
    assert (lane.low_bin, lane.high_bin) == (0, 96)
    assert axis.span_s == DURATION_S


def test_a_click_seeks_and_a_double_click_plays(axis, shown, qtbot):
    lane = shown(waveform(axis))
    axis.select((10, 20))
    with qtbot.waitSignal(lane.seek_wanted) as sought:
        QTest.mouseClick(lane, LEFT, pos=QPoint(GUTTER_PX + PLOT_PX // 2, 40))
    assert sought.args == [pytest.approx(300, abs=1)]
    assert axis.selection is None
    with qtbot.waitSignal(lane.play_wanted) as played:
        QTest.mouseDClick(lane, LEFT, pos=QPoint(GUTTER_PX + PLOT_PX // 2, 40))
    assert played.args == [pytest.approx(300, abs=1)]


def test_a_drag_selects_and_seeks_nowhere(axis, shown, qtbot):
    lane = shown(spectrogram(axis))
    with qtbot.assertNotEmitted(lane.seek_wanted):
        QTest.mousePress(lane, LEFT, pos=QPoint(int(lane.x_of(400)), 40))
        QTest.mouseMove(lane, QPoint(int(lane.x_of(350)), 45))
        QTest.mouseMove(lane, QPoint(int(lane.x_of(100)), 50))
        QTest.mouseRelease(lane, LEFT, pos=QPoint(int(lane.x_of(100)), 50))
    assert axis.selection == pytest.approx((100, 400), abs=1)


def test_a_click_on_a_cell_plays_it_and_a_click_on_a_name_chooses_the_tag(axis, shown, qtbot):
    lane = shown(taggram(axis))
    y = lane.row_box(1).center().y()
    with qtbot.waitSignal(lane.play_wanted) as played, qtbot.assertNotEmitted(lane.tag_chosen):
        QTest.mouseClick(lane, LEFT, pos=QPoint(int(lane.x_of(301)), y))
    assert played.args == [pytest.approx(301, abs=1)]
    with qtbot.waitSignal(lane.tag_chosen) as chosen, qtbot.assertNotEmitted(lane.play_wanted):
        QTest.mouseClick(lane, LEFT, pos=QPoint(30, y))
    assert chosen.args == [11]
    assert lane.chosen == 1


def test_a_click_near_a_filter_peak_plays_the_peak(axis, shown, qtbot):
    lane = shown(filters(axis, 300.0, 300.0 + 2 * FRAME_S))
    axis.show(290, 310)
    with qtbot.waitSignal(lane.play_wanted) as played:
        QTest.mouseClick(lane, LEFT, pos=QPoint(int(lane.x_of(300)) + 4, lane.row_box(0).center().y()))
    assert played.args == [pytest.approx(300, abs=2 * FRAME_S)]


def test_keys_scroll_zoom_fit_and_go_back(axis, shown):
    lane = shown(waveform(axis))
    lane.setFocus()
    axis.move_cursor(300)
    QTest.keyClick(lane, Qt.Key.Key_Up)
    assert axis.span_s == pytest.approx(480)
    QTest.keyClick(lane, Qt.Key.Key_Right)
    assert axis.start_s == pytest.approx(60 + 48)
    QTest.keyClick(lane, Qt.Key.Key_Home)
    assert axis.start_s == 0
    QTest.keyClick(lane, Qt.Key.Key_End)
    assert axis.end_s == pytest.approx(DURATION_S)
    QTest.keyClick(lane, Qt.Key.Key_Down)
    QTest.keyClick(lane, Qt.Key.Key_F)
    assert axis.span_s == DURATION_S
    axis.select((1, 2))
    QTest.keyClick(lane, Qt.Key.Key_Escape)
    assert axis.selection is None


def test_keys_of_a_focused_lane_are_not_taken_by_the_window(axis, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    lane = waveform(axis)
    QVBoxLayout(window).addWidget(lane)
    taken = []
    QShortcut(Qt.Key.Key_Right, window, lambda: taken.append("right"))
    QShortcut(Qt.Key.Key_J, window, lambda: taken.append("j"))
    window.resize(WIDTH_PX, HEIGHT_PX)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    lane.setFocus()
    axis.show(100, 200)
    QTest.keyClick(lane, Qt.Key.Key_Right)
    QTest.keyClick(lane, Qt.Key.Key_J)
    assert axis.start_s == pytest.approx(110)
    assert taken == ["j"]


def test_the_focus_can_be_seen(axis, shown, qtbot):
    lane = shown(waveform(axis))
    lane.activateWindow()
    qtbot.waitUntil(lane.isActiveWindow)
    lane.clearFocus()
    before = pixels(lane)[1, 5]
    lane.setFocus()
    assert np.abs(pixels(lane)[1, 5] - before).sum() > 200


def test_page_keys_go_through_the_tags(axis, shown, qtbot):
    lane = shown(taggram(axis, tags=30))
    for expected in (10, 11):
        with qtbot.waitSignal(lane.tag_chosen) as chosen:
            QTest.keyClick(lane, Qt.Key.Key_PageDown)
        assert chosen.args == [expected]
    lane.choose_tag(10 + 29)
    assert 29 in lane.rows_in_view()
    lane.choose_tag(999)
    assert lane.chosen is None


def test_what_nobody_heard_is_hatched_and_says_so(axis, shown):
    lane = shown(taggram(axis, (0.0, 300.0)))
    axis.show(290, 310)
    box = lane.row_box(0)
    gap = pixels(lane)[box.top() : box.bottom(), int(lane.x_of(294)) : int(lane.x_of(298))]
    assert len(np.unique(gap.reshape(-1, 3), axis=0)) > 1
    cell = pixels(lane)[box.top() + 1 : box.top() + 3, int(lane.x_of(300)) + 2 : int(lane.x_of(301))]
    assert len(np.unique(cell.reshape(-1, 3), axis=0)) == 1
    at = QPointF(lane.x_of(295), box.center().y())
    assert "Not listened to yet" in lane.text_at(295, at)
    assert lane.text_at(301, at).startswith("tag 0: 0.90")


def test_names_from_files_are_never_markup(axis, shown):
    lane = shown(Taggram(axis))
    name = "<img src=x> & <b>loud</b>"
    scores = np.full((1, 1), 0.5, np.float32)
    lane.set_scores(scores, starts_s=np.zeros(1), window_s=3.0, tags=[name], tag_ids=[1])
    tip = plain_tip(lane.text_at(1.0, QPointF(lane.x_of(1.0), lane.row_box(0).center().y())))
    assert "<img" not in tip
    assert "&lt;img" in tip


def test_a_lane_paints_ten_minutes_within_a_tenth_of_a_second(axis, shown):
    rng = np.random.default_rng(0)
    lane = shown(waveform(axis))
    lane.set_peaks(np.sort(rng.uniform(-1, 1, (120_000, 2)).astype(np.float32), axis=1), PEAKS_PER_S)
    busy = taggram(axis, tuple(np.arange(200) * 3.0), tags=50)
    for each in (lane, shown(spectrogram(axis)), shown(busy), shown(filters(axis))):
        assert min(timeit.repeat(each._painted, number=1, repeat=5)) < 0.1, type(each).__name__


def test_every_lane_has_a_name_and_can_be_reached_by_tab(axis, shown):
    for lane in every_lane(axis):
        assert lane.accessibleName()
        assert lane.focusPolicy() & Qt.FocusPolicy.TabFocus
