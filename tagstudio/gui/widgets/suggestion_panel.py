"""The list of suggestions for the shown track, judged by mouse and by key."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.vocabulary import tag_key
from tagstudio.gui.presenters.suggestions import NO_TAG_YET, Line, State
from tagstudio.gui.widgets.file_words import FileWords
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked
from tagstudio.gui.widgets.suggestion_row import SuggestionRow
from tagstudio.gui.widgets.tag_entry import TagEntry

# What the panel says instead of suggestions.
EMPTY = {
    "no track": "Choose a track to see what may fit it.",
    "reading": "Looking for what may fit…",
    "known": "Nothing is suggested: nobody has listened to this track yet. You can add words of your own.",
}


class SuggestionPanel(QWidget):
    """Emits what the person decides; ``verdict_given`` carries the tag's name and a Verdict."""

    verdict_given = Signal(str, object)
    toggled = Signal(str)
    tag_added = Signal(str)
    tag_chosen = Signal(int)
    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(360)
        self.entry = TagEntry()
        self.entry.added.connect(self.tag_added)
        self.entry.left.connect(self.focus_list)
        self.file_words = FileWords()
        self.file_words.accepted.connect(self.tag_added)
        self._title = plain_label("Suggestions", role="strong")
        self._note = plain_label(wraps=True, role="muted small")
        self._retry = button("Save again", self.retry_wanted.emit, tip="Some verdicts are not saved yet")
        self._retry.hide()
        self._empty = plain_label(EMPTY["no track"], wraps=True, role="muted")
        self._rows: list[SuggestionRow] = []
        self._chosen = 0
        self._is_read_only = False
        self._wanted: int | str | None = None
        self._told: int | None = None
        self._list = stacked(self._empty, None, spacing=2, margin=2)
        self._area = self._scroller()
        head = side_by_side(self._title, self._retry)
        head.setStretchFactor(self._title, 1)
        self.setLayout(stacked(head, self._note, self._area, self.file_words, self.entry, spacing=6))
        self._note.hide()

    @property
    def chosen_line(self) -> Line | None:
        """The suggestion that the keys go to."""
        shown = self._shown()
        return shown[self._chosen].line if self._chosen < len(shown) else None

    @property
    def rows(self) -> list[SuggestionRow]:
        """The rows that are shown, in order."""
        return self._shown()

    def show_lines(self, lines: Sequence[Line], state: State = "known") -> None:
        """Show suggestions; the rows stay where they are while their contents change, the chosen tag stays chosen."""
        chosen = self.chosen_line
        has_keys = any(row.hasFocus() for row in self._rows)
        if has_keys:  # else Qt hands them on to the field for a word when their row is hidden
            self._area.setFocus(Qt.FocusReason.OtherFocusReason)
        while len(self._rows) < len(lines):
            self._add_row()
        for n, row in enumerate(self._rows):
            if n < len(lines):
                row.show_line(n + 1, lines[n])
            row.setHidden(n >= len(lines))
        self._empty.setText(EMPTY[state])
        self._empty.setVisible(not lines)
        self.entry.setEnabled(state != "no track" and not self._is_read_only)
        self._retry.setVisible(any(line.saving == "not saved" for line in lines))
        self._mark_chosen(min(self._chosen, max(0, len(lines) - 1)))
        if chosen and (now := self.chosen_line) and names(now)[1] != names(chosen)[1]:
            self._choose_row(names(chosen)[1])  # words added before the suggestions were known make room for them
        self._choose_wanted()
        if has_keys:
            self.focus_list()
        if self._wanted is None:
            self._tell_chosen()

    def set_read_only(self, *, is_read_only: bool) -> None:
        """Take no verdicts, by mouse or key, or take them again."""
        self._is_read_only = is_read_only
        self.entry.setEnabled(not is_read_only)
        for row in self._rows:
            row.set_read_only(is_read_only=is_read_only)

    def show_tracks(self, count: int) -> None:
        """Say to how many tracks a verdict goes."""
        self._note.setText(f"{count:,} tracks are selected: a verdict goes to all of them.")
        self._note.setVisible(count > 1)

    def choose_first(self) -> None:
        """Send the keys to the first suggestion, as for a track that has just been shown."""
        self._wanted = self._told = None
        self._mark_chosen(0)
        self._area.verticalScrollBar().setValue(0)

    def choose_tag(self, tag_id: int) -> None:
        """Choose the row of a tag that was chosen elsewhere, as soon as it is shown."""
        self._wanted = tag_id
        self._choose_wanted()

    def choose_name(self, name: str) -> None:
        """Choose the row of a word that has just been added, as soon as it is shown."""
        self._wanted = tag_key(name)

    def judge_chosen(self, verdict: Verdict) -> None:
        """Judge the chosen suggestion and go on to the next."""
        if not self._is_read_only and (line := self.chosen_line):
            self.verdict_given.emit(line.suggestion.tag, verdict)
            self.move_to(self._chosen + 1)

    def toggle_nth(self, number: int) -> None:
        """Say yes to the n-th suggestion, from 1, or take the yes back."""
        shown = self._shown()
        if not self._is_read_only and number <= len(shown) and (line := shown[number - 1].line):
            self.move_to(number - 1)
            self.toggled.emit(line.suggestion.tag)

    def move_to(self, number: int) -> None:
        """Choose a row, from 0; beyond the ends nothing happens."""
        shown = self._shown()
        if not 0 <= number < len(shown):
            return
        self._mark_chosen(number)
        self._area.ensureWidgetVisible(shown[number], 0, 4)
        if any(row.hasFocus() for row in shown):
            shown[number].setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell_chosen()

    def focus_list(self) -> None:
        """Bring the keyboard to the chosen row."""
        if shown := self._shown():
            shown[self._chosen].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._area.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Before the scroller takes the arrows for itself.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.keyPressEvent(event)
            return event.isAccepted()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        key = Qt.Key(event.key())
        if key in steps:
            self.move_to(self._chosen + steps[key])
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and any(row.hasFocus() for row in self._shown()):
            self.judge_chosen(Verdict.YES)
        else:
            super().keyPressEvent(event)

    def _shown(self) -> list[SuggestionRow]:
        return [row for row in self._rows if not row.isHidden()]

    def _add_row(self) -> None:
        row = SuggestionRow()
        row.hide()
        row.set_read_only(is_read_only=self._is_read_only)
        number = len(self._rows)
        row.chosen.connect(lambda: self._choose(number))
        row.verdict_given.connect(lambda verdict: self._give(number, verdict))
        self._rows.append(row)
        self._list.insertWidget(self._list.count() - 1, row)

    def _choose_wanted(self) -> None:
        if self._wanted is not None and self._choose_row(self._wanted):
            self._wanted = None

    def _choose_row(self, name: int | str) -> bool:
        for n, row in enumerate(self._shown()):
            if row.line and name in names(row.line):
                self._mark_chosen(n)
                # The layout gives a new row its place only after this.
                QTimer.singleShot(0, row, partial(self._area.ensureWidgetVisible, row, 0, 4))
                return True
        return False

    def _choose(self, number: int) -> None:
        if number != self._chosen:
            self.move_to(number)

    def _tell_chosen(self) -> None:
        line = self.chosen_line
        if line and line.suggestion.tag_id not in (NO_TAG_YET, self._told):
            self._told = line.suggestion.tag_id
            self.tag_chosen.emit(self._told)

    def _give(self, number: int, verdict: Verdict) -> None:
        self._mark_chosen(number)
        if line := self._rows[number].line:
            self.verdict_given.emit(line.suggestion.tag, verdict)

    def _mark_chosen(self, number: int) -> None:
        self._chosen = number
        for n, row in enumerate(self._rows):
            row.set_chosen(is_chosen=n == number)

    def _scroller(self) -> QScrollArea:
        inside = QWidget()
        inside.setLayout(self._list)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Suggestions")
        area.installEventFilter(self)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area


def names(line: Line) -> tuple[int | str, ...]:
    """Return what a line answers to: its tag's id and its word in any spelling."""
    return line.suggestion.tag_id, tag_key(line.suggestion.tag)
