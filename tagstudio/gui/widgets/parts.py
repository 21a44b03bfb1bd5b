"""Small parts that every view is put together from, each with its accessible name."""

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

Box = TypeVar("Box", QVBoxLayout, QHBoxLayout)


def plain_label(text: str = "", *, wraps: bool = False, role: str = "", width: int = 0) -> QLabel:
    """Return a label that never reads its text as markup; ``role`` names its look in the window's style sheet.

    A label that does not wrap takes what width it is given, or ``width`` pixels, and ends its text with an ellipsis.
    """
    label = QLabel() if wraps else _Elided()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wraps)
    if width:
        label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        label.setFixedWidth(width)
    elif not wraps:
        # A long title must not widen the window.
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setMinimumWidth(10)
    if role:
        label.setProperty("role", role)
    return label


def button(text: str, act: Callable[[], object], *, name: str = "", tip: str = "", role: str = "") -> QPushButton:
    """Return a button that Enter and Space press; ``name`` is what a screen reader says where the text is short."""
    made = QPushButton(text)
    made.setAutoDefault(True)
    made.setAccessibleName(name or text)
    made.setToolTip(tip)
    if role:
        made.setProperty("role", role)
    made.clicked.connect(lambda: act())
    return made


def stacked(*items: QWidget | QLayout | None, spacing: int = 8, margin: int = 0) -> QVBoxLayout:
    """Return items one under the other; None stretches."""
    return _filled(QVBoxLayout(), items, spacing, margin)


def side_by_side(*items: QWidget | QLayout | None, spacing: int = 8, margin: int = 0) -> QHBoxLayout:
    """Return items one beside the other; None stretches."""
    return _filled(QHBoxLayout(), items, spacing, margin)


def rule() -> QFrame:
    """Return a thin horizontal line."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line


def dress_table(table: QTableView, name: str) -> None:
    """Make a table one of rows: for reading and choosing them, not for changing cells; Tab leaves it."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.verticalHeader().hide()


def restyle(widget: QWidget) -> None:
    """Let the style sheet look again at the widget's properties."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say something that nobody has moved the focus to."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


def while_open(widget: QWidget, act: Callable[[Any], object]) -> Callable[[Any], None]:
    """Return what passes an answer on to a widget, unless that is gone by the time the answer comes."""
    is_there = [True]
    widget.destroyed.connect(lambda: is_there.__setitem__(0, False))

    def done(answer: Any) -> None:
        if is_there[0]:
            act(answer)

    return done


class _Elided(QLabel):
    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        if self.fontMetrics().horizontalAdvance(self.text()) <= room.width():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, self.alignment(), text)


def _filled(layout: Box, items: tuple[QWidget | QLayout | None, ...], spacing: int, margin: int) -> Box:
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)
    return layout
