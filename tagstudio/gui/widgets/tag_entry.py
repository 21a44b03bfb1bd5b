"""The field for a word of one's own."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.vocabulary import tag_name
from tagstudio.gui.widgets.completing_field import CompletingField
from tagstudio.gui.widgets.parts import plain_label, stacked


class TagEntry(QWidget):
    """Enter adds the word, or the one that is marked in the list of completions; leaving the field never does.

    ``completions_wanted`` asks for words that begin like the text; the answer comes by ``put_completions``.
    """

    added = Signal(str)
    completions_wanted = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = _Field("Words that begin like this")
        self.field.setPlaceholderText("Add a word of your own (T)")
        self.field.setAccessibleName("Add a tag to this track")
        self._error = plain_label(wraps=True, role="failure")
        self._error.hide()
        self.field.textEdited.connect(self._edited)
        self.field.accepted.connect(self._accept)
        self.field.filled.connect(self._fill)
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
        if prefix and prefix == self.field.text() and self.field.hasFocus():
            self.field.completions.show_found([(word, word) for word in words])

    def _edited(self, text: str) -> None:
        self._error.hide()
        if text.strip():
            self.completions_wanted.emit(text)
        else:
            self.field.completions.hide()

    def _accept(self) -> None:
        self._fill()
        self._enter()

    def _fill(self) -> None:
        if (word := self.field.completions.chosen) is not None:
            self.field.setText(word)
        self.field.completions.hide()

    def _enter(self) -> None:
        self.field.completions.hide()
        try:
            name = tag_name(self.field.text())
        except TagStudioError as error:
            self._error.setText(f"{error.what} {error.advice}")
            self._error.show()
            return
        self.field.setText("")  # unlike clear(), forgets the typing, so that Ctrl+Z means the judgement
        self.added.emit(name)


class _Field(CompletingField):
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
