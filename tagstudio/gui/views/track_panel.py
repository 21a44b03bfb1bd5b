"""The track panel: transport and lanes over one time axis at the left, a place for suggestions at the right."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Progress
from tagstudio.domain.tracks import Track, shown
from tagstudio.gui import theme
from tagstudio.gui.columns import Pyramid
from tagstudio.gui.presenters.track_panel import TrackPresenter
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets.filters import Filters
from tagstudio.gui.widgets.lane import GUTTER_PX, MARGIN_PX, Lane
from tagstudio.gui.widgets.message_bar import MessageBar
from tagstudio.gui.widgets.parts import plain_label
from tagstudio.gui.widgets.ruler import Ruler
from tagstudio.gui.widgets.spectrogram import Spectrogram
from tagstudio.gui.widgets.taggram import Taggram
from tagstudio.gui.widgets.time_axis import TimeAxis
from tagstudio.gui.widgets.transport import Transport
from tagstudio.gui.widgets.waveform import Waveform
from tagstudio.services.track_view import FilterView, Overview, TaggramView

NO_TRACK = "Choose a track in the table to see and hear it."
READING = "Reading the sound…"
UNHEARD = "No network has listened to this track yet. Its tags appear here as soon as one has."
NO_TAG = "Choose a tag to see which learned filters it is heard by."
LOOKING = "Looking into the filters…"
# How the height is shared by waveform, spectrogram, taggram and filters.
SHARES = (3, 6, 8, 6)
LISTEN = "Listen to all of it"


class TrackPanel(QWidget):
    """Shows and plays one track.

    A drag selects a span and playback stays in it; a click goes to a moment; a click on a tag's cell or a filter's
    peak plays it. Faults of one part are written where that part would be.
    """

    message = Signal(str, str)
    tag_chosen = Signal(int)

    def __init__(self, presenter: TrackPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.presenter = presenter
        self.axis = TimeAxis(self)
        self.title = plain_label(role="strong")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.transport = Transport()
        self.bar = MessageBar()
        self.ruler, self.waveform = Ruler(self.axis), Waveform(self.axis)
        self.spectrogram, self.taggram, self.filters = Spectrogram(self.axis), Taggram(self.axis), Filters(self.axis)
        self.scroll_bar = QScrollBar(Qt.Orientation.Horizontal)
        self.suggestions_place = QVBoxLayout()
        self._follows = True
        self._lay_out()
        self._connect_lanes()
        self._connect_transport()
        self._connect_presenter()
        self._show_nothing()

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """All lanes, from top to bottom."""
        return (self.ruler, self.waveform, self.spectrogram, self.taggram, self.filters)

    def show_track(self, track_id: int) -> None:
        """Show a track and get ready to play it."""
        self.presenter.show_track(track_id)

    def clear(self) -> None:
        """Show no track."""
        self.presenter.clear()

    def choose_tag(self, tag_id: int) -> None:
        """Mark a tag and show the filters that drive it."""
        self.presenter.choose_tag(tag_id)

    def refresh(self) -> None:
        """Read the scores of the track again, after an analysis or a judgement."""
        self.presenter.refresh()

    def _lay_out(self) -> None:
        lanes = QSplitter(Qt.Orientation.Vertical)
        lanes.setHandleWidth(theme.HAIR_PX)
        for lane, share in zip(self.lanes[1:], SHARES, strict=True):
            lanes.addWidget(lane)
            lanes.setStretchFactor(lanes.indexOf(lane), share)
        lanes.setSizes([100 * share for share in SHARES])
        lanes.setChildrenCollapsible(False)
        below = QHBoxLayout()
        below.setContentsMargins(GUTTER_PX, 0, MARGIN_PX, 0)
        below.addWidget(self.scroll_bar)
        head = QHBoxLayout()
        head.setContentsMargins(theme.PAD_PX, theme.HAIR_PX, theme.PAD_PX, 0)
        head.addWidget(self.title)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        for widget in (self.transport, self.bar, self.ruler):
            column.addWidget(widget)
        column.addWidget(lanes, 1)
        column.addLayout(below)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(left)
        right = QWidget()
        right.setLayout(self.suggestions_place)
        self._halves = QSplitter(Qt.Orientation.Horizontal)
        self._halves.setHandleWidth(theme.GAP_PX)
        self._halves.addWidget(self._pages)
        self._halves.addWidget(right)
        self._halves.setStretchFactor(0, 2)
        self._halves.setStretchFactor(1, 1)
        self._halves.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._halves)
        self.setAccessibleName("Track panel")

    def sizeHint(self) -> QSize:
        return QSize(1200, 480)

    def _empty_page(self) -> QWidget:
        page = QWidget()
        text = plain_label(NO_TRACK, wraps=True, role="muted")
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner = QVBoxLayout(page)
        inner.addWidget(text)
        return page

    def _connect_lanes(self) -> None:
        playback = self.presenter.playback
        for lane in self.lanes:
            lane.seek_wanted.connect(playback.seek)
            lane.play_wanted.connect(playback.play_from)
        self.taggram.tag_chosen.connect(self._choose_from_lane)
        self.axis.selection_changed.connect(lambda: playback.stay_in(self.axis.selection))
        self.axis.view_changed.connect(self._show_scroll)
        self.scroll_bar.setAccessibleName("Scroll through the track")
        self.scroll_bar.valueChanged.connect(self._scrolled)

    def _connect_transport(self) -> None:
        playback, transport = self.presenter.playback, self.transport
        transport.play_toggled.connect(playback.toggle)
        transport.skip_wanted.connect(playback.skip)
        transport.volume.setValue(round(100 * playback.volume))
        transport.volume_chosen.connect(playback.set_volume)
        transport.listening_toggled.connect(self.presenter.toggle_listening)
        transport.follow_chosen.connect(self._set_following)
        playback.playing_changed.connect(transport.set_playing)
        playback.playing_changed.connect(lambda is_playing: self.bar.dismiss() if is_playing else None)
        playback.position_changed.connect(self._show_position)
        playback.failed.connect(self.bar.show_failure)

    def _connect_presenter(self) -> None:
        presenter = self.presenter
        presenter.cleared.connect(self._show_nothing)
        presenter.track_opened.connect(self._show_opening)
        presenter.track_loaded.connect(self._show_track)
        presenter.overview_loaded.connect(self._show_overview)
        presenter.overview_failed.connect(self._show_unreadable)
        presenter.taggram_loaded.connect(self._show_taggram)
        presenter.taggram_failed.connect(lambda error: self._show_no_taggram(_sentence(error)))
        presenter.tag_chosen.connect(self._mark_tag)
        presenter.filters_progressed.connect(self._show_filter_progress)
        presenter.filters_loaded.connect(self._show_filters)
        presenter.filters_failed.connect(lambda error: self._say_filters(_sentence(error)))
        presenter.listening_changed.connect(self._show_listening)
        presenter.failed.connect(self.message)

    def _show_nothing(self) -> None:
        self._pages.setCurrentIndex(0)
        self._empty_lanes("")

    def _show_opening(self) -> None:
        self._pages.setCurrentIndex(1)
        self.title.setText("…")
        self._empty_lanes(READING)

    def _empty_lanes(self, text: str) -> None:
        self.axis.reset(0.0)
        for lane in (self.waveform, self.spectrogram, self.taggram, self.filters):
            lane.clear()
            lane.say("")
        self.waveform.say(text)
        self.filters.say(NO_TAG)
        self.transport.set_usable(False)
        self.transport.set_position(0.0, 0.0)
        self.transport.set_listening("", "", is_possible=False)
        self.bar.dismiss()

    def _show_track(self, track: Track) -> None:
        self.title.setText(shown(track.name))
        self.title.setToolTip(plain_tip(track.display))
        self.axis.reset(track.duration_s)
        self.presenter.playback.set_duration(track.duration_s)
        self.transport.set_usable(True)
        self._show_position(0.0)

    def _show_overview(self, overview: Overview, mel: Pyramid) -> None:
        # Headers lie; what was decoded counts.
        self.axis.stretch(overview.duration_s)
        self.presenter.playback.set_duration(overview.duration_s)
        self.waveform.set_peaks(overview.peaks, overview.peaks_per_s)
        self.spectrogram.set_mel(mel, low_db=overview.mel_low_db, high_db=overview.mel_high_db)
        self._show_position(self.presenter.playback.position_s)

    def _show_unreadable(self, error: TagStudioError) -> None:
        self.waveform.say("")
        self.spectrogram.say(_sentence(error))
        if self.presenter.track is None:
            self.title.setText("")

    def _show_taggram(self, view: TaggramView | None) -> None:
        if view is None:
            self._show_no_taggram(UNHEARD)
        else:
            self.taggram.set_scores(
                view.scores, starts_s=view.starts_s, window_s=view.window_s, tags=view.tags, tag_ids=view.tag_ids
            )
            self.taggram.choose_tag(self.presenter.tag_id)
        self._show_listening(self.presenter.listening)

    def _show_no_taggram(self, text: str) -> None:
        self.taggram.clear()
        self.taggram.say(text)

    def _mark_tag(self, tag_id: int | None) -> None:
        self.taggram.choose_tag(tag_id)
        self._say_filters(NO_TAG if tag_id is None else LOOKING)

    def _choose_from_lane(self, tag_id: int) -> None:
        self.presenter.choose_tag(tag_id)
        self.tag_chosen.emit(tag_id)

    def _say_filters(self, text: str) -> None:
        self.filters.clear()
        self.filters.say(text)

    def _show_filter_progress(self, progress: Progress) -> None:
        if progress.total:
            self._say_filters(f"Looking into the filters: {progress.done} of {progress.total} windows…")

    def _show_filters(self, view: FilterView) -> None:
        name = self.presenter.tag_name(self.presenter.tag_id or 0)
        what = f"Learned filters that speak for “{name}”" if name else "Learned filters"
        self.filters.set_filters(
            view.activations,
            names=view.names,
            contributions=view.contributions.tolist(),
            frame_s=view.frame_s,
            start_s=view.start_s,
            caption=f"{what} · {view.model}",
        )

    def _show_listening(self, progress: Progress | None) -> None:
        view, transport = self.presenter.taggram, self.transport
        if progress is not None:
            counted = f"Listening: {progress.done} of {progress.total}" if progress.total else "Waiting to listen…"
            transport.set_listening(counted, "Stop listening", is_possible=True)
        elif view is not None and view.is_complete:
            transport.set_listening("Heard from beginning to end", "", is_possible=False)
        else:
            heard = "Not listened to yet" if view is None else "Heard in part"
            transport.set_listening(heard, LISTEN, is_possible=self.presenter.track is not None)

    def _show_position(self, second: float) -> None:
        if self._follows and self.presenter.playback.is_playing:
            self.axis.follow(second)
        self.axis.move_cursor(second)
        self.transport.set_position(second, self.axis.duration_s)

    def _set_following(self, is_following: bool) -> None:
        self._follows = is_following

    def _show_scroll(self) -> None:
        bar, axis = self.scroll_bar, self.axis
        bar.blockSignals(True)
        bar.setRange(0, max(0, round(1000 * (axis.duration_s - axis.span_s))))
        bar.setPageStep(max(1, round(1000 * axis.span_s)))
        bar.setSingleStep(max(1, round(100 * axis.span_s)))
        bar.setValue(round(1000 * axis.start_s))
        bar.blockSignals(False)

    def _scrolled(self, value: int) -> None:
        self.axis.scroll(value / 1000 - self.axis.start_s)


def _sentence(error: TagStudioError) -> str:
    return f"{error.what} {error.advice}".strip()
