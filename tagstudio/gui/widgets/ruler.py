"""The ruler above the lanes: moments in minutes and seconds, the selection, and where cursor and pointer are."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPolygonF

from tagstudio.gui import theme
from tagstudio.gui.widgets.lane import Lane
from tagstudio.gui.widgets.painting import write
from tagstudio.gui.widgets.time_axis import TimeAxis, clock_text

HEIGHT_PX = 24
LABEL_PX = 74
STEPS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


def ticks(start_s: float, end_s: float, most: int) -> tuple[float, int, list[float]]:
    """Choose round moments for a view: the step, the decimals its labels need, and the moments in view."""
    span = end_s - start_s
    step = next((step for step in STEPS_S if span / step <= max(most, 1)), STEPS_S[-1])
    decimals = 2 if step < 0.1 else 1 if step < 1 else 0
    first = int(start_s / step)
    count = int(span / step) + 2
    moments = [(first + i) * step for i in range(count)]
    return step, decimals, [moment for moment in moments if start_s - 1e-9 <= moment <= end_s + 1e-9]


class Ruler(Lane):
    """Moments of the track; click to go there, drag to select."""

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__(axis, "Time ruler")
        self.setFixedHeight(HEIGHT_PX)
        axis.selection_changed.connect(self.redraw)
        axis.pointer_moved.connect(self._update_pointer)

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    def has_picture(self) -> bool:
        return self.axis.duration_s > 0

    def paint_plot(self, painter: QPainter, plot: QRect) -> None:
        step, decimals, moments = ticks(self.axis.start_s, self.axis.end_s, plot.width() // LABEL_PX)
        painter.setPen(theme.colour("line_strong"))
        for moment in moments:
            x = int(self.x_of(moment))
            painter.drawLine(x, HEIGHT_PX - 7, x, HEIGHT_PX)
            for part in range(1, 5):
                small = int(self.x_of(moment + step * part / 5))
                painter.drawLine(small, HEIGHT_PX - 3, small, HEIGHT_PX)
        for moment in moments:
            box = QRectF(int(self.x_of(moment)) + 3, 0, LABEL_PX, HEIGHT_PX - 4)
            if (
                box.left() + painter.fontMetrics().horizontalAdvance(clock_text(moment, decimals=decimals))
                < plot.right()
            ):
                write(painter, box, clock_text(moment, decimals=decimals), colour=theme.colour("muted"))

    def paint_margins(self, painter: QPainter, plot: QRect) -> None:
        box = QRect(theme.PAD_PX, 0, plot.left() - theme.PAD_PX - 8, HEIGHT_PX)
        if self.axis.selection is not None:
            start, end = self.axis.selection
            text = f"Selected {end - start:.2f} s"
            write(painter, box, text, colour=theme.colour("accent"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, HEIGHT_PX - 1, self.width(), HEIGHT_PX - 1)

    def text_at(self, second: float, position: QPointF) -> str:
        return clock_text(second, decimals=3)

    def _paint_overlay(self, painter: QPainter) -> None:
        super()._paint_overlay(painter)
        if self.axis.start_s <= self.axis.pointer_s <= self.axis.end_s:
            self._paint_pointer(painter)
        x = self._column(self.axis.cursor_s) + 0.5
        painter.setClipRect(self.plot().adjusted(-5, 0, 5, 0))
        if self.axis.start_s <= self.axis.cursor_s <= self.axis.end_s:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.colour("cursor_edge"))
            painter.setBrush(theme.colour("cursor"))
            painter.drawPolygon(QPolygonF([QPointF(x - 5, 0), QPointF(x + 5, 0), QPointF(x, 8)]))

    def _paint_pointer(self, painter: QPainter) -> None:
        box = self._pointer_box()
        painter.fillRect(box, theme.colour("raised"))
        painter.setFont(theme.small_font(self))
        write(
            painter,
            box,
            clock_text(self.axis.pointer_s, decimals=2),
            colour=theme.colour("text"),
            align=Qt.AlignmentFlag.AlignHCenter,
        )

    def _pointer_box(self) -> QRect:
        plot, width = self.plot(), 66
        x = self._column(self.axis.pointer_s)
        return QRect(min(max(x + 4, plot.left()), plot.right() - width), 1, width, HEIGHT_PX - 4)

    def _update_pointer(self, before: float, after: float) -> None:
        self.update()

    def _update_strips(self, before: float, after: float) -> None:
        for second in (before, after):
            if second >= 0:
                self.update(self._column(second) - 7, 0, 15, self.height())
