"""What the track panel does with one track; answers that come late, about another track, are dropped."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Progress
from tagstudio.domain.tracks import Track
from tagstudio.gui.columns import Pyramid
from tagstudio.gui.jobs import JobRunner, Lane, RunningJob
from tagstudio.gui.presenters.playback import Playback
from tagstudio.services import browse, track_view
from tagstudio.services.playing import Player, open_player
from tagstudio.services.studio import Studio
from tagstudio.services.track_view import Overview, TaggramView

log = logging.getLogger(__name__)

# Holding J or an arrow key runs through tracks and tags; only where it comes to rest is work begun.
SETTLE_MS = 120


class TrackPresenter(QObject):
    """Asks the services for one track and says what came of it, always about the track that is shown.

    Several parts may fail on their own: a file that cannot be decoded still has its suggestions.
    """

    cleared = Signal()
    track_opened = Signal()  # another track is on its way
    track_loaded = Signal(object)  # Track
    overview_loaded = Signal(object, object)  # Overview, Pyramid of its spectrogram
    overview_failed = Signal(object)  # TagStudioError
    taggram_loaded = Signal(object)  # TaggramView, or None while nobody has listened
    taggram_failed = Signal(object)
    filters_progressed = Signal(object)  # Progress
    filters_loaded = Signal(object)  # FilterView
    filters_failed = Signal(object)
    tag_chosen = Signal(object)  # tag id or None
    listening_changed = Signal(object)  # Progress while listening to all of this track, else None
    failed = Signal(str, str)

    def __init__(
        self,
        studio: Studio,
        runner: JobRunner,
        player_factory: Callable[[], Player] = open_player,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._studio, self._runner = studio, runner
        self.playback = Playback(player_factory, self, volume=studio.settings.volume)
        self.track_id: int | None = None
        self.track: Track | None = None
        self.tag_id: int | None = None
        self.taggram: TaggramView | None = None
        self._reading: list[RunningJob] = []
        self._filtering: RunningJob | None = None
        self._listening: dict[int, RunningJob] = {}
        self._heard_of: dict[int, Progress] = {}
        self._track_timer = _settling(self, self._read_track)
        self._tag_timer = _settling(self, self._read_filters)

    def show_track(self, track_id: int) -> None:
        """Show a track, once the person has come to rest on it."""
        if track_id == self.track_id:
            return
        self._leave()
        self.track_id = track_id
        self._track_timer.start()
        self.track_opened.emit()

    def clear(self) -> None:
        """Show no track."""
        self._leave()
        self.cleared.emit()

    def refresh(self) -> None:
        """Read the scores of the track again, after an analysis or a judgement."""
        if self.track is not None:
            self._read(
                partial(track_view.taggram, self._studio, self.track.id), self._show_taggram, self.taggram_failed
            )

    def choose_tag(self, tag_id: int | None) -> None:
        """Look for the filters that drive a tag in this track."""
        if tag_id == self.tag_id:
            return
        self.tag_id = tag_id
        self._give_up_filters()
        self.tag_chosen.emit(tag_id)
        if tag_id is not None and self.track_id is not None:
            self._tag_timer.start()

    def toggle_listening(self) -> None:
        """Listen to the whole track, or stop doing so; it goes on while another track is shown."""
        if self.track is None:
            return
        running = self._listening.get(self.track.id)
        if running is not None:
            running.cancel()
            return
        track = self.track
        job = track_view.listen_closely(self._studio, track.id)
        running = self._runner.start(job, lane="sound", name=f"Listening to all of {track.name}")
        self._listening[track.id] = running
        running.progressed.connect(lambda progress: self._tell_listening(track.id, progress))
        running.failed.connect(lambda error: self.failed.emit(error.what, error.advice))
        running.finished.connect(lambda: self._listened(track.id))
        self._tell_listening(track.id, Progress(0, 0))

    def tag_name(self, tag_id: int) -> str:
        """Return the name of a tag of this track's taggram; empty if it has none."""
        if self.taggram is None or tag_id not in self.taggram.tag_ids:
            return ""
        return self.taggram.tags[self.taggram.tag_ids.index(tag_id)]

    def shut_down(self) -> None:
        """Stop the sound, give up what is being read, and remember the volume."""
        self.clear()
        self.playback.close()
        try:
            self._studio.change_settings(volume=self.playback.volume)
        except TagStudioError as error:
            log.warning("%s %s", error.what, error.advice)

    @property
    def listening(self) -> Progress | None:
        """How far listening to all of this track is; None while nobody does."""
        return self._heard_of.get(self.track_id) if self.track_id is not None else None

    def _leave(self) -> None:
        # What was being read for the track is given up; listening to all of it goes on.
        self._track_timer.stop()
        self._give_up(*self._reading)
        self._reading.clear()
        self._give_up_filters()
        self.playback.unload()
        self.track_id = self.track = self.tag_id = self.taggram = None

    def _read_track(self) -> None:
        assert self.track_id is not None
        track_id = self.track_id
        self._read(partial(browse.track, self._studio, track_id), self._show_track, self.overview_failed)

    def _show_track(self, track: Track) -> None:
        self.track = track
        self.playback.load(track.file)
        self.track_loaded.emit(track)
        self.listening_changed.emit(self.listening)
        # What is known already comes first: reading a long file may take a while.
        self.refresh()
        if track.is_missing:
            self.overview_failed.emit(
                TagStudioError("The file of this track is gone.", "Put it back, or scan its folder again.")
            )
        else:
            read = partial(_overview, self._studio, track.id)
            self._read(read, lambda answer: self.overview_loaded.emit(*answer), self.overview_failed, lane="sound")

    def _show_taggram(self, view: TaggramView | None) -> None:
        self.taggram = view
        self.taggram_loaded.emit(view)

    def _read(
        self, work: Callable[[], Any], show: Callable[[Any], object], failed: Any, *, lane: Lane = "read"
    ) -> None:
        track_id, running = self.track_id, self._runner.start(work, lane=lane)
        self._reading = [each for each in self._reading if not each.is_finished]
        self._reading.append(running)
        running.succeeded.connect(lambda answer: show(answer) if self.track_id == track_id else None)
        running.failed.connect(lambda error: failed.emit(error) if self.track_id == track_id else None)

    def _read_filters(self) -> None:
        if self.track_id is None or self.tag_id is None:
            return
        job = track_view.filters(self._studio, self.track_id, self.tag_id)
        running = self._filtering = self._runner.start(job, lane="sound")
        running.progressed.connect(lambda progress: self._if_current(running, self.filters_progressed, progress))
        running.succeeded.connect(lambda view: self._if_current(running, self.filters_loaded, view))
        running.failed.connect(lambda error: self._if_current(running, self.filters_failed, error))

    def _if_current(self, running: RunningJob, signal: Any, value: object) -> None:
        if running is self._filtering:
            signal.emit(value)

    def _give_up_filters(self) -> None:
        self._tag_timer.stop()
        if self._filtering is not None:
            self._give_up(self._filtering)
            self._filtering = None

    def _give_up(self, *jobs: RunningJob) -> None:
        for job in jobs:
            if not job.is_finished:
                job.cancel()

    def _tell_listening(self, track_id: int, progress: Progress) -> None:
        self._heard_of[track_id] = progress
        if track_id == self.track_id:
            self.listening_changed.emit(progress)

    def _listened(self, track_id: int) -> None:
        del self._listening[track_id], self._heard_of[track_id]
        if track_id == self.track_id:
            self.listening_changed.emit(None)
            self.refresh()


def _overview(studio: Studio, track_id: int) -> tuple[Overview, Pyramid]:
    # The coarser levels are made here, on the reading thread, to spare the window's.
    seen = track_view.overview(studio, track_id)
    return seen, Pyramid(seen.mel, seen.frame_s)


def _settling(parent: QObject, act: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(SETTLE_MS)
    timer.timeout.connect(act)
    return timer
