import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from tagstudio.gui.models.paged_table import CHIPS_ROLE, FAULTY_ROLE, PAGE_ROWS, ROWS_KEPT, PagedTable, Row
from tagstudio.gui.tips import plain_tip

HEADERS = ("Fit", "Title", "Tags")


def row(track_id: int, version: str = "") -> Row:
    return Row((f"track {track_id}{version}", "techno"), {2: (("techno", None),)}, "no sound", is_faulty=True)


def ids(count: int) -> np.ndarray:
    return np.arange(1, count + 1, dtype=np.int64)


class Owner:
    """Answers the table's questions when told to."""

    def __init__(self, table: PagedTable) -> None:
        self.asked: list[tuple[int, int, list[int]]] = []
        self.table = table
        table.page_wanted.connect(lambda *question: self.asked.append(question))

    def answer(self, version: str = "") -> None:
        waiting, self.asked = self.asked, []
        for generation, page, wanted in waiting:
            self.table.put_page(generation, page, {each: row(each, version) for each in wanted})


@pytest.fixture
def table(qapp: object) -> PagedTable:
    return PagedTable(HEADERS)


@pytest.fixture
def owner(table: PagedTable) -> Owner:
    return Owner(table)


def title(table: PagedTable, number: int) -> str:
    text: str = table.index(number, 1).data()
    return text


def test_a_missing_page_is_asked_for_once_and_shown_when_it_comes(table: PagedTable, owner: Owner) -> None:
    table.set_ids(ids(250))
    assert [title(table, n) for n in range(5)] == ["…"] * 5
    assert [(page, len(wanted)) for _, page, wanted in owner.asked] == [(0, PAGE_ROWS)]
    owner.answer()
    assert title(table, 0) == "track 1"
    assert table.index(0, 2).data(CHIPS_ROLE) == (("techno", None),)
    assert table.index(0, 1).data(Qt.ItemDataRole.ToolTipRole) == plain_tip("no sound")
    assert table.index(0, 1).data(FAULTY_ROLE)


def test_the_answer_to_an_old_search_is_dropped(table: PagedTable, owner: Owner) -> None:
    table.set_ids(ids(10))
    title(table, 0)
    late = owner.asked.pop()
    table.set_ids(ids(10)[::-1].copy())
    table.put_page(late[0], late[1], {each: row(each, " of before") for each in late[2]})
    assert title(table, 0) == "…"
    owner.answer()
    assert title(table, 0) == "track 10"


def test_refreshing_shows_the_old_rows_until_the_new_ones_come(table: PagedTable, owner: Owner) -> None:
    table.set_ids(ids(10))
    title(table, 0)
    owner.answer()
    table.refresh()
    assert title(table, 0) == "track 1"
    owner.answer(" anew")
    assert title(table, 0) == "track 1 anew"


def test_a_new_order_shows_known_rows_at_once(table: PagedTable, owner: Owner) -> None:
    table.set_ids(ids(10))
    title(table, 0)
    owner.answer()
    table.set_ids(ids(10)[::-1].copy())
    assert title(table, 0) == "track 10"


def test_a_page_that_could_not_be_read_is_asked_for_again(table: PagedTable, owner: Owner) -> None:
    table.set_ids(ids(10))
    title(table, 0)
    generation, page, _ = owner.asked.pop()
    table.drop_page(generation, page)
    title(table, 0)
    assert len(owner.asked) == 1


def test_memory_is_bounded_however_far_one_scrolls(table: PagedTable, owner: Owner) -> None:
    table.set_ids(ids(100_000))
    for number in range(0, 100_000, PAGE_ROWS):
        title(table, number)
        owner.answer()
    assert len(table._rows) <= ROWS_KEPT
    assert len(table._fresh) <= ROWS_KEPT


def test_the_fit_is_a_percentage_and_a_dash_where_nobody_knows(table: PagedTable, owner: Owner) -> None:
    table.set_ids(ids(2), np.array([0.874, np.nan], np.float32))
    assert [table.index(n, 0).data() for n in range(2)] == ["87%", "–"]
    owner.answer()


def test_a_track_is_found_by_its_id_and_an_id_by_its_row(table: PagedTable) -> None:
    table.set_ids(np.array([7, 3, 5], np.int64))
    assert [table.row_of(each) for each in (7, 3, 5, 9)] == [0, 1, 2, None]
    assert [table.id_at(each) for each in (-1, 0, 2, 3)] == [None, 7, 5, None]


def test_it_is_a_proper_model(table: PagedTable, owner: Owner, qtmodeltester: ModelTester) -> None:
    table.set_ids(ids(300))
    qtmodeltester.check(table)
    owner.answer()
