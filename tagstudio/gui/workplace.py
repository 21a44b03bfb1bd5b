"""The two places and the track panel, put together for one open library."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QSplitter, QStackedWidget, QWidget

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import Track
from tagstudio.gui.collection import Collection
from tagstudio.gui.dialogs.write_tags import WriteDialog
from tagstudio.gui.dialogs.written_files import WrittenDialog
from tagstudio.gui.exchange import Exchange
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.gui.offers import Offers
from tagstudio.gui.presenters.backups import BackupPresenter
from tagstudio.gui.presenters.commands import Commands
from tagstudio.gui.presenters.facets import FacetsPresenter
from tagstudio.gui.presenters.library import LibraryPresenter
from tagstudio.gui.presenters.review import Asked, ReviewPresenter
from tagstudio.gui.presenters.safety import SafetyPresenter
from tagstudio.gui.presenters.suggestions import SuggestionsPresenter
from tagstudio.gui.presenters.track_panel import TrackPresenter
from tagstudio.gui.presenters.writing import WritingPresenter
from tagstudio.gui.views.library_view import LibraryView
from tagstudio.gui.views.review_view import ReviewView
from tagstudio.gui.views.track_panel import TrackPanel
from tagstudio.gui.widgets.banner import Banner
from tagstudio.gui.widgets.message_bar import MessageBar, NewsLine
from tagstudio.gui.widgets.navigation import Navigation
from tagstudio.gui.widgets.parts import side_by_side, stacked
from tagstudio.gui.widgets.suggestion_panel import SuggestionPanel
from tagstudio.services.playing import open_player
from tagstudio.services.studio import Studio

Dialog = TypeVar("Dialog", bound=QDialog)
LIBRARY, REVIEW = 0, 1
PLACES = (("Library", "Ctrl+1"), ("Review", "Ctrl+2"))


class Workplace(QWidget):
    """Everything that needs an open library; another library means another workplace."""

    folder_wanted = Signal()
    demo_wanted = Signal()
    history_changed = Signal(str, str)
    writing_allowed = Signal(bool)
    backups_wanted = Signal()

    def __init__(self, studio: Studio, runner: JobRunner, messages: MessageBar, news: NewsLine) -> None:
        super().__init__()
        self.studio, self._runner, self._messages, self._news = studio, runner, messages, news
        self.commands = Commands(studio, runner, self)
        self.library = LibraryPresenter(studio, runner, self)
        self.exchange = Exchange(studio, runner, self.commands, lambda: (self.library.query, self._selected()), self)
        self.review = ReviewPresenter(studio, runner, self.commands, self)
        self.suggestions = SuggestionsPresenter(studio, runner, self.commands, self)
        self.track = TrackPresenter(studio, runner, open_player)
        self.writing = WritingPresenter(studio, runner, self)
        self.facets = FacetsPresenter(studio, runner, self)
        self.library_view = LibraryView(self.library, self.facets)
        self.review_view = ReviewView(self.review)
        self.collection = Collection(studio, runner, self.commands, self)
        self.safety = SafetyPresenter(studio, runner, self.commands.verdicts, self)
        self.backups = BackupPresenter(studio, runner, self)
        self.read_only_banner = Banner("Reading only", "Try again", self.safety.try_writing)
        self.unsaved_banner = Banner("Not saved", "Save now", self.commands.verdicts.retry)
        self.panel = SuggestionPanel()
        self.track_panel = TrackPanel(self.track)
        self.places = QStackedWidget()
        self.navigation = Navigation(PLACES)
        self.navigation.wanted.connect(self.go_to)
        self._failing = (
            self.commands, self.library, self.review, self.suggestions, self.writing, self.facets, self.safety,
            self.backups,
        )  # fmt: skip
        self._played_next: int | None = None
        self._is_closed = False
        self._lay_out()
        self.track_panel.hide()  # until it is known that there are tracks
        self._connect_library()
        self._connect_track()
        self._connect_messages()
        self.library.refresh()
        self.commands.read_history()
        self.backups.start()
        self.writing.look_for_interrupted()

    @property
    def place(self) -> int:
        """LIBRARY or REVIEW."""
        return self.places.currentIndex()

    def go_to(self, place: int) -> None:
        """Show a place and bring the keyboard there."""
        self.places.setCurrentIndex(place)
        self.navigation.button(place).setChecked(True)
        if place == REVIEW:
            self.review_view.start()
            self.review_view.setFocus(Qt.FocusReason.OtherFocusReason)
            self._show_asked(self.review.current)
        else:
            self.library_view.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self._show_current()

    def search(self) -> None:
        """Bring the keyboard to the search field."""
        self.go_to(LIBRARY)
        self.library_view.search_box.field.selectAll()
        self.library_view.search_box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def answer(self, verdict: Verdict) -> None:
        """Answer the question in Review, judge the chosen suggestion in Library."""
        if self.place == REVIEW:
            self.review.answer(verdict)
        else:
            self.panel.judge_chosen(verdict)

    def step(self, tracks: int) -> None:
        """Go to the next or previous track or question."""
        if self.place == LIBRARY:
            self.library_view.step(tracks)
        elif tracks > 0:
            self.review.skip()
        else:
            self.review.back()

    def skip(self) -> None:
        """Leave the question unanswered."""
        if self.place == REVIEW:
            self.review.skip()

    def add_folders(self, folders: list[Path]) -> None:
        """Scan folders, then listen; the table fills meanwhile."""
        self.go_to(LIBRARY)
        self.commands.add_folders(folders)

    def listen(self) -> None:
        """Listen to what nobody has listened to."""
        self.commands.listen()

    def write_tags(self) -> WriteDialog:
        """Open the dialog that writes tags into the files of the search or the selection."""
        return _opened(WriteDialog(self.writing, self.library.query, self.library_view.selected, self.window()))

    def show_written(self) -> WrittenDialog:
        """Open the dialog of what was written."""
        return _opened(WrittenDialog(self.writing, self.window()))

    def _selected(self) -> list[int]:
        return self.library_view.selected if self.place == LIBRARY else []

    def close_down(self) -> None:
        """Stop playing, let go of the sound device, and complain no more: the library is about to close."""
        self._is_closed = True
        self.collection.close_down()
        self.backups.stop()
        for source in self._failing:
            source.failed.disconnect(self._messages.show_failure)
        self._messages.withdraw()
        self.track.shut_down()

    def _lay_out(self) -> None:
        self.places.addWidget(self.library_view)
        self.places.addWidget(self.review_view)
        self.track_panel.suggestions_place.addWidget(self.panel)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.places)
        split.addWidget(self.track_panel)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(6)
        split.setSizes([340, 500])
        row = side_by_side(self.navigation, split, spacing=0)
        row.setStretchFactor(split, 1)
        split.setContentsMargins(8, 8, 8, 4)
        self.setLayout(stacked(self.read_only_banner, self.unsaved_banner, row, spacing=0))

    def _connect_library(self) -> None:
        view = self.library_view
        view.track_chosen.connect(self._show_track)
        view.all_left.connect(self._show_alone)
        view.folder_wanted.connect(self.folder_wanted)
        view.demo_wanted.connect(self.demo_wanted)
        view.listen_wanted.connect(self.listen)
        view.emptied.connect(self.track_panel.setHidden)
        self.library.looked.connect(self.review_view.show_tags)
        self.facets.saved_changed.connect(self.library.refresh)
        self.commands.changed.connect(self._refresh)
        self.commands.judged.connect(self._refresh_scores)
        self.commands.history_changed.connect(self.history_changed)
        self._runner.started.connect(self._note_started)
        self.review_view.track_wanted.connect(self._show_question)

    def _connect_track(self) -> None:
        panel, presenter = self.panel, self.suggestions
        presenter.lines_changed.connect(lambda lines: panel.show_lines(lines, presenter.state))
        presenter.completed.connect(panel.entry.put_completions)
        self.suggestions.file_words_changed.connect(self.panel.file_words.show_words)
        panel.verdict_given.connect(self._if_still_shown(presenter.judge))
        panel.toggled.connect(self._if_still_shown(presenter.toggle))
        panel.tag_added.connect(lambda _: self.library_view.settle())
        panel.tag_added.connect(panel.choose_name)
        panel.tag_added.connect(presenter.add)
        panel.retry_wanted.connect(presenter.retry)
        panel.entry.completions_wanted.connect(presenter.complete)
        panel.tag_chosen.connect(self.track_panel.choose_tag)
        self.track_panel.tag_chosen.connect(panel.choose_tag)
        self.track.track_loaded.connect(self._play_if_wanted)

    def _show_only(self, track_id: int) -> None:
        self.go_to(LIBRARY)
        self.library_view.search_box.field.setText(f"id:{track_id}")

    def _connect_messages(self) -> None:
        show = self._messages.show_failure
        offers = self._offers = Offers(
            self._messages, self.commands, self.show_written, self.backups_wanted.emit, self.collection.move
        )
        for source in self._failing:
            source.failed.connect(show)
        self.writing.changed.connect(self._refresh)
        self.writing.recovered.connect(offers.of_taking_back)
        self.track_panel.message.connect(show)
        self.commands.said.connect(self._news.tell)
        self.commands.held_back.connect(offers.of_accepting)
        self.commands.found_elsewhere.connect(offers.of_joining)
        self.collection.track_wanted.connect(self._show_only)
        self.suggestions.not_saved.connect(partial(offers.of_saving, retry=self.suggestions.retry))
        self.review.not_saved.connect(partial(offers.of_saving, retry=self.review.retry))
        self.backups.damaged.connect(offers.of_backups)
        self.safety.unsaved.connect(self.unsaved_banner.say)
        self.safety.read_only.connect(self._show_read_only)
        self._show_read_only(self.safety.read_only_text)

    def _show_read_only(self, text: str) -> None:
        self.read_only_banner.say(text)
        for view in (self.panel, self.review_view):
            view.set_read_only(is_read_only=bool(text))
        self.writing_allowed.emit(not text)

    def _show_track(self, track_id: int, selected: list[int]) -> None:
        if self.place != LIBRARY or self._is_closed:
            return
        is_new = track_id != self.suggestions.track_id
        self.suggestions.show_track(track_id, selected)
        self.panel.show_tracks(len(selected))
        if is_new:
            self.track_panel.show_track(track_id)
            self.panel.choose_first()

    def _show_alone(self) -> None:
        # The track that is shown stays, so that more can be said about it; those selected with it are out of sight.
        if self.suggestions.track_id is not None:
            self._show_track(self.suggestions.track_id, [])

    def _if_still_shown(self, act: Callable[..., None]) -> Callable[..., None]:
        # Whoever types fast is ahead of the panel: its rows may be those of the track before.
        def done(*given: object) -> None:
            before = self.suggestions.track_id
            self.library_view.settle()
            if self.suggestions.track_id == before:
                act(*given)

        return done

    def _show_current(self) -> None:
        if (current := self.library_view.current) is not None:
            self._show_track(current, self.library_view.selected)

    def _show_asked(self, asked: Asked | None) -> None:
        if asked is not None:
            self._show_question(asked.question.track_id, asked.question.tag_id, is_played=False)

    def _show_question(self, track_id: int, tag_id: int, is_played: bool) -> None:
        if self.place != REVIEW or self._is_closed:
            return
        self.panel.show_tracks(1)
        if track_id != self.suggestions.track_id:
            self.suggestions.show_track(track_id)
            self.track_panel.show_track(track_id)
            self.panel.choose_first()
        self.track_panel.choose_tag(tag_id)
        self.panel.choose_tag(tag_id)
        self._played_next = track_id if is_played else None

    def _play_if_wanted(self, track: Track) -> None:
        if track.id == self._played_next:
            self._played_next = None
            self.track.playback.play()

    def _refresh_scores(self) -> None:
        self.library.refresh()
        self.track_panel.refresh()

    def _refresh(self) -> None:
        self.library.refresh()
        self.suggestions.refresh()
        self.track_panel.refresh()

    def _note_started(self, running: RunningJob) -> None:
        if running.lane == "long":
            self._watch(running)

    def _watch(self, running: RunningJob) -> None:
        self.library_view.set_busy(is_busy=True)
        running.finished.connect(self._long_work_finished)

    def _long_work_finished(self) -> None:
        is_busy = any(each.lane == "long" for each in self._runner.running)
        self.library_view.set_busy(is_busy=is_busy)
        if not is_busy:
            self._refresh()
            if self.place == REVIEW and self.review.current is None:
                self.review.refill()


def _opened(dialog: Dialog) -> Dialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
