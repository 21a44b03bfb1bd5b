"""A field that offers ways to go on in a list beneath it, while the keyboard stays in the field."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem

from tagstudio.gui.widgets.parts import announce

ROWS_SHOWN = 10
LEAST_WIDTH = 320
ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CompletionList(QListWidget):
    """The ways to go on; its window never takes the keyboard, so that no key can meet it on the way to the field."""

    closed = Signal()

    def __init__(self, field: QLineEdit, name: str) -> None:
        super().__init__(field)
        self._field = field
        self._found: list[Any] = []
        self.setWindowFlags(Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAccessibleName(name)
        self.setObjectName("completions")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()

    @property
    def chosen(self) -> Any | None:
        """The one that is marked, if the list shows and any is."""
        row = self.currentRow()
        return self._found[row] if self.isVisible() and 0 <= row < len(self._found) else None

    def show_found(self, found: Sequence[tuple[str, Any]]) -> None:
        """Show ways to go on, each with the text that is read, none of them marked."""
        self.clear()
        self._found = [each for _, each in found]
        for label, _ in found:
            self.addItem(QListWidgetItem(label))
        self.setCurrentRow(-1)
        if not found:
            self.hide()
            return
        rows = min(len(found), ROWS_SHOWN)
        self.setFixedSize(max(LEAST_WIDTH, self._field.width() // 2), rows * self.sizeHintForRow(0) + 4)
        self.move(self._place())
        self.show()

    def step(self, rows: int) -> None:
        """Mark the next or the previous one; before the first is none."""
        row = self.currentRow() + rows
        self.setCurrentRow(row if row < self.count() else -1)
        if self.chosen is not None:
            announce(self._field, self.currentItem().text())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

    def _place(self) -> QPoint:
        """Return where the list goes: under the field, or over it where the screen ends."""
        under = self._field.mapToGlobal(QPoint(0, self._field.height()))
        if under.y() + self.height() <= self._field.screen().availableGeometry().bottom():
            return under
        return self._field.mapToGlobal(QPoint(0, -self.height()))


class CompletingField(QLineEdit):
    """Arrows mark a completion, Enter takes the marked one, Tab writes it into the field, Escape closes the list."""

    accepted = Signal()
    filled = Signal()
    left = Signal()  # the person is done typing

    def __init__(self, name: str) -> None:
        super().__init__()
        self.completions = CompletionList(self, name)
        self.completions.itemClicked.connect(lambda _: self.accepted.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.completions.isVisible() and self._choose(event):
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Tab would leave the field before it is a key press.
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab and self.completions.chosen is not None:
            if event.type() == QEvent.Type.KeyPress:
                self.filled.emit()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.completions.hide()
        super().focusOutEvent(event)

    def _choose(self, event: QKeyEvent) -> bool:
        """Let the list have a key; Enter is theirs only when one is marked."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.completions.step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self.completions.hide()
        elif event.key() in ENTER_KEYS and self.completions.chosen is not None:
            self.accepted.emit()
        else:
            return False
        return True
