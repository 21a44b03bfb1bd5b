"""Tables of texts as the dialogs show them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from tagstudio.gui.models.text_table import TextTable
from tagstudio.gui.widgets.parts import dress_table

EMPTY = "–"
Mode = QHeaderView.ResizeMode


def filled_table(model: TextTable, name: str, *, wide: Sequence[int] = ()) -> QTableView:
    """Return a table for reading and choosing a row by mouse and keyboard.

    Its columns share its width; or the ``wide`` ones share what the others leave, which are as wide as their texts.
    """
    view = QTableView()
    view.setModel(model)
    dress_table(view, name)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setWordWrap(False)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # of paths the end tells most
    view.setStyleSheet("QTableView::item { padding: 0 6px; }")
    view.setAlternatingRowColors(True)
    view.verticalHeader().setDefaultSectionSize(26)
    header = view.horizontalHeader()
    header.setSectionResizeMode(Mode.ResizeToContents if wide else Mode.Stretch)
    header.setResizeContentsPrecision(0)  # only what is in sight is measured
    for column in wide:
        header.setSectionResizeMode(column, Mode.Stretch)
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return view


def chosen_row(view: QTableView) -> int | None:
    """Return the number of the row that is chosen."""
    rows = view.selectionModel().selectedRows()
    return rows[0].row() if rows else None


def warned(row: Sequence[str]) -> tuple[str, ...]:
    """Return a row in which an empty text is seen to be one."""
    return tuple(text or EMPTY for text in row)
