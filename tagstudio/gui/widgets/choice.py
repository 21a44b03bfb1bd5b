"""A combo box that shows that it is one."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox

from tagstudio.gui import theme

ARROW_PX = 4


class Choice(QComboBox):
    """Draws its arrow itself: a style sheet takes away the style's own and offers only pictures instead."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("text" if self.isEnabled() else "line_strong"), 1.5))
        middle = QPointF(self.width() - 14, self.height() / 2 - ARROW_PX / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(
            [middle + QPointF(-ARROW_PX, 0), middle + QPointF(0, ARROW_PX), middle + QPointF(ARROW_PX, 0)]
        )
