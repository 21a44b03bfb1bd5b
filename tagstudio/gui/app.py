"""Starts the window. Nothing here loads torch, and nothing slow comes before the window shows."""

import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType, TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, QSocketNotifier, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from tagstudio import paths
from tagstudio.domain.errors import TagStudioError
from tagstudio.gui import theme
from tagstudio.gui.main_window import MainWindow

log = logging.getLogger(__name__)
LOG_BYTES = 1_000_000
LOGS_KEPT = 3


def run(studio_file: Path | None = None, folder: Path | None = None, *, demo: bool = False) -> int:
    """Show the window and return the exit code when it is closed.

    Parameters
    ----------
    studio_file : Path or None
        The library to open; None means the usual one.
    folder : Path or None
        A folder to scan and listen to as soon as the library is open.
    demo : bool
        Open a fresh copy of the demo library instead.
    """
    _log_to_file()
    app = application()
    window = MainWindow(theme.scheme_wanted())
    with _failures_shown(window), _interrupt_closes(window):
        window.show()
        QTimer.singleShot(0, window, lambda: _open(window, studio_file, folder, demo=demo))
        return app.exec()


def application() -> QApplication:
    """Return the application, dressed, with Qt's own texts in the person's language."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("TagStudio")
    app.setDesktopFileName(paths.APP_NAME)
    translator = QTranslator(app)
    if translator.load(QLocale(), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    theme.apply(app, theme.scheme_wanted())
    return app


def _open(window: MainWindow, studio_file: Path | None, folder: Path | None, *, demo: bool) -> None:
    if demo:
        window.open_demo()
    else:
        window.open_library(studio_file, then=None if folder is None else lambda: window.add_folder(folder))


class _PatientHandler(RotatingFileHandler):
    """A log that stops while its disk is full, and stops nobody else."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


@contextmanager
def _failures_shown(window: MainWindow) -> Iterator[None]:
    """Write exceptions that nobody caught to the log and tell the person, instead of dying."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("unexpected failure", exc_info=(kind, error, trace))
        if isinstance(error, TagStudioError):
            window.messages.show_error(error)
        else:
            window.messages.show_failure("Something went wrong inside TagStudio.", f"Details are in the log: {error}")

    before, sys.excepthook = sys.excepthook, tell
    try:
        yield
    finally:
        sys.excepthook = before


@contextmanager
def _interrupt_closes(window: MainWindow) -> Iterator[None]:
    """Let Ctrl+C in the terminal close the window: Python sees a signal only when Qt hands control back to it."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: ours.recv(64))

    def close(_number: int, _frame: FrameType | None) -> None:
        QTimer.singleShot(0, window, window.leave_now)

    before = {each: signal.signal(each, close) for each in (signal.SIGINT, signal.SIGTERM)}
    woken = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(woken)
        for each, handler in before.items():
            signal.signal(each, handler)
        notifier.setEnabled(False)
        ours.close()
        theirs.close()


def _log_to_file() -> None:
    try:
        paths.log_folder().mkdir(parents=True, exist_ok=True)
        handler = _PatientHandler(paths.log_folder() / "tagstudio.log", maxBytes=LOG_BYTES, backupCount=LOGS_KEPT)
    except OSError:
        return  # without a log the program still works
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
