"""The search field completes and points at mistakes; the panel beside the table saves, counts, narrows and widens."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QMessageBox, QTreeWidgetItem

from tagstudio.domain.errors import QueryError
from tagstudio.domain.jobs import run
from tagstudio.domain.tracks import TrackFacts
from tagstudio.gui.presenters.facets import FacetsPresenter
from tagstudio.gui.views.facet_panel import SAVED, FacetPanel, _items
from tagstudio.gui.widgets.search_box import SearchBox
from tagstudio.library import tracks
from tagstudio.services import find, saved_searches
from tagstudio.services.completion import Completion
from tagstudio.services.scan import scan

PATIENCE_MS = 30_000
OFFERED = [Completion("tag:", 0, 2, "tag:", "a yes"), Completion("tag:techno", 0, 2, "tag:techno", "genre")]


@pytest.fixture
def filled(studio, music):
    run(scan(studio, [music]))
    return studio


@pytest.fixture
def box(qtbot):
    made = SearchBox()
    qtbot.addWidget(made)
    made.resize(600, 60)
    made.show()
    made.activateWindow()
    made.field.setFocus()
    qtbot.waitUntil(made.field.hasFocus)
    return made


def typed(qtbot, box, text):
    qtbot.keyClicks(box.field, text)
    box.put_completions(text, len(text), OFFERED)


def test_enter_is_the_search_unless_a_way_to_go_on_is_chosen(qtbot, box):
    typed(qtbot, box, "ta")
    assert box.completions.isVisible()
    with qtbot.waitSignals([box.searched, box.left]):
        qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert (box.text, box.completions.isVisible()) == ("ta", False)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_down_chooses_and_enter_or_tab_takes_it(qtbot, box, key):
    typed(qtbot, box, "ta")
    for _ in range(2):
        qtbot.keyClick(box.field, Qt.Key.Key_Down)
    assert box.completions.chosen == OFFERED[1]
    qtbot.keyClick(box.field, key)
    assert box.text == "tag:techno"
    assert box.field.hasFocus()
    assert not box.completions.isVisible()


def test_escape_closes_what_is_offered_and_only_then_leaves(qtbot, box):
    left = []
    box.left.connect(lambda: left.append(True))
    typed(qtbot, box, "ta")
    qtbot.keyClick(box.field, Qt.Key.Key_Escape)
    assert (box.completions.isVisible(), left) == (False, [])
    qtbot.keyClick(box.field, Qt.Key.Key_Escape)
    assert left == [True]


def test_a_field_that_is_taken_asks_for_its_values(qtbot, box):
    typed(qtbot, box, "ta")
    qtbot.keyClick(box.field, Qt.Key.Key_Down)
    with qtbot.waitSignal(box.completions_wanted) as asked:
        qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert asked.args == ["tag:", 4]


def test_what_is_offered_late_for_another_text_is_dropped(qtbot, box):
    qtbot.keyClicks(box.field, "tab")
    box.put_completions("ta", 2, OFFERED)
    assert not box.completions.isVisible()


def test_a_mistake_is_underlined_until_the_text_changes(qtbot, box):
    qtbot.keyClicks(box.field, "bpm:fast")
    clean = box.field.grab().toImage()
    box.show_error(QueryError("“fast” is not a number.", "Write bpm:120.", position=4))
    assert "Here: bpm:▸fast" in box.error_text
    assert box.field.grab().toImage() != clean
    qtbot.keyClicks(box.field, "x")
    assert box.field._mistake is None


def test_what_is_wrong_is_said_once_nothing_is_offered_any_more(qtbot, box):
    typed(qtbot, box, "ta")
    box.show_error(QueryError("There is no tag “ta”.", "Write tag:.", position=0))
    assert box.error_text == ""
    qtbot.keyClick(box.field, Qt.Key.Key_Escape)
    assert "no tag" in box.error_text
    box.put_completions("ta", 2, OFFERED)
    assert box.error_text == ""
    box.put_completions("ta", 2, [])
    assert "no tag" in box.error_text


def test_only_the_last_of_several_looks_is_shown(qtbot, filled, runner):
    presenter = FacetsPresenter(filled, runner)
    shown = []
    presenter.looked.connect(lambda beside: shown.append((beside.query, beside.counts.found)))
    for query in ("a", "wav", "flac"):
        presenter.look(query)
    qtbot.waitUntil(lambda: ("flac", find.count(filled, "flac")) in shown, timeout=PATIENCE_MS)
    assert {query for query, _ in shown} == {"flac"}


def test_a_panel_that_is_hidden_counts_nothing_and_stays_hidden(qtbot, filled, runner):
    presenter = FacetsPresenter(filled, runner)
    presenter.show(False)
    presenter.look("wav")
    qtbot.waitUntil(lambda: not runner.running, timeout=PATIENCE_MS)
    assert not filled.settings.show_facets
    assert not FacetsPresenter(filled, runner).is_wanted
    filled.change_settings(show_facets=True)


def items(panel) -> list[QTreeWidgetItem]:
    return list(_items(panel.tree))


def item(panel, label) -> QTreeWidgetItem | None:
    return next((each for each in items(panel) if each.text(0) == label and each.parent() is not None), None)


def test_the_panel_narrows_widens_saves_renames_and_deletes(qtbot, filled, open_window):
    filled.close()
    window = open_window(filled.file)
    place = window.workplace
    view, panel = place.library_view, place.library_view.facets
    qtbot.waitUntil(lambda: item(panel, "flac") is not None, timeout=PATIENCE_MS)
    assert item(panel, "flac").text(1) == str(find.count(place.studio, "codec:=flac"))

    def click(label, held=Qt.KeyboardModifier.NoModifier):
        box = panel.tree.visualItemRect(item(panel, label))
        panel.tree.scrollToItem(item(panel, label))
        box = panel.tree.visualItemRect(item(panel, label))
        qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, held, box.center() + QPoint(10, 0))

    click("flac")
    assert view.search_box.text == "codec:=flac"
    click("flac")
    assert view.search_box.text == ""
    panel.tree.setCurrentItem(item(panel, "flac"))
    qtbot.keyClick(panel.tree, Qt.Key.Key_Delete)
    assert view.search_box.text == "-codec:=flac"

    panel.save.click()
    answer(qtbot, "not flac")
    qtbot.waitUntil(lambda: item(panel, "not flac") is not None, timeout=PATIENCE_MS)
    wanted = find.count(place.studio, "-codec:=flac")
    assert item(panel, "not flac").text(1) == str(wanted)
    view.search_box.clear()
    click("not flac")
    assert view.search_box.text == "-codec:=flac"
    panel._rename("not flac")
    answer(qtbot, "the others")
    qtbot.waitUntil(lambda: item(panel, "the others") is not None, timeout=PATIENCE_MS)
    for label, is_gone in (("Keep it", False), ("Delete", True)):
        panel._ask_remove("the others")
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
        question = QApplication.activeModalWidget()
        assert isinstance(question, QMessageBox)
        assert question.defaultButton().text() == "Keep it"
        next(each for each in question.buttons() if each.text() == label).click()
        qtbot.waitUntil(lambda: not runner_is_busy(window), timeout=PATIENCE_MS)
        assert (saved_searches.all_saved(place.studio) == []) is is_gone
    qtbot.waitUntil(lambda: item(panel, "None yet") is not None, timeout=PATIENCE_MS)
    assert next(each.text(0) for each in items(panel) if each.parent() is None) == SAVED


def test_the_panel_narrows_the_search_that_stands_in_the_field(qtbot, filled, open_window):
    filled.close()
    view = open_window(filled.file).workplace.library_view
    panel = view.facets
    qtbot.waitUntil(lambda: item(panel, "flac") is not None, timeout=PATIENCE_MS)
    view.search_box.field.setFocus()
    qtbot.keyClicks(view.search_box.field, "one")
    panel._use(item(panel, "flac"))
    assert view.search_box.text == "one codec:=flac"
    panel._use(item(panel, "vorbis"))
    assert view.search_box.text == "one codec:=flac codec:=vorbis"
    panel._exclude(item(panel, "vorbis"))
    assert view.search_box.text == "one codec:=flac -codec:=vorbis"


def test_a_mistaken_search_cannot_be_saved_nor_an_older_one_in_its_place(qtbot, filled, open_window):
    filled.close()
    view = open_window(filled.file).workplace.library_view
    view.search_box.set_text("wav")
    qtbot.waitUntil(view.facets.save.isEnabled, timeout=PATIENCE_MS)
    view.search_box.set_text("wav bpm:fast")
    qtbot.waitUntil(lambda: view.search_box.error_text != "", timeout=PATIENCE_MS)
    assert not view.facets.save.isEnabled()
    view.search_box.set_text("wav bpm:120")
    qtbot.waitUntil(view.facets.save.isEnabled, timeout=PATIENCE_MS)
    view.search_box.clear()
    assert not view.facets.save.isEnabled()


def test_a_saved_search_is_replaced_only_after_a_question(qtbot, filled, open_window):
    saved_searches.save(filled, "Mine", "wav")
    filled.close()
    window = open_window(filled.file)
    place, panel = window.workplace, window.workplace.library_view.facets
    place.library_view.search_box.set_text("flac")
    for label, query in (("Keep it", "wav"), ("Replace", "flac")):
        qtbot.waitUntil(panel.save.isEnabled, timeout=PATIENCE_MS)
        panel.save.click()
        answer(qtbot, "mine")
        qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), timeout=PATIENCE_MS)
        question = QApplication.activeModalWidget()
        assert "“Mine”" in question.text()
        assert question.defaultButton().text() == "Keep it"
        next(each for each in question.buttons() if each.text() == label).click()
        qtbot.waitUntil(lambda: not runner_is_busy(window), timeout=PATIENCE_MS)
        assert [each.query for each in saved_searches.all_saved(place.studio)] == [query]


def runner_is_busy(window) -> bool:
    return any(each.lane == "judge" for each in window.runner.running)


def answer(qtbot, text):
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QInputDialog))
    dialog = QApplication.activeModalWidget()
    dialog.setTextValue(text)
    dialog.accept()


def test_an_emoji_before_the_cursor_counts_as_one_character(qtbot, box):
    asked = []
    box.completions_wanted.connect(lambda text, cursor: asked.append((text, cursor)))
    box.field.setText("🎸🎸 ta x")
    box.field.setCursorPosition(len("xxxx ta"))
    qtbot.keyClicks(box.field, "g")
    assert asked == [("🎸🎸 tag x", len("🎸🎸 tag"))]
    box.put_completions(*asked[0], [Completion("tag:techno", 3, 6, "tag:techno")])
    qtbot.keyClick(box.field, Qt.Key.Key_Down)
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert box.text == "🎸🎸 tag:techno x"
    qtbot.keyClicks(box.field, "!")
    assert box.text == "🎸🎸 tag:techno! x"


def test_counts_of_an_older_moment_are_counted_again(qtbot, filled, runner):
    presenter = FacetsPresenter(filled, runner)
    shown = []
    presenter.looked.connect(lambda beside: shown.append(genres(beside)))
    presenter.look("")
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=PATIENCE_MS)
    # As if reading what the files say had taken so long that it may not be done again at once.
    columns = filled.memory["facet columns"]
    columns.load_s, columns.loaded_at = 0.2, time.monotonic()
    facts = TrackFacts(audio_hash="", duration_s=4, codec="wav", rate=1, channels=1, fields={"genre": ("Rock",)})
    with filled.library.write() as session:
        tracks.update(session, 1, size=1, mtime_ns=1, facts=facts)
    presenter.look("")
    qtbot.waitUntil(lambda: len(shown) >= 3 and not runner.running, timeout=PATIENCE_MS)
    assert shown[0] == shown[1] == []
    assert shown[-1] == [("Rock", find.count(filled, "genre:=rock"))]


def genres(beside):
    groups = [group for group in beside.counts.groups if group.name.startswith("Genre")]
    return [(value.label, value.count) for group in groups for value in group.values]


def test_deleting_the_saved_search_that_is_in_force_is_said_under_the_field(qtbot, filled, open_window):
    saved_searches.save(filled, "mine", "wav")
    filled.close()
    place = open_window(filled.file).workplace
    view, panel = place.library_view, place.library_view.facets
    view.search_box.set_text("in:mine")
    qtbot.waitUntil(lambda: item(panel, "mine") is not None, timeout=PATIENCE_MS)
    place.facets.remove("mine")
    qtbot.waitUntil(lambda: "no saved search" in view.search_box.error_text, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: item(panel, "None yet") is not None, timeout=PATIENCE_MS)
    place.facets.save("mine", "flac")
    qtbot.waitUntil(lambda: item(panel, "mine") is not None and view.search_box.error_text == "", timeout=PATIENCE_MS)
    wanted = find.count(place.studio, "flac")
    qtbot.waitUntil(lambda: place.library.table.rowCount() == wanted, timeout=PATIENCE_MS)


@pytest.mark.parametrize(("label", "action", "query"), [
    ("flac", "Without these", "-codec:=flac"), ("flac", "Only these", "codec:=flac"), ("mine", "Search", "wav"),
])  # fmt: skip
def test_a_menu_that_is_open_while_the_counts_change_still_works(qtbot, filled, runner, label, action, query):
    saved_searches.save(filled, "mine", "wav")
    presenter = FacetsPresenter(filled, runner)
    panel = FacetPanel(presenter)
    qtbot.addWidget(panel)
    presenter.look("")
    qtbot.waitUntil(lambda: item(panel, label) is not None, timeout=PATIENCE_MS)
    panel._menu(item(panel, label), QPoint(5, 5))
    with qtbot.waitSignal(presenter.looked, timeout=PATIENCE_MS):
        presenter.look("")
    menu = panel.findChild(QMenu)
    with qtbot.waitSignal(panel.query_wanted) as asked:
        next(each for each in menu.actions() if each.text() == action).trigger()
    assert asked.args == [query]
    menu.close()
