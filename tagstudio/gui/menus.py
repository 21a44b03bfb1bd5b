"""The menus of the window and their keys."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from tagstudio.gui import theme

SCHEME_NAMES = {"system": "As the &system", "light": "&Light", "dark": "&Dark"}


class Menus:
    """Fills the menu bar; what needs an open library is grey without one."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._needing: list[QAction] = []
        self._writing: list[QAction] = []
        self.undo: QAction
        self.redo: QAction

    def menu(self, title: str) -> QMenu:
        """Add a menu to the bar."""
        return self._window.menuBar().addMenu(title)

    def add(
        self,
        menu: QMenu,
        title: str,
        act: Callable[[], object],
        keys: str = "",
        *,
        needs_library: bool = True,
        writes: bool = False,
    ) -> QAction:
        """Add a command; its keys work everywhere in the window, save where a text field takes them.

        What ``writes`` is grey while the library may only be read.
        """
        action = QAction(title, self._window)
        if keys:
            action.setShortcuts([QKeySequence(each) for each in keys.split("|")])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda: act())
        menu.addAction(action)
        # Also to the window itself, else a menu bar that is not shown would take its keys away.
        self._window.addAction(action)
        if needs_library:
            self._needing.append(action)
        if writes:
            self._writing.append(action)
        return action

    def add_hidden(self, act: Callable[[], object], keys: str) -> None:
        """Add keys that no menu lists."""
        action = QAction(self._window)
        action.setShortcuts([QKeySequence(each) for each in keys.split("|")])
        action.triggered.connect(lambda: act())
        self._window.addAction(action)
        self._needing.append(action)

    def add_schemes(self, menu: QMenu, choose: Callable[[theme.Scheme], object], chosen: theme.Scheme) -> None:
        """Add light, dark and as the system."""
        group = QActionGroup(self._window)
        for scheme in theme.SCHEMES:
            action = menu.addAction(SCHEME_NAMES[scheme])
            action.setCheckable(True)
            action.setChecked(scheme == chosen)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, scheme=scheme: choose(scheme))

    def set_library_open(self, *, is_open: bool) -> None:
        """Switch what needs a library on or off."""
        for action in self._needing:
            action.setEnabled(is_open)
        if not is_open:
            self.show_history("", "")

    def allow_writing(self, is_allowed: bool) -> None:
        """Switch what changes the library on or off."""
        for action in self._writing:
            action.setEnabled(is_allowed)

    def show_history(self, undo: str, redo: str) -> None:
        """Say in the menu what would be undone and redone.

        The two stay enabled: right after a verdict its text is not known yet, and the key must not be lost.
        """
        for action, word, text in ((self.undo, "&Undo", undo), (self.redo, "&Redo", redo)):
            # An ampersand in a tag's name is not a key.
            action.setText(f"{word}: {text.replace('&', '&&')}" if text else word)
