"""A table of texts that are all there; for previews and histories."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, overload

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from tagstudio.domain.tracks import shown
from tagstudio.gui.tips import plain_tip

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
TIP_LENGTH = 1000
TEXT_ROLES = {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}
Item = TypeVar("Item")


class LazyRows(Sequence[Sequence[str]], Generic[Item]):
    """Rows that are put into words when they are looked at: a table shows some thirty of tens of thousands."""

    def __init__(self, items: Sequence[Item], words: Callable[[Item], Sequence[str]]) -> None:
        self._items, self._words = items, words

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, row: int) -> Sequence[str]: ...
    @overload
    def __getitem__(self, row: slice) -> "LazyRows[Item]": ...
    def __getitem__(self, row: int | slice) -> "Sequence[str] | LazyRows[Item]":
        if isinstance(row, slice):
            return LazyRows(self._items[row], self._words)
        return self._words(self._items[row])


class TextTable(QAbstractTableModel):
    """Shows rows of texts, capped and plain; the whole text of a cell is its tooltip."""

    def __init__(self, headers: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = tuple(headers)
        self._rows: Sequence[Sequence[str]] = ()

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """All rows."""
        return self._rows

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in TEXT_ROLES:
            return None
        text = self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(text[:TIP_LENGTH]) if text else None
        return shown(text)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._headers[section]
        return None
