import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tagstudio.domain.errors import QueryError
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.suggestions import Suggestion
from tagstudio.gui.presenters.suggestions import Line
from tagstudio.gui.views.job_bar import time_left
from tagstudio.gui.widgets.message_bar import MessageBar
from tagstudio.gui.widgets.search_box import SearchBox
from tagstudio.gui.widgets.suggestion_panel import SuggestionPanel
from tagstudio.gui.widgets.suggestion_row import BUTTONS, mark_text, spoken
from tagstudio.gui.widgets.tag_entry import TagEntry


def shown_widget(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)


def lines(*names: str) -> list[Line]:
    return [
        Line(Suggestion(track_id=1, tag_id=n, tag=name, facet="mood", score=0.5, source="mtt-musicnn"), None)
        for n, name in enumerate(names, 1)
    ]


@pytest.fixture
def entry(qtbot: QtBot) -> TagEntry:
    made = TagEntry()
    shown_widget(qtbot, made)
    made.field.setFocus()
    qtbot.waitUntil(made.field.hasFocus)
    return made


@pytest.fixture
def panel(qtbot: QtBot) -> SuggestionPanel:
    made = SuggestionPanel()
    shown_widget(qtbot, made)
    made.show_lines(lines("techno", "dark", "slow"))
    return made


def take_first_completion(qtbot: QtBot, entry: TagEntry, key: Qt.Key = Qt.Key.Key_Return) -> None:
    qtbot.keyClicks(entry.field, "te")
    entry.put_completions("te", ["techno", "tender"])
    qtbot.keyClick(entry.field, Qt.Key.Key_Down)
    qtbot.keyClick(entry.field, key)


def test_enter_adds_the_word_and_empties_the_field(qtbot: QtBot, entry: TagEntry) -> None:
    qtbot.keyClicks(entry.field, "  late   night ")
    with qtbot.waitSignal(entry.added) as added:
        qtbot.keyClick(entry.field, Qt.Key.Key_Return)
    assert added.args == ["late night"]
    qtbot.waitUntil(lambda: entry.field.text() == "")


def test_leaving_the_field_adds_nothing(qtbot: QtBot, entry: TagEntry) -> None:
    with qtbot.assertNotEmitted(entry.added):
        qtbot.keyClicks(entry.field, "techno")
        entry.field.clearFocus()
    assert entry.field.text() == "techno"


@pytest.mark.parametrize(("typed", "said"), [("   ", "needs a name"), ("x" * 300, "300 characters")])
def test_a_word_that_is_none_is_refused_in_one_sentence(qtbot: QtBot, entry: TagEntry, typed: str, said: str) -> None:
    entry.field.setText(typed)
    with qtbot.assertNotEmitted(entry.added):
        qtbot.keyClick(entry.field, Qt.Key.Key_Return)
    assert said in entry.error_text
    qtbot.keyClicks(entry.field, "a")
    assert entry.error_text == ""


def test_a_completion_chosen_by_key_is_added_once(qtbot: QtBot, entry: TagEntry) -> None:
    added: list[str] = []
    entry.added.connect(added.append)
    take_first_completion(qtbot, entry)
    assert (added, entry.field.text()) == (["techno"], "")


def test_a_completion_taken_by_tab_is_not_yet_added(qtbot: QtBot, entry: TagEntry) -> None:
    with qtbot.assertNotEmitted(entry.added):
        take_first_completion(qtbot, entry, Qt.Key.Key_Tab)
    assert (entry.field.text(), entry.field.completions.isVisible()) == ("techno", False)


def test_a_completion_that_is_clicked_is_added(qtbot: QtBot, entry: TagEntry) -> None:
    qtbot.keyClicks(entry.field, "te")
    entry.put_completions("te", ["techno", "tender"])
    shown = entry.field.completions
    with qtbot.waitSignal(entry.added) as added:
        qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=shown.visualItemRect(shown.item(1)).center())
    assert added.args == ["tender"]


