"""The dialog of what was written: runs, their files, and the way back for one file, one run or everything."""

import re
from datetime import datetime
from json import loads

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox, QProgressBar, QSplitter, QWidget
from shiboken6 import isValid

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Progress
from tagstudio.domain.tracks import shown_path
from tagstudio.domain.wording import counted
from tagstudio.gui.dialogs.text_tables import chosen_row, filled_table
from tagstudio.gui.jobs import RunningJob
from tagstudio.gui.models.text_table import LazyRows, TextTable
from tagstudio.gui.presenters.writing import WritingPresenter
from tagstudio.gui.widgets.parts import announce, button, plain_label, side_by_side, stacked
from tagstudio.services.restore_files import Entry, Run, RunReport

STATES = {
    "done": "written", "restored": "taken back", "not done": "as it was", "refused": "refused", "intended": "in work",
}  # fmt: skip
AGAIN = "This file was written again later: take that back first, or restore everything."


class WrittenDialog(QDialog):
    """Shows every time that files were written, newest first."""

    def __init__(self, presenter: WritingPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Written files")
        self.resize(900, 620)
        self._presenter = presenter
        self._running: RunningJob | None = None
        self.runs: list[Run] = []
        self.files: list[Entry] = []
        self._newest: dict[int, int] = {}  # by track: its newest write that is not taken back
        self.run_table = TextTable(("When", "What", "Files"), self)
        self.file_table = TextTable(("File", "State", "Changes"), self)
        self.run_view = filled_table(self.run_table, "Runs", wide=(1,))
        self.file_view = filled_table(self.file_table, "Files of the run", wide=(0, 2))
        self.restore_file = button("Restore this file", self._restore_file)
        self.restore_run = button("Restore this run", self._restore_run)
        self.restore_all = button("Restore everything…", self._restore_all)
        self.continue_run = button("Continue", self._continue, tip="Write the files that the run did not come to")
        self.close_button = button("Close", self.reject)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("How far it is")
        self._state = plain_label(wraps=True)
        self.why_not = plain_label(wraps=True, role="muted")
        self.why_not.hide()
        self._lay_out()
        self.run_view.selectionModel().selectionChanged.connect(lambda *_: self._read_files())
        self.file_view.selectionModel().selectionChanged.connect(lambda *_: self._choose_file())
        self.refresh()

    @property
    def text(self) -> str:
        """What is said below the tables."""
        return self._state.text()

    def refresh(self) -> None:
        """Read the history again."""
        self._presenter.runs().succeeded.connect(self._show_runs)

    def reject(self) -> None:
        if self._running is not None:
            self._running.cancel()
        super().reject()

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.run_view)
        split.addWidget(self.file_view)
        split.setChildrenCollapsible(False)
        about = plain_label(
            "Restoring brings files back byte for byte, unless another program has changed them since. It can be taken "
            "back, too.",
            wraps=True,
            role="muted",
        )
        buttons = side_by_side(
            self.restore_file, self.restore_run, self.restore_all, self.continue_run, None, self.progress,
            self.close_button,
        )  # fmt: skip
        layout = stacked(about, split, self.why_not, self._state, buttons, margin=16)
        layout.setStretchFactor(split, 1)
        self.setLayout(layout)
        self.close_button.setDefault(True)
        self._refresh_buttons()

    def _show_runs(self, runs: list[Run]) -> None:
        chosen = self._run()
        self.runs = runs
        self._newest.clear()
        self.run_table.show_rows([(_when(run.made_at), run.text, _counts(run)) for run in runs])
        if runs:
            # By its number: what was done meanwhile stands on top as another run.
            self.run_view.selectRow(next((n for n, run in enumerate(runs) if chosen and run.id == chosen.id), 0))
        elif not self._state.text():
            self._state.setText("Nothing was written yet.")
        self._refresh_buttons()

    def _read_files(self) -> None:
        self._refresh_buttons()
        if (run := self._run()) is not None:
            self._presenter.files_of(run.id).succeeded.connect(self._show_files)

    def _show_files(self, files: list[Entry]) -> None:
        run = self._run()
        if run is None or (files and files[0].run != run.id):
            return
        chosen = self._file(any_run=True)
        self.files = files
        self.file_table.show_rows(
            LazyRows(files, lambda each: (shown_path(each.path), _state(each, run), _changes(each)))
        )
        row = next((n for n, each in enumerate(files) if chosen and each.id == chosen.id), None)
        if row is not None:
            self.file_view.selectRow(row)
        self._refresh_buttons()

    def _choose_file(self) -> None:
        entry = self._file()
        if entry is not None and self._is_newest(entry) is None and entry.track_id is not None:
            track_id = entry.track_id
            self._presenter.newest_write(track_id).succeeded.connect(lambda found: self._learn(track_id, found))
        self._refresh_buttons()

    def _learn(self, track_id: int, newest: int | None) -> None:
        self._newest[track_id] = newest or 0
        if isValid(self):  # closed meanwhile; a lambda is not disconnected by that
            self._refresh_buttons()

    def _is_newest(self, entry: Entry) -> bool | None:
        """Tell whether an entry is its track's newest write; None while that is not known."""
        written = [run.id for run in self.runs if run.kind == "write" and run.counts.get("done")]
        if entry.run == max(written, default=0):
            return True
        newest = self._newest.get(entry.track_id or 0)
        return None if newest is None else newest == entry.id

    def _restore_file(self) -> None:
        entry = self._file()
        # The newest write is what is taken back of a track: no other may be on show.
        if entry is not None and entry.track_id is not None and self._is_newest(entry):
            self._start(self._presenter.restore_track(entry.track_id))

    def _restore_run(self) -> None:
        if (run := self._run()) is not None:
            self._start(self._presenter.restore_run(run.id))

    def _continue(self) -> None:
        if (run := self._run()) is not None:
            self._start(self._presenter.continue_run(run.id))

    def _restore_all(self) -> None:
        box = QMessageBox(self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText("Bring back every file that TagStudio has written?")
        box.setInformativeText("Each becomes what it was before the first time. This can be taken back.")
        yes = box.addButton("Restore everything", QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        yes.setAutoDefault(False)  # Enter must not restore everything
        yes.clicked.connect(lambda: self._start(self._presenter.restore_all()))
        box.open()
        cancel.setFocus()

    def _start(self, running: RunningJob) -> None:
        self._running = running
        self._state.setText("Working…")
        running.progressed.connect(self._show_progress)
        running.succeeded.connect(self._show_report)
        running.failed.connect(self._fail)
        running.finished.connect(self._finish)
        self._refresh_buttons()

    def _show_progress(self, progress: Progress) -> None:
        self.progress.setRange(0, progress.total)
        self.progress.setValue(progress.done)

    def _show_report(self, report: RunReport) -> None:
        refused = [each for each in report.files if each.state == "refused"]
        text = f"{counted(report.count('done'), 'file')} done."
        if refused:
            text += f" {counted(len(refused), 'file')} left as they are; the first: {refused[0].reason}."
        self._tell(text)

    def _fail(self, error: TagStudioError) -> None:
        self._tell(f"{error.what} {error.advice}")

    def _finish(self) -> None:
        self._running = None
        self.refresh()

    def _tell(self, text: str) -> None:
        self._state.setText(text)
        announce(self, text)

    def _run(self) -> Run | None:
        row = chosen_row(self.run_view)
        return None if row is None or row >= len(self.runs) else self.runs[row]

    def _file(self, *, any_run: bool = False) -> Entry | None:
        run, row = self._run(), chosen_row(self.file_view)
        if row is None or row >= len(self.files):
            return None
        entry = self.files[row]
        return entry if any_run or (run is not None and entry.run == run.id) else None

    def _refresh_buttons(self) -> None:
        run, entry, is_free = self._run(), self._file(), self._running is None
        counts = run.counts if run else {}
        able = entry is not None and entry.state == "done" and run is not None and run.kind == "write"
        is_newest = self._is_newest(entry) if able and entry is not None else None
        self.restore_file.setEnabled(is_free and is_newest is True)
        self._say_why_not(AGAIN if is_newest is False else "")
        self.restore_run.setEnabled(is_free and counts.get("done", 0) > 0)
        self.restore_run.setText("Write this run again" if run and run.kind == "restore" else "Restore this run")
        self.restore_all.setEnabled(
            is_free and any(each.kind == "write" and each.counts.get("done") for each in self.runs)
        )
        self.continue_run.setVisible(run is not None and run.kind == "write" and counts.get("not done", 0) > 0)
        self.continue_run.setEnabled(is_free)
        self.progress.setVisible(not is_free)

    def _say_why_not(self, text: str) -> None:
        self.why_not.setText(text)
        self.why_not.setVisible(bool(text))
        self.restore_file.setAccessibleDescription(text)


def _when(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


def _counts(run: Run) -> str:
    return ", ".join(f"{count:,} {_named(state, run)}" for state, count in run.counts.items())


def _named(state: str, run: Run) -> str:
    return "brought back" if (state, run.kind) == ("done", "restore") else STATES[state]


def _state(entry: Entry, run: Run) -> str:
    return f"{_named(entry.state, run)}{': ' + entry.reason if entry.reason else ''}"


def _changes(entry: Entry) -> str:
    before, after = loads(entry.fields_before), loads(entry.fields_after)
    changed = [name for name in after if before.get(name) != after[name]]
    return "; ".join(f"{_field(name)}: {_joined(before.get(name))} → {_joined(after[name])}" for name in changed)


def _field(name: str) -> str:
    # The kind of tag stands before the field's own name.
    return re.sub(r"^(ID3v2\.\d|Vorbis comment|MP4|APEv2) (----:com\.apple\.iTunes:)?", "", name)


def _joined(values: list[str] | None) -> str:
    return " | ".join(values or ()) or "–"
