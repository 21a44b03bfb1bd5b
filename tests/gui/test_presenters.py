"""Laws of the presenters, on real libraries."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tagstudio.domain.errors import LibraryError, QueryError
from tagstudio.domain.judgements import Verdict
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.gui.presenters.commands import Commands, undo_texts
from tagstudio.gui.presenters.library import TAGS, Found, LibraryPresenter, counts_line, length, ordered
from tagstudio.gui.presenters.review import ReviewPresenter
from tagstudio.gui.presenters.suggestions import SuggestionsPresenter
from tagstudio.services import judge as judging
from tagstudio.services.browse import LibrarySummary
from tagstudio.services.judge import HistoryEntry
from tagstudio.services.studio import Studio
from tagstudio.services.suggest import Ranking

LONG_MS = 60_000


def entry(batch: int, kind: str, text: str, *, is_undone: bool = False) -> HistoryEntry:
    return HistoryEntry(batch=batch, kind=kind, text=text, made_at="", is_undone=is_undone)


@pytest.fixture
def commands(demo: Studio, runner: JobRunner) -> Commands:
    return Commands(demo, runner)


@pytest.fixture
def library(demo: Studio, runner: JobRunner, qtbot: QtBot) -> LibraryPresenter:
    presenter = LibraryPresenter(demo, runner)
    looked(qtbot, presenter, presenter.refresh)
    return presenter


@pytest.fixture
def suggestions(
    demo: Studio, runner: JobRunner, commands: Commands, library: LibraryPresenter, qtbot: QtBot
) -> SuggestionsPresenter:
    presenter = SuggestionsPresenter(demo, runner, commands)
    presenter.show_track(int(library.table.ids[0]))
    qtbot.waitUntil(lambda: presenter.state == "known", timeout=LONG_MS)
    return presenter


def looked(qtbot: QtBot, presenter: LibraryPresenter, act: Callable[[], None]) -> Found:
    with qtbot.waitSignal(presenter.looked, timeout=LONG_MS) as signal:
        act()
    assert signal.args
    found: Found = signal.args[0]
    return found


def wait_for(qtbot: QtBot, running: RunningJob) -> None:
    if not running.is_finished:
        qtbot.waitSignal(running.finished, timeout=LONG_MS).wait()


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise LibraryError("The disk is full.", "Free some space.")

    monkeypatch.setattr(judging, "judge", refused)


def test_a_late_answer_to_an_older_search_never_shows(qtbot: QtBot, library: LibraryPresenter) -> None:
    shown: list[int] = []
    library.looked.connect(lambda found: shown.append(len(found.ids)))
    with qtbot.waitSignal(library.looked, timeout=LONG_MS):
        library.search("")
        library.search("artist:camp")
    qtbot.waitUntil(lambda: bool(shown), timeout=LONG_MS)
    assert shown == [1]


def test_a_mistaken_search_is_refused_with_its_place_and_keeps_the_table(
    qtbot: QtBot, library: LibraryPresenter
) -> None:
    before = library.table.ids.copy()
    with qtbot.waitSignal(library.query_refused, timeout=LONG_MS) as refused:
        library.search("foo:bar")
    assert refused.args
    assert isinstance(refused.args[0], QueryError)
    np.testing.assert_array_equal(library.table.ids, before)


def test_rows_are_read_again_while_the_search_is_mistaken(
    qtbot: QtBot, library: LibraryPresenter, demo: Studio
) -> None:
    table = library.table
    qtbot.waitUntil(lambda: table.data(table.index(0, TAGS)) == "", timeout=LONG_MS)
    with qtbot.waitSignal(library.query_refused, timeout=LONG_MS):
        library.search("artist:")
    judging.judge(demo, [int(table.ids[0])], {"dusky": Verdict.YES})
    with qtbot.waitSignal(library.query_refused, timeout=LONG_MS):
        library.refresh()
    qtbot.waitUntil(lambda: table.data(table.index(0, TAGS)) == "dusky", timeout=LONG_MS)
    assert table.rowCount() == 12


def test_ordering_keeps_every_track_and_puts_unknown_fits_last() -> None:
    ranking = Ranking(np.array([5, 3, 1], np.int64), np.array([0.9, 0.5, 0.1], np.float32))
    ids, fits = ordered(np.array([1, 2, 3], np.int64), ranking)
    assert ids.tolist() == [3, 1, 2]
    np.testing.assert_allclose(fits, [0.5, 0.1, np.nan])


def test_a_verdict_is_being_saved_until_the_job_has_succeeded(qtbot: QtBot, suggestions: SuggestionsPresenter) -> None:
    tag = suggestions.lines[0].suggestion.tag
    suggestions.judge(tag, Verdict.YES)
    assert (suggestions.lines[0].verdict, suggestions.lines[0].saving) == (Verdict.YES, "saving")
    qtbot.waitUntil(lambda: suggestions.lines[0].saving == "saved", timeout=LONG_MS)


def test_a_verdict_that_cannot_be_written_says_so_and_can_be_tried_again(
    qtbot: QtBot, suggestions: SuggestionsPresenter, demo: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = suggestions.lines[0].suggestion.tag
    with monkeypatch.context() as patch:
        refuse(patch)
        with qtbot.waitSignal(suggestions.not_saved, timeout=LONG_MS) as told:
            suggestions.judge(tag, Verdict.YES)
    assert told.args == [f"“{tag}” is not saved: The disk is full.", "Free some space."]
    assert suggestions.lines[0].saving == "not saved"
    assert not judging.history(demo)
    suggestions.retry()
    qtbot.waitUntil(lambda: suggestions.lines[0].saving == "saved", timeout=LONG_MS)
    assert len(judging.history(demo)) == 1


def test_the_order_stays_while_a_track_is_judged(qtbot: QtBot, suggestions: SuggestionsPresenter) -> None:
    before = [line.suggestion.tag for line in suggestions.lines]
    with qtbot.waitSignals([suggestions.lines_changed] * 3, timeout=LONG_MS):
        suggestions.judge(before[3], Verdict.YES)
    qtbot.waitUntil(lambda: suggestions.lines[3].suggestion.verdict is Verdict.YES, timeout=LONG_MS)
    after = [line.suggestion.tag for line in suggestions.lines]
    assert [tag for tag in after if tag in before] == [tag for tag in before if tag in after]


def test_a_word_of_ones_own_shows_at_once_and_another_spelling_is_the_same_word(
    qtbot: QtBot, suggestions: SuggestionsPresenter
) -> None:
    suggestions.add("late night")
    suggestions.add("Late Night")
    own = [line for line in suggestions.lines if line.suggestion.tag.casefold() == "late night"]
    assert [line.verdict for line in own] == [Verdict.YES]
    qtbot.waitUntil(lambda: suggestions.lines[-1].suggestion.tag_id > 0, timeout=LONG_MS)
    assert [line.suggestion.tag for line in suggestions.lines].count("late night") == 1


def test_undoing_takes_the_mark_away(qtbot: QtBot, suggestions: SuggestionsPresenter, commands: Commands) -> None:
    tag = suggestions.lines[0].suggestion.tag
    suggestions.judge(tag, Verdict.NO)
    commands.undo()
    qtbot.waitUntil(lambda: suggestions.lines[0].verdict is None, timeout=LONG_MS)


def test_a_verdict_goes_to_all_selected_tracks(
    qtbot: QtBot, suggestions: SuggestionsPresenter, library: LibraryPresenter, commands: Commands, demo: Studio
) -> None:
    selected = library.table.ids[:3].tolist()
    suggestions.show_track(selected[0], selected)
    with qtbot.waitSignal(commands.judged, timeout=LONG_MS) as judged:
        suggestions.judge("techno", Verdict.YES)
    assert judged.args
    assert judged.args[0].judged.judged == 3


def test_the_menu_says_what_undo_and_redo_would_do() -> None:
    judged = [entry(2, "judge", "no slow"), entry(1, "judge", "yes techno")]
    assert undo_texts([]) == ("", "")
    assert undo_texts(judged) == ("no slow", "")
    undone = [entry(3, "undo", "undo: no slow"), entry(2, "judge", "no slow", is_undone=True), judged[1]]
    assert undo_texts(undone) == ("yes techno", "no slow")
    redone = [entry(4, "redo", "redo: no slow"), entry(3, "undo", "undo: no slow", is_undone=True), *judged]
    assert undo_texts(redone) == ("no slow", "")
    assert undo_texts([entry(5, "judge", "yes dub"), *undone]) == ("yes dub", "")


def test_a_question_follows_at_once_and_back_returns_to_the_one_before(
    qtbot: QtBot, demo: Studio, runner: JobRunner, commands: Commands
) -> None:
    review = ReviewPresenter(demo, runner, commands)
    review.restart("uncertain")
    qtbot.waitUntil(lambda: review.current is not None, timeout=LONG_MS)
    first = review.current
    review.answer(Verdict.YES)
    second = review.current
    assert second is not None
    assert second is not first
    review.back()
    assert review.current is first
    review.skip()
    assert review.current is second
    qtbot.waitUntil(lambda: first is not None and first.is_saved, timeout=LONG_MS)


def test_every_question_is_asked_once_until_nothing_is_left(
    qtbot: QtBot, demo: Studio, runner: JobRunner, commands: Commands
) -> None:
    review = ReviewPresenter(demo, runner, commands)
    asked: list[tuple[int, int]] = []
    review.asked.connect(lambda each: asked.append(each.key) if each else None)
    review.restart("confident", "piano")
    for _ in range(12):
        qtbot.waitUntil(lambda: review.current is not None or not review.is_waiting, timeout=LONG_MS)
        review.answer(Verdict.NO)
    qtbot.waitUntil(lambda: review.current is None and not review.is_waiting, timeout=LONG_MS)
    assert len(asked) == len(set(asked)) == 12
    qtbot.waitUntil(lambda: len(judging.history(demo)) == 12, timeout=LONG_MS)


def test_counts_are_said_in_one_line() -> None:
    summary = LibrarySummary(tracks=157, analysed=120, unheard=34, missing=0, failed=3, judgements=9, roots=("/music",))
    assert counts_line(summary, 157, "") == "157 tracks, 120 heard, 3 failed"
    assert counts_line(summary, 5, "dub") == "5 of 157 tracks, 120 heard, 3 failed"
    assert [length(s) for s in (0, 200, 3723, float("nan"))] == ["", "3:20", "1:02:03", ""]


def test_a_scan_that_finds_nothing_says_what_to_do(
    qtbot: QtBot, studio: Studio, runner: JobRunner, tmp_path: Path
) -> None:
    commands = Commands(studio, runner)
    with qtbot.waitSignal(commands.failed, timeout=LONG_MS) as told:
        running = commands.add_folders([tmp_path / "nowhere"])
    wait_for(qtbot, running)
    assert told.args
    assert "does not exist" in told.args[0]
