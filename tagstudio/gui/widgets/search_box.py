"""The search field, with its mistakes shown where they are."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionFrame, QWidget

from tagstudio.domain.errors import QueryError
from tagstudio.gui import theme
from tagstudio.gui.widgets.completing_field import CompletingField
from tagstudio.gui.widgets.parts import announce, plain_label, stacked
from tagstudio.services.completion import Completion

TYPING_MS = 200
HINT = "Search: words, field:value, -not, OR, e.g. tag:techno bpm:120..130 -live"


class SearchBox(QWidget):
    """Emits ``searched`` shortly after the last keystroke, or at once on Enter."""

    searched = Signal(str)
    left = Signal()  # the person is done typing and wants the table
    completions_wanted = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = _Field()
        self.field.setPlaceholderText(HINT)
        self.field.setClearButtonEnabled(True)
        self.field.setAccessibleName("Search")
        self.completions = self.field.completions
        self._error = plain_label(wraps=True, role="failure")
        self._error.hide()
        self._is_wrong = False
        self._sent = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._send)
        self.field.textChanged.connect(self._timer.start)
        self.field.textChanged.connect(lambda _: self.field.underline(None))
        self.field.textEdited.connect(lambda text: self.completions_wanted.emit(text, self.field.place))
        self.field.accepted.connect(self._accept)
        self.field.filled.connect(self._accept)
        self.completions.closed.connect(self._place_error)
        self.field.returnPressed.connect(self._enter)
        self.field.left.connect(self.left)
        self.setLayout(stacked(self.field, self._error, spacing=2))
        self.setFocusProxy(self.field)

    @property
    def text(self) -> str:
        """The search as typed."""
        return self.field.text()

    @property
    def error_text(self) -> str:
        """What is wrong with the search; empty when nothing is."""
        return "" if self._error.isHidden() else self._error.text()

    def clear(self) -> None:
        """Empty the field and search at once."""
        self.field.clear()
        self._send()

    def set_text(self, text: str) -> None:
        """Put a search into the field and search at once."""
        self.completions.hide()
        self.field.setText(text)
        self._send()

    def put_completions(self, text: str, cursor: int, found: Sequence[Completion]) -> None:
        """Offer ways to go on, unless the text has changed since they were asked for."""
        if (text, cursor) == (self.text, self.field.place) and self.field.hasFocus():
            self.completions.show_found([(f"{each.label}   {each.detail}".rstrip(), each) for each in found])
            self._place_error()

    def show_error(self, error: QueryError) -> None:
        """Mark the character and say what is wrong: while ways to go on are offered, only once those are gone."""
        text = self.text
        position = min(max(error.position, 0), len(text))
        before, after = text[:position], text[position:]
        self._error.setText(f"{error.what} {error.advice}\nHere: {before[-40:]}▸{after[:20]}".strip())
        self._is_wrong = True
        self._place_error()
        self.field.underline(position)
        announce(self.field, error.what)

    def clear_error(self) -> None:
        """Take the mistake away."""
        self._is_wrong = False
        self._place_error()
        self.field.underline(None)

    def _place_error(self) -> None:
        self._error.setVisible(self._is_wrong and self.completions.isHidden())

    def _accept(self) -> None:
        chosen: Completion | None = self.completions.chosen
        if chosen is None:
            return
        text = self.text
        self.field.setText(text[: chosen.start] + chosen.replacement + text[chosen.end :])
        self.field.set_place(chosen.start + len(chosen.replacement))
        self.completions.hide()
        if chosen.replacement.endswith(":"):  # a field wants its value next
            self.completions_wanted.emit(self.text, self.field.place)

    def _enter(self) -> None:
        self.completions.hide()
        self._send()
        self.left.emit()

    def _send(self) -> None:
        self._timer.stop()
        if self.text != self._sent:
            self._sent = self.text
            self.searched.emit(self.text)


class _Field(CompletingField):
    def __init__(self) -> None:
        super().__init__("Ways to go on")
        self._mistake: int | None = None

    @property
    def place(self) -> int:
        """How many characters are before the cursor; Qt counts most emoji as two."""
        left = self.cursorPosition()
        for place, character in enumerate(self.text()):
            if left <= 0:
                return place
            left -= _units(character)
        return len(self.text())

    def set_place(self, place: int) -> None:
        """Put the cursor after so many characters."""
        self.setCursorPosition(sum(map(_units, self.text()[:place])))

    def underline(self, position: int | None) -> None:
        """Mark the character at which a mistake is."""
        self._mistake = position
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and not self.completions.isVisible():
            self.left.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._mistake is None:
            return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        metrics, text = self.fontMetrics(), self.text()
        shift = self.cursorRect().center().x() - metrics.horizontalAdvance(text[: self.place])
        left = shift + metrics.horizontalAdvance(text[: self._mistake])
        width = max(6, metrics.horizontalAdvance(text[self._mistake : self._mistake + 1]))
        painter = QPainter(self)
        painter.setPen(QPen(theme.colour("no"), 2))
        painter.drawLine(left, inside.bottom(), left + width, inside.bottom())


def _units(character: str) -> int:
    return 1 if ord(character) < 0x10000 else 2
