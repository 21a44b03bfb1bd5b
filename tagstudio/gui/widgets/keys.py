"""What keys do to the time axis while a lane has the focus."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from tagstudio.gui.widgets.time_axis import TimeAxis

ZOOM_STEP, SCROLL_STEP, PAGE_STEP = 1.25, 0.1, 0.9
PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
SIDEWAYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
OTHERS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_F, Qt.Key.Key_B)


def is_ours(event: QKeyEvent, axis: TimeAxis) -> bool:
    """Whether a lane answers the key; Control only makes the steps sideways larger."""
    key = Qt.Key(event.key())
    if key == Qt.Key.Key_Escape:
        return axis.selection is not None
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key in SIDEWAYS:
        held &= ~Qt.KeyboardModifier.ControlModifier
    return held == Qt.KeyboardModifier.NoModifier and (key in SIDEWAYS or key in OTHERS or key in PAGES)


def pages(event: QKeyEvent) -> int:
    """Return -1 for Page Up, 1 for Page Down, 0 for every other key."""
    return PAGES.get(Qt.Key(event.key()), 0)


def answer(event: QKeyEvent, axis: TimeAxis) -> None:
    """Scroll, zoom (around the cursor if it is in view), fit, go back, or select nothing."""
    step = PAGE_STEP if event.modifiers() & Qt.KeyboardModifier.ControlModifier else SCROLL_STEP
    at = axis.cursor_s if axis.start_s <= axis.cursor_s <= axis.end_s else axis.start_s + axis.span_s / 2
    actions: dict[Qt.Key, Callable[[], object]] = {
        Qt.Key.Key_Left: lambda: axis.scroll(-step * axis.span_s),
        Qt.Key.Key_Right: lambda: axis.scroll(step * axis.span_s),
        Qt.Key.Key_Up: lambda: axis.zoom(ZOOM_STEP, at),
        Qt.Key.Key_Down: lambda: axis.zoom(1 / ZOOM_STEP, at),
        Qt.Key.Key_Home: lambda: axis.scroll(-axis.duration_s),
        Qt.Key.Key_End: lambda: axis.scroll(axis.duration_s),
        Qt.Key.Key_F: axis.fit,
        Qt.Key.Key_B: axis.previous,
        Qt.Key.Key_Escape: lambda: axis.select(None),
    }
    actions[Qt.Key(event.key())]()
