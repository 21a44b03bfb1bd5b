"""The dialog that asks what to export and in which format."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QDialog, QRadioButton, QWidget

from tagstudio.domain.tracks import shown
from tagstudio.gui.widgets.choice import Choice
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked
from tagstudio.services.exchange import FORMATS, ExportOptions

WIDTH_PX = 520
Covers = Literal["all", "search", "selection"]


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What the person wants exported, and how."""

    format: str
    covers: Covers
    options: ExportOptions


class ExportDialog(QDialog):
    """Format, tracks, options; ``wanted`` comes with an ExportWish, then the dialog is gone."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget, *, query: str, selected: int) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        self.formats = Choice("Format")
        for card in FORMATS.values():
            self.formats.addItem(card.title, card.id)
        self._explanation = plain_label(wraps=True)
        self._loses = plain_label(wraps=True, role="muted")
        self.covers = _cover_buttons(query, selected)
        self._group = QButtonGroup(self)
        for each in self.covers.values():
            self._group.addButton(each)
        self.wide = _check("One line per track, a column per tag")
        self.per_facet = _check("One line per track, a column per facet")
        self.bom = _check("Mark as UTF-8, so that Excel shows accents right")
        self.relative = _check("Paths as seen from the playlist, so that both can move together")
        self.suggestions = _check("Write suggestions beside verdicts")
        self.suggestions.setChecked(True)
        # One or the other, or neither.
        self.wide.clicked.connect(lambda: self.per_facet.setChecked(False))
        self.per_facet.clicked.connect(lambda: self.wide.setChecked(False))
        self._go = button("Choose a place…", self._want, role="primary")
        self._go.setDefault(True)
        self._lay_out()
        self.formats.currentIndexChanged.connect(self._explain)
        self._explain()

    @property
    def wish(self) -> ExportWish:
        """What is chosen now."""
        covers = next(name for name, each in self.covers.items() if each.isChecked())
        options = ExportOptions(
            wide=self.wide.isChecked(), per_facet=self.per_facet.isChecked(), bom=self.bom.isChecked(),
            relative=self.relative.isChecked(), suggestions=self.suggestions.isChecked(),
        )  # fmt: skip
        return ExportWish(self.formats.currentData(), covers, options)

    def _lay_out(self) -> None:
        options = (self.wide, self.per_facet, self.bom, self.relative, self.suggestions)
        self.setLayout(
            stacked(
                stacked(plain_label("Format", role="heading"), self.formats, self._explanation, self._loses, spacing=6),
                stacked(plain_label("Tracks", role="heading"), *self.covers.values(), spacing=6),
                stacked(plain_label("Options", role="heading"), *options, spacing=6),
                side_by_side(None, button("Cancel", self.reject), self._go),
                spacing=20,
                margin=20,
            )
        )

    def _explain(self) -> None:
        card = FORMATS[self.formats.currentData()]
        self._explanation.setText(card.explanation)
        self._loses.setText(
            f"What does not come back on import: {card.loses}." if card.loses else "All of it can come back."
        )
        is_table = card.id == "csv"
        for each, is_offered in (
            (self.wide, is_table),
            (self.per_facet, is_table),
            (self.bom, is_table),
            (self.relative, card.id == "m3u8"),
            (self.suggestions, card.has_suggestions),
        ):
            each.setEnabled(is_offered)

    def _want(self) -> None:
        wish = self.wish
        self.accept()
        self.wanted.emit(wish)


def _cover_buttons(query: str, selected: int) -> dict[Covers, QRadioButton]:
    named = f"The current search: {shown(query)[:50]}" if query else "The current search (none now)"
    count = "1 track" if selected == 1 else f"{selected:,} tracks"
    # An ampersand in a search is no key.
    made: dict[Covers, QRadioButton] = {
        "all": QRadioButton("The whole library"),
        "search": QRadioButton(named.replace("&", "&&")),
        "selection": QRadioButton(f"What is selected ({count})"),
    }
    made["search"].setEnabled(bool(query))
    made["selection"].setEnabled(bool(selected))
    made["search" if query else "all"].setChecked(True)
    return made


def _check(text: str) -> QCheckBox:
    made = QCheckBox(text)
    made.setAccessibleName(text)
    return made
