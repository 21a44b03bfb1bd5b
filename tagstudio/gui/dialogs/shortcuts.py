"""The cheat sheet of keys, and what the program is."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLayout, QWidget

import tagstudio
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked

SHEET = (
    (
        "Everywhere",
        (
            ("Space", "play or pause"),
            (",  .", "5 seconds back, forward"),
            ("J  K", "next, previous track (in Review: skip, back)"),
            ("Ctrl+1  Ctrl+2", "Library, Review"),
            ("Ctrl+F", "search; ↓ and Enter take what is offered"),
            ("Enter  Delete", "beside the table: only these, without these"),
            ("T", "add a word of your own"),
            ("Ctrl+Z  Ctrl+Shift+Z", "undo, redo"),
            ("Ctrl+O  F5", "add a folder, look for changes"),
            ("Ctrl+Shift+O", "open another library"),
            ("Ctrl+I  Ctrl+E", "import, export"),
            ("Ctrl+Shift+W", "write tags into files"),
            ("F1  or  ?", "this sheet"),
            ("Ctrl+Q", "quit"),
        ),
    ),
    (
        "Suggestions",
        (
            ("1 … 9", "yes to the n-th, again: take it back"),
            ("↑  ↓", "choose (with the list in focus)"),
            ("A  or  Enter", "yes, and on to the next"),
            ("X", "no, and on to the next"),
            ("U", "unsure, and on to the next"),
            ("Esc", "leave the field for words"),
        ),
    ),
    (
        "Review",
        (
            ("A  X  U", "yes, no, unsure"),
            ("S  or  →", "skip"),
            ("←", "back to the question before"),
        ),
    ),
    (
        "Time axis (with a lane in focus)",
        (
            ("wheel", "zoom at the pointer"),
            ("Ctrl+wheel", "scroll"),
            ("Shift+wheel  Alt+wheel", "pan, zoom frequency"),
            ("←  →  ↑  ↓", "scroll, zoom"),
            ("F  B", "fit, previous view"),
            ("click, double-click", "go there, go there and play"),
        ),
    ),
)


def shortcuts_dialog(parent: QWidget) -> QDialog:
    """Return the sheet of all keys."""
    columns = [stacked(_group(*SHEET[0]), None), stacked(*(_group(*each) for each in SHEET[1:3]), None, spacing=20)]
    columns.append(stacked(_group(*SHEET[3]), None))
    return _dialog(parent, "Keyboard shortcuts", side_by_side(*columns, spacing=32))


def about_dialog(parent: QWidget) -> QDialog:
    """Return what the program is, its version and its licence."""
    text = (
        f"TagStudio {tagstudio.__version__}\n\n"
        "Learns the words of its curator: it listens to your music with convolutional networks, suggests tags, "
        "and learns from every yes and no.\n\n"
        "Everything happens on this computer. Your files are only read until you allow writing tags into them; "
        "what was written can be taken back.\n\n"
        "Free software under the GNU General Public License, version 3 or later. "
        "The shipped networks are musicnn's, under the ISC licence."
    )
    label = plain_label(text, wraps=True)
    label.setFixedWidth(420)
    return _dialog(parent, "About TagStudio", stacked(label))


def _group(title: str, keys: tuple[tuple[str, str], ...]) -> QWidget:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    for n, (key, meaning) in enumerate(keys):
        for column, text in enumerate((key, meaning)):
            label = plain_label(text, wraps=True, role="strong" if column == 0 else "")
            label.setWordWrap(False)  # as wide as its text
            grid.addWidget(label, n, column)
    group = QWidget()
    group.setLayout(stacked(plain_label(title, role="heading"), grid, spacing=6))
    return group


def _dialog(parent: QWidget, title: str, content: QLayout) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    close = side_by_side(None, button("Close", dialog.reject))
    dialog.setLayout(stacked(content, close, spacing=16, margin=20))
    return dialog
