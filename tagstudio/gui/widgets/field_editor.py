"""Where each facet goes in a file, and whether its field is added to or replaced."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QScrollArea, QWidget

from tagstudio.gui.widgets.choice import Choice
from tagstudio.gui.widgets.parts import plain_label

MODES = ("Add to what is there", "Replace what is there")
HELP = (
    "A field’s name, such as INSTRUMENT; genre, mood or grouping; comment:NAME for a bracket in the comment; none. "
    "Empty: as the program’s profile says."
)
HEIGHT = 150


class FieldEditor(QScrollArea):
    """A line for each facet: its field, to be typed over, and how it is written."""

    place_changed = Signal(str, str)  # facet, place
    mode_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Where tags go")
        self.setWidgetResizable(True)
        self.setFixedHeight(HEIGHT)
        self._lines: dict[str, tuple[QLineEdit, QComboBox]] = {}

    @property
    def replaced(self) -> tuple[str, ...]:
        """The facets whose fields are replaced."""
        return tuple(facet for facet, (_, mode) in self._lines.items() if mode.currentIndex() == 1)

    def field(self, facet: str) -> QLineEdit:
        """Return where the field of a facet is typed."""
        return self._lines[facet][0]

    def mode(self, facet: str) -> QComboBox:
        """Return where it is chosen how a facet is written."""
        return self._lines[facet][1]

    def show_lines(self, lines: Iterable[Any]) -> None:
        """Show where facets go; what was chosen to be replaced stays so."""
        chosen, self._lines = set(self.replaced), {}
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(8, 6, 8, 6)
        grid.setVerticalSpacing(4)
        for number, line in enumerate(lines):
            row, column = divmod(number, 2)
            for offset, widget in enumerate(self._widgets(line.facet, line.place, is_own=line.is_own)):
                grid.addWidget(widget, row, 3 * column + offset)
            self._lines[line.facet][1].setCurrentIndex(int(line.facet in chosen))
        for column in (1, 4):
            grid.setColumnStretch(column, 1)
        self.setWidget(content)

    def _widgets(self, facet: str, place: str, *, is_own: bool) -> tuple[QLabel, QLineEdit, QComboBox]:
        label = plain_label(facet, width=80, role="strong" if is_own else "")
        field = QLineEdit(place)
        field.setAccessibleName(f"Field for {facet}")
        field.setToolTip(HELP)
        field.setMaxLength(255)
        field.editingFinished.connect(lambda: self._tell(facet, place, field))
        mode = Choice("")
        mode.addItems(list(MODES))
        mode.setAccessibleName(f"How {facet} is written")
        mode.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        mode.activated.connect(lambda _: self.mode_changed.emit())
        self._lines[facet] = field, mode
        return label, field, mode

    def _tell(self, facet: str, before: str, field: QLineEdit) -> None:
        if field.text().strip() != before:
            self.place_changed.emit(facet, field.text().strip())
