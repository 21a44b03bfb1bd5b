"""The taggram lane: how well each tag fits, window by window."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from tagstudio.gui import columns, theme
from tagstudio.gui.widgets import colours
from tagstudio.gui.widgets.painting import rgba_image, write
from tagstudio.gui.widgets.rows import CAPTION_PX, RowsLane
from tagstudio.gui.widgets.time_axis import TimeAxis, clock_text

CAPTION = "Tags over time"
NUMBER_PX = 34
NOTHING = np.zeros((0, 0), np.float32)


class Taggram(RowsLane):
    """Tags as rows, scores as brightness and as numbers; hatched where nobody listened.

    A click on a name chooses the tag, a click on a cell plays it.
    """

    tag_chosen = Signal(int)

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__(axis, CAPTION)
        self._tag_ids: tuple[int, ...] = ()
        self._scores: NDArray[np.float32] = NOTHING
        self._starts_s: NDArray[np.float64] = np.zeros(0)
        self._window_s = 1.0
        self.row_chosen.connect(lambda row: self.tag_chosen.emit(self._tag_ids[row]))

    def set_scores(
        self,
        scores: NDArray[np.float32],
        *,
        starts_s: NDArray[np.floating],
        window_s: float,
        tags: Sequence[str],
        tag_ids: Sequence[int],
    ) -> None:
        """Show scores in [0, 1], shape (windows, tags), of windows that begin at ``starts_s``, ascending."""
        self._scores, self._starts_s, self._window_s = scores, np.asarray(starts_s, np.float64), window_s
        self._tag_ids = tuple(int(tag_id) for tag_id in tag_ids)
        means = scores.mean(axis=0) if len(scores) else np.zeros(len(tags))
        self.set_rows(tags, [f"{mean:.2f}" for mean in means])
        self.setAccessibleDescription(_described(tags, means))

    def clear(self) -> None:
        """Show nothing."""
        self._scores, self._tag_ids = NOTHING, ()
        self.set_rows((), ())
        self.setAccessibleDescription("")

    def choose_tag(self, tag_id: int | None) -> None:
        """Mark the row of a tag, if it has one."""
        self.choose(self._tag_ids.index(tag_id) if tag_id is not None and tag_id in self._tag_ids else None)

    def has_picture(self) -> bool:
        return super().has_picture() and len(self._scores) > 0

    def paint_plot(self, painter: QPainter, plot: QRect) -> None:
        rows, height = self.rows_in_view(), self.row_px()
        borders = columns.edges(self.axis.start_s, self.axis.end_s, self.columns())
        spread = columns.windows(borders, self._starts_s, self._window_s)
        heard = spread.last > spread.first
        body = QRectF(plot.left(), CAPTION_PX, plot.width(), len(rows) * height)
        self.paint_hatch(painter, body)
        steps = self._steps(spread, rows)
        image = _picture(steps, heard, is_dark=theme.current().is_dark)
        painter.drawImage(body, image)
        self._paint_numbers(painter, plot, rows)
        painter.setPen(theme.colour("surface"))
        for row in rows:
            y = self.row_box(row).bottom()
            painter.drawLine(plot.left(), y, plot.right(), y)
        self._paint_choice(painter, plot)

    def _steps(self, spread: columns.Spread, rows: range) -> NDArray[np.uint8]:
        best = columns.folded(self._scores[:, rows.start : rows.stop], spread, np.maximum)
        return np.asarray(np.round(255 * np.clip(best.astype(np.float32), 0, 1)), np.uint8)

    def _paint_numbers(self, painter: QPainter, plot: QRect, rows: range) -> None:
        is_dark = theme.current().is_dark
        shown = (self._starts_s + self._window_s > self.axis.start_s) & (self._starts_s < self.axis.end_s)
        for window in np.flatnonzero(shown):
            start = float(self._starts_s[window])
            left, right = max(self.x_of(start), plot.left()), min(self.x_of(start + self._window_s), plot.right() + 1)
            if right - left < NUMBER_PX or self.row_px() < painter.fontMetrics().height() - 2:
                continue
            for row in rows:
                score = float(self._scores[window, row])
                box = QRectF(left, self.row_box(row).top(), right - left, self.row_px() - 1)
                bright = colours.is_bright("score", round(255 * min(max(score, 0.0), 1.0)), is_dark=is_dark)
                ink = QColor("#000000" if bright else "#ffffff")
                write(painter, box, f"{score:.2f}", colour=ink, align=Qt.AlignmentFlag.AlignHCenter)

    def _paint_choice(self, painter: QPainter, plot: QRect) -> None:
        if self.chosen is not None and self.chosen in self.rows_in_view():
            painter.setPen(theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.row_box(self.chosen).adjusted(plot.left() - 1, -1, 0, -1))

    def text_at(self, second: float, position: QPointF) -> str:
        row = self.row_at(position.y())
        if row is None:
            return ""
        window = self.window_at(second)
        if window is None:
            return f"{clock_text(second, decimals=1)}\nNot listened to yet."
        start = float(self._starts_s[window])
        until = clock_text(start + self._window_s, decimals=1)
        return f"{self.names[row]}: {self._scores[window, row]:.2f}\n{clock_text(start, decimals=1)} – {until}"

    def text_beside(self, position: QPointF) -> str:
        row = self.row_at(position.y())
        return "" if row is None else f"{self.names[row]}\nMean score {self.beside[row]}"

    def window_at(self, second: float) -> int | None:
        """Return the window that holds a moment; None in a gap."""
        window = int(np.searchsorted(self._starts_s, second, side="right")) - 1
        return window if window >= 0 and second < self._starts_s[window] + self._window_s else None


def _picture(steps: NDArray[np.uint8], heard: NDArray[np.bool_], *, is_dark: bool) -> QImage:
    # Columns that nobody heard stay transparent.
    ramp = colours.ramp("score", is_dark=is_dark)
    rgba = np.empty((steps.shape[1], steps.shape[0], 4), np.uint8)
    rgba[..., :3] = ramp[steps.T]
    rgba[..., 3] = np.where(heard, 255, 0)
    rgba[..., :3] *= heard[None, :, None]
    return rgba_image(rgba)


def _described(tags: Sequence[str], means: NDArray[np.floating]) -> str:
    best = ", ".join(f"{tag} {mean:.2f}" for tag, mean in list(zip(tags, means, strict=True))[:5])
    return f"Mean scores, best first: {best}." if best else ""
