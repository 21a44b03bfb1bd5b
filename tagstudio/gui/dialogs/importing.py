"""The dialog that shows what a file would bring, lets the person decide, and says what was done."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QRadioButton, QStackedWidget, QTabWidget, QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.tracks import shown
from tagstudio.domain.wording import counted
from tagstudio.gui.widgets.parts import announce, button, plain_label, side_by_side, stacked
from tagstudio.gui.widgets.word_table import WordTable, plain_table
from tagstudio.services.exchange import Choices, Imported, ImportPlan, Preview

SIZE_PX = (760, 620)
ROWS_SHOWN = 500


class ImportDialog(QDialog):
    """First what would happen, then what happened; ``undo_wanted`` asks to take it back."""

    choices_changed = Signal(object)  # Choices
    import_wanted = Signal(object)
    undo_wanted = Signal()

    def __init__(self, parent: QWidget, plan: ImportPlan) -> None:
        super().__init__(parent)
        self.plan = plan
        merged = plan.kind == "merge"
        self.setWindowTitle("Merge a library" if merged else "Import")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE_PX)
        self._asked: Choices | None = None
        self.words = WordTable(plan.unknown)
        self.words.changed.connect(self._change)
        self.mine = QRadioButton("Keep mine where they differ")
        self.theirs = QRadioButton("Take the library's" if merged else "Take the file's")
        self.mine.setChecked(True)
        self.theirs.toggled.connect(self._change)
        self._summary = plain_label("Looking at the verdicts…", wraps=True, role="strong")
        self._failure = plain_label(wraps=True, role="failure")
        self._failure.hide()
        self._go = button("Import", self._import, role="primary")
        self._go.setEnabled(False)
        self._cancel = button("Cancel", self.reject)
        self.tabs = QTabWidget()
        self._differences = QWidget()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._front())
        self.setLayout(stacked(self._pages, margin=20))

    @property
    def choices(self) -> Choices:
        """What the person has decided so far."""
        return Choices(words=self.words.choices, theirs=self.theirs.isChecked())

    @property
    def summary(self) -> str:
        """What would happen, or what has happened, in words."""
        return self._summary.text()

    def reject(self) -> None:
        # While verdicts are recorded nothing takes the dialog away: what comes of it must be seen.
        if self._cancel.isEnabled():
            super().reject()

    def show_preview(self, choices: Choices, seen: Preview) -> None:
        """Say what an import would do; an answer to earlier choices is left out."""
        if choices != self.choices:
            return
        self._summary.setText(_foreseen(self.plan, seen))
        self._show_differences(seen)
        brings = seen.new or seen.new_tags or seen.new_aliases or seen.new_searches
        self._go.setEnabled(bool(brings))
        self._go.setText(f"Import {counted(seen.new, 'verdict')}" if brings else "Nothing to import")
        self._go.setDefault(bool(brings))

    def show_failure(self, error: TagStudioError) -> None:
        """Say why it did not work; the choices stay."""
        self._failure.setText(f"{error.what} {error.advice}".strip())
        self._failure.show()
        self._go.setEnabled(True)
        self._cancel.setEnabled(True)
        announce(self, self._failure.text())

    def show_result(self, done: Imported) -> None:
        """Say what was done and offer to take it back."""
        lines = [f"{counted(done.judged.judged, 'verdict')} recorded."]
        if done.preview.new_tags:
            lines.append(f"New in your vocabulary: {shown(', '.join(done.preview.new_tags))}.")
        if done.preview.new_searches:
            lines.append(f"{counted(len(done.preview.new_searches), 'saved search', 'saved searches')} added.")
        lines.append("A backup of your library was made before.")
        self._summary = plain_label(lines[0], wraps=True, role="title")
        undo = button("Undo", self._undo)
        undo.setEnabled(bool(done.judged.batch))
        close = button("Close", self.accept, role="primary")
        close.setDefault(True)
        page = QWidget()
        texts = [plain_label(line, wraps=True) for line in lines[1:]]
        page.setLayout(stacked(self._summary, *texts, None, side_by_side(None, undo, close), spacing=12))
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        self._cancel.setEnabled(True)
        close.setFocus()
        announce(self, " ".join(lines))

    def _front(self) -> QWidget:
        plan = self.plan
        heading = plain_label(shown(plan.file.name), role="title")
        facts = plain_label("\n".join(_facts(plan)), wraps=True)
        self._fill_tabs()
        buttons = side_by_side(None, self._cancel, self._go)
        front = QWidget()
        layout = stacked(heading, facts, self.tabs, self._summary, self._failure, buttons, spacing=12)
        if not self.tabs.count():
            self.tabs.hide()
            layout.insertStretch(2, 1)
        front.setLayout(layout)
        return front

    def _fill_tabs(self) -> None:
        plan = self.plan
        if plan.unknown:
            self.tabs.addTab(self.words, f"Unknown tags ({len(plan.unknown):,})")
        if plan.unmatched:
            rows = [(each.name, each.reason) for each in plan.unmatched[:ROWS_SHOWN]]
            self._add_table(f"Tracks not here ({len(plan.unmatched):,})", ("Track", "Why"), rows, len(plan.unmatched))
        if plan.n_bad:
            bad = [(str(each.line or ""), each.reason) for each in plan.bad_rows[:ROWS_SHOWN]]
            self._add_table(f"Rows not used ({plan.n_bad:,})", ("Line", "Why"), bad, plan.n_bad)

    def _add_table(self, title: str, headers: Sequence[str], rows: Sequence[Sequence[str]], count: int) -> None:
        table = plain_table(title, headers, rows)
        more = plain_label(f"The first {len(rows):,} of {count:,} are shown.", role="muted")
        more.setVisible(count > len(rows))
        page = QWidget()
        page.setLayout(stacked(table, more, margin=8))
        self.tabs.addTab(page, title)

    def _show_differences(self, seen: Preview) -> None:
        rows = [(each.track, each.tag, each.mine.value, each.theirs.value) for each in seen.conflicts]
        title = f"Differences ({seen.n_conflicts:,})"
        at = self.tabs.indexOf(self._differences)
        if seen.n_conflicts and at < 0:
            self._differences.setLayout(stacked(self.mine, self.theirs, margin=8))
            at = self.tabs.insertTab(1 if self.plan.unknown else 0, self._differences, title)
            self.tabs.show()
        if at < 0:
            return
        self.tabs.setTabText(at, title)
        layout = self._differences.layout()
        assert layout is not None
        if (old := layout.takeAt(2)) is not None and (widget := old.widget()) is not None:
            widget.deleteLater()
        layout.addWidget(plain_table("Differences", ("Track", "Tag", "Mine", "Theirs"), rows))

    def _change(self) -> None:
        self._go.setEnabled(False)
        self.choices_changed.emit(self.choices)

    def _import(self) -> None:
        self._go.setEnabled(False)
        self._cancel.setEnabled(False)
        self._failure.hide()
        self._summary.setText("Recording the verdicts…")
        self.import_wanted.emit(self.choices)

    def _undo(self) -> None:
        self.accept()
        self.undo_wanted.emit()


def _facts(plan: ImportPlan) -> list[str]:
    lines = [f"{counted(plan.matched, 'track')} of it found in your library, {_missing(plan)}."]
    if plan.ways:
        lines.append("Recognised by " + ", ".join(f"{way.value} ({n:,})" for way, n in sorted(plan.ways.items())) + ".")
    if plan.other_audio:
        lines.append(f"{counted(plan.other_audio, 'track')} had other audio when the file was made.")
    if plan.guesses:
        lines.append(f"{counted(plan.guesses, 'suggestion')} in it left out: they are nobody's verdicts.")
    if plan.loses:
        lines.append(f"A file of this kind never holds {plan.loses}.")
    return [*lines, *plan.notices]


def _missing(plan: ImportPlan) -> str:
    return f"{len(plan.unmatched):,} not" if plan.unmatched else "none missing"


def _foreseen(plan: ImportPlan, seen: Preview) -> str:
    parts = [f"{counted(seen.new, 'new verdict')}", f"{seen.same:,} here already"]
    if seen.left_out:
        parts.append(f"{seen.left_out:,} left out with their tags")
    if seen.unmatched:
        parts.append(f"{seen.unmatched:,} for tracks that are not here")
    if seen.new_tags:
        parts.append(f"{counted(len(seen.new_tags), 'new tag')}")
    return ", ".join(parts) + "."
