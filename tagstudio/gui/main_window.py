"""The window: a shell that shows at once, and the workplace as soon as a library is open."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QFileSystemWatcher, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from tagstudio.domain.errors import DamagedLibraryError, TagStudioError
from tagstudio.gui import theme
from tagstudio.gui.dialogs.unsaved import unsaved_dialog, wait_until_sent
from tagstudio.gui.drops import dropped_file, dropped_folders
from tagstudio.gui.jobs import SHUT_DOWN_S, JobRunner
from tagstudio.gui.menus import Menus
from tagstudio.gui.opening import opened, opened_demo
from tagstudio.gui.rescue import Rescue, report_text, restored, usual_file
from tagstudio.gui.style import SHEET
from tagstudio.gui.views.job_bar import JobBar
from tagstudio.gui.widgets.cover import Cover
from tagstudio.gui.widgets.message_bar import MessageBar, NewsLine
from tagstudio.gui.widgets.parts import button, stacked
from tagstudio.gui.window_menus import Shell, fill_menus

if TYPE_CHECKING:  # opening a library loads these, on a thread
    from tagstudio.domain.jobs import Job
    from tagstudio.gui.workplace import Workplace
    from tagstudio.library.backups import Backup
    from tagstudio.services.recovery import RestoreReport
    from tagstudio.services.studio import Studio

log = logging.getLogger(__name__)
OPENING = "Opening the library…"
READERS_S = 1.0
LEAVE_S = 3.0


class MainWindow(QMainWindow):
    """Opens libraries, holds the menus, messages and jobs; everything else is in the workplace."""

    def __init__(self, scheme: theme.Scheme = "system") -> None:
        super().__init__()
        self.setWindowTitle("TagStudio")
        self.resize(1280, 860)
        self.setAcceptDrops(True)
        self.setStyleSheet(SHEET)
        self.runner = JobRunner(self)
        self.messages = MessageBar()
        self.news = NewsLine()
        self.menuBar().setCornerWidget(self.news)
        self.job_bar = JobBar(self.runner)
        self.workplace: Workplace | None = None
        self._is_leaving = False
        # Somebody who starts the program again on the same library touches a file beside it.
        self._requests = QFileSystemWatcher(self)
        self._requests.fileChanged.connect(self.come_forward)
        self._pages = QStackedWidget()
        self._opening = Cover(OPENING, "")
        self._pages.addWidget(self._opening)
        inside = QWidget()
        inside.setLayout(stacked(self.messages, self._pages, self.job_bar, spacing=0))
        self.setCentralWidget(inside)
        self.menus = Menus(self)
        fill_menus(
            Shell(
                window=self, menus=self.menus, place=lambda: self.workplace, choose_folder=self._choose_folder,
                choose_library=self._choose_library, show_backups=self._show_backups, dress=self._dress,
            ),
            scheme,
        )  # fmt: skip
        self.menus.set_library_open(is_open=False)

    @property
    def cover_text(self) -> str:
        """What is said instead of a library: that it is being opened, or why it cannot be."""
        return self._opening.text

    def open_library(self, file: Path | None = None, *, then: Callable[[], None] | None = None) -> None:
        """Open a library in the background, the usual one by default; ``then`` is done once it is open."""
        self._open(opened(file), file, then)

    def open_demo(self) -> None:
        """Open a fresh copy of the demo library and listen to it."""
        if not self._all_is_saved(self.open_demo):
            return
        self._open(opened_demo(), None, self._read_demo)

    def add_folder(self, folder: Path) -> None:
        """Scan a folder and listen to it, as soon as a library is open."""
        if self.workplace is not None:
            self.workplace.add_folders([folder])

    def close_down(self) -> None:
        """Stop the jobs, let go of the library."""
        workplace, self.workplace = self.workplace, None
        if workplace:
            workplace.close_down()
        # Writers first; readers may wait for a child process, which ends with the library.
        is_done = self.runner.shut_down(LEAVE_S if self._is_leaving else SHUT_DOWN_S, lanes=("judge", "long"))
        if not is_done:
            log.warning("a job outlived the window")
        if workplace:
            self._log_unsaved(workplace)
            if is_done or not self._is_leaving:
                workplace.studio.close()
            else:
                workplace.studio.end_processes()
        self.runner.shut_down(READERS_S)

    def _log_unsaved(self, workplace: "Workplace") -> None:
        # What the writers had to tell is still on its way to the window.
        QApplication.sendPostedEvents(self.runner, QEvent.Type.MetaCall)
        for each in workplace.commands.verdicts.open:
            log.error("not saved: %s %r on tracks %s", each.verdict, each.tag, list(each.track_ids))

    def come_forward(self) -> None:
        """Show the window to a person who asked for it elsewhere."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)

    def leave_now(self) -> None:
        """Close without asking anything: the session ends."""
        self._is_leaving = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._is_leaving and not self._all_is_saved(self.close):
            event.ignore()
            return
        self.hide()  # at once; what is being written may take a moment
        self.close_down()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.workplace is not None and (dropped_folders(event) or dropped_file(event)):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folders = dropped_folders(event)
        if self.workplace is not None and folders:
            event.acceptProposedAction()
            self.workplace.add_folders(folders)
        elif self.workplace is not None and (file := dropped_file(event)):
            event.acceptProposedAction()
            self.workplace.exchange.look_at(self, file)

    def event(self, event: QEvent) -> bool:
        # A key that nobody in the window claimed: Space and Enter press the control in focus before they mean more.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}
            and isinstance(self.focusWidget(), QAbstractButton | QComboBox)
        ):
            event.accept()
            return True
        return super().event(event)

    def _open(self, work: "Job[Studio]", file: Path | None, then: Callable[[], None] | None) -> None:
        self._opening.say(OPENING, "")
        self._pages.setCurrentWidget(self._opening)
        self._leave()
        # Behind the library that is being closed: the two may be one file.
        running = self.runner.start(work, lane="judge")
        running.progressed.connect(lambda progress: self._opening.say(progress.text or OPENING, ""))
        running.succeeded.connect(lambda studio: self._show_workplace(studio, then))
        running.failed.connect(lambda error: self._refuse(error, file))

    def _all_is_saved(self, then: Callable[[], object]) -> bool:
        """Tell whether every verdict is on the disk; else ask, and do ``then`` once nothing is left to lose."""
        if self.workplace is None:
            return True
        verdicts = self.workplace.commands.verdicts
        wait_until_sent(verdicts)
        if verdicts.unsaved:
            unsaved_dialog(self, verdicts, then).open()
        return not verdicts.unsaved

    def _watch_requests(self, file: Path) -> None:
        from tagstudio.services.windows import request_file

        if watched := self._requests.files():
            self._requests.removePaths(watched)
        if (place := request_file(file)).exists():
            self._requests.addPath(str(place))

    def _show_workplace(self, studio: "Studio", then: Callable[[], None] | None) -> None:
        from tagstudio.gui.workplace import Workplace

        workplace = Workplace(studio, self.runner, self.messages, self.news)
        workplace.folder_wanted.connect(self._choose_folder)
        workplace.demo_wanted.connect(self.open_demo)
        workplace.history_changed.connect(self.menus.show_history)
        workplace.backups_wanted.connect(lambda: self._show_backups(workplace))
        workplace.writing_allowed.connect(self.menus.allow_writing)
        self._pages.addWidget(workplace)
        self._pages.setCurrentWidget(workplace)
        self.workplace = workplace
        self.menus.set_library_open(is_open=True)
        self.menus.allow_writing(not studio.is_read_only)
        self._watch_requests(studio.file)
        self.setWindowTitle(f"{studio.file.stem} – TagStudio")
        self.setWindowFilePath(str(studio.file))
        workplace.library_view.table.setFocus()
        if studio.warning and not studio.is_read_only:
            self.messages.show_failure(studio.warning, "")
        if then:
            then()

    def _leave(self) -> None:
        """Close the library that is open: end its jobs, then let go of it in the background."""
        if self.workplace is None:
            return
        workplace, self.workplace = self.workplace, None
        self.menus.set_library_open(is_open=False)
        workplace.close_down()
        self._pages.removeWidget(workplace)
        # Behind the last write; what is still being read then is of no interest any more.
        closing = self.runner.start(workplace.studio.close, lane="judge")
        closing.finished.connect(self.runner.forget)
        closing.finished.connect(workplace.deleteLater)

    def restore(self, file: Path, backup: "Backup | None", with_newer: bool) -> None:
        """Put a backup in the place of a library, and open that."""
        if self._all_is_saved(lambda: self.restore(file, backup, with_newer)):
            self._opening.say("Restoring the library…", "")
            self._pages.setCurrentWidget(self._opening)
            self._leave()
            running = self.runner.start(restored(file, backup, with_newer=with_newer), lane="judge")
            running.succeeded.connect(lambda done: self.open_library(file, then=lambda: self._tell_restored(done)))
            running.failed.connect(lambda error: self._refuse(error, file))

    def _tell_restored(self, report: "RestoreReport") -> None:
        what, more = report_text(report)
        if more:
            self.messages.show_failure(what, more)
        else:
            self.news.tell(what)

    def _show_backups(self, workplace: "Workplace") -> None:
        from tagstudio.gui.dialogs.backups import BackupsDialog

        file = workplace.studio.file
        BackupsDialog(self, workplace.backups, lambda backup, with_newer: self.restore(file, backup, with_newer)).open()

    def _refuse(self, error: TagStudioError, file: Path | None) -> None:
        if isinstance(error, DamagedLibraryError):
            place = usual_file(file)
            Rescue(
                self.runner, self._opening, place,
                restore=lambda backup, with_newer: self.restore(place, backup, with_newer),
                choose=self._choose_library, open_again=lambda: self.open_library(file),
            ).begin(error)  # fmt: skip
            return
        self._opening.say(
            error.what,
            error.advice,
            button("Choose another library…", self._choose_library, role="primary"),
            button("Try again", lambda: self.open_library(file)),
        )

    def _read_demo(self) -> None:
        from tagstudio.services.demo import demo_music

        if self.workplace is not None:
            self.workplace.add_folders([demo_music(self.workplace.studio)])

    def _dress(self, scheme: theme.Scheme) -> None:
        theme.apply(QApplication.instance(), scheme)  # type: ignore[arg-type]

    def _choose_folder(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Add a folder of music"):
            self.add_folder(Path(folder))

    def _choose_library(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "Open a library", "", "Libraries (*.sqlite3);;All files (*)")
        if file and self._all_is_saved(lambda: self.open_library(Path(file))):
            self.open_library(Path(file))
