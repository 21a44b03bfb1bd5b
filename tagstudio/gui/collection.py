"""The dialogs about the collection as a whole: its folders, the words in its files, its copies; and watching it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.judgements import Judged
from tagstudio.domain.tracks import shown
from tagstudio.gui.dialogs.meaning import MeaningDialog
from tagstudio.gui.dialogs.tables import TableDialog
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.gui.presenters.commands import Commands
from tagstudio.gui.widgets.parts import while_open
from tagstudio.services import duplicates, file_words, roots, vocabulary
from tagstudio.services.duplicates import Copy, Group
from tagstudio.services.file_words import FileWord, Taken
from tagstudio.services.judge import JudgementResult
from tagstudio.services.roots import Moved, RootView
from tagstudio.services.studio import Studio
from tagstudio.services.watching import Watcher

MOST_WORDS, MOST_COPIES = 2000, 2000
FOLDERS_TEXT = "The folders that this library reads. If a drive or a folder has another name now, say where it is."
WORDS_TEXT = (
    "What your files themselves say in genre, mood and the like. Taking the words over says yes wherever a file "
    "names a tag, as one step that can be undone; verdicts you gave stay as they are."
)
COPIES_TEXT = "Tracks that hold exactly the same audio. Nothing is ever deleted here."


class Collection(QObject):
    """Opens the dialogs, and runs what they ask for."""

    track_wanted = Signal(int)
    _folders_changed = Signal(list)  # Path; comes from the thread that watches
    _watch_failed = Signal(str, str)

    def __init__(self, studio: Studio, runner: JobRunner, commands: Commands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._runner, self._commands = studio, runner, commands
        self._watcher = Watcher(self._folders_changed.emit, self._watch_failed.emit)
        self._folders_changed.connect(commands.refresh_folders)
        self._watch_failed.connect(commands.failed)
        self._rows: list[Any] = []
        commands.scanned.connect(self._watch_if_wanted)  # a folder may be new
        self._watch_if_wanted()

    def show_folders(self, parent: QWidget) -> TableDialog:
        """List the folders of the library."""
        actions = (
            ("It is somewhere else…", lambda: self._move(dialog), True),
            ("Look for changes", lambda: self._rescan(dialog), True),
            (self._watch_title(), lambda: self._switch_watching(dialog), False),
        )
        dialog: TableDialog = TableDialog(
            parent, "Folders", FOLDERS_TEXT, ("Folder", "State", "Tracks", "Missing"), actions
        )
        self._fill_folders(dialog)
        dialog.open()
        return dialog

    def show_words(self, parent: QWidget) -> TableDialog:
        """List the words in the files."""
        actions = (
            ("Take them over", lambda: self._take(dialog), True),
            ("It means…", lambda: self._map(dialog), True),
        )
        dialog: TableDialog = TableDialog(
            parent, "Words in your files", WORDS_TEXT, ("Word", "Field", "Tracks", "Means"), actions
        )
        self._fill_words(dialog)
        dialog.open()
        return dialog

    def show_copies(self, parent: QWidget) -> TableDialog:
        """List tracks with the same audio."""
        actions = (("Show the track", lambda: self._jump(dialog), True),)
        dialog: TableDialog = TableDialog(parent, "Copies", COPIES_TEXT, ("File", "Set", "Size", "Tags"), actions)
        self._fill(dialog, lambda: duplicates.duplicates(self._studio), _copies)
        dialog.open()
        return dialog

    def watch(self) -> None:
        """Watch the folders that the library has now."""
        reading = self._runner.start(lambda: roots.views(self._studio))
        reading.succeeded.connect(lambda found: self._watcher.start([each.folder for each in found]))

    def move(self, old: Path, new: Path) -> None:
        """Say that a folder is somewhere else now."""
        running = self._moving(old, new)
        running.failed.connect(lambda error: self._commands.failed.emit(error.what, error.advice))

    def close_down(self) -> None:
        """Watch nothing any more."""
        self._watcher.stop()

    def _fill(self, dialog: TableDialog, work: Callable[[], Any], shape: Callable[[Any], tuple[Any, ...]]) -> None:
        reading = self._runner.start(work)

        def show(found: Any) -> None:
            self._rows, rows, note = shape(found)
            dialog.show_rows(rows, note)

        reading.succeeded.connect(while_open(dialog, show))
        reading.failed.connect(while_open(dialog, lambda error: _refuse(dialog, error)))

    def _fill_folders(self, dialog: TableDialog) -> None:
        self._fill(dialog, lambda: roots.views(self._studio), _folders)

    def _fill_words(self, dialog: TableDialog) -> None:
        self._fill(dialog, lambda: file_words.words(self._studio), _words)

    def _then(self, dialog: TableDialog, running: RunningJob, refill: Callable[[TableDialog], None]) -> None:
        running.succeeded.connect(while_open(dialog, lambda _: refill(dialog)))
        running.failed.connect(while_open(dialog, lambda error: _refuse(dialog, error)))

    def _move(self, dialog: TableDialog) -> None:
        view: RootView = self._rows[dialog.chosen or 0]
        if folder := QFileDialog.getExistingDirectory(dialog, f"Where is “{shown(view.folder.name)}” now?"):
            self._then(dialog, self._moving(view.folder, Path(folder)), self._fill_folders)

    def _moving(self, old: Path, new: Path) -> RunningJob:
        running = self._runner.start(lambda: roots.move(self._studio, old, new), lane="judge")
        running.succeeded.connect(self._moved)
        return running

    def _moved(self, moved: Moved) -> None:
        self._commands.changed.emit()
        self._commands.said.emit(moved.sentence, "")
        self._watch_if_wanted()

    def _rescan(self, dialog: TableDialog) -> None:
        view: RootView = self._rows[dialog.chosen or 0]
        self._then(dialog, self._commands.add_folders([view.folder]), self._fill_folders)
        dialog.note.setText(f"Looking for changes in “{view.display}”…")

    def _switch_watching(self, dialog: TableDialog) -> None:
        try:
            self._studio.change_settings(watches_folders=not self._studio.settings.watches_folders)
        except TagStudioError as error:
            _refuse(dialog, error)
        if not self._studio.settings.watches_folders:
            self._watcher.stop()
        self._watch_if_wanted()
        dialog.buttons[2].setText(self._watch_title())

    def _watch_if_wanted(self) -> None:
        if self._studio.settings.watches_folders:
            self.watch()

    def _watch_title(self) -> str:
        return "Stop watching them" if self._studio.settings.watches_folders else "Watch them for changes"

    def _take(self, dialog: TableDialog) -> None:
        running = self._runner.start(lambda: file_words.take(self._studio), lane="judge")
        running.succeeded.connect(self._taken)
        running.succeeded.connect(while_open(dialog, lambda taken: dialog.note.setText(_taken_text(taken.judged))))
        running.failed.connect(while_open(dialog, lambda error: _refuse(dialog, error)))

    def _taken(self, taken: Taken) -> None:
        self._commands.judged.emit(JudgementResult(Judged(taken.judged, taken.batch), (), taken.new_tags))
        self._commands.read_history()
        self._commands.changed.emit()

    def _map(self, dialog: TableDialog) -> None:
        word: FileWord = self._rows[dialog.chosen or 0]
        reading = self._runner.start(lambda: [each.tag.name for each in vocabulary.tags(self._studio)])
        reading.succeeded.connect(while_open(dialog, lambda names: self._ask_meaning(dialog, word, names)))

    def _ask_meaning(self, dialog: TableDialog, word: FileWord, names: list[str]) -> None:
        def meant(tag: str) -> None:
            running = self._runner.start(lambda: file_words.map_word(self._studio, word.word, tag), lane="judge")
            self._then(dialog, running, self._fill_words)

        MeaningDialog(dialog, word.word, names, meant, now=word.tag.name if word.tag else "").open()

    def _jump(self, dialog: TableDialog) -> None:
        copy: Copy = self._rows[dialog.chosen or 0]
        self.track_wanted.emit(copy.id)
        dialog.accept()


def _refuse(dialog: TableDialog, error: TagStudioError) -> None:
    dialog.note.setText(f"{error.what} {error.advice}".strip())


def _taken_text(judged: int) -> str:
    return "1 verdict was taken over." if judged == 1 else f"{judged:,} verdicts were taken over."


def _folders(found: list[RootView]) -> tuple[Any, ...]:
    rows = [(each.display, each.state.value, f"{each.tracks:,}", f"{each.missing:,}") for each in found]
    return found, rows, "" if found else "There is no folder yet: add one with Ctrl+O."


def _words(found: list[FileWord]) -> tuple[Any, ...]:
    some = found[:MOST_WORDS]
    rows = [(each.word, each.field, f"{each.tracks:,}", each.tag.name if each.tag else "–") for each in some]
    known = sum(each.tag is not None for each in found)
    return some, rows, f"{known:,} of {len(found):,} words are known." if found else "The files name no words."


def _copies(found: list[Group]) -> tuple[Any, ...]:
    copies = [(n, each) for n, group in enumerate(found, 1) for each in group.copies][:MOST_COPIES]
    rows = [(each.display, str(n), f"{each.size / 1e6:.1f} MB", ", ".join(each.tags)) for n, each in copies]
    sets = "1 set" if len(found) == 1 else f"{len(found):,} sets"
    note = f"{sets} of copies." if found else "No two tracks hold the same audio."
    return [each for _, each in copies], rows, note
