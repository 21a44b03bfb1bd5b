"""What the menus of the window hold, and what each command does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMainWindow, QMenu

from tagstudio.domain.judgements import Verdict
from tagstudio.gui import theme
from tagstudio.gui.dialogs.shortcuts import about_dialog, shortcuts_dialog
from tagstudio.gui.menus import Menus

if TYPE_CHECKING:
    from tagstudio.gui.workplace import Workplace

SEEK_S = 5.0
ANSWERS = (("&Yes", Verdict.YES, "A"), ("&No", Verdict.NO, "X"), ("&Unsure", Verdict.UNSURE, "U"))
Act = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Shell:
    """What the menus need of the window."""

    window: QMainWindow
    menus: Menus
    place: Callable[[], "Workplace | None"]
    choose_folder: Act
    choose_library: Act
    show_backups: Callable[["Workplace"], None]
    dress: Callable[[theme.Scheme], None]


def fill_menus(shell: Shell, scheme: theme.Scheme) -> None:
    """Fill the menu bar; what a command does, it does in the library that is open then."""
    menu = shell.menus.menu
    _fill_file(shell, menu("&File"))
    _fill_edit(shell, menu("&Edit"))
    _fill_collection(shell, menu("&Collection"))
    _fill_track(shell, menu("&Track"))
    _fill_view(shell, menu("&View"), scheme)
    _fill_help(shell, menu("&Help"))


def _fill_file(shell: Shell, file: QMenu) -> None:
    add = shell.menus.add
    add(file, "&Add folder…", shell.choose_folder, "Ctrl+O", writes=True)
    add(file, "&Open library…", shell.choose_library, "Ctrl+Shift+O", needs_library=False)
    file.addSeparator()
    add(file, "&Import…", _here(shell, lambda place: place.exchange.choose_import(shell.window)), "Ctrl+I", writes=True)
    add(file, "&Export…", _here(shell, lambda place: place.exchange.choose_export(shell.window)), "Ctrl+E")
    file.addSeparator()
    add(file, "&Backups…", _here(shell, shell.show_backups))
    file.addSeparator()
    add(file, "&Quit", shell.window.close, "Ctrl+Q", needs_library=False)


def _fill_edit(shell: Shell, edit: QMenu) -> None:
    menus, add = shell.menus, shell.menus.add
    menus.undo = add(edit, "&Undo", _here(shell, lambda place: place.commands.undo()), "Ctrl+Z", writes=True)
    redo = _here(shell, lambda place: place.commands.redo())
    menus.redo = add(edit, "&Redo", redo, "Ctrl+Shift+Z|Ctrl+Y", writes=True)
    edit.addSeparator()
    add(edit, "&Search", _here(shell, lambda place: place.search()), "Ctrl+F")


def _fill_collection(shell: Shell, collection: QMenu) -> None:
    add = shell.menus.add
    add(collection, "Look for &changes", _here(shell, lambda place: place.commands.rescan()), "F5", writes=True)
    again = _here(shell, lambda place: place.commands.rescan(retry=True))
    add(collection, "T&ry failed files again", again, writes=True)
    add(collection, "&Listen to what is new", _here(shell, lambda place: place.listen()), writes=True)
    collection.addSeparator()
    add(collection, "&Folders…", _here(shell, lambda place: place.collection.show_folders(shell.window)))
    add(collection, "&Words in your files…", _here(shell, lambda place: place.collection.show_words(shell.window)))
    copies = _here(shell, lambda place: place.collection.show_copies(shell.window))
    add(collection, "Copies of the &same audio…", copies)
    collection.addSeparator()
    writing = _here(shell, lambda place: place.write_tags())
    add(collection, "Write &tags into files…", writing, "Ctrl+Shift+W", writes=True)
    add(collection, "Wr&itten files…", _here(shell, lambda place: place.show_written()))


def _fill_track(shell: Shell, track: QMenu) -> None:
    add = shell.menus.add
    add(track, "&Play or pause", _here(shell, lambda place: place.track.playback.toggle()), "Space")
    add(track, "5 seconds &back", _here(shell, lambda place: place.track.playback.skip(-SEEK_S)), ",")
    add(track, "5 seconds &ahead", _here(shell, lambda place: place.track.playback.skip(SEEK_S)), ".")
    track.addSeparator()
    for title, verdict, key in ANSWERS:
        add(track, title, _answering(shell, verdict), key, writes=True)
    add(track, "Add a &tag…", _here(shell, lambda place: place.panel.entry.setFocus()), "T", writes=True)
    track.addSeparator()
    add(track, "Ne&xt", _here(shell, lambda place: place.step(1)), "J")
    add(track, "P&revious", _here(shell, lambda place: place.step(-1)), "K")
    add(track, "&Skip the question", _here(shell, lambda place: place.skip()), "S")
    for number in range(1, 10):
        shell.menus.add_hidden(_toggling(shell, number), str(number))


def _fill_view(shell: Shell, view: QMenu, scheme: theme.Scheme) -> None:
    add = shell.menus.add
    add(view, "L&ibrary", _here(shell, lambda place: place.go_to(0)), "Ctrl+1")
    add(view, "&Review", _here(shell, lambda place: place.go_to(1)), "Ctrl+2")
    view.addSeparator()
    shell.menus.add_schemes(view, shell.dress, scheme)


def _fill_help(shell: Shell, help_menu: QMenu) -> None:
    add = shell.menus.add
    add(help_menu, "&Keyboard shortcuts", lambda: shortcuts_dialog(shell.window).open(), "F1|?", needs_library=False)
    add(help_menu, "&About TagStudio", lambda: about_dialog(shell.window).open(), needs_library=False)


def _answering(shell: Shell, verdict: Verdict) -> Act:
    return _here(shell, lambda place: place.answer(verdict))


def _toggling(shell: Shell, number: int) -> Act:
    return _here(shell, lambda place: place.panel.toggle_nth(number))


def _here(shell: Shell, act: Callable[["Workplace"], object]) -> Act:
    def done() -> None:
        if (place := shell.place()) is not None:
            act(place)

    return done
