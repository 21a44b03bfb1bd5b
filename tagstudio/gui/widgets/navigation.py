"""The buttons that lead from one place of the window to another."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QPushButton, QWidget

from tagstudio.gui.widgets.parts import button, stacked

WIDTH_PX = 112


class Navigation(QFrame):
    """One button for each place, given as (name, keys); the first is where the window begins."""

    wanted = Signal(int)

    def __init__(self, places: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setAccessibleName("Places")
        self._group = QButtonGroup(self)
        buttons = [self._button(number, name, keys) for number, (name, keys) in enumerate(places)]
        self.setLayout(stacked(*buttons, None, spacing=2, margin=8))
        self.setFixedWidth(WIDTH_PX)

    def button(self, number: int) -> QAbstractButton:
        """Return the button of a place."""
        return self._group.button(number)

    def _button(self, number: int, name: str, keys: str) -> QPushButton:
        made = button(name, partial(self.wanted.emit, number), tip=f"{name} ({keys})", role="place")
        made.setCheckable(True)
        made.setChecked(number == 0)
        self._group.addButton(made, number)
        return made
