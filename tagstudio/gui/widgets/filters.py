"""The filters lane: when the first-layer filters that drive a tag respond, and how much each contributes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter

from tagstudio.gui import columns, theme
from tagstudio.gui.widgets.painting import rgba_image
from tagstudio.gui.widgets.rows import CAPTION_PX, RowsLane
from tagstudio.gui.widgets.time_axis import TimeAxis, clock_text

SNAP_PX = 6
RANGE_PERCENT = (2.0, 99.8)
SAMPLED_FRAMES = 4000
NOTHING = np.zeros((0, 0), np.float32)


class Filters(RowsLane):
    """One curve per filter, each over its own range; a click plays the peak it hits.

    Filters that speak for the tag are drawn in the colour of yes, those against it in the colour of no; the number at
    the right, with its sign, says the same.
    """

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__(axis, "Filters")
        self._heights: NDArray[np.float32] = NOTHING
        self._activations: NDArray[np.float32] = NOTHING
        self._contributions: tuple[float, ...] = ()
        self._frame_s, self._start_s = 1.0, 0.0

    def set_filters(
        self,
        activations: NDArray[np.float32],
        *,
        names: Sequence[str],
        contributions: Sequence[float],
        frame_s: float,
        start_s: float,
        caption: str,
    ) -> None:
        """Show activations, shape (frames, filters), of frames centred on ``start_s + i * frame_s``."""
        self._activations, self._heights = activations, _heights(activations)
        self._contributions = tuple(float(value) for value in contributions)
        self._frame_s, self._start_s, self.caption = frame_s, start_s, caption
        self.set_rows(names, [signed(value) for value in self._contributions])
        self.setAccessibleDescription(caption)

    def clear(self) -> None:
        """Show nothing."""
        self._activations = self._heights = NOTHING
        self.set_rows((), ())
        self.setAccessibleDescription("")

    def has_picture(self) -> bool:
        return super().has_picture() and len(self._heights) > 0

    def paint_plot(self, painter: QPainter, plot: QRect) -> None:
        self._paint_unknown(painter, plot)
        rows, ratio = self.rows_in_view(), self.devicePixelRatioF()
        heights = self._columns(rows)
        layers = [self._curve(heights[:, row - rows.start], round(self.row_px() * ratio), row) for row in rows]
        image = rgba_image(np.concatenate(layers))
        painter.drawImage(QRectF(plot.left(), CAPTION_PX, plot.width(), len(rows) * self.row_px()), image)

    def _columns(self, rows: range) -> NDArray[np.float64]:
        """Return the height of every column, shape (columns, rows); NaN where nothing was computed."""
        borders = columns.edges(self.axis.start_s, self.axis.end_s, self.columns())
        wanted = self._heights[:, rows.start : rows.stop]
        origin = self._start_s - self._frame_s / 2
        spread = columns.regular(borders, period_s=self._frame_s, count=len(wanted), origin_s=origin)
        if borders[1] - borders[0] >= self._frame_s:
            heights = columns.folded(wanted, spread, np.maximum).astype(np.float64)
        else:
            frame = ((borders[:-1] + borders[1:]) / 2 - self._start_s) / self._frame_s
            frames = np.arange(len(wanted))
            heights = np.stack([np.interp(frame, frames, of_row) for of_row in wanted.T], axis=1)
        heights[spread.last == spread.first] = np.nan
        return heights

    def _curve(self, height: NDArray[np.float64], row_px: int, row: int) -> NDArray[np.uint8]:
        # A filled curve with a brighter edge, smooth in y: how much of each pixel lies under it.
        reach = 1 + height * (row_px - 5)
        place = np.arange(row_px - 2, -2, -1)[:, None]
        with np.errstate(invalid="ignore"):
            under, inner = np.clip(reach - place, 0, 1), np.clip(reach - 1.5 - place, 0, 1)
        cover = np.nan_to_num((under - 0.55 * inner) * (place >= 0))
        ink = theme.colour("yes" if self._contributions[row] >= 0 else "no")
        layer = np.empty((*cover.shape, 4), np.uint8)
        layer[..., :3] = ink.red(), ink.green(), ink.blue()
        layer[..., 3] = np.round(255 * cover)
        return layer

    def _paint_unknown(self, painter: QPainter, plot: QRect) -> None:
        left = self.x_of(self._start_s)
        right = self.x_of(self._start_s + len(self._heights) * self._frame_s)
        height = self.shown() * self.row_px()
        for start, end in ((plot.left(), left), (right, plot.right() + 1)):
            if end > start:
                self.paint_hatch(painter, QRectF(start, CAPTION_PX, end - start, height))

    def text_at(self, second: float, position: QPointF) -> str:
        row = self.row_at(position.y())
        if row is None:
            return ""
        frame = self.frame_at(second)
        response = "not computed here" if frame is None else f"responds with {self._activations[frame, row]:.2f}"
        return f"{self.text_beside(position)}\n{clock_text(second, decimals=2)}: {response}"

    def text_beside(self, position: QPointF) -> str:
        row = self.row_at(position.y())
        return "" if row is None else f"{self.names[row]}\nContributes {self.beside[row]} to the tag's logit"

    def frame_at(self, second: float) -> int | None:
        """Return the frame at a moment, if there is one."""
        frame = round((second - self._start_s) / self._frame_s)
        return frame if 0 <= frame < len(self._activations) else None

    def moment_of_click(self, second: float, position: QPointF) -> float:
        """Return the highest point of the row's curve within a few pixels of the click."""
        row, frame = self.row_at(position.y()), self.frame_at(second)
        if row is None or frame is None:
            return second
        reach = max(1, round(SNAP_PX / self.plot().width() * self.axis.span_s / self._frame_s))
        first = max(0, frame - reach)
        peak = first + int(np.argmax(self._heights[first : frame + reach + 1, row]))
        return self.axis.inside(self._start_s + peak * self._frame_s)


def _heights(activations: NDArray[np.float32]) -> NDArray[np.float32]:
    # Every filter over its own range, for their scales have nothing in common; a few outliers do not set it.
    if not len(activations):
        return NOTHING
    sample = activations[:: max(1, len(activations) // SAMPLED_FRAMES)]
    low, high = np.percentile(sample, RANGE_PERCENT, axis=0).astype(np.float32)
    return np.asarray(np.clip((activations - low) / np.where(high > low, high - low, 1), 0, 1), np.float32)


def signed(value: float) -> str:
    """Write a number with its sign in a few characters, e.g. +0.61, +12.4 or +226."""
    size = abs(value)
    text = f"{size:.2f}" if size < 10 else f"{size:.1f}" if size < 100 else f"{size:.0f}"
    return f"{'−' if value < 0 else '+'}{text}"
