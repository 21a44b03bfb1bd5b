"""A sentence instead of everything else, while there is nothing else to show."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from tagstudio.gui.widgets.parts import plain_label, side_by_side, stacked


class Cover(QWidget):
    """A sentence over the whole window, with what can be done."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__()
        self._what = plain_label(what, wraps=True, role="title")
        self._advice = plain_label(advice, wraps=True, role="muted")
        for label in (self._what, self._advice):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._buttons = side_by_side(None, None)
        card = QFrame()
        card.setFixedWidth(640)
        card.setLayout(stacked(self._what, self._advice, self._buttons, spacing=14))
        self.setLayout(stacked(None, side_by_side(None, card, None), None))

    @property
    def text(self) -> str:
        """What is said."""
        return f"{self._what.text()} {self._advice.text()}".strip()

    def say(self, what: str, advice: str, *buttons: QWidget) -> None:
        """Say a sentence, with advice and buttons below."""
        self._what.setText(what)
        self._advice.setText(advice)
        while self._buttons.count() > 2:
            if widget := self._buttons.takeAt(1).widget():  # type: ignore[union-attr]
                widget.deleteLater()
        for each in buttons:
            self._buttons.insertWidget(self._buttons.count() - 1, each)
        if buttons:
            QTimer.singleShot(0, buttons[0], buttons[0].setFocus)
