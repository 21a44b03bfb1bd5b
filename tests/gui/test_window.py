"""The window as a person uses it: real libraries, real networks, keys and mouse."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tagstudio.gui.dialogs.export import ExportWish
from tagstudio.gui.heartbeat import Heartbeat
from tagstudio.gui.main_window import MainWindow
from tagstudio.gui.workplace import REVIEW, Workplace
from tagstudio.services import browse
from tagstudio.services.exchange import ExportOptions
from tagstudio.services.walk import audio_files

LONG_MS = 180_000
Opener = Callable[[Path], MainWindow]


def workplace(window: MainWindow) -> Workplace:
    assert window.workplace is not None
    return window.workplace


def visible_buttons(widget: QWidget) -> set[str]:
    return {each.text() for each in widget.findChildren(QAbstractButton) if each.isVisible()}


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not [each for each in window.runner.running if each.lane != "sound"], timeout=LONG_MS)


def press(qtbot: QtBot, window: MainWindow, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or window, key)


def choose_row(qtbot: QtBot, window: MainWindow, row: int) -> None:
    place = workplace(window)
    place.library_view.table.selectRow(row)
    qtbot.waitUntil(lambda: place.suggestions.track_id == place.library.table.id_at(row), timeout=LONG_MS)
    qtbot.waitUntil(lambda: place.suggestions.state == "known", timeout=LONG_MS)


def test_importing_the_window_loads_no_torch() -> None:
    code = "import sys, tagstudio.gui.app, tagstudio.gui.workplace; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_window_shows_before_the_library_is_opened(qtbot: QtBot, open_window: Opener, tmp_path: Path) -> None:
    window = MainWindow("light")
    qtbot.addWidget(window)
    window.show()
    assert window.isVisible()
    assert window.workplace is None
    assert not (tmp_path / "library.sqlite3").exists()
    window.close()


def test_a_file_that_is_no_library_is_refused_and_left_as_it_is(qtbot: QtBot, qapp: object, tmp_path: Path) -> None:
    file = tmp_path / "letter.sqlite3"
    file.write_text("Dear library,")
    window = MainWindow("light")
    qtbot.addWidget(window)
    window.show()
    window.open_library(file)
    qtbot.waitUntil(lambda: "not a TagStudio library" in window.cover_text, timeout=LONG_MS)
    assert file.read_text() == "Dear library,"
    offered = {"Choose another library…", "Try again"}
    qtbot.waitUntil(lambda: offered <= visible_buttons(window))
    window.close()


def test_an_empty_library_says_what_to_do(open_window: Opener, tmp_path: Path) -> None:
    window = open_window(tmp_path / "library.sqlite3")
    view = workplace(window).library_view
    assert {"Add a folder of music…", "Try the demo"} <= visible_buttons(view)
    assert view.counts.text() == "0 tracks, 0 heard"


def test_every_control_has_a_name_and_is_reached_by_tab(open_window: Opener, heard_file: Path) -> None:
    window = open_window(heard_file)
    place = workplace(window)
    for number in (0, REVIEW):
        place.go_to(number)
        controls = [
            each
            for kind in (QAbstractButton, QComboBox, QLineEdit)
            for each in window.findChildren(kind)
            if each.isVisible() and not each.objectName().startswith("qt_") and _is_ours(each)
        ]
        assert controls
        unnamed = [each for each in controls if not (each.accessibleName() or getattr(each, "text", str)())]
        assert unnamed == []
        assert [each for each in controls if not each.focusPolicy() & Qt.FocusPolicy.TabFocus] == []


def _is_ours(widget: QWidget) -> bool:
    # The cross inside a search field and the corner of a table are Qt's own.
    return not isinstance(widget.parent(), QLineEdit | QComboBox) and type(widget).__name__ != "QTableCornerButton"


def test_letters_are_letters_while_a_text_field_has_the_focus(
    qtbot: QtBot, open_window: Opener, heard_file: Path
) -> None:
    window = open_window(heard_file)
    place = workplace(window)
    choose_row(qtbot, window, 0)
    qtbot.keyClick(window, Qt.Key.Key_T)
    field = place.panel.entry.field
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClicks(field, "axu 1jk,.")
    assert field.text() == "axu 1jk,."
    assert all(line.verdict is None for line in place.suggestions.lines)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.hasFocus()


def test_space_presses_the_button_in_focus(qtbot: QtBot, open_window: Opener, heard_file: Path) -> None:
    window = open_window(heard_file)
    place = workplace(window)
    review = place.navigation.button(REVIEW)
    review.setFocus()
    qtbot.keyClick(review, Qt.Key.Key_Space)
    assert place.place == REVIEW
    idle(qtbot, window)


def test_a_search_without_hits_offers_to_clear_it(qtbot: QtBot, open_window: Opener, heard_file: Path) -> None:
    window = open_window(heard_file)
    view = workplace(window).library_view
    view.search_box.field.setText("nobody plays this")
    qtbot.waitUntil(lambda: "0 of 12" in view.counts.text(), timeout=LONG_MS)
    (clear,) = (each for each in view.findChildren(QAbstractButton) if each.text() == "Clear the search")
    clear.click()
    qtbot.waitUntil(lambda: view.table.isVisible() and view.counts.text() == "12 tracks, 12 heard", timeout=LONG_MS)


def test_a_mistaken_search_is_explained_under_the_field(qtbot: QtBot, open_window: Opener, heard_file: Path) -> None:
    window = open_window(heard_file)
    box = workplace(window).library_view.search_box
    box.field.setText("artist:x foo:bar")
    qtbot.waitUntil(lambda: "▸foo:bar" in box.error_text, timeout=LONG_MS)


def test_undo_and_redo_by_key_with_what_they_do_in_the_menu(
    qtbot: QtBot, open_window: Opener, heard_file: Path
) -> None:
    window = open_window(heard_file)
    place = workplace(window)
    choose_row(qtbot, window, 0)
    tag = place.suggestions.lines[0].suggestion.tag
    qtbot.keyClick(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.menus.undo.text() == f"&Undo: yes {tag} (1 track)", timeout=LONG_MS)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.menus.redo.text() == f"&Redo: yes {tag} (1 track)", timeout=LONG_MS)
    qtbot.waitUntil(lambda: place.suggestions.lines[0].verdict is None, timeout=LONG_MS)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_Z, both)
    qtbot.waitUntil(lambda: place.suggestions.lines[0].verdict == "yes", timeout=LONG_MS)


def test_another_library_takes_the_place_of_the_open_one(
    qtbot: QtBot, open_window: Opener, heard_file: Path, tmp_path: Path
) -> None:
    window = open_window(heard_file)
    choose_row(qtbot, window, 0)
    first = window.workplace
    window.open_library(tmp_path / "other.sqlite3")
    qtbot.waitUntil(lambda: window.workplace not in (None, first), timeout=LONG_MS)
    qtbot.waitUntil(lambda: workplace(window).library_view.counts.text() == "0 tracks, 0 heard", timeout=LONG_MS)
    idle(qtbot, window)
    assert window.messages.text == ""


def test_a_folder_dropped_onto_the_window_is_added(
    qtbot: QtBot, open_window: Opener, music: Path, tmp_path: Path
) -> None:
    window = open_window(tmp_path / "library.sqlite3")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(music))])
    copy = Qt.DropAction.CopyAction
    window.dropEvent(QDropEvent(QPoint(5, 5), copy, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    view = workplace(window).library_view
    qtbot.waitUntil(lambda: view.counts.text().startswith("3 tracks"), timeout=LONG_MS)


def test_closing_during_an_analysis_keeps_what_was_found(
    qtbot: QtBot, open_window: Opener, music: Path, tmp_path: Path
) -> None:
    file = tmp_path / "library.sqlite3"
    window = open_window(file)
    window.add_folder(music)
    qtbot.waitUntil(lambda: any(each.name == "Listening" for each in window.runner.running), timeout=LONG_MS)
    window.close()
    assert workplace(open_window(file)).library.table.rowCount() == 3


@pytest.mark.e2e
def test_the_whole_loop_in_the_window(qtbot: QtBot, open_window: Opener, tmp_path: Path, real_music: Path) -> None:
    count = len(list(audio_files(bytes(real_music), [])))
    window = open_window(tmp_path / "library.sqlite3")
    place, heart = workplace(window), Heartbeat()
    heart.start()
    window.add_folder(real_music)
    everything = f"{count} tracks, {count} heard"
    qtbot.waitUntil(lambda: place.library_view.counts.text() == everything, timeout=LONG_MS)
    idle(qtbot, window)
    heart.stop()
    assert heart.beats > count, "the window stood still"  # how long is for the benchmarks to say

    ids = place.library.table.ids.tolist()
    for row, track_id in enumerate(ids[:10]):
        choose_row(qtbot, window, row)
        _say(qtbot, window, "late night", is_yes=row < 5)
        qtbot.waitUntil(lambda: all(each.saving != "saving" for each in place.suggestions.lines), timeout=LONG_MS)
        assert place.suggestions.track_id == track_id
    idle(qtbot, window)

    order = place.library_view.order
    index = order.findText("by late night (most likely first)")
    order.setCurrentIndex(index)
    order.activated.emit(index)
    qtbot.waitUntil(lambda: place.library.table.ids.tolist() != ids, timeout=LONG_MS)
    ranks = {track_id: n for n, track_id in enumerate(place.library.table.ids.tolist())}
    assert sum(ranks[each] for each in ids[:5]) < sum(ranks[each] for each in ids[5:10])

    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: place.review.current is not None, timeout=LONG_MS)
    qtbot.keyClick(place.review_view, Qt.Key.Key_A)
    qtbot.keyClick(place.review_view, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: place.review_view.progress.text().endswith("all saved"), timeout=LONG_MS)
    assert place.review_view.progress.text().startswith("2 answered")

    file = tmp_path / "tags.csv"
    place.exchange.export(file, ExportWish("csv", "all", ExportOptions()), "", None)
    qtbot.waitUntil(lambda: f"{count} tracks exported" in window.news.text(), timeout=LONG_MS)
    with file.open(encoding="utf-8", newline="") as rows:
        assert len(list(csv.reader(rows))) >= count


def test_a_word_typed_right_after_going_on_belongs_to_the_track_gone_to(
    qtbot: QtBot, open_window: Opener, heard_file: Path
) -> None:
    window = open_window(heard_file)
    place = workplace(window)
    choose_row(qtbot, window, 0)
    place.step(1)
    place.panel.entry.added.emit("hasty")
    idle(qtbot, window)
    second = place.library.table.id_at(1)
    assert browse.track_ids(place.studio, "tag:hasty") == [second]


@pytest.mark.parametrize(("left", "judged"), [((0, 2), (0, 2)), ((1, 2), (1, 2)), ((2,), (2,)), ((5,), (0,))])
def test_a_verdict_goes_to_the_selected_tracks_that_are_still_found(
    qtbot: QtBot, open_window: Opener, heard_file: Path, left: tuple[int, ...], judged: tuple[int, ...]
) -> None:
    place = workplace(window := open_window(heard_file))
    choose_row(qtbot, window, 0)
    selection, table = place.library_view.table.selectionModel(), place.library.table
    for row in (1, 2, 3):
        selection.select(table.index(row, 1), selection.SelectionFlag.Select | selection.SelectionFlag.Rows)
    qtbot.waitUntil(lambda: "4 tracks" in place.panel._note.text(), timeout=LONG_MS)
    ids = table.ids.tolist()
    place.library_view.search_box.set_text(" OR ".join(f"id:{ids[row]}" for row in left))
    qtbot.waitUntil(lambda: len(table.ids) == len(left), timeout=LONG_MS)
    place.library_view.settle()
    assert place.panel._note.isHidden() == (len(judged) == 1)
    place.panel.tag_added.emit("narrowed")
    idle(qtbot, window)
    assert browse.track_ids(place.studio, "tag:narrowed") == sorted(ids[row] for row in judged)


def test_the_chosen_word_stays_chosen_when_the_suggestions_arrive(
    qtbot: QtBot, open_window: Opener, heard_file: Path
) -> None:
    window = open_window(heard_file)
    place = workplace(window)
    choose_row(qtbot, window, 3)
    place.library_view.table.selectRow(4)
    qtbot.waitUntil(lambda: place.suggestions.track_id == place.library.table.id_at(4), timeout=LONG_MS)
    place.panel.tag_added.emit("early")
    qtbot.waitUntil(lambda: len(place.suggestions.lines) > 3, timeout=LONG_MS)
    idle(qtbot, window)
    line = place.panel.chosen_line
    assert line is not None
    assert line.suggestion.tag == "early"


def _say(qtbot: QtBot, window: MainWindow, word: str, *, is_yes: bool) -> None:
    """Give a verdict on an own word by the keyboard: T, the word, Enter; for a no, X on its row afterwards."""
    panel = workplace(window).panel
    panel.entry.setFocus()
    qtbot.keyClicks(panel.entry.field, word)
    qtbot.keyClick(panel.entry.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.chosen_line is not None and panel.chosen_line.suggestion.tag == word)
    qtbot.keyClick(panel.entry.field, Qt.Key.Key_Escape)
    if not is_yes:
        qtbot.keyClick(window, Qt.Key.Key_X)


def test_a_new_order_shows_its_beginning_and_keeps_the_track(
    qtbot: QtBot, open_window: Opener, heard_file: Path
) -> None:
    window = open_window(heard_file)
    view = workplace(window).library_view
    window.resize(900, 620)
    choose_row(qtbot, window, 6)
    track_id = view.current
    index = view.order.findText("by ambient (most likely first)")
    view.order.setCurrentIndex(index)
    view.order.activated.emit(index)
    qtbot.waitUntil(lambda: not view.table.isColumnHidden(0), timeout=LONG_MS)
    assert view.table.rowAt(0) == 0
    assert view.current == track_id
