"""What every painted lane needs: texts that fit, pictures of numbers, tooltips that are plain text."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter


def write(
    painter: QPainter,
    box: QRect | QRectF,
    text: str,
    *,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Write one line into a box, with an ellipsis where it does not fit."""
    rectangle = QRectF(box)
    painter.setPen(colour)
    fitted = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rectangle.width()))
    painter.drawText(rectangle, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), fitted)


def rgba_image(pixels: NDArray[np.uint8]) -> QImage:
    """Return a picture of pixels, shape (rows, columns, 4)."""
    rows, count = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    # The copy owns its bytes; Qt would go on reading ours.
    return QImage(data.data, count, rows, 4 * count, QImage.Format.Format_RGBA8888).copy()
