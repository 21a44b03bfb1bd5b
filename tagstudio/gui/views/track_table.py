"""The table of tracks, which keeps its place while it is filled anew."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from tagstudio.gui.models.paged_table import PagedTable
from tagstudio.gui.presenters.library import SUGGESTIONS, TAGS
from tagstudio.gui.widgets.chips import ChipsDelegate
from tagstudio.gui.widgets.parts import dress_table

ROW_PX = 26
WIDTHS = (52, 220, 150, 130, 90, 60, 160, 240, 104)
Action = QAbstractItemView.CursorAction
UPWARDS = {Action.MoveUp, Action.MovePageUp, Action.MovePrevious}


@dataclass(frozen=True, slots=True)
class _Place:
    """The row of the track that was current last, and the track that stands there now, if it is another."""

    row: int
    track_id: int
    stands_there: int | None


class TrackTable(QTableView):
    """Keeps the current track, the selected ones and what is in sight through every reset of its model.

    When the current track leaves, another of several selected ones takes its part. Is there none left, then none is
    current, but the place is kept: keys go on from there.
    """

    reselected = Signal()  # a reset has changed which track is current, or which ones are selected

    def __init__(self, model: PagedTable) -> None:
        super().__init__()
        self._tracks = model
        self._place: _Place | None = None
        self._was_current: int | None = None
        self._was_selected: NDArray[np.int64] = np.empty(0, np.int64)
        self._scrolled, self._was_in_sight = 0, False
        self.setModel(model)
        _dress(self)
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)

    @property
    def selected(self) -> NDArray[np.int64]:
        """The ids of the selected tracks, shape (tracks,), in the order shown."""
        ranges = self.selectionModel().selection()
        rows = [np.arange(each.top(), each.bottom() + 1) for each in ranges]  # type: ignore[attr-defined]
        return self._tracks.ids[np.unique(np.concatenate(rows))] if rows else np.empty(0, np.int64)

    @property
    def current(self) -> int | None:
        """The id of the current track."""
        return self._tracks.id_at(self.currentIndex().row())

    def go_to(self, row: int) -> None:
        """Make a row current."""
        # Keep the column, so that the table does not scroll sideways.
        self.setCurrentIndex(self._tracks.index(row, max(1, self.currentIndex().column())))

    def step(self, rows: int) -> None:
        """Go to a track further down (or up)."""
        row = self.currentIndex().row() + rows
        if (gap := self._gap) is not None:
            # One step down from where a track left leads to the one that has moved up into its place.
            row = min(gap + rows - (rows > 0), self._tracks.rowCount() - 1)
        if 0 <= row < self._tracks.rowCount():
            self.go_to(row)

    def begin(self) -> None:
        """Make a track current if none is: where the last one was, else the first."""
        if not self.currentIndex().isValid() and self._tracks.rowCount():
            self.go_to(min(self._gap or 0, self._tracks.rowCount() - 1))

    def forget_place(self) -> None:
        """Forget where the last current track was: what is shown now has nothing to do with it."""
        self._place = None

    def moveCursor(self, action: Action, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        # Where no row is current, Qt begins at the first, on any key and when the table gets the focus.
        gap, count = self._gap, self._tracks.rowCount()
        if gap is None or not count or action in {Action.MoveHome, Action.MoveEnd}:
            return super().moveCursor(action, modifiers)
        return self._tracks.index(max(0, min(gap - (action in UPWARDS), count - 1)), 1)

    @property
    def _gap(self) -> int | None:
        is_open = self._place is not None and not self.currentIndex().isValid()
        return self._place.row if self._place is not None and is_open else None

    def _remember(self) -> None:
        row = self.currentIndex().row()
        if (current := self._tracks.id_at(row)) is not None:
            self._place = _Place(row, current, current)
        self._was_current, self._was_selected = current, self.selected
        self._scrolled = self.verticalScrollBar().value()
        self._was_in_sight = current is not None and -ROW_PX < self.rowViewportPosition(row) < self.viewport().height()

    def _restore(self) -> None:
        row = None if self._place is None else self._tracks.row_of(self._place.track_id)
        is_chosen = np.isin(self._tracks.ids, self._was_selected if len(self._was_selected) > 1 else [])
        if row is None and self._was_current is not None and is_chosen.any():
            row = int(is_chosen.argmax())
        if row is not None and not is_chosen.any():
            is_chosen[row] = True
        selection = self.selectionModel()
        with QSignalBlocker(selection):
            if row is not None:
                selection.setCurrentIndex(self._tracks.index(row, 1), selection.SelectionFlag.NoUpdate)
            selection.select(self._ranges(is_chosen), selection.SelectionFlag.ClearAndSelect)
        if row is None:
            self._open_gap()
        self.verticalScrollBar().setValue(self._scrolled)
        if row is not None and self._was_in_sight:
            self.scrollTo(self._tracks.index(row, 1))
        if self.current != self._was_current or set(self.selected.tolist()) != set(self._was_selected.tolist()):
            self.reselected.emit()

    def _open_gap(self) -> None:
        if (place := self._place) is None:
            return
        # The first time its neighbour has moved up; from then on the place goes where that one goes.
        found = None if place.stands_there is None else self._tracks.row_of(place.stands_there)
        row = place.row if found is None else found
        self._place = _Place(row, place.track_id, self._tracks.id_at(row))

    def _ranges(self, is_chosen: NDArray[np.bool_]) -> QItemSelection:
        """Return the chosen rows as a selection in which neighbours are one range."""
        turns = np.flatnonzero(np.diff(is_chosen.astype(np.int8), prepend=0, append=0))
        last, selection = self._tracks.columnCount() - 1, QItemSelection()
        for first, end in turns.reshape(-1, 2).tolist():
            selection.select(self._tracks.index(first, 0), self._tracks.index(end - 1, last))
        return selection


def _dress(table: QTableView) -> None:
    dress_table(table, "Tracks")
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setWordWrap(False)
    table.setAlternatingRowColors(True)
    table.setCornerButtonEnabled(False)
    delegate = ChipsDelegate(table)
    for column in (TAGS, SUGGESTIONS):
        table.setItemDelegateForColumn(column, delegate)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(ROW_PX)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    # Whether a column is selected is asked of every cell in it, each time the header is painted.
    header.setSelectionModel(QItemSelectionModel(table.model(), table))
    header.setStretchLastSection(False)
    header.setMinimumSectionSize(44)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column, width in enumerate(WIDTHS):
        table.setColumnWidth(column, width)
    header.setSectionResizeMode(SUGGESTIONS, QHeaderView.ResizeMode.Stretch)
    table.setColumnHidden(0, True)
