"""Icons drawn in the text colour of the scheme, sharp at every resolution."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPen, QPixmap, QPolygonF

from tagstudio.gui import theme

GRID = 16.0


def icon(name: str) -> QIcon:
    """Return ``play``, ``pause``, ``back``, ``ahead``, ``loud`` or ``close``; it follows the scheme by itself."""
    return QIcon(_Engine(name))


class _Engine(QIconEngine):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        box = QRectF(rect)  # type: ignore[call-overload]
        shade = theme.colour("line_strong" if mode == QIcon.Mode.Disabled else "text")
        side = min(box.width(), box.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(box.center() - QPointF(side / 2, side / 2))
        painter.scale(side / GRID, side / GRID)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        _DRAWERS[self._name](painter, shade)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRectF(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Engine(self._name)


def _triangle(painter: QPainter, left: float, right: float) -> None:
    painter.drawPolygon(QPolygonF([QPointF(left, 3), QPointF(left, 13), QPointF(right, 8)]))


def _play(painter: QPainter, shade: QColor) -> None:
    painter.drawPolygon(QPolygonF([QPointF(4, 2), QPointF(4, 14), QPointF(14, 8)]))


def _pause(painter: QPainter, shade: QColor) -> None:
    painter.drawRect(QRectF(3.5, 2, 3, 12))
    painter.drawRect(QRectF(9.5, 2, 3, 12))


def _back(painter: QPainter, shade: QColor) -> None:
    _triangle(painter, 8, 1.5)
    _triangle(painter, 14.5, 8)


def _ahead(painter: QPainter, shade: QColor) -> None:
    _triangle(painter, 1.5, 8)
    _triangle(painter, 8, 14.5)


def _loud(painter: QPainter, shade: QColor) -> None:
    painter.drawPolygon(QPolygonF([QPointF(*p) for p in ((1, 6), (4, 6), (8, 2.5), (8, 13.5), (4, 10), (1, 10))]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(shade, 1.4))
    painter.drawArc(QRectF(7, 5, 5, 6), -60 * 16, 120 * 16)
    painter.drawArc(QRectF(7, 2.5, 8, 11), -60 * 16, 120 * 16)


def _close(painter: QPainter, shade: QColor) -> None:
    painter.setPen(QPen(shade, 1.6))
    painter.drawLine(QPointF(4, 4), QPointF(12, 12))
    painter.drawLine(QPointF(12, 4), QPointF(4, 12))


_DRAWERS = {"play": _play, "pause": _pause, "back": _back, "ahead": _ahead, "loud": _loud, "close": _close}
