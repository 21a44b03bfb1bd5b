"""The window without a screen; jobs that outlive their test are a failure."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tagstudio.gui import theme
from tagstudio.gui.jobs import JobRunner
from tagstudio.gui.main_window import MainWindow

LONG_MS = 120_000


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    # Longer than the window waits: the first job of a process loads what it needs.
    assert made.shut_down(60), "a job outlived its test"


@pytest.fixture
def heard_file(heard_demo: Path, tmp_path: Path) -> Path:
    """A library file of the demo tracks, scanned and heard, for one test alone; nobody has it open."""
    folder = tmp_path / "heard"
    shutil.copytree(heard_demo, folder)
    return folder / "library.sqlite3"


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[[Path], MainWindow]]:
    """Open the window on a library and wait until its table is filled."""
    made: list[MainWindow] = []
    theme.apply(qapp, "light")

    def opened(file: Path) -> MainWindow:
        window = MainWindow("light")
        made.append(window)
        window.show()
        window.open_library(file)
        qtbot.waitUntil(lambda: window.workplace is not None, timeout=LONG_MS)
        place = window.workplace
        assert place is not None
        qtbot.waitUntil(lambda: "heard" in place.library_view.counts.text(), timeout=LONG_MS)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield opened
    for window in made:
        window.close()
        window.deleteLater()
    qapp.processEvents()
