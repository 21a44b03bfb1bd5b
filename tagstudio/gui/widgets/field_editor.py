"""Where each facet goes in a file, and whether its field is added to or replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QScrollArea, QWidget

from tagstudio.gui.widgets.choice import Choice
from tagstudio.gui.widgets.parts import plain_label, restyle

MODES = ("Add to what is there", "Replace what is there")
HELP = (
    "A field’s name, such as INSTRUMENT; genre, mood or grouping; comment:NAME for a bracket in the comment; none. "
    "Empty: as the program’s profile says."
)
HEIGHT = 150


@dataclass(slots=True)
class _Line:
    """The widgets of a facet; ``place`` is what is kept, or on its way there."""

    label: QLabel
    field: QLineEdit
    mode: QComboBox
    place: str = ""

    def show(self, place: str, *, is_own: bool) -> None:
        """Show where the facet goes; what is just being typed stays."""
        self.place = place
        if not self.field.isModified() and self.field.text() != place:
            self.field.setText(place)
        self.label.setProperty("role", "strong" if is_own else "")
        restyle(self.label)


class FieldEditor(QScrollArea):
    """A line for each facet: its field, to be typed over, and how it is written."""

    place_changed = Signal(str, str)  # facet, place
    mode_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Where tags go")
        self.setWidgetResizable(True)
        self.setFixedHeight(HEIGHT)
        self._lines: dict[str, _Line] = {}

    @property
    def replaced(self) -> tuple[str, ...]:
        """The facets whose fields are replaced."""
        return tuple(facet for facet, line in self._lines.items() if line.mode.currentIndex() == 1)

    def field(self, facet: str) -> QLineEdit:
        """Return where the field of a facet is typed."""
        return self._lines[facet].field

    def mode(self, facet: str) -> QComboBox:
        """Return where it is chosen how a facet is written."""
        return self._lines[facet].mode

    def show_lines(self, lines: Sequence[Any]) -> None:
        """Show where facets go; what was chosen to be replaced stays so, and what is being typed stays."""
        facets = [line.facet for line in lines]
        if facets != list(self._lines):
            self._build(facets)
        for line in lines:
            self._lines[line.facet].show(line.place, is_own=line.is_own)

    def _build(self, facets: Sequence[str]) -> None:
        chosen = set(self.replaced)
        self._lines = {facet: self._line(facet) for facet in facets}
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(8, 6, 8, 6)
        grid.setVerticalSpacing(4)
        for number, (facet, line) in enumerate(self._lines.items()):
            row, column = divmod(number, 2)
            for offset, widget in enumerate((line.label, line.field, line.mode)):
                grid.addWidget(widget, row, 3 * column + offset)
            line.mode.setCurrentIndex(int(facet in chosen))
        for column in (1, 4):
            grid.setColumnStretch(column, 1)
        self.setWidget(content)

    def _line(self, facet: str) -> _Line:
        field = QLineEdit()
        field.setAccessibleName(f"Field for {facet}")
        field.setToolTip(HELP)
        field.setMaxLength(255)
        mode = Choice("")
        mode.addItems(list(MODES))
        mode.setAccessibleName(f"How {facet} is written")
        mode.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        mode.activated.connect(lambda _: self.mode_changed.emit())
        line = _Line(plain_label(facet, width=80), field, mode)
        field.editingFinished.connect(lambda: self._tell(facet, line))
        return line

    def _tell(self, facet: str, line: _Line) -> None:
        line.field.setModified(False)
        if (place := line.field.text().strip()) != line.place:
            line.place = place
            self.place_changed.emit(facet, place)