def test_a_key_right_after_enter_meets_an_empty_field(qtbot: QtBot, entry: TagEntry) -> None:
    take_first_completion(qtbot, entry)
    entry.put_completions(entry.field.text(), ["techno"])  # an answer that was on its way
    with qtbot.waitSignal(entry.left):
        qtbot.keyClick(entry.field, Qt.Key.Key_Escape)
    qtbot.keyClicks(entry.field, "da")
    assert entry.field.text() == "da"


def test_the_list_of_completions_never_takes_the_keyboard(qtbot: QtBot, entry: TagEntry) -> None:
    qtbot.keyClicks(entry.field, "te")
    entry.put_completions("te", ["techno", "tender"])
    assert entry.field.completions.isVisible()
    assert entry.isActiveWindow()
    assert entry.field.hasFocus()


def test_a_list_with_no_room_under_its_field_opens_above_it(qtbot: QtBot, entry: TagEntry) -> None:
    entry.move(0, entry.screen().availableGeometry().bottom() - entry.height())
    qtbot.keyClicks(entry.field, "te")
    entry.put_completions("te", ["techno"] * 10)
    shown = entry.field.completions
    assert shown.geometry().bottom() <= entry.field.mapToGlobal(entry.field.rect().topLeft()).y()


def test_completions_for_what_is_no_longer_typed_are_dropped(qtbot: QtBot, entry: TagEntry) -> None:
    qtbot.keyClicks(entry.field, "tec")
    entry.put_completions("te", ["tender"])
    assert not entry.field.completions.isVisible()


def test_the_keys_stay_in_the_list_when_their_row_goes(qtbot: QtBot, panel: SuggestionPanel) -> None:
    panel.move_to(2)
    panel.focus_list()
    qtbot.waitUntil(panel.rows[2].hasFocus)
    panel.show_lines(lines("techno"))
    assert panel.rows[0].hasFocus()
    panel.show_lines([])
    assert not panel.entry.field.hasFocus()


def test_the_nth_suggestion_is_toggled_by_its_number(qtbot: QtBot, panel: SuggestionPanel) -> None:
    with qtbot.waitSignal(panel.toggled) as toggled:
        panel.toggle_nth(2)
    assert toggled.args == ["dark"]
    with qtbot.assertNotEmitted(panel.toggled):
        panel.toggle_nth(9)


def test_judging_goes_on_to_the_next_suggestion(qtbot: QtBot, panel: SuggestionPanel) -> None:
    given: list[tuple[str, Verdict]] = []
    panel.verdict_given.connect(lambda tag, verdict: given.append((tag, verdict)))
    for verdict in (Verdict.YES, Verdict.NO, Verdict.UNSURE):
        panel.judge_chosen(verdict)
    assert given == [("techno", Verdict.YES), ("dark", Verdict.NO), ("slow", Verdict.UNSURE)]


def test_arrows_choose_within_the_list_and_enter_accepts(qtbot: QtBot, panel: SuggestionPanel) -> None:
    panel.focus_list()
    qtbot.keyClick(panel.rows[0], Qt.Key.Key_Down)
    assert panel.chosen_line is not None
    assert panel.chosen_line.suggestion.tag == "dark"
    with qtbot.waitSignal(panel.verdict_given) as given:
        qtbot.keyClick(panel.rows[1], Qt.Key.Key_Return)
    assert given.args == ["dark", Verdict.YES]


def test_every_verdict_button_names_its_tag_and_is_reached_by_tab(panel: SuggestionPanel) -> None:
    names = {each.accessibleName() for row in panel.rows for each in row._buttons.values()}
    assert {f"{name}, techno" for _, _, name in BUTTONS} <= names
    assert all(each.focusPolicy() & Qt.FocusPolicy.TabFocus for row in panel.rows for each in row._buttons.values())


def test_a_tag_chosen_elsewhere_is_chosen_once_it_is_shown(panel: SuggestionPanel) -> None:
    panel.choose_tag(4)
    panel.show_lines(lines("techno", "dark", "slow", "warm"))
    assert panel.chosen_line is not None
    assert panel.chosen_line.suggestion.tag == "warm"


