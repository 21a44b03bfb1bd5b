"""The one time axis that every lane of the track panel shares: view, cursor, pointer and selection."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

SHORTEST_VIEW_S = 0.25
# Changes of the view that follow each other faster than this are one gesture, and one step for "previous view".
GESTURE_S = 0.7
VIEWS_KEPT = 50


class TimeAxis(QObject):
    """Which part of a track is in view, and where its cursor, pointer and selection are; all in seconds.

    The view always lies inside the track and is at least a quarter of a second long (or the track, if shorter).
    """

    view_changed = Signal()
    cursor_moved = Signal(float, float)  # from, to
    pointer_moved = Signal(float, float)  # from, to; -1 is nowhere
    selection_changed = Signal()

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.duration_s = 0.0
        self.start_s, self.end_s = 0.0, 0.0
        self.cursor_s, self.pointer_s = 0.0, -1.0
        self.selection: tuple[float, float] | None = None
        self._clock, self._changed_at = clock, float("-inf")
        self._views: list[tuple[float, float]] = []

    @property
    def span_s(self) -> float:
        """How many seconds are in view."""
        return self.end_s - self.start_s

    @property
    def shortest_s(self) -> float:
        """How far one can zoom in."""
        return min(SHORTEST_VIEW_S, self.duration_s)

    def reset(self, duration_s: float) -> None:
        """Start on another track: all of it in view, the cursor at its beginning, nothing selected."""
        self.duration_s = max(0.0, duration_s)
        self._views.clear()
        self._changed_at = float("-inf")
        self.select(None)
        self.move_cursor(0.0)
        self._set_view(0.0, self.duration_s)

    def stretch(self, duration_s: float) -> None:
        """Correct the length of the track; a view of the whole stays one."""
        was_whole = self.span_s == self.duration_s
        self.duration_s = max(0.0, duration_s)
        if was_whole:
            self._set_view(0.0, self.duration_s)
        else:
            self._set_view(self.start_s, self.end_s)
        self.move_cursor(self.cursor_s)

    def show(self, start_s: float, end_s: float) -> None:
        """Bring a span into view, and remember the one before."""
        before = (self.start_s, self.end_s)
        if self._set_view(start_s, end_s):
            now = self._clock()
            if now - self._changed_at > GESTURE_S:
                self._views = [*self._views[-VIEWS_KEPT + 1 :], before]
            self._changed_at = now

    def fit(self) -> None:
        """Bring the whole track into view."""
        self.show(0.0, self.duration_s)

    def zoom(self, factor: float, at_s: float) -> None:
        """Show ``factor`` times less of the track; the moment ``at_s`` stays where it is on the screen."""
        span = min(max(self.span_s / factor, self.shortest_s), self.duration_s)
        share = (at_s - self.start_s) / self.span_s if self.span_s else 0.0
        start = at_s - share * span
        self.show(start, start + span)

    def scroll(self, seconds: float) -> None:
        """Move the view later (or earlier), up to the ends of the track."""
        start = min(max(self.start_s + seconds, 0.0), self.duration_s - self.span_s)
        self.show(start, start + self.span_s)

    def follow(self, second: float) -> None:
        """Turn the page when a moment has run out of view; pages turned are not remembered as views."""
        if not self.start_s <= second < self.end_s and self.span_s < self.duration_s:
            self._set_view(second - 0.02 * self.span_s, second + 0.98 * self.span_s)

    def previous(self) -> bool:
        """Go back to the view before the last gesture; False if there is none."""
        if not self._views:
            return False
        self._set_view(*self._views.pop())
        self._changed_at = float("-inf")
        return True

    def move_cursor(self, second: float) -> None:
        """Put the cursor on a moment of the track."""
        before, self.cursor_s = self.cursor_s, self.inside(second)
        if self.cursor_s != before:
            self.cursor_moved.emit(before, self.cursor_s)

    def move_pointer(self, second: float) -> None:
        """Tell every lane where the mouse is; -1 is nowhere."""
        before, self.pointer_s = self.pointer_s, second
        if second != before:
            self.pointer_moved.emit(before, second)

    def select(self, span: tuple[float, float] | None) -> None:
        """Select a span (its ends in any order), or nothing."""
        chosen = None if span is None else (self.inside(min(span)), self.inside(max(span)))
        if chosen is not None and chosen[0] == chosen[1]:
            chosen = None
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit()

    def inside(self, second: float) -> float:
        """Return the nearest moment of the track."""
        return min(max(second, 0.0), self.duration_s)

    def x(self, second: float, left: float, width: float) -> float:
        """Return where a moment is on a lane whose plot begins at ``left`` and is ``width`` wide."""
        return left + (second - self.start_s) / self.span_s * width if self.span_s else left

    def second(self, x: float, left: float, width: float) -> float:
        """Return the moment at a place of a lane, inside the track."""
        return self.inside(self.start_s + (x - left) / max(width, 1.0) * self.span_s)

    def _set_view(self, start_s: float, end_s: float) -> bool:
        span = min(max(end_s - start_s, self.shortest_s), self.duration_s)
        start = min(max(start_s, 0.0), self.duration_s - span)
        if (start, start + span) == (self.start_s, self.end_s):
            return False
        self.start_s, self.end_s = start, start + span
        self.view_changed.emit()
        return True


def clock_text(second: float, *, decimals: int = 0) -> str:
    """Write a moment as ``3:07``, ``3:07.250`` or ``1:02:03``."""
    scale = 10**decimals
    ticks = int(second * scale + 1e-6) if decimals else int(second + 1e-6)
    whole, part = divmod(ticks, scale)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{text}.{part:0{decimals}}" if decimals else text
