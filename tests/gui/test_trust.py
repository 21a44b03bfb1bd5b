"""What the window says and does when something stands between it and the disk."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from tagstudio.domain.judgements import Verdict
from tagstudio.gui.main_window import MainWindow
from tagstudio.services import browse
from tagstudio.services.windows import OpenElsewhereError, refuse_second_window

LONG_MS = 120_000
Opener = Callable[[Path], MainWindow]


@pytest.fixture
def window(open_window: Opener, heard_file: Path) -> MainWindow:
    return open_window(heard_file)


def commands(menu: QMenu) -> list[QAction]:
    return [each for each in menu.actions() if not each.isSeparator()]


def mnemonic(text: str) -> str:
    return text.replace("&&", "")[text.replace("&&", "").find("&") + 1].lower()


def test_no_two_commands_of_a_menu_share_a_letter_and_no_two_commands_a_key(window: MainWindow) -> None:
    menus = [each.menu() for each in window.menuBar().actions()]
    titles = [menu.title() for menu in menus if isinstance(menu, QMenu)]
    for texts in (titles, *([each.text() for each in commands(menu)] for menu in menus if isinstance(menu, QMenu))):
        assert all("&" in each for each in texts), texts
        letters = [mnemonic(each) for each in texts]
        assert len(set(letters)) == len(letters), texts
    keys = [key.toString() for each in window.actions() for key in each.shortcuts()]
    assert len(set(keys)) == len(keys)


def test_a_verdict_that_another_program_keeps_from_the_disk_is_saved_once_it_can_be(
    qtbot: QtBot, window: MainWindow, heard_file: Path
) -> None:
    place = window.workplace
    assert place is not None
    place.library_view.table.selectRow(0)
    qtbot.waitUntil(lambda: place.suggestions.state == "known", timeout=LONG_MS)
    other = sqlite3.connect(heard_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    place.suggestions.judge("jazz", Verdict.YES)
    qtbot.waitUntil(lambda: place.unsaved_banner.text.startswith("1 verdict is not saved yet"), timeout=LONG_MS)
    window.close()
    assert window.isVisible(), "the window must not go with a verdict that is not saved"
    (question,) = window.findChildren(QMessageBox)
    (stay,) = (each for each in question.buttons() if each.text() == "Stay")
    stay.click()
    other.execute("ROLLBACK")
    other.close()
    place.unsaved_banner.findChild(type(stay)).click()
    # The banner goes when the verdict is on its way, and stays away when it has arrived.
    qtbot.waitUntil(lambda: not place.commands.verdicts.open, timeout=LONG_MS)
    assert not place.unsaved_banner.text
    assert browse.track_ids(place.studio, "tag:jazz") == [place.library.table.id_at(0)]


def test_a_library_that_may_only_be_read_greys_what_would_change_it(qtbot: QtBot, window: MainWindow) -> None:
    place = window.workplace
    assert place is not None
    place.library_view.table.selectRow(0)
    qtbot.waitUntil(lambda: place.suggestions.state == "known", timeout=LONG_MS)
    place.safety.read_only.emit("“a.sqlite3” is open for reading only: its disk is full.")
    assert "reading only" in place.read_only_banner.text
    grey = {each.text().replace("&", "") for each in window.actions() if each.text() and not each.isEnabled()}
    assert {"Add folder…", "Import…", "Look for changes", "Write tags into files…", "Yes", "Add a tag…"} <= grey
    assert grey.isdisjoint({"Export…", "Backups…", "Folders…", "Play or pause", "Search", "Quit"})
    before = place.suggestions.lines
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert [each.verdict for each in place.suggestions.lines] == [each.verdict for each in before]
    place.read_only_banner.findChild(type(place.navigation.button(0))).click()
    qtbot.waitUntil(lambda: not place.read_only_banner.text, timeout=LONG_MS)
    assert all(each.isEnabled() for each in window.actions())


def test_whoever_asks_for_the_library_again_brings_its_window_forward(
    qtbot: QtBot, window: MainWindow, heard_file: Path
) -> None:
    window.showMinimized()
    qtbot.waitUntil(window.isMinimized)
    with pytest.raises(OpenElsewhereError):
        refuse_second_window(heard_file)
    qtbot.waitUntil(lambda: not window.isMinimized(), timeout=LONG_MS)