def test_words_from_files_are_never_read_as_markup(panel: SuggestionPanel) -> None:
    panel.show_lines(lines("<b>bold</b>"))
    assert panel.rows[0]._word.text() == "<b>bold</b>"
    assert panel.rows[0]._word.textFormat() == Qt.TextFormat.PlainText


def test_a_mark_says_whether_the_verdict_is_on_disk() -> None:
    (line,) = lines("techno")
    told = [
        mark_text(Line(line.suggestion, Verdict.YES, saving))
        for saving in ("saving", "saved", "not saved", "")
    ]  # fmt: skip
    assert told == ["✓ yes · saving…", "✓ yes · saved", "✓ yes · not saved", "✓ yes"]
    assert spoken(1, line) == "1, techno, mood, 50%, from mtt-musicnn, not judged"


def test_a_search_is_sent_once_typing_rests_and_at_once_on_enter(qtbot: QtBot) -> None:
    box = SearchBox()
    shown_widget(qtbot, box)
    with qtbot.waitSignal(box.searched, timeout=2000) as searched:
        qtbot.keyClicks(box.field, "acid")
    assert searched.args == ["acid"]
    with qtbot.waitSignal(box.searched, timeout=50):
        qtbot.keyClicks(box.field, " house")
        qtbot.keyClick(box.field, Qt.Key.Key_Return)


def test_a_mistake_in_a_search_points_at_the_character(qtbot: QtBot) -> None:
    box = SearchBox()
    shown_widget(qtbot, box)
    box.field.setText("artist:alex foo:bar")
    box.show_error(QueryError("There is no field “foo”.", "The fields are path, title.", position=12))
    assert "artist:alex ▸foo:bar" in box.error_text
    box.clear_error()
    assert box.error_text == ""


def test_a_message_stays_until_dismissed_and_its_button_acts_once(qtbot: QtBot) -> None:
    bar, done = MessageBar(), []
    qtbot.addWidget(bar)
    assert bar.text == ""
    bar.show_failure("<i>Not</i> saved.", "Try again.")
    bar.offer("Save again", lambda: done.append(1))
    assert bar.text == "<i>Not</i> saved. Try again."
    bar._action.click()
    assert done == [1]
    assert bar.text == ""


def test_an_offer_comes_back_when_what_was_said_after_it_is_dismissed(qtbot: QtBot) -> None:
    bar, done = MessageBar(), []
    qtbot.addWidget(bar)
    bar.show_failure("Your library is damaged.")
    bar.offer("Backups…", lambda: done.append(1))
    bar.show_failure("1 file could not be listened to.")
    bar.show_failure("Another one.")
    assert bar._action.isHidden()
    bar.dismiss()
    assert bar.text == "Your library is damaged."
    bar._action.click()
    assert (done, bar.text) == ([1], "")


def test_the_same_offer_waits_once_and_another_keeps_its_own_button(qtbot: QtBot) -> None:
    bar, done = MessageBar(), []
    qtbot.addWidget(bar)
    for text in ("100 files are gone.", "101 files are gone."):
        bar.show_failure(text)
        bar.offer("They are really gone", done.clear)
    bar.show_failure("Not saved.")
    bar.offer("Save again", lambda: done.append("saved"))
    bar._action.click()
    assert (bar.text, bar._action.text()) == ("101 files are gone.", "They are really gone")
    bar.dismiss()
    assert (bar.text, done) == ("", ["saved"])


def test_offers_go_with_the_library_they_are_about_and_failures_stay(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_failure("Your library is damaged.")
    bar.offer("Backups…", lambda: None)
    bar.withdraw()
    assert bar.text == ""
    bar.show_failure("Your library is damaged.")
    bar.offer("Backups…", lambda: None)
    bar.show_failure("The disk is full.")
    bar.withdraw()
    assert bar.text == "The disk is full."
    bar.dismiss()
    assert bar.text == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3, "a few seconds left"), (44, "about 40 s left"), (600, "about 10 min left"), (7200, "about 2.0 h left")],
)
def test_the_time_left_is_said_without_false_precision(seconds: float, text: str) -> None:
    assert time_left(seconds) == text
