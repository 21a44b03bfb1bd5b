"""The dialog that writes tags into files: where they go, what every field would hold, and only then the writing."""

from collections.abc import Sequence
from itertools import chain

from PySide6.QtWidgets import QCheckBox, QDialog, QProgressBar, QTabWidget, QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Progress
from tagstudio.domain.wording import counted
from tagstudio.gui.dialogs.text_tables import filled_table, warned
from tagstudio.gui.jobs import RunningJob
from tagstudio.gui.models.text_table import TextTable
from tagstudio.gui.presenters.writing import WritingPresenter
from tagstudio.gui.widgets.choice import Choice
from tagstudio.gui.widgets.field_editor import FieldEditor
from tagstudio.gui.widgets.parts import announce, button, plain_label, side_by_side, stacked
from tagstudio.services.field_map import PROFILES
from tagstudio.services.write_tags import FieldChange, FilePlan, Plan, RunReport, WriteOptions

CHANGES, REFUSED, NOTES = range(3)
LOOKING = "Looking into the files…"
OPT_IN = (
    "TagStudio only reads your files until you switch this on. Every file then changes in one step, is proven to sound "
    "the same first, and can be brought back byte for byte."
)


class WriteDialog(QDialog):
    """Preview and write the tags of the tracks of a search, or of a selection."""

    def __init__(
        self, presenter: WritingPresenter, query: str, selected: Sequence[int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Write tags into files")
        self.resize(1000, 720)
        self._presenter, self._query, self._selected = presenter, query, list(selected)
        self._running: RunningJob | None = None
        self.plan: Plan | None = None
        # How often the fields were asked for or changed, how many answers came, and which of them a preview looks at.
        self._n_asked = self._n_answered = self._n_looked_at = 0
        self._is_preview_wanted = False
        self.scope = Choice("Which tracks")
        if len(selected) > 1 or (selected and not query):
            self.scope.addItem("The selected track" if len(selected) == 1 else f"The {len(selected):,} selected tracks")
        self.scope.addItem("All tracks of the search" if query else "All tracks of the library")
        self.profile = Choice("For which program")
        for each in PROFILES:
            self.profile.addItem(each.title, each.name)
        self.fields = FieldEditor()
        self.removes_no = QCheckBox("Take out words that I said no to")
        self.keeps_mtime = QCheckBox("Leave the files’ time of change as it is")
        self.only_changes = QCheckBox("Only what changes")
        self.only_changes.setChecked(True)
        self.allowed = QCheckBox("Allow TagStudio to write tags into files")
        self.allowed.setChecked(presenter.is_allowed)
        self._about, self._state = plain_label(wraps=True, role="muted"), plain_label(wraps=True)
        self.tables = [
            TextTable(("File", "Field", "Before", "After"), self),
            TextTable(("File", "Why it is left as it is", "What to do"), self),
            TextTable(("File", "Worth knowing"), self),
        ]
        self.tabs = QTabWidget()
        self.preview_button = button("Preview", self.preview)
        self.write_button = button("Write", self.write, role="primary")
        self.stop_button = button("Stop", self.stop)
        self.close_button = button("Close", self.reject)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("How far it is")
        self._lay_out()
        self._connect()
        self._show_plan(None)
        self._read_fields("")

    def preview(self) -> None:
        """Look into the files, as soon as every change of the fields is kept and shown."""
        self._is_preview_wanted = self._n_answered < self._n_asked
        if self._is_preview_wanted:
            self._state.setText(LOOKING)
            return
        self._n_looked_at = self._n_asked
        looking = self._presenter.preview(self._query, self._ids(), self._options())
        self._start(looking, LOOKING, self._take_plan)

    def write(self) -> None:
        """Write what the preview shows."""
        if self.plan is not None and self.plan.to_write:
            self._start(self._presenter.write(self.plan), "Writing…", self._show_report)

    def stop(self) -> None:
        """Stop after the file in work; what is written stays, the rest is as it was."""
        if self._running is not None:
            self._running.cancel()

    def reject(self) -> None:
        self._is_preview_wanted = False
        self.stop()
        super().reject()

    def _lay_out(self) -> None:
        for table, name in zip(self.tables, ("Changes", "Left as they are", "Worth knowing"), strict=True):
            self.tabs.addTab(filled_table(table, name), name)
        top = side_by_side(
            plain_label("Tracks", width=60), self.scope, plain_label("Fields for", width=70), self.profile, None
        )
        options = side_by_side(self.removes_no, self.keeps_mtime, None, spacing=20)
        row = side_by_side(self.preview_button, self.only_changes, None, spacing=16)
        buttons = side_by_side(self.progress, None, self.stop_button, self.write_button, self.close_button)
        layout = stacked(
            top, self._about, self.fields, options, row, self.tabs, self._state, self.allowed,
            plain_label(OPT_IN, wraps=True, role="muted"), buttons, spacing=8, margin=16,
        )  # fmt: skip
        layout.setStretchFactor(self.tabs, 1)
        self.setLayout(layout)
        self.preview_button.setDefault(True)

    def _connect(self) -> None:
        for changed in (self.scope.activated, self.removes_no.toggled, self.keeps_mtime.toggled):
            changed.connect(lambda *_: self._show_plan(None))
        self.profile.activated.connect(lambda _: self._read_fields(self.profile.currentData()))
        self.fields.place_changed.connect(self._change_place)
        self.fields.mode_changed.connect(lambda: self._show_plan(None))
        self.only_changes.toggled.connect(lambda _: self._fill())
        self.allowed.toggled.connect(self._presenter.allow)
        self.allowed.toggled.connect(lambda _: self._refresh_buttons())

    def _ids(self) -> Sequence[int] | None:
        return self._selected if self.scope.count() == 2 and self.scope.currentIndex() == 0 else None

    def _options(self) -> WriteOptions:
        return WriteOptions(
            profile=self.profile.currentData(),
            replace=self.fields.replaced,
            removes_no=self.removes_no.isChecked(),
            keeps_mtime=self.keeps_mtime.isChecked(),
        )

    def _read_fields(self, profile: str) -> None:
        self._follow(self._presenter.change_fields(profile, {}) if profile else self._presenter.read_fields(""))

    def _change_place(self, facet: str, place: str) -> None:
        self._follow(self._presenter.change_fields(self.profile.currentData(), {facet: place}))

    def _follow(self, changing: RunningJob) -> None:
        self._n_asked += 1
        self._show_plan(None)
        changing.succeeded.connect(self._show_fields)
        changing.failed.connect(self._refuse_fields)
        changing.finished.connect(self._end_change)

    def _show_fields(self, found: tuple[str, list[object], list[str]]) -> None:
        if self._n_answered + 1 < self._n_asked:
            return  # the answer to the newest change shows this one, too
        name, lines, warnings = found
        self.profile.setCurrentIndex(self.profile.findData(name))
        self._about.setText(" ".join([PROFILES[self.profile.currentIndex()].about, *warnings]))
        self.fields.show_lines(lines)

    def _refuse_fields(self, error: TagStudioError) -> None:
        self._is_preview_wanted = False
        self._fail(error)
        self._presenter.read_fields("").succeeded.connect(self._show_again)

    def _show_again(self, found: tuple[str, list[object], list[str]]) -> None:
        if self._n_answered == self._n_asked:
            self.fields.show_lines(found[1])

    def _end_change(self) -> None:
        self._n_answered += 1
        if self._is_preview_wanted:
            self.preview()

    def _start(self, running: RunningJob, state: str, done: object) -> None:
        self._running = running
        self._state.setText(state)
        self.progress.setRange(0, 0)
        running.progressed.connect(self._show_progress)
        running.succeeded.connect(done)
        running.failed.connect(self._fail)
        running.finished.connect(self._finish)
        self._refresh_buttons()

    def _show_progress(self, progress: Progress) -> None:
        self.progress.setRange(0, progress.total)
        self.progress.setValue(progress.done)

    def _finish(self) -> None:
        if self._running is not None and self._running.is_cancelled:
            self._state.setText("Stopped. What was written stays, the rest is as it was.")
        self._running = None
        self._refresh_buttons()

    def _fail(self, error: TagStudioError) -> None:
        self._tell(f"{error.what} {error.advice}")

    def _tell(self, text: str) -> None:
        self._state.setText(text)
        announce(self, text)

    def _take_plan(self, plan: Plan) -> None:
        self._show_plan(plan if self._n_looked_at == self._n_asked else None)

    def _show_plan(self, plan: Plan | None) -> None:
        self.plan = plan
        self._fill()
        if plan is None:
            self._state.setText("Preview first: nothing is written before you have seen it.")
        else:
            counts = f"{counted(len(plan.to_write), 'file')} would change, {len(plan.refused):,} refused"
            self._tell(f"{counts}, of {counted(len(plan.files), 'file')} with verdicts.")
        self._refresh_buttons()

    def _fill(self) -> None:
        files = self.plan.files if self.plan else ()
        only = self.only_changes.isChecked()
        self.tables[CHANGES].show_rows(list(chain.from_iterable(_rows(file, only=only) for file in files)))
        self.tables[REFUSED].show_rows([(file.display, file.refusal, file.advice) for file in files if file.refusal])
        self.tables[NOTES].show_rows([(file.display, text) for file in files for text in file.warnings])
        names = ("Changes", "Left as they are", "Worth knowing")
        counts = (sum(file.is_change for file in files), len(self.tables[REFUSED].rows), len(self.tables[NOTES].rows))
        for number, (name, count) in enumerate(zip(names, counts, strict=True)):
            self.tabs.setTabText(number, f"{name} ({count:,})")

    def _show_report(self, report: RunReport) -> None:
        refused = [each for each in report.files if each.state == "refused"]
        self._show_plan(None)
        text = f"{counted(report.count('done'), 'file')} written."
        if refused:
            text += f" {counted(len(refused), 'file')} left as they were; see “Left as they are”."
            self.tables[REFUSED].show_rows([(each.display, each.reason, each.advice) for each in refused])
            self.tabs.setTabText(REFUSED, f"Left as they are ({len(refused):,})")
            self.tabs.setCurrentIndex(REFUSED)
        self._tell(f"{text} Collection → Written files takes it back.")

    def _refresh_buttons(self) -> None:
        is_busy = self._running is not None
        count = len(self.plan.to_write) if self.plan else 0
        self.write_button.setText(f"Write {counted(count, 'file')}" if count else "Write")
        self.write_button.setEnabled(bool(count) and not is_busy and self.allowed.isChecked())
        self.write_button.setToolTip("" if self.allowed.isChecked() else "Allow writing first.")
        for widget in (self.scope, self.profile, self.fields, self.removes_no, self.keeps_mtime, self.preview_button):
            widget.setEnabled(not is_busy)
        self.stop_button.setVisible(is_busy)
        self.progress.setVisible(is_busy)


def _rows(file: FilePlan, *, only: bool) -> list[tuple[str, ...]]:
    name = file.display.rsplit("/", 1)[-1]
    rows: list[tuple[str, ...]] = [
        (name, _field(each), _joined(each.before), _joined(each.after)) for each in file.fields if each.is_change
    ]
    if not only:
        rows += [(name, _field(each), *[_joined(each.before)] * 2) for each in file.fields if not each.is_change]
        rows += [(name, field, *[_joined(values)] * 2) for field, values in file.others.items()]
    return [warned(row) for row in rows]


def _field(change: FieldChange) -> str:
    return f"{change.name.removeprefix('----:com.apple.iTunes:')} ({change.tag})"


def _joined(values: Sequence[str]) -> str:
    return "  |  ".join(values)
