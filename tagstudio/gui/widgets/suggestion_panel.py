"""The list of suggestions for the shown track, judged by mouse and by key."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from tagstudio.domain.judgements import Verdict
from tagstudio.gui.presenters.suggestions import NO_TAG_YET, Line
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked
from tagstudio.gui.widgets.suggestion_row import SuggestionRow
from tagstudio.gui.widgets.tag_entry import TagEntry

NOTHING = "Choose a track to see what may fit it."
UNHEARD = "Nothing is suggested yet: nobody has listened to this track. You can add words of your own."


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
        self._title = plain_label("Suggestions", role="strong")
        self._note = plain_label(wraps=True, role="muted small")
        self._retry = button("Save again", self.retry_wanted.emit, tip="Some verdicts are not saved yet")
        self._retry.hide()
        self._empty = plain_label(NOTHING, wraps=True, role="muted")
        self._rows: list[SuggestionRow] = []
        self._chosen = 0
        self._list = stacked(self._empty, None, spacing=2, margin=2)
        self._area = self._scroller()
        self._number_of_tracks = 1
        head = side_by_side(self._title, self._retry)
        head.setStretchFactor(self._title, 1)
        self.setLayout(stacked(head, self._note, self._area, self.entry, spacing=6))
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

    def show_lines(self, lines: Sequence[Line], *, has_track: bool = True) -> None:
        """Show suggestions; the rows stay where they are while their contents change."""
        while len(self._rows) < len(lines):
            self._add_row()
        for n, row in enumerate(self._rows):
            if n < len(lines):
                row.show_line(n + 1, lines[n])
            row.setHidden(n >= len(lines))
        self._empty.setText(UNHEARD if has_track else NOTHING)
        self._empty.setVisible(not lines)
        self.entry.setEnabled(has_track)
        self._retry.setVisible(any(line.saving == "not saved" for line in lines))
        self._mark_chosen(min(self._chosen, max(0, len(lines) - 1)))

    def show_tracks(self, count: int) -> None:
        """Say to how many tracks a verdict goes."""
        self._note.setText(f"{count:,} tracks are selected: a verdict goes to all of them.")
        self._note.setVisible(count > 1)

    def choose_first(self) -> None:
        """Send the keys to the first suggestion, as for a track that has just been shown."""
        self._chosen = 0
        self._mark_chosen(0)
        self._area.verticalScrollBar().setValue(0)

    def choose_tag(self, tag_id: int) -> None:
        """Choose the row of a tag that was chosen elsewhere."""
        for n, row in enumerate(self._shown()):
            if row.line and row.line.suggestion.tag_id == tag_id:
                self._mark_chosen(n)
                self._area.ensureWidgetVisible(row, 0, 4)

    def judge_chosen(self, verdict: Verdict) -> None:
        """Judge the chosen suggestion and go on to the next."""
        if line := self.chosen_line:
            self.verdict_given.emit(line.suggestion.tag, verdict)
            self.move_to(self._chosen + 1)

    def toggle_nth(self, number: int) -> None:
        """Say yes to the n-th suggestion, from 1, or take the yes back."""
        shown = self._shown()
        if number <= len(shown) and (line := shown[number - 1].line):
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
        line = shown[number].line
        if line and line.suggestion.tag_id != NO_TAG_YET:
            self.tag_chosen.emit(line.suggestion.tag_id)

    def focus_list(self) -> None:
        """Bring the keyboard to the chosen row."""
        if shown := self._shown():
            shown[self._chosen].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._area.setFocus(Qt.FocusReason.OtherFocusReason)

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
        number = len(self._rows)
        row.chosen.connect(lambda: self._choose(number))
        row.verdict_given.connect(lambda verdict: self._give(number, verdict))
        self._rows.append(row)
        self._list.insertWidget(self._list.count() - 1, row)

    def _choose(self, number: int) -> None:
        if number != self._chosen:
            self.move_to(number)

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
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area
