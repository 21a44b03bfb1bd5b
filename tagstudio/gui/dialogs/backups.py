"""The list of backups: make one, try one, go back to one, and where second copies go."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QFileDialog,
    QHeaderView,
    QMessageBox,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from tagstudio.domain.tracks import shown
from tagstudio.gui.presenters.backups import BackupPresenter, test_text
from tagstudio.gui.presenters.dates import made_text
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets.parts import button, dress_table, plain_label, side_by_side, stacked
from tagstudio.library.backups import Backup
from tagstudio.services.backups import TestReport

WORKING = "Working…"
LOOKING = "Looking for backups…"
NONE_YET = (
    "There are no backups yet. One is made when the library is opened, every half an hour of work, and before anything "
    "that changes much."
)
COLUMNS = ("Made", "Why", "Judgements", "Size", "State")
REASONS = {
    "start": "at the start", "while working": "every half an hour", "by hand": "asked for", "schema-1": "new version",
    "before restore": "before going back", "before write": "before writing files",
    "before import": "before an import", "before merge": "before a merge", "before delete": "before deleting",
    "before compacting": "before compacting",
}  # fmt: skip
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
# (backup, with the newer judgements)
Restore = Callable[[Backup, bool], None]


class BackupsDialog(QDialog):
    """Lists the backups of the open library; going back to one is left to ``restore``."""

    def __init__(self, parent: QWidget, presenter: BackupPresenter, restore: Restore) -> None:
        super().__init__(parent)
        self.setWindowTitle("Backups")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 480)
        self._presenter, self._restore = presenter, restore
        self._backups: list[Backup] = []
        self.table = _table()
        self.note = plain_label(LOOKING, wraps=True, role="muted")
        self.note.setAccessibleName("What came of it")
        self.place = plain_label("", wraps=True)
        self.make_button = button("Back up now", presenter.make)
        self.test_button = button("Test restore", self._test, tip="Open a copy of the chosen backup and compare")
        self.restore_button = button("Go back to this…", self._ask)
        self.forget_button = button("None", lambda: self._choose_place(""), name="No second place")
        self._lay_out()
        self._connect()
        self._show_place()
        self._look_at_choice()
        presenter.read_list()

    def show_backups(self, backups: Sequence[Backup]) -> None:
        """Show the list, the newest first."""
        chosen = self.chosen
        self._backups = list(backups)
        self.table.setRowCount(len(backups))
        for row, backup in enumerate(backups):
            for column, text in enumerate(_texts(backup)):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(shown(str(backup.file))))
                if column in (2, 3):
                    item.setTextAlignment(RIGHT)
                self.table.setItem(row, column, item)
        if backups:
            # By its file: one is made every half an hour, and stands on top.
            self.table.selectRow(next((n for n, each in enumerate(backups) if chosen and each.file == chosen.file), 0))
        if self.note.text() in {LOOKING, NONE_YET}:
            self.note.setText("" if backups else NONE_YET)
        self._look_at_choice()

    @property
    def chosen(self) -> Backup | None:
        """The chosen backup."""
        rows = self.table.selectionModel().selectedRows()
        return self._backups[rows[0].row()] if rows and rows[0].row() < len(self._backups) else None

    def _lay_out(self) -> None:
        self.make_button.setDefault(True)
        actions = side_by_side(self.make_button, self.test_button, self.restore_button, None)
        change = button("Change…", self._choose_folder, name="Change the second place")
        second = side_by_side(self.place, change, self.forget_button)
        second.setStretchFactor(self.place, 1)
        close = side_by_side(None, button("Close", self.reject))
        self.setLayout(
            stacked(
                plain_label("Every backup is checked when it is made. What was judged since is kept, too.", wraps=True),
                self.table, self.note, actions, second, close, spacing=10, margin=16,
            )
        )  # fmt: skip

    def _connect(self) -> None:
        self._presenter.listed.connect(self.show_backups)
        self._presenter.tested.connect(self._tell_test)
        self._presenter.busy.connect(self._set_busy)
        self._presenter.failed.connect(self._tell_failure)
        self._presenter.said.connect(lambda what, _more: self.note.setText(what))
        self.table.itemSelectionChanged.connect(self._look_at_choice)

    def _look_at_choice(self) -> None:
        for each in (self.test_button, self.restore_button):
            each.setEnabled(self.chosen is not None)

    def _set_busy(self, is_busy: bool) -> None:
        self.make_button.setEnabled(not is_busy)
        if is_busy:
            self.note.setText(WORKING)
        elif self.note.text() == WORKING:
            self.note.setText("")
        self._look_at_choice()

    def _test(self) -> None:
        if self.chosen is not None:
            self._presenter.test(self.chosen)

    def _tell_test(self, report: TestReport) -> None:
        self.note.setText(test_text(report))

    def _tell_failure(self, what: str, advice: str) -> None:
        self.note.setText(f"{what} {advice}".strip())

    def _ask(self) -> None:
        if self.chosen is not None:
            restore_question(self, self.chosen, self._decided).open()

    def _decided(self, backup: Backup, with_newer: bool) -> None:
        self.accept()
        self._restore(backup, with_newer)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A second place for backups")
        if folder:
            self._choose_place(folder)

    def _choose_place(self, folder: str) -> None:
        self._presenter.choose_second_place(folder)
        self._show_place(folder)

    def _show_place(self, folder: str | None = None) -> None:
        named = self._presenter.studio.settings.second_backup_folder if folder is None else folder
        self.place.setText(
            f"Second copies go to {shown(named)}"
            if named
            else "No second place: copies on another disk survive this one."
        )
        self.forget_button.setVisible(bool(named))


def restore_question(parent: QWidget, backup: Backup, decided: Restore) -> QMessageBox:
    """Return the question whether to go back to a backup."""
    box = QMessageBox(
        QMessageBox.Icon.Question, "Backups", f"Go back to the backup of {made_text(backup)}?", parent=parent
    )
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText("The library as it is now is kept beside it under another name.")
    newer = QCheckBox("Judge again what was judged since")
    newer.setChecked(True)
    box.setCheckBox(newer)
    go = box.addButton("Go back", QMessageBox.ButtonRole.AcceptRole)
    stay = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def pressed(which: object) -> None:
        if which is go:
            is_checked = newer.isChecked()
            QTimer.singleShot(0, parent, lambda: decided(backup, is_checked))

    box.buttonClicked.connect(pressed)
    return box


def _texts(backup: Backup) -> tuple[str, ...]:
    reason = REASONS.get(backup.reason, shown(backup.reason) or "unknown")
    state = "cut short" if backup.is_cut else "checked" if backup.sha256 else "never checked"
    return made_text(backup), reason, f"{backup.judgements:,}", f"{backup.size / 2**20:,.1f} MB", state


def _table() -> QTableWidget:
    table = QTableWidget(0, len(COLUMNS))
    table.setHorizontalHeaderLabels(COLUMNS)
    dress_table(table, "Backups")
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setStyleSheet("QTableWidget::item { padding: 0 10px; }")
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    for column in (2, 3):
        table.horizontalHeaderItem(column).setTextAlignment(RIGHT)  # type: ignore[union-attr]
    return table
