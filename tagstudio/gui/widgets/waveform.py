"""The waveform lane: lowest and highest sample of every column."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from tagstudio.gui import columns, theme
from tagstudio.gui.widgets.lane import Lane
from tagstudio.gui.widgets.painting import rgba_image, write
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

    def envelope(self, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return lowest and highest sample of each column of this view; NaN where nothing was decoded."""
        borders = columns.edges(self.axis.start_s, self.axis.end_s, count)
        spread = columns.regular(borders, period_s=1 / self._peaks_per_s, count=len(self._peaks))
        lowest = columns.folded(self._peaks[:, 0], spread, np.minimum).astype(np.float32)
        highest = columns.folded(self._peaks[:, 1], spread, np.maximum).astype(np.float32)
        for each in (lowest, highest):
            each[spread.last == spread.first] = np.nan
        return lowest, highest

    def paint_plot(self, painter: QPainter, plot: QRect) -> None:
        middle, half = plot.height() / 2, plot.height() / 2 - 3
        count = self.columns()
        painter.setPen(theme.colour("line"))
        painter.drawLine(plot.left(), int(middle), plot.right(), int(middle))
        # At least a hair of ink, so that digital silence is a line and what was not decoded is not.
        lowest, highest = (np.clip(each * self._gain, -1, 1) * half for each in self.envelope(count))
        painter.drawImage(QRectF(plot), self._ink(middle - highest - 0.5, middle - lowest + 0.5, count))

    def _ink(self, top: NDArray[np.float32], bottom: NDArray[np.float32], count: int) -> QImage:
        # An antialiased polygon of so many spikes takes Qt a tenth of a second; how much of each pixel lies between
        # top and bottom takes numpy a millisecond. NaN paints nothing.
        ratio = self.devicePixelRatioF()
        y = np.arange(round(self.height() * ratio), dtype=np.float32)[:, None]
        cover = np.clip(np.minimum(bottom * ratio, y + 1) - np.maximum(top * ratio, y), 0, 1)
        ink = theme.colour("wave")
        pixels = np.empty((len(y), count, 4), np.uint8)
        pixels[..., :3] = ink.red(), ink.green(), ink.blue()
        pixels[..., 3] = np.nan_to_num(255 * cover)
        return rgba_image(pixels)

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
