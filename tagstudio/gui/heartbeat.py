"""Measures whether the window keeps answering."""

import time

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 10


class Heartbeat(QObject):
    """Beats every 10 ms on the thread of the window and remembers the longest time between two beats."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worst_ms = 0.0
        self.beats = 0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to measure, forgetting what was measured before."""
        self.worst_ms, self.beats, self._last = 0.0, 0, time.perf_counter()
        self._timer.start()

    def stop(self) -> float:
        """Stop, counting the time since the last beat too, and return the longest gap, in milliseconds."""
        if self._timer.isActive():
            self._beat()
        self._timer.stop()
        return self.worst_ms

    def _beat(self) -> None:
        now = time.perf_counter()
        self.worst_ms = max(self.worst_ms, (now - self._last) * 1000)
        self.beats += 1
        self._last = now
