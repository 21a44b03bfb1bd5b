"""Writing tags into files from the window: preview first, then writing, and the way back."""

import hashlib
import shutil
import threading
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.gui.dialogs.write_tags import CHANGES, REFUSED
from tagstudio.services import field_map, judge
from tagstudio.services.scan import scan
from tagstudio.services.studio import open_studio

LONG_MS = 120_000


@pytest.fixture
def place(tmp_path, tone, open_window):
    """The workplace of a library with two tracks that have verdicts."""
    folder = tmp_path / "music"
    for number, name in enumerate(("a.flac", "b.wav")):
        tone(folder / name, hz=220.0 * (number + 1), seconds=0.5)
    file = tmp_path / "library.sqlite3"
    with open_studio(file) as studio:
        run(scan(studio, [folder], workers=1))
        judge.judge_query(studio, "", {"jazz": Verdict.YES, "<b>piano</b>": Verdict.YES})
        studio.change_settings(may_write_tags=False)
    place = open_window(file).workplace
    yield place
    place.studio.change_settings(may_write_tags=False)


def digests(place):
    folder = place.studio.file.parent / "music"
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_files_are_written_after_a_preview_and_come_back(place, qtbot):
    before = digests(place)
    dialog = place.write_tags()
    dialog.scope.setCurrentIndex(dialog.scope.count() - 1)  # all tracks, whether or not one is selected by now
    qtbot.waitUntil(lambda: len(dialog.fields.replaced) == 0 and dialog.fields.widget() is not None)
    assert not dialog.write_button.isEnabled()
    assert dialog.scope.currentText() == "All tracks of the library"
    qtbot.mouseClick(dialog.preview_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=LONG_MS)
    rows = dialog.tables[CHANGES].rows
    assert len(rows) == 4
    assert any(row[2:] == ("–", "jazz") for row in rows)
    assert not dialog.write_button.isEnabled(), "nothing is written before it is allowed"
    dialog.allowed.click()
    assert dialog.write_button.text() == "Write 2 files"
    qtbot.waitUntil(dialog.write_button.isEnabled)
    assert digests(place) == before
    qtbot.mouseClick(dialog.write_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "2 files written" in dialog._state.text(), timeout=LONG_MS)
    assert not dialog.write_button.isEnabled(), "what is written needs a new preview"
    dialog.close()
    assert all(digests(place)[name] != digest for name, digest in before.items())
    history = place.show_written()
    qtbot.waitUntil(lambda: len(history.files) == 2, timeout=LONG_MS)
    history.file_view.selectRow(0)
    qtbot.mouseClick(history.restore_file, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: history.text == "1 file done.", timeout=LONG_MS)
    qtbot.waitUntil(lambda: len(history.runs) == 2, timeout=LONG_MS)
    history.run_view.selectRow(1)
    qtbot.waitUntil(history.restore_run.isEnabled, timeout=LONG_MS)
    qtbot.mouseClick(history.restore_run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: digests(place) == before, timeout=LONG_MS)
    qtbot.waitUntil(lambda: len(history.runs) == 3, timeout=LONG_MS)
    assert not history.restore_all.isEnabled()
    history.close()


def test_a_place_that_may_not_be_written_is_refused_in_the_dialog(place, qtbot):
    dialog = place.write_tags()
    qtbot.waitUntil(lambda: dialog.fields.widget() is not None)
    field = dialog.fields.field("genre")
    field.setText("TITLE")
    field.editingFinished.emit()
    qtbot.waitUntil(lambda: "belongs to other programs" in dialog._state.text(), timeout=LONG_MS)
    qtbot.waitUntil(lambda: dialog.fields.field("genre").text() == "genre", timeout=LONG_MS)
    dialog.fields.field("mood").setText("comment:MOOD")
    dialog.fields.field("mood").editingFinished.emit()
    qtbot.waitUntil(lambda: dialog.fields.field("mood").text() == "comment:MOOD", timeout=LONG_MS)
    dialog.close()


