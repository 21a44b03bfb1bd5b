"""The waveform lane: lowest and highest sample of every column."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QPainter, QPolygonF

from tagstudio.gui import theme
from tagstudio.gui.widgets import columns
from tagstudio.gui.widgets.lane import Lane, write
from tagstudio.gui.widgets.time_axis import TimeAxis, clock_text

LEAST_DB = -60.0
HIGHEST_GAIN = 32.0


class Waveform(Lane):
    """Loudness at a glance; Alt+wheel makes quiet passages taller."""

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__(axis, "Waveform")
        self._peaks: NDArray[np.float32] = np.zeros((0, 2), np.float32)
        self._peaks_per_s = 1.0
        self._gain = 1.0
        self.setMinimumHeight(40)

    def sizeHint(self) -> QSize:
        return QSize(400, 64)

    def set_peaks(self, peaks: NDArray[np.float32], peaks_per_s: float) -> None:
        """Show the lowest and highest samples, shape (buckets, 2), of equal spans of time."""
        self._peaks, self._peaks_per_s, self._gain = peaks, peaks_per_s, 1.0
        self.redraw()

    def clear(self) -> None:
        """Show nothing."""
        self.set_peaks(np.zeros((0, 2), np.float32), 1.0)

    def has_picture(self) -> bool:
        return len(self._peaks) > 0 and self.axis.duration_s > 0

    def envelope(self, count: int) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
        """Return place (in columns), lowest and highest sample of the columns of this view."""
        borders = columns.edges(self.axis.start_s, self.axis.end_s, count)
        spread = columns.regular(borders, period_s=1 / self._peaks_per_s, count=len(self._peaks))
        lowest = columns.folded(self._peaks[:, 0], spread, np.minimum).astype(np.float32)
        highest = columns.folded(self._peaks[:, 1], spread, np.maximum).astype(np.float32)
        heard = spread.last > spread.first
        return np.flatnonzero(heard).astype(np.float64) + 0.5, lowest[heard], highest[heard]

    def paint_plot(self, painter: QPainter, plot: QRect) -> None:
        middle, half = plot.height() / 2, plot.height() / 2 - 3
        count = self.columns()
        place, lowest, highest = self.envelope(count)
        painter.setPen(theme.colour("line"))
        painter.drawLine(plot.left(), int(middle), plot.right(), int(middle))
        if not len(place):
            return
        x = plot.left() + place * plot.width() / count
        # At least a hair of ink, so that digital silence is a line and a gap is not.
        top = middle - np.clip(highest * self._gain, -1, 1) * half - 0.5
        bottom = middle - np.clip(lowest * self._gain, -1, 1) * half + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("wave"))
        painter.setBrush(theme.colour("wave"))
        painter.drawPolygon(_polygon(np.concatenate([x, x[::-1]]), np.concatenate([top, bottom[::-1]])))

    def paint_margins(self, painter: QPainter, plot: QRect) -> None:
        box = QRect(theme.PAD_PX, 4, plot.left() - theme.PAD_PX - 8, painter.fontMetrics().height())
        write(painter, box, "Waveform", colour=theme.colour("muted"))
        if self._gain > 1:
            beside = QRect(plot.right() + 6, 4, self.width() - plot.right() - 8, box.height())
            write(painter, beside, f"×{self._gain:.1f}", colour=theme.colour("muted"))

    def text_at(self, second: float, position: QPointF) -> str:
        bucket = int(second * self._peaks_per_s)
        if not 0 <= bucket < len(self._peaks):
            return clock_text(second, decimals=3)
        loudest = float(np.abs(self._peaks[bucket]).max())
        level = f"{20 * np.log10(loudest):.1f} dB" if loudest > 10 ** (LEAST_DB / 20) else "silence"
        return f"{clock_text(second, decimals=3)}\nPeak {level}"

    def zoom(self, factor: float, position: QPointF) -> None:
        self._gain = min(max(self._gain * factor, 1.0), HIGHEST_GAIN)
        self.redraw()


def _polygon(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPolygonF:
    return QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])
