"""A dialog around a table of plain text, filled once its rows are known."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from tagstudio.gui.dialogs.text_tables import chosen_row, filled_table
from tagstudio.gui.models.text_table import TextTable
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked

Row = Sequence[str]


class TableDialog(QDialog):
    """Rows to look at and to choose one of; ``actions`` are (title, act, needs a chosen row)."""

    def __init__(
        self, parent: QWidget | None, title: str, text: str, headers: Sequence[str],
        actions: Sequence[tuple[str, Callable[[], object], bool]],
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(780, 480)
        self.note = plain_label("One moment…", wraps=True, role="muted")
        self.rows = TextTable(headers, self)
        self.table = filled_table(self.rows, title, wide=(0,))
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self.buttons = [button(name, act) for name, act, _ in actions]
        self._needing: list[QPushButton] = [
            each for each, (_, _, needs) in zip(self.buttons, actions, strict=True) if needs
        ]
        for each in self.buttons:
            each.setAutoDefault(False)  # Enter in the table must change nothing
        close = button("Close", self.reject)
        close.setDefault(True)
        row = side_by_side(*self.buttons, None, close)
        self.setLayout(stacked(plain_label(text, wraps=True), self.table, self.note, row, spacing=12, margin=20))
        self._enable()

    @property
    def chosen(self) -> int | None:
        """The number of the chosen row."""
        return chosen_row(self.table)

    def show_rows(self, rows: Sequence[Row], note: str) -> None:
        """Show rows in place of those that were shown; ``note`` says what they are, or why there are none."""
        chosen = self.chosen
        self.rows.show_rows(rows)
        self.note.setText(note)
        if rows:
            self.table.selectRow(min(chosen or 0, len(rows) - 1))
        self._enable()

    def _enable(self) -> None:
        for each in self._needing:
            each.setEnabled(self.chosen is not None)
