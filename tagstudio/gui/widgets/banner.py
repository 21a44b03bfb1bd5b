"""What holds for as long as it is shown: a strip above the work that cannot be dismissed, only dealt with."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QWidget

from tagstudio.gui.widgets.parts import announce, button, plain_label, side_by_side


class Banner(QFrame):
    """A sentence with one button; hidden while there is nothing to say."""

    def __init__(self, name: str, title: str, act: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAccessibleName(name)
        self._text = plain_label(wraps=True)
        self._button = button(title, act)
        row = side_by_side(self._text, self._button, margin=4)
        row.setStretchFactor(self._text, 1)
        row.setContentsMargins(12, 4, 6, 4)
        self.setLayout(row)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown now; empty when nothing is."""
        return "" if self.isHidden() else self._text.text()

    def say(self, text: str) -> None:
        """Show a sentence; an empty one takes the strip away."""
        if text and text != self.text:
            announce(self, text)
        self._text.setText(text)
        self.setAccessibleDescription(text)
        self.setVisible(bool(text))
