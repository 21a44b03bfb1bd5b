"""What the menus of the window hold, and what each command does."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from tagstudio.domain.judgements import Verdict
from tagstudio.gui import theme
from tagstudio.gui.dialogs.shortcuts import about_dialog, shortcuts_dialog

if TYPE_CHECKING:
    from tagstudio.gui.main_window import MainWindow
    from tagstudio.gui.workplace import Workplace

SEEK_S = 5.0
ANSWERS = (("&Yes", Verdict.YES, "A"), ("&No", Verdict.NO, "X"), ("&Unsure", Verdict.UNSURE, "U"))
Act = Callable[[], None]


def fill_menus(window: "MainWindow", scheme: theme.Scheme) -> None:
    """Fill the menu bar; what a command does, it does in the library that is open then."""
    menu = window.menus.menu
    _fill_file(window, menu("&File"))
    _fill_edit(window, menu("&Edit"))
    _fill_collection(window, menu("&Collection"))
    _fill_track(window, menu("&Track"))
    _fill_view(window, menu("&View"), scheme)
    _fill_help(window, menu("&Help"))


def _fill_file(window: "MainWindow", file: QMenu) -> None:
    add = window.menus.add
    add(file, "&Add folder…", window.choose_folder, "Ctrl+O", writes=True)
    add(file, "&Open library…", window.choose_library, "Ctrl+Shift+O", needs_library=False)
    file.addSeparator()
    add(file, "&Import…", _here(window, lambda place: place.exchange.choose_import(window)), "Ctrl+I", writes=True)
    add(file, "&Export…", _here(window, lambda place: place.exchange.choose_export(window)), "Ctrl+E")
    file.addSeparator()
    add(file, "&Backups…", _here(window, window.show_backups))
    file.addSeparator()
    add(file, "&Quit", window.close, "Ctrl+Q", needs_library=False)


def _fill_edit(window: "MainWindow", edit: QMenu) -> None:
    menus, add = window.menus, window.menus.add
    menus.undo = add(edit, "&Undo", _here(window, lambda place: place.commands.undo()), "Ctrl+Z", writes=True)
    redo = _here(window, lambda place: place.commands.redo())
    menus.redo = add(edit, "&Redo", redo, "Ctrl+Shift+Z|Ctrl+Y", writes=True)
    edit.addSeparator()
    add(edit, "&Search", _here(window, lambda place: place.search()), "Ctrl+F")


def _fill_collection(window: "MainWindow", collection: QMenu) -> None:
    add = window.menus.add
    add(collection, "Look for &changes", _here(window, lambda place: place.commands.rescan()), "F5", writes=True)
    again = _here(window, lambda place: place.commands.rescan(retry=True))
    add(collection, "T&ry failed files again", again, writes=True)
    add(collection, "&Listen to what is new", _here(window, lambda place: place.listen()), writes=True)
    collection.addSeparator()
    add(collection, "&Folders…", _here(window, lambda place: place.collection.show_folders(window)))
    add(collection, "&Words in your files…", _here(window, lambda place: place.collection.show_words(window)))
    copies = _here(window, lambda place: place.collection.show_copies(window))
    add(collection, "Copies of the &same audio…", copies)
    collection.addSeparator()
    writing = _here(window, lambda place: place.write_tags())
    add(collection, "Write &tags into files…", writing, "Ctrl+Shift+W", writes=True)
    add(collection, "Wr&itten files…", _here(window, lambda place: place.show_written()))


def _fill_track(window: "MainWindow", track: QMenu) -> None:
    add = window.menus.add
    add(track, "&Play or pause", _here(window, lambda place: place.track.playback.toggle()), "Space")
    add(track, "5 seconds &back", _here(window, lambda place: place.track.playback.skip(-SEEK_S)), ",")
    add(track, "5 seconds &ahead", _here(window, lambda place: place.track.playback.skip(SEEK_S)), ".")
    track.addSeparator()
    for title, verdict, key in ANSWERS:
        add(track, title, _answering(window, verdict), key, writes=True)
    add(track, "Add a &tag…", _here(window, lambda place: place.panel.entry.setFocus()), "T", writes=True)
    track.addSeparator()
    add(track, "Ne&xt", _here(window, lambda place: place.step(1)), "J")
    add(track, "P&revious", _here(window, lambda place: place.step(-1)), "K")
    add(track, "&Skip the question", _here(window, lambda place: place.skip()), "S")
    for number in range(1, 10):
        window.menus.add_hidden(_toggling(window, number), str(number))


def _fill_view(window: "MainWindow", view: QMenu, scheme: theme.Scheme) -> None:
    add = window.menus.add
    add(view, "L&ibrary", _here(window, lambda place: place.go_to(0)), "Ctrl+1")
    add(view, "&Review", _here(window, lambda place: place.go_to(1)), "Ctrl+2")
    view.addSeparator()
    window.menus.add_schemes(view, window.dress, scheme)


def _fill_help(window: "MainWindow", help_menu: QMenu) -> None:
    add = window.menus.add
    add(help_menu, "&Keyboard shortcuts", lambda: shortcuts_dialog(window).open(), "F1|?", needs_library=False)
    add(help_menu, "&About TagStudio", lambda: about_dialog(window).open(), needs_library=False)


def _answering(window: "MainWindow", verdict: Verdict) -> Act:
    return _here(window, lambda place: place.answer(verdict))


def _toggling(window: "MainWindow", number: int) -> Act:
    return _here(window, lambda place: place.panel.toggle_nth(number))


def _here(window: "MainWindow", act: Callable[["Workplace"], object]) -> Act:
    def done() -> None:
        if window.workplace is not None:
            act(window.workplace)

    return done
