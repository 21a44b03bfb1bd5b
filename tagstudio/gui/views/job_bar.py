"""What is going on: one line per job, with how far it is, the time left, and Cancel."""

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from tagstudio.domain.jobs import Progress, seconds_left
from tagstudio.domain.tracks import shown
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked

# A job that is done before anybody could read its name only flickers.
SHOWN_AFTER_MS = 400
SECOND_MS = 1000


class JobBar(QFrame):
    """Shows every job of the long lane, and any other job that has a name and takes its time."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Jobs")
        self._lines = stacked(spacing=4)
        self._lines.setContentsMargins(12, 6, 12, 6)
        self.setLayout(self._lines)
        self.hide()
        self._shown: set[JobLine] = set()
        runner.started.connect(self._add)
        runner.forgotten.connect(self._forget)

    @property
    def lines(self) -> list["JobLine"]:
        """The lines that are shown."""
        return [line for line in self._shown if not line.isHidden()]

    def _add(self, running: RunningJob) -> None:
        if running.lane == "judge" or not running.name:
            return
        line = JobLine(running)
        line.hide()
        self._shown.add(line)
        running.finished.connect(lambda: self._remove(line))
        QTimer.singleShot(SHOWN_AFTER_MS, line, lambda: self._show(line))

    def _forget(self, running: RunningJob) -> None:
        for line in [line for line in self._shown if line.running is running]:
            self._remove(line)

    def _show(self, line: "JobLine") -> None:
        if line in self._shown:
            self._lines.addWidget(line)
            line.show()
            self.show()

    def _remove(self, line: "JobLine") -> None:
        self._shown.discard(line)
        self._lines.removeWidget(line)
        line.hide()
        line.deleteLater()
        if not self.lines:
            self.hide()


class JobLine(QWidget):
    """One job."""

    def __init__(self, running: RunningJob) -> None:
        super().__init__()
        self.running = running
        self._done, self._total = 0, 0
        self._name = plain_label(running.name, role="strong")
        self._detail = plain_label("Waiting for its turn…", role="muted")
        self._left = plain_label(role="muted", width=150)
        self._bar = QProgressBar()
        self._bar.setFixedWidth(220)
        self._bar.setAccessibleName(f"Progress of {running.name}")
        self._bar.setRange(0, 0)
        self._cancel = button("Cancel", self._cancel_job, name=f"Cancel {running.name}")
        row = side_by_side(self._name, self._detail, self._left, self._bar, self._cancel, spacing=12)
        row.setStretchFactor(self._name, 2)
        row.setStretchFactor(self._detail, 5)
        self.setLayout(row)
        running.began.connect(lambda: self._detail.setText(""))
        running.progressed.connect(self._show_progress)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._show_time)
        self._clock.start(SECOND_MS)

    @property
    def text(self) -> str:
        """What the line says."""
        return f"{self._name.text()} {self._detail.text()} {self._left.text()}".strip()

    def _show_progress(self, progress: Progress) -> None:
        self._done, self._total = progress.done, progress.total
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        counted = f"{progress.done:,} of {progress.total:,}" if progress.total else ""
        if not self.running.is_cancelled:
            self._detail.setText("  ".join(part for part in (counted, shown(progress.text)) if part))
        self._show_time()

    def _show_time(self) -> None:
        began = self.running.began_at
        if began is None or self.running.is_cancelled:
            return
        left = seconds_left(self._done, self._total, time.monotonic() - began)
        self._left.setText("" if left is None else time_left(left))

    def _cancel_job(self) -> None:
        self.running.cancel()
        self._cancel.setEnabled(False)
        self._detail.setText("Stopping…")
        self._left.setText("")


def time_left(seconds: float) -> str:
    """Return a time left as people say it, without a precision nobody has."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"
