"""What a track's file itself says, apart from the verdicts, each word with a button that accepts it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import shown
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side
from tagstudio.services.file_words import WordHere

MOST_SHOWN, LONGEST = 4, 24
MARKS = {Verdict.YES: "✓ ", Verdict.NO: "✗ ", Verdict.UNSURE: "? "}


class FileWords(QWidget):
    """A line of words; hidden while there are none."""

    accepted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("In the file")
        self.buttons: list[QPushButton] = []
        self._row: QHBoxLayout = side_by_side(spacing=4)
        self._more = plain_label(role="muted small", width=40)
        caption = plain_label("In the file:", role="muted small", width=64)
        row = side_by_side(caption, self._row, self._more, None, spacing=6)
        self.setLayout(row)
        self.hide()

    def show_words(self, words: Sequence[WordHere]) -> None:
        """Show the words of a track."""
        for each in self.buttons:
            self._row.removeWidget(each)
            each.deleteLater()
        self.buttons = [self._button(word) for word in words[:MOST_SHOWN]]
        for each in self.buttons:
            self._row.addWidget(each)
        rest = words[MOST_SHOWN:]
        self._more.setText(f"+{len(rest)}" if rest else "")
        self._more.setToolTip(plain_tip(", ".join(shown(word.word) for word in rest)))
        self.setVisible(bool(words))

    def _button(self, word: WordHere) -> QPushButton:
        name = word.tag.name if word.tag else word.word
        text = shown(name) if len(name) <= LONGEST else shown(name)[: LONGEST - 1] + "…"
        mark = MARKS.get(word.verdict, "") if word.verdict else ""
        tip = f"{shown(word.word)} ({word.field})"
        tip += ": say yes to it" if word.tag else ": a new word; click to say yes to it"
        made = button(mark + text.replace("&", "&&"), partial(self.accepted.emit, name), name=f"Yes: {text}", tip=tip)
        made.setEnabled(word.verdict is None)
        return made
