"""A table of any length that holds all ids and few rows."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from tagstudio.gui import theme
from tagstudio.gui.tips import plain_tip

PAGE_ROWS = 100
PAGES_KEPT = 50
ROWS_KEPT = PAGE_ROWS * PAGES_KEPT
CHIPS_ROLE = Qt.ItemDataRole.UserRole + 1
FAULTY_ROLE = Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """What the table shows of one track.

    ``chips`` maps a column to words, each with a probability or None; ``cells`` says the same as text.
    """

    cells: tuple[str, ...]
    chips: dict[int, tuple[tuple[str, float | None], ...]] = field(default_factory=dict)
    tip: str = ""
    is_faulty: bool = False


class PagedTable(QAbstractTableModel):
    """Shows rows that arrive later; a missing page is asked for once, its owner answers with put_page().

    The first column is the fit: how well each track fits the tag by which the table is ordered.
    Rows are kept by id, so a new order or a longer list shows what is known at once.
    """

    page_wanted = Signal(int, int, list)  # generation, page number, ids

    def __init__(self, headers: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = tuple(headers)
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._fits: NDArray[np.float32] | None = None
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._fresh: set[int] = set()
        self._asked: set[int] = set()
        self._generation = 0

    @property
    def ids(self) -> NDArray[np.int64]:
        """All ids, in the order shown."""
        return self._ids

    def set_ids(self, ids: NDArray[np.int64], fits: NDArray[np.float32] | None = None) -> None:
        """Show these ids; ``fits`` are their probabilities, NaN where unknown."""
        if np.array_equal(ids, self._ids):
            self._fits = fits
            self.refresh()
            return
        self.beginResetModel()
        self._ids, self._fits = ids, fits
        self._outdate()
        self.endResetModel()

    def refresh(self) -> None:
        """Ask again for what is shown, keeping the old rows until the new ones are there."""
        self._outdate()
        self._tell_changed(0, len(self._ids) - 1)

    def put_page(self, generation: int, page: int, rows: Mapping[int, Row]) -> None:
        """Take the answer to ``page_wanted``: rows by id."""
        if generation != self._generation:
            return  # the answer to an old search, or from before a judgement
        self._asked.discard(page)
        first = page * PAGE_ROWS
        for track_id, row in rows.items():
            self._rows[track_id] = row
            self._rows.move_to_end(track_id)
            self._fresh.add(track_id)
        while len(self._rows) > ROWS_KEPT:
            gone, _ = self._rows.popitem(last=False)
            self._fresh.discard(gone)
        self._tell_changed(first, min(first + PAGE_ROWS, len(self._ids)) - 1)

    def drop_page(self, generation: int, page: int) -> None:
        """Take note that a page could not be read, so that it is asked for again when shown next."""
        if generation == self._generation:
            self._asked.discard(page)

    def id_at(self, row: int) -> int | None:
        """Return the id in a row, None outside the table."""
        return int(self._ids[row]) if 0 <= row < len(self._ids) else None

    def row_of(self, track_id: int) -> int | None:
        """Return where a track is, None if it is not in the table."""
        found = np.flatnonzero(self._ids == track_id)
        return int(found[0]) if len(found) else None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if index.column() == 0:
            return self._fit(index.row(), role)
        row = self._row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column() - 1] if row else "…"
        return _extra(row, index.column(), role) if row else None

    def _fit(self, row: int, role: int) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole or self._fits is None:
            return None
        fit = float(self._fits[row])
        return "–" if np.isnan(fit) else f"{fit:.0%}"

    def _row(self, number: int) -> Row | None:
        track_id = int(self._ids[number])
        if track_id not in self._fresh:
            self._ask(number // PAGE_ROWS)
        row = self._rows.get(track_id)
        if row is not None:
            self._rows.move_to_end(track_id)
        return row

    def _ask(self, page: int) -> None:
        if page not in self._asked:
            self._asked.add(page)
            first = page * PAGE_ROWS
            self.page_wanted.emit(self._generation, page, self._ids[first : first + PAGE_ROWS].tolist())

    def _tell_changed(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._headers) - 1))

    def _outdate(self) -> None:
        self._generation += 1
        self._fresh.clear()
        self._asked.clear()


def _extra(row: Row, column: int, role: int) -> Any:
    if role == Qt.ItemDataRole.ToolTipRole:
        return plain_tip(row.tip) if row.tip else None
    if role == CHIPS_ROLE:
        return row.chips.get(column)
    if role == Qt.ItemDataRole.ForegroundRole and row.is_faulty and column == len(row.cells):
        return theme.colour("no")
    return row.is_faulty if role == FAULTY_ROLE else None