@pytest.fixture
def dialog(place, qtbot):
    """The dialog of all tracks, with its fields read."""
    made = place.write_tags()
    made.scope.setCurrentIndex(made.scope.count() - 1)
    made.activateWindow()
    qtbot.waitUntil(lambda: made.fields.widget() is not None and made.isActiveWindow(), timeout=LONG_MS)
    yield made
    made.close()


def type_place(qtbot, dialog, facet, text, key):
    field = dialog.fields.field(facet)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, key)


def written_fields(plan):
    return {each.name for file in plan.files for each in file.fields if each.is_change}


@pytest.fixture
def hold(place):
    """Hold up a lane until what this returns is set."""
    gates = []

    def held(lane):
        gates.append(threading.Event())
        place._runner.start(partial(gates[-1].wait, 60), lane=lane)
        return gates[-1]

    yield held
    for gate in gates:
        gate.set()


def test_enter_in_a_place_previews_with_that_place(dialog, qtbot, hold):
    gate = hold("judge")
    type_place(qtbot, dialog, "genre", "STYLE", Qt.Key.Key_Return)
    qtbot.wait(300)
    assert dialog.plan is None
    gate.set()
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=LONG_MS)
    assert "STYLE" in written_fields(dialog.plan)
    type_place(qtbot, dialog, "genre", "KIND", Qt.Key.Key_Return)
    # What was seen is not what would be written now; the new preview may be there already.
    assert dialog.plan is None or "STYLE" not in written_fields(dialog.plan)
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=LONG_MS)
    assert "KIND" in written_fields(dialog.plan)
    assert dialog.fields.field("genre").text() == "KIND"


def test_enter_in_a_place_that_is_refused_previews_nothing(place, dialog, qtbot):
    type_place(qtbot, dialog, "genre", "TITLE", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "belongs to other programs" in dialog._state.text(), timeout=LONG_MS)
    qtbot.waitUntil(lambda: dialog.fields.field("genre").text() == "genre", timeout=LONG_MS)
    qtbot.waitUntil(lambda: not place._runner.running, timeout=LONG_MS)
    assert dialog.plan is None
    assert "belongs to other programs" in dialog._state.text()


def test_a_plan_that_is_older_than_a_change_of_the_fields_is_dropped(dialog, qtbot, hold):
    gate = hold("long")
    dialog.preview()
    dialog.fields.place_changed.emit("genre", "STYLE")
    qtbot.waitUntil(lambda: dialog.fields.field("genre").text() == "STYLE", timeout=LONG_MS)
    gate.set()
    qtbot.waitUntil(lambda: dialog._running is None, timeout=LONG_MS)
    assert dialog.plan is None
    assert "Preview first" in dialog._state.text()


def test_focus_and_what_is_typed_outlive_the_change_of_another_place(place, dialog, qtbot, hold):
    gate = hold("judge")
    mode = dialog.fields.mode("mood")
    type_place(qtbot, dialog, "mood", "FEELING", Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is mode
    qtbot.keyClick(mode, Qt.Key.Key_Tab)
    other = QApplication.focusWidget()
    assert isinstance(other, QLineEdit)
    other.selectAll()
    qtbot.keyClicks(other, "COMM")
    gate.set()
    qtbot.waitUntil(lambda: not place._runner.running, timeout=LONG_MS)
    assert field_map.field_map(place.studio).own == {"mood": "FEELING"}
    assert QApplication.focusWidget() is other
    qtbot.keyClicks(other, "ENTS")
    assert other.text() == "COMMENTS"


def test_what_is_refused_stands_apart_with_the_reason(place, qtbot):
    file = place.studio.file.parent / "music" / "a.flac"
    shutil.copy(file, file.with_name("copy.flac"))
    file.write_bytes(file.read_bytes() + b"x")
    dialog = place.write_tags()
    qtbot.waitUntil(lambda: dialog.fields.widget() is not None)
    dialog.preview()
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=LONG_MS)
    assert [row[1] for row in dialog.tables[REFUSED].rows] == ["it has changed since the last scan"]
    dialog.close()
