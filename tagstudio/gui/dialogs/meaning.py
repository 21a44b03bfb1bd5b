"""The question which tag a word in files stands for."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from tagstudio.domain.tracks import shown
from tagstudio.gui.widgets.choice import Choice
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked

WIDTH_PX = 460


class MeaningDialog(QDialog):
    """Asks for a tag, and hands it to ``meant``; ``now`` is the one that the word means already, if any.

    A word from a file is never read as markup, however long it is.
    """

    def __init__(
        self, parent: QWidget, word: str, tags: Sequence[str], meant: Callable[[str], object], *, now: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("What it means")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        # One line that ends in an ellipsis: such a word need not have a space where it could be wrapped.
        self.word = plain_label(f"“{shown(word)}”", role="strong")
        self.tag = Choice("The tag it means")
        self.tag.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.tag.setMinimumContentsLength(20)
        self.tag.setEditable(True)
        self.tag.setInsertPolicy(Choice.InsertPolicy.NoInsert)
        self.tag.addItems(list(tags))
        self.take = button("OK", self.accept, role="primary")
        self.take.setDefault(True)
        self.tag.editTextChanged.connect(lambda text: self.take.setEnabled(bool(text.strip())))
        self.tag.setCurrentIndex(self.tag.findText(now))
        self.tag.setEditText(now)  # else the first tag would be a careless Enter away
        self.take.setEnabled(bool(now))
        if (field := self.tag.lineEdit()) is not None:
            field.setPlaceholderText("Choose or type a tag")
        buttons = side_by_side(None, button("Cancel", self.reject), self.take)
        self.setLayout(stacked(self.word, plain_label("in files means the tag"), self.tag, buttons, margin=16))
        self.accepted.connect(lambda: meant(self.tag.currentText()))
