"""A lane of the track panel: a picture over the shared time axis, with the gestures every lane understands."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from tagstudio.gui import theme
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets import keys
from tagstudio.gui.widgets.keys import SCROLL_STEP, ZOOM_STEP
from tagstudio.gui.widgets.time_axis import TimeAxis

# Every lane keeps these margins, so that one moment is in one column of pixels in all of them.
GUTTER_PX, MARGIN_PX = 152, 54
DRAG_PX = 4


class Lane(QWidget):
    """Base of all lanes; a subclass paints its picture once per view, the cursor is drawn over it.

    Wheel zooms time at the pointer, Ctrl+wheel or a horizontal wheel scrolls, Shift+wheel and Alt+wheel pan and zoom
    what the lane has for a vertical axis; a drag selects, a click seeks, a double click seeks and plays. Keys: arrows,
    Home, End, F (fit), B (the view before), Escape (select nothing).

    References
    ----------
    The gestures are those of Sonic Visualiser's panes.
    """

    seek_wanted = Signal(float)
    play_wanted = Signal(float)

    def __init__(self, axis: TimeAxis, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self.placeholder = ""
        self._picture: QPixmap | None = None
        self._pressed: QPointF | None = None
        self._is_dragging = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        axis.view_changed.connect(self.redraw)
        axis.selection_changed.connect(self.update)
        axis.cursor_moved.connect(self._update_strips)
        axis.pointer_moved.connect(self._update_strips)

    # What a subclass fills in.

    def paint_plot(self, painter: QPainter, plot: QRect) -> None:
        """Paint what is inside the plot, which is clipped to it."""

    def paint_margins(self, painter: QPainter, plot: QRect) -> None:
        """Paint names and scales beside the plot."""

    def has_picture(self) -> bool:
        """Whether there is something to paint; else the placeholder is written."""
        return False

    def text_at(self, second: float, position: QPointF) -> str:
        """Return what a tooltip says about a place of the plot, as plain text."""
        return ""

    def text_beside(self, position: QPointF) -> str:
        """Return what a tooltip says beside the plot."""
        return ""

    def clicked(self, second: float, position: QPointF) -> None:
        """Answer a click into the plot."""
        self.axis.select(None)
        self.seek_wanted.emit(second)

    def clicked_beside(self, position: QPointF) -> None:
        """Answer a click beside the plot."""

    def pan(self, steps: float) -> None:
        """Move the vertical axis; positive is up."""

    def zoom(self, factor: float, position: QPointF) -> None:
        """Zoom the vertical axis."""

    def page(self, steps: int) -> bool:
        """Answer Page Up (-1) and Page Down (+1); False if that means nothing here."""
        return False

    def overlay_top(self) -> int:
        """Return from where on downwards selection, pointer and cursor are drawn."""
        return 0

    # What every lane does.

    def plot(self) -> QRect:
        """Return where the lane draws time."""
        return QRect(GUTTER_PX, 0, max(1, self.width() - GUTTER_PX - MARGIN_PX), self.height())

    def x_of(self, second: float) -> float:
        """Return the place of a moment, in pixels of this widget."""
        plot = self.plot()
        return self.axis.x(second, plot.left(), plot.width())

    def second(self, x: float) -> float:
        """Return the moment at a place."""
        plot = self.plot()
        return self.axis.second(x, plot.left(), plot.width())

    def columns(self) -> int:
        """Return how many columns of device pixels the plot has."""
        return max(1, round(self.plot().width() * self.devicePixelRatioF()))

    def say(self, text: str) -> None:
        """Write a sentence where the picture would be."""
        self.placeholder = text
        self.redraw()

    def redraw(self) -> None:
        """Paint the picture anew at the next chance."""
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None or self._picture.devicePixelRatioF() != self.devicePixelRatioF():
            self._picture = self._painted()
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.drawPixmap(0, 0, self._picture)
        if self.has_picture():
            self._paint_overlay(painter)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.redraw()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and keys.is_ours(event, self.axis)
        ):
            event.accept()  # else a shortcut of the window on the same key would swallow it
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        return bool(super().event(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        held, delta = event.modifiers(), event.angleDelta()
        steps = (delta.y() or delta.x()) / 120  # with Alt held, Qt turns the wheel into a horizontal one
        if not steps or not self.axis.duration_s:
            event.ignore()
        elif held & Qt.KeyboardModifier.AltModifier:
            self.zoom(ZOOM_STEP**steps, event.position())
        elif held & Qt.KeyboardModifier.ShiftModifier:
            self.pan(steps)
        elif held & Qt.KeyboardModifier.ControlModifier or not delta.y():
            self.axis.scroll(-steps * SCROLL_STEP * self.axis.span_s)
        else:
            self.axis.zoom(ZOOM_STEP**steps, self.second(event.position().x()))
        if steps and self.axis.duration_s:
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.plot().contains(event.position().toPoint()):
            self._pressed, self._is_dragging = event.position(), False
        else:
            self.clicked_beside(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        inside = self.plot().contains(event.position().toPoint()) and self.axis.duration_s > 0
        self.axis.move_pointer(self.second(event.position().x()) if inside else -1.0)
        if self._pressed is not None and self.axis.duration_s:
            self._is_dragging |= abs(event.position().x() - self._pressed.x()) >= DRAG_PX
            if self._is_dragging:
                self.axis.select((self.second(self._pressed.x()), self.second(event.position().x())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        pressed, self._pressed = self._pressed, None
        if not self._is_dragging and self.axis.duration_s:
            self.clicked(self.second(pressed.x()), pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if (
            event.button() == Qt.MouseButton.LeftButton
            and self.axis.duration_s
            and self.plot().contains(event.position().toPoint())
        ):
            self.play_wanted.emit(self.second(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self.axis.move_pointer(-1.0)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.is_ours(event, self.axis) or ((pages := keys.pages(event)) and not self.page(pages)):
            super().keyPressEvent(event)
        elif not pages:
            keys.answer(event, self.axis)

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.colour("surface"))
        painter, plot = QPainter(picture), self.plot()
        painter.setFont(theme.small_font(self))
        if self.has_picture():
            self.paint_margins(painter, plot)
            painter.setClipRect(plot)
            self.paint_plot(painter, plot)
        else:
            painter.setPen(theme.colour("muted"))
            painter.setFont(self.font())
            painter.drawText(
                self.rect().adjusted(theme.PAD_PX, 0, -theme.PAD_PX, 0),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self.placeholder,
            )
        painter.end()
        return picture

    def _paint_overlay(self, painter: QPainter) -> None:
        plot = self.plot()
        painter.save()
        painter.setClipRect(plot.adjusted(0, self.overlay_top(), 0, 0), Qt.ClipOperation.IntersectClip)
        if self.axis.selection is not None:
            left, right = (self.x_of(second) for second in self.axis.selection)
            painter.fillRect(QRectF(left, 0, right - left, self.height()), theme.colour("accent", 0.15))
            painter.setPen(theme.colour("accent"))
            for x in (round(left), round(right)):
                painter.drawLine(x, 0, x, self.height())
        if self.axis.pointer_s >= 0:
            painter.setPen(QPen(theme.colour("muted", 0.8), 1, Qt.PenStyle.DotLine))
            x = self._column(self.axis.pointer_s)
            painter.drawLine(x, 0, x, self.height())
        self._paint_cursor(painter, self._column(self.axis.cursor_s))
        painter.restore()

    def _paint_cursor(self, painter: QPainter, x: int) -> None:
        # A dark and a bright line side by side can be seen on every colour.
        painter.fillRect(x - 1, 0, 3, self.height(), theme.colour("cursor_edge", 0.65))
        painter.fillRect(x, 0, 1, self.height(), theme.colour("cursor"))

    def _column(self, second: float) -> int:
        return int(self.x_of(second))

    def _update_strips(self, before: float, after: float) -> None:
        for second in (before, after):
            if second >= 0:
                self.update(self._column(second) - 3, 0, 7, self.height())

    def _show_tip(self, event: QHelpEvent) -> None:
        text = ""
        position = QPointF(event.pos())
        if self.has_picture():
            inside = self.plot().contains(event.pos())
            text = self.text_at(self.second(position.x()), position) if inside else self.text_beside(position)
        if text:
            QToolTip.showText(event.globalPos(), plain_tip(text), self)
        else:
            QToolTip.hideText()
