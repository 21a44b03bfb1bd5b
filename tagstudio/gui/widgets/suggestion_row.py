"""One suggestion: its number, word, probability and source, and the three verdicts."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.suggestions import Suggestion
from tagstudio.domain.tracks import shown
from tagstudio.gui import theme
from tagstudio.gui.presenters.suggestions import NO_TAG_YET, Line
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets.parts import button, plain_label, restyle, side_by_side, stacked

MARKS = {Verdict.YES: "✓ yes", Verdict.NO: "✗ no", Verdict.UNSURE: "? unsure"}
SAVING = {"": "", "saving": "saving…", "saved": "saved", "not saved": "not saved"}
BUTTONS = ((Verdict.YES, "✓", "Yes"), (Verdict.NO, "✗", "No"), (Verdict.UNSURE, "?", "Unsure"))


class ProbabilityBar(QWidget):
    """A probability as a bar with its number beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_value(self, value: float) -> None:
        """Show a probability from 0 to 1."""
        self.value = value
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(104, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.tabular(self.font()))
        painter.setPen(theme.colour("text"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), right, f"{self.value:.0%}")
        track = QRectF(0, self.height() / 2 - 3, self.width() - 44, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("line"))
        painter.drawRoundedRect(track, 3, 3)
        if self.value:
            painter.setBrush(theme.colour("accent"))
            track.setWidth(max(2.0, track.width() * self.value))
            painter.drawRoundedRect(track, 3, 3)


class SuggestionRow(QFrame):
    """A suggestion that can be chosen and judged by mouse; the panel around it does the keys."""

    chosen = Signal()
    verdict_given = Signal(object)  # Verdict
    hovered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line: Line | None = None
        self._number = plain_label(role="muted", width=16)
        self._word = plain_label(role="strong")
        self._source = plain_label(role="muted small")
        self._mark = QLabel()
        self._mark.setTextFormat(Qt.TextFormat.PlainText)
        self._mark.setProperty("role", "mark")
        self._mark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = ProbabilityBar()
        self._buttons = {verdict: self._button(verdict, sign) for verdict, sign, _ in BUTTONS}
        above, below = side_by_side(self._word, self._bar), side_by_side(self._source, self._mark)
        above.setStretchFactor(self._word, 1)
        below.setStretchFactor(self._source, 1)
        texts = stacked(above, below, spacing=0)
        row = side_by_side(self._number, texts, *self._buttons.values(), spacing=4)
        row.setContentsMargins(6, 3, 4, 3)
        row.setStretchFactor(texts, 1)
        self.setLayout(row)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("isRow", True)

    def show_line(self, number: int, line: Line) -> None:
        """Show a suggestion as the n-th, from 1."""
        if line == self.line and self._number.text() == _digit(number):
            return
        self.line = line
        each = line.suggestion
        word = shown(each.tag)
        self._number.setText(_digit(number))
        self._word.setText(word)
        self._word.setToolTip(plain_tip(word))
        self._source.setText(" · ".join(part for part in (each.facet, shown(each.source)) if part))
        self._source.setToolTip(plain_tip(shown(each.source)))
        self._bar.set_value(each.score)
        self._bar.setVisible(is_scored(each))
        self._mark.setText(mark_text(line))
        self._mark.setProperty("verdict", "failed" if line.saving == "not saved" else (line.verdict or ""))
        restyle(self._mark)
        for verdict, _, name in BUTTONS:
            self._buttons[verdict].setChecked(line.verdict is verdict)
            self._buttons[verdict].setAccessibleName(f"{name}, {word}")
        self.setAccessibleName(spoken(number, line))

    def set_read_only(self, *, is_read_only: bool) -> None:
        """Let nobody judge, or let them again."""
        for each in self._buttons.values():
            each.setEnabled(not is_read_only)

    def set_chosen(self, *, is_chosen: bool) -> None:
        """Show whether the keys go to this row."""
        if self.property("isChosen") != is_chosen:
            self.setProperty("isChosen", is_chosen)
            restyle(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.chosen.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.hovered.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._bar.update()

    def _button(self, verdict: Verdict, sign: str) -> QPushButton:
        key = {Verdict.YES: "A", Verdict.NO: "X", Verdict.UNSURE: "U"}[verdict]
        made = button(sign, lambda: self._press(verdict), tip=f"{verdict.value.capitalize()} ({key})", role="verdict")
        made.setCheckable(True)
        made.setProperty("verdict", verdict.value)
        made.setFixedSize(30, 28)
        return made

    def _press(self, verdict: Verdict) -> None:
        is_taken_back = self.line is not None and self.line.verdict is verdict
        self.verdict_given.emit(Verdict.CLEARED if is_taken_back else verdict)


def is_scored(suggestion: Suggestion) -> bool:
    """Return whether anything stands behind the score; a verdict on a track nobody listened to has none."""
    return suggestion.tag_id != NO_TAG_YET and bool(suggestion.source)


def mark_text(line: Line) -> str:
    """Return the verdict on a suggestion and whether it is on disk, e.g. ``✓ yes · saving…``."""
    mark = MARKS.get(line.verdict, "") if line.verdict else ""
    return " · ".join(part for part in (mark, SAVING[line.saving]) if part)


def spoken(number: int, line: Line) -> str:
    """Return what a screen reader says of a suggestion."""
    each = line.suggestion
    probability = f"{each.score:.0%}" if is_scored(each) else ""
    source = f"from {shown(each.source)}" if each.source else ""
    verdict = f"judged {line.verdict}" if line.verdict else "not judged"
    parts = (f"{number}", shown(each.tag), each.facet, probability, source, verdict, SAVING[line.saving])
    return ", ".join(part for part in parts if part)


def _digit(number: int) -> str:
    return str(number) if number <= 9 else ""
