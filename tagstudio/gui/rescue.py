"""What the window shows and does when a library is damaged or gone: the offer, and putting a backup back."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from tagstudio.domain.errors import DamagedLibraryError, TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import shown
from tagstudio.domain.wording import counted
from tagstudio.gui.jobs import JobRunner
from tagstudio.gui.presenters.dates import made_text
from tagstudio.gui.widgets.cover import Cover
from tagstudio.gui.widgets.parts import button

if TYPE_CHECKING:
    from tagstudio.library.backups import Backup
    from tagstudio.services.recovery import Offer, RestoreReport

# (backup, with the newer judgements)
Restore = Callable[["Backup | None", bool], None]


class Rescue:
    """Looks for what can be offered, and offers it on the page that stands in place of a library."""

    def __init__(
        self, runner: JobRunner, page: Cover, file: Path, *, restore: Restore, choose: Callable[[], object],
        open_again: Callable[[], object],
    ) -> None:  # fmt: skip
        self._runner, self._page, self._file = runner, page, file
        self._restore, self._choose, self._open_again = restore, choose, open_again

    def begin(self, error: DamagedLibraryError) -> None:
        """Say what is wrong, look for a backup, and offer it."""
        self._page.say(error.what, "Looking for the newest good backup…", self._other())
        running = self._runner.start(_offer(self._file), lane="read")
        running.succeeded.connect(lambda found: self._show(error, found))
        running.failed.connect(lambda failure: self._page.say(error.what, failure.what, self._other()))

    def _show(self, error: TagStudioError, found: "Offer | None") -> None:
        newer = counted(found.newer, "judgement") if found else ""
        if found is None:
            self._page.say(error.what, f"There is no good backup of it. {self._where()}", self._other(), self._folder())
        elif found.backup is None:
            self._page.say(
                error.what, f"They are in its second copy. {self._where()}",
                button(f"Put back {newer}", lambda: self._restore(None, True), role="primary"),
                button("Open without them", self._go_without), self._other(),
            )  # fmt: skip
        else:
            passed = f" {len(found.passed_over)} newer backups are damaged, too." if found.passed_over else ""
            has = counted(found.backup.judgements, "judgement")
            what = f"The backup of {made_text(found.backup)} is good and has {has}"
            since = f"; {newer} made since will be judged again." if found.newer else "."
            advice = f"{what}{since}{passed} {_kept(self._file)} {self._where()}"
            anew = [] if self._file.exists() else [button("Start a new library", self._start_anew)]
            self._page.say(
                error.what, " ".join(advice.split()), self._button(found), *anew, self._other(), self._folder()
            )

    def _button(self, found: "Offer") -> QWidget:
        backup = found.backup
        assert backup is not None
        since = f" (+ {found.newer:,} since)" if found.newer else ""
        made = made_text(backup, "%d %b, %H:%M")
        return button(f"Restore the backup of {made}{since}", lambda: self._restore(backup, True), role="primary")

    def _other(self) -> QWidget:
        return button("Choose another library…", self._choose)

    def _folder(self) -> QWidget:
        return button("Show backups", self._show_folder)

    def _show_folder(self) -> None:
        from tagstudio.library.backups import backup_folder

        QDesktopServices.openUrl(QUrl.fromLocalFile(str(backup_folder(self._file))))

    def _where(self) -> str:
        from tagstudio.library.backups import backup_folder

        return f"Backups lie in “{shown(str(backup_folder(self._file)))}”."

    def _go_without(self) -> None:
        from tagstudio.services.recovery import go_on_without

        self._then_open(lambda: go_on_without(self._file))

    def _start_anew(self) -> None:
        from tagstudio.services.recovery import start_anew

        self._then_open(lambda: start_anew(self._file))

    def _then_open(self, work: Callable[[], object]) -> None:
        running = self._runner.start(work, lane="judge")
        running.succeeded.connect(lambda _: self._open_again())
        running.failed.connect(lambda failure: self._page.say(failure.what, failure.advice, self._other()))


def usual_file(file: Path | None) -> Path:
    """Return which file is meant when none was named."""
    from tagstudio import paths
    from tagstudio.library.owners import real_file

    return real_file(file or paths.default_library())


def restored(file: Path, backup: "Backup | None", *, with_newer: bool) -> "Job[RestoreReport]":
    """Put a backup back; nobody may have the library open."""
    from tagstudio.services.recovery import restore

    for_once = restore(file, backup, with_newer=with_newer)
    yield Progress(0, 0, "Restoring the library…")
    return (yield from for_once)


def report_text(report: "RestoreReport") -> tuple[str, str]:
    """Return what restoring did, and what it could not do."""
    since = (
        f"; {counted(report.judgements, 'judgement')} made since that backup judged again."
        if report.judgements
        else "."
    )
    what = f"The library is back{since}"
    more = [f"{len(report.not_replayed):,} could not be: {report.not_replayed[0]}"] if report.not_replayed else []
    if report.new_tracks:
        more.append(f"{report.new_tracks:,} tracks are known by name only; look for changes (F5) to read them.")
    return what, " ".join(more)


def _offer(file: Path) -> "Job[Offer | None]":
    from tagstudio.services.recovery import offer

    return (yield from offer(file))


def _kept(file: Path) -> str:
    return "The damaged file will be kept under another name." if file.exists() else ""
