"""The dialogs about the collection: its folders, the words in its files, its copies."""

import shutil
from collections.abc import Callable
from pathlib import Path

import mutagen
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tagstudio.domain.jobs import run
from tagstudio.gui.dialogs.meaning import MeaningDialog
from tagstudio.gui.dialogs.tables import TableDialog
from tagstudio.gui.main_window import MainWindow
from tagstudio.gui.workplace import Workplace
from tagstudio.services import browse
from tagstudio.services.scan import scan
from tagstudio.services.studio import open_studio

LONG_MS = 120_000
TIP = Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def place(tmp_path: Path, music: Path, open_window: Callable[[Path], MainWindow]) -> Workplace:
    """The workplace of a library of three tracks with words in their files, and a copy of one of them."""
    words = (("one/b.flac", "Jazz"), ("two/c.ogg", "<b>no markup</b>"))
    for name, word in words:
        file = mutagen.File(music / name)
        file["GENRE"] = [word]
        file.save()
    shutil.copy(music / "one/b.flac", music / "two/copy.flac")
    with open_studio(tmp_path / "library.sqlite3") as studio:
        run(scan(studio, [music], workers=1))
    opened = open_window(tmp_path / "library.sqlite3").workplace
    assert opened is not None
    return opened


def filled(qtbot: QtBot, dialog: TableDialog) -> list[tuple[str, ...]]:
    qtbot.waitUntil(lambda: dialog.note.text() != "One moment…", timeout=LONG_MS)
    return [tuple(row) for row in dialog.rows.rows]


def test_the_folders_are_listed_with_their_state(qtbot: QtBot, place: Workplace, music: Path) -> None:
    dialog = place.collection.show_folders(place.window())
    ((folder, _, tracks, missing),) = filled(qtbot, dialog)
    assert folder == str(music)
    assert (tracks, missing) == ("4", "0")
    assert [each.isEnabled() for each in dialog.buttons] == [True, True, True]
    dialog.close()


def test_words_are_plain_text_and_taken_over_as_one_step_that_can_be_undone(qtbot: QtBot, place: Workplace) -> None:
    dialog = place.collection.show_words(place.window())
    rows = filled(qtbot, dialog)
    assert {row[0] for row in rows} == {"Jazz", "<b>no markup</b>"}
    strange = next(n for n, row in enumerate(rows) if row[0].startswith("<"))
    assert "&lt;b&gt;" in dialog.rows.index(strange, 0).data(TIP)
    dialog.buttons[0].click()
    qtbot.waitUntil(lambda: "taken over" in dialog.note.text(), timeout=LONG_MS)
    assert len(browse.track_ids(place.studio, "tag:jazz")) == 2
    dialog.close()
    with qtbot.waitSignal(place.commands.judged, timeout=LONG_MS):
        place.commands.undo()
    assert browse.track_ids(place.studio, "tag:jazz") == []


def test_a_copy_is_shown_in_the_library(qtbot: QtBot, place: Workplace) -> None:
    dialog = place.collection.show_copies(place.window())
    rows = filled(qtbot, dialog)
    assert sorted(Path(row[0]).name for row in rows) == ["b.flac", "copy.flac"]
    dialog.buttons[0].click()
    qtbot.waitUntil(lambda: place.library_view.counts.text().startswith("1 of 4"), timeout=LONG_MS)


def test_what_a_word_means_is_asked_in_plain_text_and_kept(qtbot: QtBot, place: Workplace) -> None:
    dialog = place.collection.show_words(place.window())
    rows = filled(qtbot, dialog)
    dialog.table.selectRow(next(n for n, row in enumerate(rows) if row[0].startswith("<")))
    dialog.buttons[1].click()
    qtbot.waitUntil(lambda: bool(dialog.findChildren(MeaningDialog)), timeout=LONG_MS)
    (question,) = dialog.findChildren(MeaningDialog)
    assert question.word.text() == "“<b>no markup</b>”"
    assert question.word.textFormat() == Qt.TextFormat.PlainText
    question.tag.setCurrentText("jazz")
    qtbot.keyClick(question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(row[0].startswith("<") and row[3] == "jazz" for row in dialog.rows.rows))
    dialog.close()


def test_a_word_of_any_length_widens_no_question(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    question = MeaningDialog(window, "x" * 50_000, ["y" * 300], lambda _: None)
    question.show()
    assert question.width() < 600
    question.reject()
