"""The table keeps its place: the selection, the track that keys go on from, and what is in sight."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.gui.presenters.facets import FacetsPresenter
from tagstudio.gui.presenters.library import LibraryPresenter
from tagstudio.gui.views.library_view import LibraryView
from tagstudio.library import roots, tags, tracks
from tagstudio.services import judge

PATIENCE_MS = 30_000
N_TRACKS = 40


@pytest.fixture
def view(qtbot, studio, runner):
    with studio.library.write() as session:
        root = roots.add(session, b"/music")
        tags.add(session, "dark")
        for n in range(N_TRACKS):
            facts = TrackFacts(audio_hash=str(n), duration_s=60.0, codec="flac", rate=44_100, channels=2, fields={})
            tracks.add(session, root_id=root.id, path=b"%03d.flac" % n, size=1, mtime_ns=1, facts=facts)
    made = LibraryView(LibraryPresenter(studio, runner), FacetsPresenter(studio, runner))
    qtbot.addWidget(made)
    made.resize(1000, 500)
    made.pages.setCurrentWidget(made.table)
    made.show()
    qtbot.waitExposed(made)
    yield made
    qtbot.waitUntil(lambda: not runner.running, timeout=PATIENCE_MS)


def ids_of(view):
    return view._presenter.table


def look(qtbot, view, query):
    with qtbot.waitSignal(view._presenter.looked, timeout=PATIENCE_MS):
        view._presenter.search(query)


@pytest.fixture
def unjudged(qtbot, view, studio):
    """A search for what is not judged, and how to judge the current track of it."""
    look(qtbot, view, "is:unjudged")

    def judge_current():
        judge.judge(studio, [view.current], {"dark": Verdict.YES})
        look(qtbot, view, "is:unjudged")

    return judge_current


def test_a_selection_of_everything_is_one_range_after_a_refresh(view):
    ids_of(view).set_ids(np.arange(1, 3001))
    view.table.go_to(0)
    view.table.selectAll()
    ids_of(view).set_ids(np.arange(1, 3002))
    assert len(view.table.selectionModel().selection()) == 1
    assert view.selected == list(range(1, 3001))
    assert view.current == 1


def test_what_is_painted_does_not_grow_with_the_selection(qtbot, view, monkeypatch):
    ids_of(view).set_ids(np.arange(1, 3001))
    view.table.selectAll()
    asked = []
    monkeypatch.setattr(ids_of(view), "columnCount", lambda _=None: asked.append(1) or 9)
    view.grab()
    assert len(asked) < 3000


def test_a_selection_follows_its_tracks_into_a_new_order(view):
    ids_of(view).set_ids(np.arange(1, 11))
    view.table.go_to(1)
    for row in (1, 2, 8):
        view.table.selectionModel().select(
            ids_of(view).index(row, 1),
            view.table.selectionModel().SelectionFlag.Select | view.table.selectionModel().SelectionFlag.Rows,
        )
    ids_of(view).set_ids(np.arange(10, 1, -1))
    assert view.selected == [9, 3, 2]
    assert view.current == 2
    assert [each.row() for each in view.table.selectionModel().selectedRows()] == [1, 7, 8]


@pytest.mark.parametrize(("steps", "row"), [(1, 15), (-1, 14)])
def test_whoever_judges_a_track_out_of_the_search_goes_on_beside_it(view, unjudged, steps, row):
    table = ids_of(view)
    view.table.selectRow(15)
    wanted = table.id_at(row + (steps > 0))
    unjudged()
    assert view.current is None
    view.step(steps)
    assert (view.current, view.table.currentIndex().row()) == (wanted, row)


def test_after_the_last_track_has_left_the_one_before_it_comes_next(view, unjudged):
    view.table.selectRow(N_TRACKS - 1)
    unjudged()
    view.step(1)
    assert view.table.currentIndex().row() == N_TRACKS - 2


@pytest.mark.parametrize(("key", "row"), [(Qt.Key.Key_Down, 15), (Qt.Key.Key_Up, 14)])
def test_arrow_keys_go_on_where_a_track_left(qtbot, view, unjudged, key, row):
    view.table.selectRow(15)
    view.table.setFocus()
    unjudged()
    qtbot.keyClick(view.table, key)
    assert view.table.currentIndex().row() == row


def test_the_place_of_a_track_that_left_moves_with_its_neighbours(view):
    ids_of(view).set_ids(np.array([10, 20, 30, 40, 50]))
    view.table.go_to(2)
    ids_of(view).set_ids(np.array([10, 20, 40, 50]))
    ids_of(view).set_ids(np.array([1, 2, 10, 20, 40, 50]))
    view.step(1)
    assert view.current == 40


def test_a_track_that_comes_back_is_current_again(view):
    ids_of(view).set_ids(np.array([10, 20, 30]))
    view.table.go_to(1)
    ids_of(view).set_ids(np.array([10, 30]))
    ids_of(view).set_ids(np.array([10, 20, 30]))
    assert view.current == 20
    assert view.selected == [20]


def select(view, *rows):
    view.table.go_to(rows[0])
    selection = view.table.selectionModel()
    for row in rows:
        selection.select(ids_of(view).index(row, 1), selection.SelectionFlag.Select | selection.SelectionFlag.Rows)
    view.settle()


@pytest.mark.parametrize(("left", "current", "selected"), [
    ([10, 20, 40], 20, [20, 40]), ([10, 30, 40], 30, [30, 40]), ([10, 40], 40, [40]),
])  # fmt: skip
def test_a_selection_that_is_cut_down_is_told_with_a_track_of_it(qtbot, view, left, current, selected):
    ids_of(view).set_ids(np.array([10, 20, 30, 40]))
    select(view, 1, 2, 3)
    with qtbot.waitSignal(view.track_chosen) as chosen:
        ids_of(view).set_ids(np.array(left))
    assert chosen.args == [current, selected]
    assert view.current == current


def test_it_is_told_when_no_selected_track_is_left(qtbot, view):
    ids_of(view).set_ids(np.array([10, 20, 30, 40]))
    select(view, 1, 2)
    with qtbot.waitSignal(view.all_left):
        ids_of(view).set_ids(np.array([10, 40]))
    assert (view.current, view.selected) == (None, [])


def test_a_selection_that_stays_is_not_told_again(qtbot, view):
    ids_of(view).set_ids(np.array([10, 20, 30, 40]))
    select(view, 1, 2)
    with qtbot.assertNotEmitted(view.track_chosen, wait=300):
        ids_of(view).set_ids(np.array([5, 40, 30, 20]))


def test_another_search_begins_at_its_first_track(qtbot, view, unjudged):
    view.table.selectRow(15)
    unjudged()
    look(qtbot, view, "00")
    view.step(1)
    assert view.table.currentIndex().row() == 0


def test_new_tracks_leave_what_was_scrolled_to_in_sight(qtbot, view):
    bar = view.table.verticalScrollBar()
    ids_of(view).set_ids(np.arange(1, 2001))
    view.table.go_to(0)
    qtbot.waitUntil(lambda: bar.maximum() > 20_000)
    bar.setValue(20_000)
    ids_of(view).set_ids(np.arange(1, 2002))
    assert bar.value() == 20_000
    assert view.current == 1


def test_a_current_track_in_sight_stays_in_sight(view):
    ids_of(view).set_ids(np.arange(1000, 2001))
    view.table.go_to(3)
    ids_of(view).set_ids(np.arange(500, 2001))
    assert 0 <= view.table.rowViewportPosition(503) < view.table.viewport().height()
