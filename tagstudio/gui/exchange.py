"""Export, import and merge from the window: the dialogs, and the jobs behind them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from tagstudio.gui.dialogs.export import ExportDialog, ExportWish
from tagstudio.gui.dialogs.importing import ImportDialog
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.gui.presenters.commands import Commands
from tagstudio.gui.widgets.parts import while_open
from tagstudio.services import exchange
from tagstudio.services.exchange import FORMATS, Choices, Exported, Imported, ImportPlan
from tagstudio.services.studio import Studio

# The search in force, and the ids of the selected tracks.
Shown = tuple[str, list[int]]


class Exchange(QObject):
    """Brings tags in and out; what happens and what fails is told by ``commands``, like everything that writes."""

    def __init__(
        self, studio: Studio, runner: JobRunner, commands: Commands, shown: Callable[[], Shown], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._studio, self._runner, self._commands, self._shown = studio, runner, commands, shown
        self.dialog: ExportDialog | ImportDialog | None = None

    def choose_export(self, window: QWidget) -> None:
        """Ask what to export, and in which format."""
        query, selected = self._shown()
        dialog = self.dialog = ExportDialog(window, query=query, selected=len(selected))
        dialog.wanted.connect(lambda wish: self._choose_place(window, wish, query, selected))
        dialog.open()

    def export(self, file: Path, wish: ExportWish, query: str, ids: list[int] | None) -> RunningJob:
        """Write a file or a folder in the background."""
        # On the reading lane: an export must not wait for an hour of listening.
        work = exchange.export(
            self._studio, file, query, file_format=wish.format, options=wish.options, ids=ids, replaces=True
        )
        running = self._runner.start(work, lane="read", name=f"Exporting to {file.name}")
        running.succeeded.connect(self._exported)
        self._report_failure(running)
        return running

    def choose_import(self, window: QWidget) -> None:
        """Ask for a file to import, or a library to merge."""
        endings = " ".join(f"*{ending}" for each in FORMATS.values() for ending in each.endings)
        known = f"All that can be imported ({endings} *.sqlite3);;All files (*)"
        file, _ = QFileDialog.getOpenFileName(window, "Import", "", known)
        if file:
            self.look_at(window, Path(file))

    def look_at(self, window: QWidget, file: Path) -> RunningJob:
        """Find out what a file would bring, and show it."""
        running = self._runner.start(exchange.plan_for(self._studio, file), lane="read", name=f"Reading {file.name}")
        running.succeeded.connect(lambda plan: self._show(window, plan))
        self._report_failure(running)
        return running

    def _choose_place(self, window: QWidget, wish: ExportWish, query: str, selected: list[int]) -> None:
        card = FORMATS[wish.format]
        if card.is_per_track:
            name, _ = QFileDialog.getSaveFileName(window, "A new folder for the files", f"tags {card.id}")
        else:
            ending = card.endings[0]
            name, _ = QFileDialog.getSaveFileName(
                window, "A file for the tags", f"tags{ending}", f"{card.title} (*{ending})"
            )
        if name:
            query = query if wish.covers == "search" else ""
            self.export(Path(name), wish, query, selected if wish.covers == "selection" else None)

    def _show(self, window: QWidget, plan: ImportPlan) -> None:
        dialog = self.dialog = ImportDialog(window, plan)
        dialog.choices_changed.connect(lambda choices: self._preview(dialog, plan, choices))
        dialog.import_wanted.connect(lambda choices: self._apply(dialog, plan, choices))
        dialog.undo_wanted.connect(self._commands.undo)
        dialog.open()
        self._preview(dialog, plan, dialog.choices)

    def _preview(self, dialog: ImportDialog, plan: ImportPlan, choices: Choices) -> None:
        running = self._runner.start(lambda: exchange.preview(self._studio, plan, choices), lane="read")
        running.succeeded.connect(while_open(dialog, lambda seen: dialog.show_preview(choices, seen)))
        running.failed.connect(while_open(dialog, dialog.show_failure))

    def _apply(self, dialog: ImportDialog, plan: ImportPlan, choices: Choices) -> None:
        # With the verdicts: what is judged meanwhile is written after it.
        work = exchange.apply_import(self._studio, plan, choices)
        running = self._runner.start(work, lane="judge", name=f"Importing {plan.file.name}")
        # The dialog may be closed before the answer comes; what was imported shows all the same.
        running.succeeded.connect(self._imported)
        running.succeeded.connect(while_open(dialog, dialog.show_result))
        running.failed.connect(while_open(dialog, dialog.show_failure))

    def _imported(self, _done: Imported) -> None:
        self._commands.changed.emit()
        self._commands.read_history()

    def _exported(self, done: Exported) -> None:
        what = "1 track" if done.tracks == 1 else f"{done.tracks:,} tracks"
        self._commands.said.emit(f"{what} exported.", str(done.file))

    def _report_failure(self, running: RunningJob) -> None:
        running.failed.connect(lambda error: self._commands.failed.emit(error.what, error.advice))
