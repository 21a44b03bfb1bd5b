"""The search field, with its mistakes shown where they are."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from tagstudio.domain.errors import QueryError
from tagstudio.gui.widgets.parts import plain_label, stacked

TYPING_MS = 200
HINT = "Search words, or field:value (path, title, artist, album, genre, tag, id), e.g. tag:techno"


class SearchBox(QWidget):
    """Emits ``searched`` shortly after the last keystroke, or at once on Enter."""

    searched = Signal(str)
    left = Signal()  # the person is done typing and wants the table

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = _Field()
        self.field.setPlaceholderText(HINT)
        self.field.setClearButtonEnabled(True)
        self.field.setAccessibleName("Search")
        self._error = plain_label(wraps=True, role="failure")
        self._error.hide()
        self._sent = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._send)
        self.field.textChanged.connect(self._timer.start)
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

    def show_error(self, error: QueryError) -> None:
        """Say what is wrong and mark the character."""
        text = self.text
        position = min(max(error.position, 0), len(text))
        before, after = text[:position], text[position:]
        self._error.setText(f"{error.what} {error.advice}\nHere: {before[-40:]}▸{after[:20]}".strip())
        self._error.show()

    def clear_error(self) -> None:
        """Take the mistake away."""
        self._error.hide()

    def _enter(self) -> None:
        self._send()
        self.left.emit()

    def _send(self) -> None:
        self._timer.stop()
        if self.text != self._sent:
            self._sent = self.text
            self.searched.emit(self.text)


class _Field(QLineEdit):
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Escape):
            self.left.emit()
            return
        super().keyPressEvent(event)
