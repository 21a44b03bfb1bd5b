"""Tags in a table cell: a yes as a full chip, a suggestion as an outlined one with its probability."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from tagstudio.gui import theme
from tagstudio.gui.models.paged_table import CHIPS_ROLE, Index

CENTRE = Qt.AlignmentFlag.AlignVCenter
PAD_PX = 6
GAP_PX = 4
CHIP_WIDTH_PX = 160


class ChipsDelegate(QStyledItemDelegate):
    """Paints the chips of a cell, as many as there is room for, then how many are left out."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        chips = index.data(CHIPS_ROLE)
        if not chips:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        option.text = ""
        widget = option.widget
        style = widget.style() if widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(_small(option.font))
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        _draw(painter, QRectF(option.rect).adjusted(4, 3, -2, -3), chips, is_selected=is_selected)
        painter.restore()


def _small(font: QFont) -> QFont:
    small = theme.tabular(font)
    small.setPointSizeF(max(7.0, font.pointSizeF() * theme.SMALL))
    return small


def _draw(painter: QPainter, cell: QRectF, chips: tuple[tuple[str, float | None], ...], *, is_selected: bool) -> None:
    metrics, x = QFontMetrics(painter.font()), cell.left()
    ink = theme.colour("on_accent" if is_selected else "text")
    for n, (word, probability) in enumerate(chips):
        text = word if probability is None else f"{word} {probability:.0%}"
        text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, CHIP_WIDTH_PX)
        width = metrics.horizontalAdvance(text) + 2 * PAD_PX
        is_last = n == len(chips) - 1
        if x + width > cell.right() - (0 if is_last else 24) and n:
            painter.setPen(ink)
            painter.drawText(
                cell.adjusted(x - cell.left(), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, f"+{len(chips) - n}"
            )
            return
        _chip(painter, QRectF(x, cell.top(), width, cell.height()), text, ink, is_full=probability is None)
        x += width + GAP_PX


def _chip(painter: QPainter, box: QRectF, text: str, ink: QColor, *, is_full: bool) -> None:
    edge = QColor(ink)
    edge.setAlphaF(0.45)
    fill = QColor(ink)
    fill.setAlphaF(0.16)
    painter.setPen(Qt.PenStyle.NoPen if is_full else QPen(edge, 1))
    painter.setBrush(fill if is_full else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS_PX, theme.RADIUS_PX)
    painter.setPen(ink)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
