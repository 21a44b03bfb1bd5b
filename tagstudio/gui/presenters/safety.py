"""What stands between a window and the disk: a library that may only be read, verdicts that are not saved."""

from PySide6.QtCore import QObject, Signal

from tagstudio.domain.errors import TagStudioError
from tagstudio.gui.jobs import JobRunner
from tagstudio.gui.presenters.verdicts import RETRY_MS, Verdicts
from tagstudio.services.studio import Studio


class SafetyPresenter(QObject):
    """Says both in one sentence each, as long as they hold; empty when they do not."""

    read_only = Signal(str)
    unsaved = Signal(str)
    failed = Signal(str, str)

    def __init__(self, studio: Studio, runner: JobRunner, verdicts: Verdicts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._runner, self._verdicts = studio, runner, verdicts
        verdicts.counted.connect(lambda count: self.unsaved.emit(unsaved_text(count)))

    @property
    def read_only_text(self) -> str:
        """That the library may only be read, and why."""
        return self._studio.warning if self._studio.is_read_only else ""

    def try_writing(self) -> None:
        """Find out whether the library may be written by now."""
        running = self._runner.start(self._studio.library.require_writable, lane="judge")
        running.succeeded.connect(lambda _: self.read_only.emit(self.read_only_text))
        running.failed.connect(self._still_read_only)

    def _still_read_only(self, error: TagStudioError) -> None:
        self.failed.emit(error.what, error.advice)


def unsaved_text(count: int) -> str:
    """Return what is said while verdicts are not saved."""
    if not count:
        return ""
    what = "1 verdict is" if count == 1 else f"{count:,} verdicts are"
    return f"{what} not saved yet; saving is tried again every {RETRY_MS // 1000} seconds while this window is open."
