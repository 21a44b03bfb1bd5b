"""The spectrogram lane: the mel bands that the networks hear, in decibels."""

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from tagstudio.domain.mel import hz_to_mel, mel_to_hz
from tagstudio.gui import columns, theme
from tagstudio.gui.widgets import colours
from tagstudio.gui.widgets.lane import Lane
from tagstudio.gui.widgets.painting import rgba_image, write
from tagstudio.gui.widgets.time_axis import TimeAxis, clock_text

HIGHEST_HZ = 8000.0
# In the order in which they get a place, as far as there is room.
LABELS_HZ = (1000, 4000, 2000, 500, 6000, 200, 3000, 100, 8000, 300, 700, 1500, 2500, 5000, 7000)
FEWEST_BINS = 8.0
PAN_STEP = 0.15


class Spectrogram(Lane):
    """Mel bands over time; Shift+wheel pans the frequency, Alt+wheel zooms it."""

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__(axis, "Spectrogram")
        self._mel: columns.Pyramid | None = None
        self._bins = 96
        self._low_db, self._high_db = -90.0, 0.0
        self.low_bin, self.high_bin = 0.0, 96.0
        self.setMinimumHeight(64)

    def sizeHint(self) -> QSize:
        return QSize(400, 150)

    def set_mel(self, mel: columns.Pyramid, *, low_db: float, high_db: float) -> None:
        """Show a picture of steps, in which 0 stands for ``low_db`` and 255 for ``high_db``."""
        self._mel = mel if len(mel.levels[0]) else None
        self._bins = mel.levels[0].shape[1]
        self._low_db, self._high_db = low_db, high_db
        self.low_bin, self.high_bin = 0.0, float(self._bins)
        self.redraw()

    def clear(self) -> None:
        """Show nothing."""
        self._mel = None
        self.redraw()

    def has_picture(self) -> bool:
        return self._mel is not None and self.axis.duration_s > 0

    def paint_plot(self, painter: QPainter, plot: QRect) -> None:
        assert self._mel is not None
        borders = columns.edges(self.axis.start_s, self.axis.end_s, self.columns())
        values, heard = self._mel.mean(borders)
        picture = np.ascontiguousarray(np.round(values).astype(np.uint8).T[::-1])
        rows, count = picture.shape
        image = QImage(picture.data, count, rows, count, QImage.Format.Format_Indexed8)
        image.setColorTable(colours.table("sound", is_dark=theme.current().is_dark))
        source = QRectF(0, self._bins - self.high_bin, count, self.high_bin - self.low_bin)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(plot), image.convertToFormat(QImage.Format.Format_RGB32), source)
        self._paint_unheard(painter, plot, int(heard.sum()), len(heard))

    def _paint_unheard(self, painter: QPainter, plot: QRect, heard: int, count: int) -> None:
        if heard < count:
            left = plot.left() + plot.width() * heard / count
            painter.fillRect(QRectF(left, 0, plot.right() + 1 - left, plot.height()), theme.colour("surface"))

    def paint_margins(self, painter: QPainter, plot: QRect) -> None:
        height = painter.fontMetrics().height()
        name = QRect(theme.PAD_PX, 4, plot.left() - theme.PAD_PX - 50, height)
        write(painter, name, "Spectrogram", colour=theme.colour("muted"))
        for frequency, y in self.labels(height):
            text = f"{frequency / 1000:g} kHz" if frequency >= 1000 else f"{frequency} Hz"
            box = QRectF(plot.left() - 62, y - height / 2, 54, height)
            write(painter, box, text, colour=theme.colour("muted"), align=Qt.AlignmentFlag.AlignRight)
            painter.setPen(theme.colour("line_strong"))
            painter.drawLine(plot.left() - 5, int(y), plot.left() - 1, int(y))
        self._paint_scale(painter, plot)

    def _paint_scale(self, painter: QPainter, plot: QRect) -> None:
        ramp = colours.ramp("sound", is_dark=theme.current().is_dark)[::-1]
        image = rgba_image(np.insert(ramp, 3, 255, axis=1)[:, None])
        height = painter.fontMetrics().height()
        bar = QRect(plot.right() + 7, 4, 6, plot.height() - 8)
        painter.drawImage(bar, image)
        for text, y in ((f"{self._high_db:.0f}", 2.0), (f"{self._low_db:.0f}", plot.height() - height - 2.0)):
            write(painter, QRectF(bar.right() + 4, y, 36, height), text.replace("-", "−"), colour=theme.colour("muted"))
        if plot.height() > 4 * height:
            box = QRectF(bar.right() + 4, plot.height() / 2 - height / 2, 36, height)
            write(painter, box, "dB", colour=theme.colour("muted"))

    def labels(self, height_px: float) -> list[tuple[int, float]]:
        """Choose frequencies to write and where: all inside the lane, none over another."""
        chosen: list[tuple[int, float]] = []
        for frequency in LABELS_HZ:
            y = self.y_of(self.place(frequency))
            is_inside = height_px / 2 <= y <= self.height() - height_px / 2
            if is_inside and all(abs(y - other) >= height_px for _, other in chosen):
                chosen.append((frequency, y))
        return chosen

    def place(self, frequency: float) -> float:
        """Return where a frequency lies, in bins: the centre of bin ``b`` is ``b + 0.5``."""
        return hz_to_mel(frequency) / hz_to_mel(HIGHEST_HZ) * (self._bins + 1) - 0.5

    def y_of(self, place: float) -> float:
        """Return the height of a place, in pixels of this widget."""
        return self.height() * (self.high_bin - place) / (self.high_bin - self.low_bin)

    def place_at(self, y: float) -> float:
        """Return the place, in bins, at a height."""
        return self.high_bin - y / max(self.height(), 1) * (self.high_bin - self.low_bin)

    def text_at(self, second: float, position: QPointF) -> str:
        assert self._mel is not None
        mel, place = self._mel.levels[0], self.place_at(position.y())
        frame, row = round(second / self._mel.period_s), min(max(int(place), 0), self._bins - 1)
        frequency = mel_to_hz(max(place + 0.5, 0.0) / (self._bins + 1) * hz_to_mel(HIGHEST_HZ))
        text = f"{clock_text(second, decimals=3)}\n{frequency:,.0f} Hz"
        if frame < len(mel):
            level = self._low_db + float(mel[frame, row]) / 255 * (self._high_db - self._low_db)
            text += f"\n{level:.0f} dB".replace("-", "−")
        return text

    def pan(self, steps: float) -> None:
        span = self.high_bin - self.low_bin
        self._show(self.low_bin + steps * PAN_STEP * span, span)

    def zoom(self, factor: float, position: QPointF) -> None:
        at, before = self.place_at(position.y()), self.high_bin - self.low_bin
        span = min(max(before / factor, FEWEST_BINS), float(self._bins))
        self._show(at - (at - self.low_bin) / before * span, span)

    def _show(self, low: float, span: float) -> None:
        self.low_bin = min(max(low, 0.0), self._bins - span)
        self.high_bin = self.low_bin + span
        self.redraw()
