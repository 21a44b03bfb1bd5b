"""Tables of a dialog: rows of plain text, and words with what shall happen to each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from tagstudio.domain.tracks import shown
from tagstudio.domain.vocabulary import DEFAULT_FACET, FACETS
from tagstudio.gui.widgets.choice import Choice as ChoiceBox
from tagstudio.gui.widgets.parts import dress_table, plain_label, side_by_side, stacked
from tagstudio.services.exchange import AddTag, LeaveOut, MapTo
from tagstudio.services.exchange.plans import Choice, FileWord

WORDS_SHOWN = 300
ROW_PX, CHOICE_PX = 38, 260


class WordTable(QWidget):
    """Unknown words of a file, one choice each, and one for all of them."""

    changed = Signal()

    def __init__(self, words: Sequence[FileWord]) -> None:
        super().__init__()
        self._words = list(words)
        self.boxes: dict[str, ChoiceBox] = {}
        self.all = ChoiceBox("What to do with all unknown tags")
        for title, kind in (("Decide for each", ""), ("Add all", "add"), ("Leave all out", "leave")):
            self.all.addItem(title, kind)
        self.all.activated.connect(lambda _: self._choose_all())
        rows = [(word.text, f"{word.rows:,}", "") for word in self._words[:WORDS_SHOWN]]
        table = plain_table("Unknown tags", ("Word in the file", "Verdicts", "What to do"), rows)
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        table.horizontalHeader().setStretchLastSection(False)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(2, CHOICE_PX)
        for row, word in enumerate(self._words[:WORDS_SHOWN]):
            self.boxes[word.key] = box = _box(word)
            box.activated.connect(lambda _: self._changed())
            table.setCellWidget(row, 2, box)
        more = plain_label(f"The first {WORDS_SHOWN:,} are shown; the others follow “all”.", role="muted")
        more.setVisible(len(self._words) > WORDS_SHOWN)
        first = side_by_side(plain_label("All of them:", width=90), self.all, None)
        self.setLayout(stacked(first, table, more, margin=8))

    @property
    def choices(self) -> dict[str, Choice]:
        """What shall happen to each word, by its key."""
        chosen: dict[str, Choice] = {key: box.currentData() for key, box in self.boxes.items()}
        for word in self._words[WORDS_SHOWN:]:
            chosen[word.key] = _for_all(word, self.all.currentData()) or word.proposed
        return chosen

    def _choose_all(self) -> None:
        for word in self._words[:WORDS_SHOWN]:
            wanted = _for_all(word, self.all.currentData())
            if wanted is not None:
                box = self.boxes[word.key]
                box.setCurrentIndex(next(n for n in range(box.count()) if box.itemData(n) == wanted))
        self.changed.emit()

    def _changed(self) -> None:
        self.all.setCurrentIndex(0)
        self.changed.emit()


def plain_table(name: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> QTableWidget:
    """Return a table that can be read and copied from, but not changed."""
    table = QTableWidget(len(rows), len(headers))
    dress_table(table, name)
    table.setHorizontalHeaderLabels(list(headers))
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            table.setItem(row, column, QTableWidgetItem(shown(cell)))
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setStretchLastSection(True)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column in range(len(headers) - 1):
        table.setColumnWidth(column, 300 if column == 0 and headers[0] != "Line" else 90)
    return table


def _box(word: FileWord) -> ChoiceBox:
    box = ChoiceBox(f"What to do with {shown(word.text)}")
    box.addItem("Leave out", LeaveOut())
    for tag in word.near:
        box.addItem(f"It means “{shown(tag.name)[:30]}”", MapTo(tag.name))
    own = _facet(word)
    for facet in dict.fromkeys((own, *FACETS)):
        box.addItem(f"Add it as {shown(facet)[:30]}", AddTag(facet))
    proposed = word.proposed
    at = next((n for n in range(box.count()) if box.itemData(n) == proposed), 0)
    box.setCurrentIndex(at)
    return box


def _for_all(word: FileWord, kind: str) -> Choice | None:
    if kind == "add":
        return AddTag(_facet(word))
    return LeaveOut() if kind == "leave" else None


def _facet(word: FileWord) -> str:
    return word.proposed.facet if isinstance(word.proposed, AddTag) else word.facet.casefold() or DEFAULT_FACET
