"""The track panel with real tracks, real services and a sound card that plays to nobody."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.gui import theme
from tagstudio.gui.jobs import JobRunner
from tagstudio.gui.presenters.track_panel import TrackPresenter
from tagstudio.gui.views.track_panel import NO_TAG, NO_TRACK, UNHEARD, TrackPanel
from tagstudio.gui.widgets.lane import GUTTER_PX
from tagstudio.services.browse import track_ids
from tagstudio.services.playing import Player
from tagstudio.services.scan import scan
from tagstudio.services.studio import Studio

LONG_MS = 120_000
BLOCK = 1024
Pull = Callable[[NDArray[np.float32], float | None], None]


class SilentOutput:
    """Pulls blocks as a sound card does, but faster, and throws them away."""

    latency_s = 0.0

    def __init__(self, rate: int, pull: Pull) -> None:
        self.time_s = 0.0
        self._closed = threading.Event()
        self._rate, self._pull = rate, pull
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(0.002):
            self._pull(np.zeros((BLOCK, 2), np.float32), self.time_s)
            self.time_s += BLOCK / self._rate


class SilentCard:
    def check(self) -> None:
        """Say that there is a device."""

    def open(self, rate: int, pull: Pull) -> SilentOutput:
        return SilentOutput(rate, pull)


class NoCard:
    def check(self) -> None:
        raise TagStudioError("No sound device was found.", "Plug one in; everything else works without.")

    def open(self, rate: int, pull: Pull) -> SilentOutput:
        raise AssertionError("a card that is not there was opened")


@pytest.fixture
def made(qtbot: QtBot, qapp: QApplication, runner: JobRunner) -> Iterator[Callable[..., TrackPanel]]:
    theme.apply(qapp, "light")
    presenters = []

    def make(studio: Studio, card: object | None = None) -> TrackPanel:
        presenter = TrackPresenter(studio, runner, lambda: Player(card or SilentCard()))
        presenters.append(presenter)
        panel = TrackPanel(presenter)
        qtbot.addWidget(panel)
        panel.resize(1100, 620)
        panel.show()
        return panel

    yield make
    for presenter in presenters:
        presenter.shut_down()


def shown(qtbot: QtBot, panel: TrackPanel, track_id: int) -> TrackPanel:
    panel.show_track(track_id)
    qtbot.waitUntil(panel.spectrogram.has_picture, timeout=LONG_MS)
    qtbot.waitUntil(panel.taggram.has_picture, timeout=LONG_MS)
    return panel


def test_an_empty_panel_says_what_to_do(made, demo):
    panel = made(demo)
    assert NO_TRACK in [label.text() for label in panel.findChildren(QLabel)]
    panel.clear()
    assert not panel.transport.play.isEnabled()


def test_a_heard_track_fills_every_lane_on_one_axis(made, demo, qtbot):
    panel = shown(qtbot, made(demo), track_ids(demo)[0])
    assert panel.waveform.has_picture()
    assert panel.axis.duration_s == pytest.approx(panel.presenter.track.duration_s, abs=0.2)
    assert panel.title.text() == panel.presenter.track.name
    assert {lane.plot().left() for lane in panel.lanes} == {GUTTER_PX}
    assert len({lane.plot().width() for lane in panel.lanes}) == 1
    assert len({lane.mapTo(panel, lane.plot().topLeft()).x() for lane in panel.lanes}) == 1
    assert panel.transport.state.text() == "Heard in part"
    assert panel.filters.placeholder == NO_TAG


@pytest.mark.slow
def test_choosing_a_tag_shows_the_filters_that_drive_it(made, demo, qtbot):
    panel = shown(qtbot, made(demo), track_ids(demo)[0])
    with qtbot.waitSignal(panel.tag_chosen) as chosen:
        QTest.mouseClick(
            panel.taggram, Qt.MouseButton.LeftButton, pos=QPoint(30, panel.taggram.row_box(0).center().y())
        )
    tag_id = panel.presenter.taggram.tag_ids[0]
    assert chosen.args == [tag_id]
    qtbot.waitUntil(panel.filters.has_picture, timeout=LONG_MS)
    assert len(panel.filters.names) == 12
    assert panel.presenter.tag_name(tag_id) in panel.filters.caption
    panel.choose_tag(panel.presenter.taggram.tag_ids[1])
    assert panel.taggram.chosen == 1
    assert not panel.filters.has_picture()


@pytest.mark.slow
def test_listening_to_all_of_it_fills_the_gaps(made, demo, qtbot):
    panel = shown(qtbot, made(demo), track_ids(demo)[0])
    before = len(panel.presenter.taggram.starts_s)
    panel.transport.listen.click()
    assert panel.transport.listen.text() == "Stop listening"
    qtbot.waitUntil(lambda: panel.presenter.taggram.is_complete, timeout=LONG_MS)
    assert len(panel.presenter.taggram.starts_s) > before
    assert panel.transport.listen.isHidden()
    assert panel.transport.state.text() == "Heard from beginning to end"


def test_only_the_last_of_many_tracks_is_read(made, demo, qtbot, runner):
    panel, ids = made(demo), track_ids(demo)
    loaded = []
    panel.presenter.track_loaded.connect(lambda track: loaded.append(track.id))
    for track_id in ids:
        panel.show_track(track_id)
    qtbot.waitUntil(panel.spectrogram.has_picture, timeout=LONG_MS)
    assert loaded == [ids[-1]]


def test_late_answers_about_an_earlier_track_are_dropped(made, demo, qtbot):
    panel, (first, second, *_) = made(demo), track_ids(demo)
    seen = []
    panel.presenter.overview_loaded.connect(lambda overview, _: seen.append(panel.presenter.track_id))
    panel.show_track(first)
    qtbot.waitUntil(lambda: panel.presenter.track is not None, timeout=LONG_MS)
    shown(qtbot, panel, second)
    assert seen == [second]
    assert panel.presenter.track.id == second


def test_a_track_nobody_heard_says_so_and_still_has_pictures(made, studio, music: Path, qtbot):
    run(scan(studio, [music]))
    panel = made(studio)
    panel.show_track(track_ids(studio)[0])
    qtbot.waitUntil(panel.spectrogram.has_picture, timeout=LONG_MS)
    qtbot.waitUntil(lambda: panel.taggram.placeholder == UNHEARD, timeout=LONG_MS)
    assert panel.transport.state.text() == "Not listened to yet"
    assert panel.transport.listen.isEnabled()


def test_a_track_that_is_gone_is_explained_where_its_sound_would_be(made, studio, music: Path, qtbot):
    run(scan(studio, [music]))
    for file in music.rglob("*.*"):
        if file.is_file():
            file.unlink()
    panel = made(studio)
    panel.show_track(track_ids(studio)[0])
    qtbot.waitUntil(lambda: bool(panel.spectrogram.placeholder), timeout=LONG_MS)
    assert not panel.spectrogram.has_picture()
    assert panel.title.text()


def test_playing_moves_the_cursor_and_stays_in_the_selection(made, demo, qtbot):
    panel = shown(qtbot, made(demo), track_ids(demo)[0])
    panel.axis.select((3.0, 4.0))
    panel.transport.play.click()
    assert panel.transport.play.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: panel.axis.cursor_s > 3.2, timeout=LONG_MS)
    qtbot.waitUntil(lambda: not panel.presenter.playback.is_playing, timeout=LONG_MS)
    assert panel.axis.cursor_s == pytest.approx(4.0, abs=1.5)
    assert panel.transport.play.accessibleName() == "Play"


def test_the_transport_seeks_by_five_seconds(made, demo, qtbot):
    panel = shown(qtbot, made(demo), track_ids(demo)[0])
    panel.transport.ahead.click()
    assert panel.axis.cursor_s == 5.0
    assert panel.transport.position.text().startswith("0:05.000 / 0:")
    panel.transport.back.click()
    panel.transport.back.click()
    assert panel.axis.cursor_s == 0.0
    panel.waveform.seek_wanted.emit(1e9)
    assert panel.axis.cursor_s == panel.axis.duration_s


def test_without_a_device_play_says_one_sentence_and_the_rest_works(made, demo, qtbot):
    panel = shown(qtbot, made(demo, NoCard()), track_ids(demo)[0])
    panel.transport.play.click()
    assert not panel.presenter.playback.is_playing
    assert panel.bar.isVisible()
    assert "No sound device was found." in panel.bar.text
    panel.waveform.seek_wanted.emit(7.0)
    assert panel.axis.cursor_s == 7.0


def test_another_track_stops_the_sound(made, demo, qtbot):
    first, second, *_ = track_ids(demo)
    panel = shown(qtbot, made(demo), first)
    panel.transport.play.click()
    qtbot.waitUntil(lambda: panel.axis.cursor_s > 0, timeout=LONG_MS)
    panel.show_track(second)
    assert not panel.presenter.playback.is_playing
    assert panel.axis.cursor_s == 0.0


def test_both_schemes_paint_every_lane(made, demo, qtbot, qapp):
    panel = shown(qtbot, made(demo), track_ids(demo)[0])
    light = panel.grab().toImage()
    theme.apply(qapp, "dark")
    dark = panel.grab().toImage()
    theme.apply(qapp, "light")
    middle = panel.spectrogram.mapTo(panel, panel.spectrogram.rect().topLeft())
    for x in (20, panel.width() // 2):
        at = middle.x() + x, middle.y() + 3
        assert light.pixelColor(*at).lightness() != dark.pixelColor(*at).lightness()
