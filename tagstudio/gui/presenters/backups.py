"""Backups in the window: made at the start and every half an hour, listed and tried on request."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from tagstudio.domain.errors import TagStudioError
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.library.backups import Backup
from tagstudio.services import backups, recovery, upkeep
from tagstudio.services.backups import BackupReport, TestReport
from tagstudio.services.studio import Studio
from tagstudio.services.upkeep import Looked


class BackupPresenter(QObject):
    """Makes and tries backups of one library on threads; looks at all of the library once, in the background."""

    failed = Signal(str, str)
    damaged = Signal(str, str)
    said = Signal(str, str)
    listed = Signal(object)  # list of Backup, newest first
    tested = Signal(object)  # TestReport
    busy = Signal(bool)

    def __init__(self, studio: Studio, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio, self._runner = studio, runner
        self._mirror_warning = ""
        self._is_making = False
        self._timer = QTimer(self)
        self._timer.setInterval(int(backups.EVERY.total_seconds() * 1000))
        self._timer.timeout.connect(self.make_if_changed)

    def start(self) -> None:
        """Look at the whole library, back it up if it changed since the last time, and again every half an hour."""
        if self.studio.is_read_only:
            return
        self._timer.start()
        looking = self._runner.start(upkeep.check_quietly(self.studio.file), lane="read")
        looking.succeeded.connect(self._looked)
        self.make_if_changed("start")

    def stop(self) -> None:
        """Make no more backups: the library is about to close."""
        self._timer.stop()
        self.damaged.disconnect()

    def make_if_changed(self, reason: str = "while working") -> None:
        """Make a backup unless nothing has changed."""
        if self.studio.is_read_only or self._is_making:
            return
        self._tell_mirror()
        self._make(lambda: backups.if_changed(self.studio, reason))

    def make(self) -> None:
        """Make a backup now."""
        if not self._is_making:
            running = self._make(lambda: backups.make(self.studio))
            running.succeeded.connect(lambda _: self.said.emit("Backup made and checked.", ""))

    def read_list(self) -> None:
        """Ask for the list of backups."""
        reading = self._runner.start(lambda: recovery.choices(self.studio.file))
        reading.succeeded.connect(self.listed)
        self._report_failure(reading)

    def test(self, backup: Backup) -> None:
        """Try whether a backup can be put back."""
        running = self._runner.start(
            backups.test_restore(self.studio.file, backup), lane="read", name="Trying a backup"
        )
        self.busy.emit(True)
        running.succeeded.connect(self.tested)
        running.finished.connect(lambda: self.busy.emit(False))
        self._report_failure(running)

    def choose_second_place(self, folder: str) -> None:
        """Let every backup be copied to another folder, too; empty means to none."""
        running = self._runner.start(lambda: self.studio.change_settings(second_backup_folder=folder))
        self._report_failure(running)

    def _make(self, work: Callable[[], BackupReport | None]) -> RunningJob:
        self._is_making = True
        self.busy.emit(True)
        running = self._runner.start(work, lane="read")
        running.succeeded.connect(self._made)
        running.finished.connect(self._finished)
        self._report_failure(running)
        return running

    def _finished(self) -> None:
        self._is_making = False
        self.busy.emit(False)

    def _made(self, report: BackupReport | None) -> None:
        if report is not None:
            self.read_list()
            if report.warning:
                self.failed.emit(report.warning, "")

    def _looked(self, wrong: Sequence[Looked]) -> None:
        for each in wrong:
            if not each.is_harmless and each.part != "journal":
                self.damaged.emit(each.what, "Go back to a backup: what was judged since is judged again.")
                return

    def _tell_mirror(self) -> None:
        warning = self.studio.library.mirror.warning
        if warning and warning != self._mirror_warning:
            self.failed.emit(warning, "")
        self._mirror_warning = warning

    def _report_failure(self, running: RunningJob) -> None:
        def tell(error: TagStudioError) -> None:
            self.failed.emit(error.what, error.advice)

        running.failed.connect(tell)


def test_text(report: TestReport) -> str:
    """Return what trying a backup has shown, in a sentence."""
    if report.problem:
        return f"Backup {report.backup.number} cannot be put back. {report.problem}"
    return (
        f"Backup {report.backup.number} opens and is what was saved: {report.judgements:,} judgements, "
        f"{report.tags:,} tags, {report.tracks:,} tracks."
    )
