"""Base of lanes with one named row per tag or filter."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QPainter, QResizeEvent

from tagstudio.gui import theme
from tagstudio.gui.widgets.lane import Lane
from tagstudio.gui.widgets.painting import write
from tagstudio.gui.widgets.time_axis import TimeAxis

CAPTION_PX = 22
ROW_PX, LEAST_ROW_PX, MOST_ROW_PX = 18, 14, 60
STRETCH = 1.4


class RowsLane(Lane):
    """Rows of a picture under a caption; Shift+wheel and Page Up/Down go through rows, Alt+wheel makes them taller."""

    row_chosen = Signal(int)

    def __init__(self, axis: TimeAxis, name: str) -> None:
        super().__init__(axis, name)
        self.caption = name
        self.names: tuple[str, ...] = ()
        self.beside: tuple[str, ...] = ()
        self.chosen: int | None = None
        self.first = 0
        self._row_px = ROW_PX
        self.setMinimumHeight(CAPTION_PX + 3 * ROW_PX)

    def sizeHint(self) -> QSize:
        return QSize(400, CAPTION_PX + 8 * ROW_PX)

    def set_rows(self, names: Sequence[str], beside: Sequence[str]) -> None:
        """Name the rows, best first, with a short text at the right of each."""
        self.names, self.beside = tuple(names), tuple(beside)
        self.chosen, self.first = None, 0
        self.redraw()

    def choose(self, row: int | None) -> None:
        """Mark a row (or none) and bring it into view."""
        self.chosen = row
        if row is not None:
            self.first = min(max(self.first, row - self.shown() + 1), row)
        self._show_from(self.first)

    def has_picture(self) -> bool:
        return bool(self.names) and self.axis.duration_s > 0

    def shown(self) -> int:
        """Return how many rows fit."""
        return min(len(self.names), max(1, (self.height() - CAPTION_PX) // self._row_px))

    def row_px(self) -> int:
        """Return how tall a row is now: as wanted, a little taller where there is room for all."""
        room = (self.height() - CAPTION_PX) // max(self.shown(), 1)
        return max(self._row_px, min(room, int(self._row_px * STRETCH)))

    def row_box(self, row: int) -> QRect:
        """Return the place of a row over the whole width."""
        return QRect(0, CAPTION_PX + (row - self.first) * self.row_px(), self.width(), self.row_px())

    def row_at(self, y: float) -> int | None:
        """Return the row at a height, if there is one."""
        row = self.first + int((y - CAPTION_PX) // self.row_px())
        return row if y >= CAPTION_PX and row < self.first + self.shown() else None

    def rows_in_view(self) -> range:
        """Return the rows that are shown."""
        return range(self.first, self.first + self.shown())

    def paint_margins(self, painter: QPainter, plot: QRect) -> None:
        self._paint_caption(painter, plot)
        plain, bold = theme.small_font(self), theme.small_font(self, bold=True)
        for row in self.rows_in_view():
            box = self.row_box(row)
            is_chosen = row == self.chosen
            if is_chosen:
                for side in (QRect(0, box.top(), plot.left(), box.height() - 1), self._beside(plot, box)):
                    painter.fillRect(side, theme.colour("accent", 0.18))
                painter.fillRect(QRect(0, box.top(), 4, box.height() - 1), theme.colour("accent"))
            painter.setFont(bold if is_chosen else plain)
            name = QRect(theme.PAD_PX, box.top(), plot.left() - theme.PAD_PX - 8, box.height() - 1)
            write(painter, name, self.names[row], colour=theme.colour("text"))
            beside = self._beside(plot, box).adjusted(5, 0, -8, 0)
            write(painter, beside, self.beside[row], colour=theme.colour("muted"), align=Qt.AlignmentFlag.AlignRight)
        painter.setFont(plain)
        self._paint_position(painter)

    def _beside(self, plot: QRect, box: QRect) -> QRect:
        return QRect(plot.right() + 1, box.top(), self.width() - plot.right() - 1, box.height() - 1)

    def overlay_top(self) -> int:
        return CAPTION_PX

    def _paint_caption(self, painter: QPainter, plot: QRect) -> None:
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, 0, self.width(), 0)
        count = ""
        if self.shown() < len(self.names):
            count = f"{self.first + 1}–{self.first + self.shown()} of {len(self.names)}"
        width = painter.fontMetrics().horizontalAdvance(count) + 8
        box = QRect(theme.PAD_PX, 1, self.width() - 2 * theme.PAD_PX - width, CAPTION_PX - 1)
        write(painter, box, self.caption, colour=theme.colour("muted"))
        box = QRect(self.width() - width - 8, 1, width, CAPTION_PX - 1)
        write(painter, box, count, colour=theme.colour("muted"), align=Qt.AlignmentFlag.AlignRight)

    def _paint_position(self, painter: QPainter) -> None:
        # A thin bar that says which of the rows are in view.
        if self.shown() == len(self.names):
            return
        height = self.shown() * self.row_px()
        top = CAPTION_PX + height * self.first / len(self.names)
        bar = QRectF(self.width() - 4, top, 3, max(8.0, height * self.shown() / len(self.names)))
        painter.fillRect(bar, theme.colour("line_strong"))

    def paint_hatch(self, painter: QPainter, box: QRectF) -> None:
        """Hatch a part of the plot about which nothing is known."""
        painter.setBrushOrigin(0, 0)
        painter.fillRect(box, QBrush(theme.colour("hatch"), Qt.BrushStyle.BDiagPattern))

    def pan(self, steps: float) -> None:
        self._show_from(self.first - (1 if steps > 0 else -1) * max(1, round(abs(steps) * 2)))

    def zoom(self, factor: float, position: QPointF) -> None:
        self._row_px = min(max(round(self._row_px * factor), LEAST_ROW_PX), MOST_ROW_PX)
        self._show_from(self.first)

    def page(self, steps: int) -> bool:
        if not self.names:
            return False
        row = min(max((self.chosen if self.chosen is not None else -1) + steps, 0), len(self.names) - 1)
        self.choose(row)
        self.row_chosen.emit(row)
        return True

    def clicked(self, second: float, position: QPointF) -> None:
        if self.row_at(position.y()) is None:
            super().clicked(second, position)
        else:
            self.axis.select(None)
            self.play_wanted.emit(self.moment_of_click(second, position))

    def moment_of_click(self, second: float, position: QPointF) -> float:
        """Return which moment to hear after a click on a row."""
        return second

    def clicked_beside(self, position: QPointF) -> None:
        row = self.row_at(position.y())
        if row is not None and self.has_picture():
            self.choose(row)
            self.row_chosen.emit(row)

    def _show_from(self, first: int) -> None:
        self.first = min(max(first, 0), max(len(self.names) - self.shown(), 0))
        self.redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_from(self.first)
