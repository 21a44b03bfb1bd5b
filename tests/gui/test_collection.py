"""The dialogs about the collection: its folders, the words in its files, its copies."""

import shutil
from collections.abc import Callable
from pathlib import Path

import mutagen
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.gui.dialogs.meaning import MeaningDialog
from tagstudio.gui.dialogs.tables import TableDialog
from tagstudio.gui.main_window import MainWindow
from tagstudio.gui.workplace import Workplace
from tagstudio.services import browse, roots
from tagstudio.services.judge import judge
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
    assert (question.tag.currentText(), question.take.isEnabled()) == ("", False)
    question.tag.setCurrentText("jazz")
    qtbot.keyClick(question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(row[0].startswith("<") and row[3] == "jazz" for row in dialog.rows.rows))
    dialog.table.selectRow(next(n for n, row in enumerate(dialog.rows.rows) if row[0].startswith("<")))
    qtbot.waitUntil(lambda: not dialog.findChildren(MeaningDialog))
    dialog.buttons[1].click()
    qtbot.waitUntil(lambda: bool(dialog.findChildren(MeaningDialog)), timeout=LONG_MS)
    assert dialog.findChildren(MeaningDialog)[0].tag.currentText() == "jazz"
    dialog.close()


def test_a_word_of_any_length_widens_no_question(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    question = MeaningDialog(window, "x" * 50_000, ["y" * 300], lambda _: None)
    question.show()
    assert question.width() < 600
    question.reject()


def test_a_folder_that_has_another_name_now_is_joined_at_the_press_of_a_button(
    qtbot: QtBot, place: Workplace, music: Path
) -> None:
    judge(place.studio, browse.track_ids(place.studio, "b.flac"), {"jazz": Verdict.YES})
    window = place.window()
    assert isinstance(window, MainWindow)
    renamed = music.rename(music.parent / "Musik")
    place.commands.add_folders([renamed])
    qtbot.waitUntil(lambda: "were found in" in window.messages.text, timeout=LONG_MS)
    assert f"“{music}” is not there, and 4 of its tracks were found in “{renamed}”." in window.messages.text
    button = next(each for each in window.messages.findChildren(QPushButton) if each.text() == "It is the same folder")
    button.click()
    qtbot.waitUntil(lambda: [each.folder for each in roots.views(place.studio)] == [renamed], timeout=LONG_MS)
    (track,) = browse.track_ids(place.studio, "tag:jazz b.flac")
    assert browse.track(place.studio, track).file == renamed / "one/b.flac"


def test_a_folder_that_is_added_while_others_are_watched_is_watched_too(
    qtbot: QtBot, place: Workplace, tmp_path: Path, music: Path
) -> None:
    place.studio.change_settings(watches_folders=True)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(music / "one/b.flac", other / "first.flac")
    with qtbot.waitSignal(place.commands.scanned, timeout=LONG_MS):
        place.commands.add_folders([other])
    qtbot.wait(500)  # until it is watched
    shutil.copy(music / "two/c.ogg", other / "second.ogg")
    qtbot.waitUntil(lambda: len(browse.track_ids(place.studio, "second.ogg")) == 1, timeout=LONG_MS)
