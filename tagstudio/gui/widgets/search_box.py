"""The search field, with its mistakes shown where they are."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QStyle, QStyleOptionFrame, QWidget

from tagstudio.domain.errors import QueryError
from tagstudio.gui import theme
from tagstudio.gui.widgets.parts import announce, plain_label, stacked
from tagstudio.services.completion import Completion

TYPING_MS = 200
HINT = "Search: words, field:value, -not, OR, e.g. tag:techno bpm:120..130 -live"
ROWS_SHOWN = 10


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
        self.offers = _Offers(self.field)
        self.field.offers = self.offers
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
        self.offers.itemClicked.connect(lambda _: self._accept())
        self.offers.closed.connect(self._place_error)
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
        self.offers.hide()
        self.field.setText(text)
        self._send()

    def put_completions(self, text: str, cursor: int, found: Sequence[Completion]) -> None:
        """Offer ways to go on, unless the text has changed since they were asked for."""
        if (text, cursor) == (self.text, self.field.place) and self.field.hasFocus():
            self.offers.offer(found)
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
        self._error.setVisible(self._is_wrong and self.offers.isHidden())

    def _accept(self) -> None:
        chosen = self.offers.chosen
        if chosen is None:
            return
        text = self.text
        self.field.setText(text[: chosen.start] + chosen.replacement + text[chosen.end :])
        self.field.set_place(chosen.start + len(chosen.replacement))
        self.offers.hide()
        if chosen.replacement.endswith(":"):  # a field wants its value next
            self.completions_wanted.emit(self.text, self.field.place)

    def _enter(self) -> None:
        self.offers.hide()
        self._send()
        self.left.emit()

    def _send(self) -> None:
        self._timer.stop()
        if self.text != self._sent:
            self._sent = self.text
            self.searched.emit(self.text)


class _Field(QLineEdit):
    left = Signal()
    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.offers: _Offers | None = None
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
        if self.offers is not None and self.offers.isVisible() and self._choose(event, self.offers):
            return
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Escape):
            self.left.emit()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Tab would leave the field before it is a key press.
        is_offered = self.offers is not None and self.offers.chosen is not None
        if is_offered and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            if event.type() == QEvent.Type.KeyPress:
                self.accepted.emit()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.offers is not None:
            self.offers.hide()
        super().focusOutEvent(event)

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

    def _choose(self, event: QKeyEvent, offers: "_Offers") -> bool:
        """Let the offers have a key; Enter is theirs only when one is chosen."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            offers.step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape:
            offers.hide()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and offers.chosen is not None:
            self.accepted.emit()
        else:
            return False
        return True


def _units(character: str) -> int:
    return 1 if ord(character) < 0x10000 else 2


class _Offers(QListWidget):
    """The ways to go on, under the field; the keyboard stays in the field."""

    closed = Signal()

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self._found: list[Completion] = []
        self.setWindowFlags(Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAccessibleName("Ways to go on")
        self.setObjectName("offers")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()

    @property
    def chosen(self) -> Completion | None:
        """The one that is marked, if the list shows and any is."""
        row = self.currentRow()
        return self._found[row] if self.isVisible() and 0 <= row < len(self._found) else None

    def offer(self, found: Sequence[Completion]) -> None:
        """Show ways to go on, none of them marked."""
        self.clear()
        self._found = list(found)
        for each in found:
            self.addItem(QListWidgetItem(f"{each.label}   {each.detail}".rstrip()))
        self.setCurrentRow(-1)
        if not found:
            self.hide()
            return
        rows = min(len(found), ROWS_SHOWN)
        self.setFixedSize(max(320, self._field.width() // 2), rows * self.sizeHintForRow(0) + 4)
        self.move(self._field.mapToGlobal(QPoint(0, self._field.height())))
        self.show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

    def step(self, rows: int) -> None:
        """Mark the next or the previous one; before the first is none."""
        row = self.currentRow() + rows
        self.setCurrentRow(row if row < self.count() else -1)
        if self.chosen is not None:
            announce(self._field, self.chosen.label)
