"""The field for a word of one's own."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.vocabulary import tag_name
from tagstudio.gui.widgets.parts import plain_label, stacked


class TagEntry(QWidget):
    """Enter adds the word; leaving the field never does.

    ``completions_wanted`` asks for words that begin like the text; the answer comes by ``put_completions``.
    """

    added = Signal(str)
    completions_wanted = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = _Field()
        self.field.setPlaceholderText("Add a word of your own (T)")
        self.field.setAccessibleName("Add a tag to this track")
        self._error = plain_label(wraps=True, role="failure")
        self._error.hide()
        self._is_entered = False
        self._words = QStringListModel(self)
        self.completer = QCompleter(self._words, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.field.setCompleter(self.completer)
        self.field.installEventFilter(self)
        if popup := self.completer.popup():
            popup.installEventFilter(self)
        self.field.textEdited.connect(self._edited)
        self.field.returnPressed.connect(self._enter)
        self.field.left.connect(self.left)
        self.setLayout(stacked(self.field, self._error, spacing=2))
        self.setFocusProxy(self.field)

    @property
    def error_text(self) -> str:
        """What is wrong with the word; empty when nothing is."""
        return "" if self._error.isHidden() else self._error.text()

    def put_completions(self, prefix: str, words: Sequence[str]) -> None:
        """Offer words, unless the text has changed since they were asked for."""
        if self._is_entered or prefix != self.field.text() or not self.field.hasFocus():
            return
        self._words.setStringList(list(words))
        if words:
            self.completer.complete()
        else:
            self._hide_completions()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._is_entered and event.type() == QEvent.Type.ShortcutOverride:
            # A fast hand comes before the timer. Nothing may be hidden yet: the key is still on its way to it.
            self.field.setText("")
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if self._is_entered:
                self._empty()
            # A quick Escape may still reach the words that were offered; with nothing typed it means to leave.
            if event.key() == Qt.Key.Key_Escape and watched is not self.field and not self.field.text():
                self._hide_completions()
                self.left.emit()
                return True
        return super().eventFilter(watched, event)

    def _edited(self, text: str) -> None:
        self._error.hide()
        if text.strip():
            self.completions_wanted.emit(text)
        else:
            self._hide_completions()

    def _hide_completions(self) -> None:
        if popup := self.completer.popup():
            popup.hide()

    def _enter(self) -> None:
        try:
            name = tag_name(self.field.text())
        except TagStudioError as error:
            self._error.setText(f"{error.what} {error.advice}")
            self._error.show()
            return
        self.added.emit(name)
        self.field.setText("")  # at once: completions still on their way must not open over the next key
        # The completer writes its word into the field after this signal.
        self._is_entered = True
        QTimer.singleShot(0, self._empty)

    def _empty(self) -> None:
        if not self._is_entered:
            return
        self._is_entered = False
        self._words.setStringList([])
        self._hide_completions()
        self.field.setText("")  # unlike clear(), forgets the typing, so that Ctrl+Z means the judgement


class _Field(QLineEdit):
    left = Signal()

    def event(self, event: QEvent) -> bool:
        # With nothing typed there is nothing to take back here: let the window undo the last judgement.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not self.text()
            and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))
        ):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
