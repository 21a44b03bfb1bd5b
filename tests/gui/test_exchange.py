"""Import and export in the window: the preview changes nothing, and what is chosen is what is done."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.gui.dialogs.export import ExportDialog
from tagstudio.gui.dialogs.importing import ImportDialog
from tagstudio.gui.main_window import MainWindow
from tagstudio.services import browse, exchange
from tagstudio.services.exchange import LeaveOut

Opener = Callable[[Path], MainWindow]
LONG_MS = 60_000


@pytest.fixture
def window(open_window: Opener, heard_file: Path) -> MainWindow:
    return open_window(heard_file)


def given(folder: Path, window: MainWindow) -> Path:
    """Write a table about the first two tracks, with a word that is known and one that is not."""
    assert window.workplace is not None
    studio = window.workplace.studio
    first, second = (browse.track(studio, each) for each in browse.track_ids(studio)[:2])
    file = folder / "given.csv"
    rows = [
        f"{first.file},jazz,yes",
        f"{second.file},jazz,no",
        f"{first.file},unheard & of,yes",
        "/not/here.mp3,jazz,yes",
    ]
    file.write_text("\n".join(["path,tag,state", *rows]))
    return file


def shown(qtbot: QtBot, window: MainWindow) -> ImportDialog:
    place = window.workplace
    assert place is not None
    qtbot.waitUntil(lambda: isinstance(place.exchange.dialog, ImportDialog), timeout=LONG_MS)
    dialog = place.exchange.dialog
    assert isinstance(dialog, ImportDialog)
    qtbot.waitUntil(lambda: "here already" in dialog.summary, timeout=LONG_MS)
    return dialog


def test_a_file_dropped_on_the_window_is_shown_imported_and_undone(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    place = window.workplace
    assert place is not None
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(given(tmp_path, window)))])
    window.dropEvent(
        QDropEvent(
            QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    dialog = shown(qtbot, window)
    assert dialog.summary.startswith("2 new verdicts")
    assert browse.track_ids(place.studio, "tag:jazz") == []
    assert dialog.choices.words == {"unheard & of": LeaveOut()}

    box = dialog.words.all
    box.setCurrentIndex(1)
    box.activated.emit(1)
    qtbot.waitUntil(lambda: dialog.summary.startswith("3 new verdicts"), timeout=LONG_MS)
    qtbot.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.summary == "3 verdicts recorded.", timeout=LONG_MS)
    assert len(browse.track_ids(place.studio, 'tag:"unheard & of"')) == 1

    with qtbot.waitSignal(place.commands.judged, timeout=LONG_MS):
        dialog._undo()
    assert browse.track_ids(place.studio, "tag:jazz") == []


def test_a_file_that_is_none_is_said_above_the_work(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    assert window.workplace is not None
    (tmp_path / "bad.xml").write_text("<a>")
    window.workplace.exchange.look_at(window, tmp_path / "bad.xml")
    qtbot.waitUntil(lambda: "Rekordbox" in window.messages.text, timeout=LONG_MS)


def test_the_export_dialog_offers_what_a_format_has(qtbot: QtBot, window: MainWindow) -> None:
    dialog = ExportDialog(window, query="tag:a & b", selected=0)
    qtbot.addWidget(dialog)
    assert dialog.wish.covers == "search"
    assert not dialog.covers["selection"].isEnabled()
    offered = {}
    for index in range(dialog.formats.count()):
        dialog.formats.setCurrentIndex(index)
        offered[dialog.wish.format] = (
            dialog.wide.isEnabled(),
            dialog.relative.isEnabled(),
            dialog.suggestions.isEnabled(),
        )
    assert offered["csv"] == (True, False, True)
    assert offered["m3u8"] == (False, True, False)
    assert offered["audacity"] == (False, False, False)


def test_a_dialog_stays_until_it_can_say_what_was_imported(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    place = window.workplace
    assert place is not None
    place.exchange.look_at(window, given(tmp_path, window))
    dialog = shown(qtbot, window)
    with qtbot.waitSignal(place.commands.changed, timeout=LONG_MS):
        qtbot.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        dialog.close()
    assert dialog.isVisible()
    assert dialog.summary == "2 verdicts recorded."
    assert len(browse.track_ids(place.studio, "tag:jazz")) == 1
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_an_import_that_fails_says_so_even_after_escape(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Job[None]:
        yield Progress(0, 1, "")
        raise TagStudioError("The disk is full.", "Free some space.")

    monkeypatch.setattr(exchange, "apply_import", full)
    place = window.workplace
    assert place is not None
    place.exchange.look_at(window, given(tmp_path, window))
    dialog = shown(qtbot, window)
    qtbot.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog._failure.isHidden(), timeout=LONG_MS)
    assert dialog.isVisible()
    assert "The disk is full." in dialog._failure.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
