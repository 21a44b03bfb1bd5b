"""Beside the table: saved searches to run, and live facets to narrow or widen the search."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QInputDialog, QMenu, QTreeWidget, QTreeWidgetItem, QWidget

from tagstudio.domain.tracks import shown
from tagstudio.gui.presenters.facets import Beside, FacetsPresenter
from tagstudio.gui.widgets.parts import button, stacked
from tagstudio.services.terms import has_term, with_term, without_term

SAVED = "Saved searches"
TERM, NAME = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
PANEL_PX = 230


class FacetPanel(QWidget):
    """Click or Enter adds a value to the search, or takes it out again; Ctrl or Delete excludes it."""

    query_wanted = Signal(str)

    def __init__(self, presenter: FacetsPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._query = ""
        self._closed: set[str] = set()
        self.tree = _Tree()
        self.tree.setAccessibleName("Saved searches and kinds of the tracks found")
        self.save = button("Save this search…", self._save, role="flat", tip="Keep the search under a name")
        self.setLayout(stacked(self.tree, self.save, spacing=4))
        self.setFixedWidth(PANEL_PX)
        self.tree.itemClicked.connect(lambda item: self._use(item))
        self.tree.used.connect(self._use)
        self.tree.excluded.connect(self._exclude)
        self.tree.menu_wanted.connect(self._menu)
        self.tree.itemCollapsed.connect(lambda item: self._closed.add(item.text(0)))
        self.tree.itemExpanded.connect(lambda item: self._closed.discard(item.text(0)))
        presenter.looked.connect(self._show)

    def _show(self, beside: Beside) -> None:
        self._query = beside.query
        self.save.setEnabled(bool(beside.query.strip()))
        at = self.tree.verticalScrollBar().value()
        chosen = self.tree.currentItem()
        current = chosen.text(0) if chosen else ""
        self.tree.clear()
        saved = self._group(SAVED)
        for each in beside.saved:
            item = _item(saved, shown(each.saved.name), each.count, each.saved.query)
            item.setData(0, NAME, each.saved.name)
            item.setToolTip(0, each.problem or shown(each.saved.query))
        if not beside.saved:
            _note(saved, "None yet")
        for group in beside.counts.groups:
            parent = self._group(group.name)
            for value in group.values:
                item = _item(parent, value.label, value.count, value.term)
                font = item.font(0)
                font.setBold(has_term(beside.query, value.term))
                item.setFont(0, font)
            if group.more:
                _note(parent, f"{group.more:,} more; type to find them")
        for found in self.tree.findItems(current, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[:1]:
            self.tree.setCurrentItem(found)
        self.tree.verticalScrollBar().setValue(at)

    def _group(self, name: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [name])
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        item.setExpanded(name not in self._closed)
        return item

    def _use(self, item: QTreeWidgetItem) -> None:
        term = item.data(0, TERM)
        if not term:
            return
        if item.data(0, NAME):
            self.query_wanted.emit(term)
        elif QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier:
            self._exclude(item)
        elif has_term(self._query, term):
            self.query_wanted.emit(without_term(self._query, term))
        else:
            self.query_wanted.emit(with_term(self._query, term))

    def _exclude(self, item: QTreeWidgetItem) -> None:
        if item.data(0, NAME):
            self._presenter.remove(item.data(0, NAME))
        elif term := item.data(0, TERM):
            self.query_wanted.emit(with_term(without_term(self._query, term), f"-{term}"))

    def _menu(self, item: QTreeWidgetItem, at: QPoint) -> None:
        menu = QMenu(self)
        if name := item.data(0, NAME):
            menu.addAction("Search", lambda: self._use(item))
            menu.addAction("Rename…", lambda: self._rename(name))
            menu.addAction("Delete", lambda: self._presenter.remove(name))
        elif item.data(0, TERM):
            menu.addAction("Only these", lambda: self._use(item))
            menu.addAction("Without these", lambda: self._exclude(item))
        if menu.actions():
            menu.popup(at)

    def _save(self) -> None:
        name, is_wanted = QInputDialog.getText(self, "Save this search", "Name:")
        if is_wanted:
            self._presenter.save(name, self._query)

    def _rename(self, name: str) -> None:
        new, is_wanted = QInputDialog.getText(self, "Rename the saved search", "Name:", text=name)
        if is_wanted:
            self._presenter.rename(name, new)


class _Tree(QTreeWidget):
    used = Signal(object)
    excluded = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(True)
        self.setIndentation(14)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.used.emit(item)
        elif item is not None and event.key() == Qt.Key.Key_Delete:
            self.excluded.emit(item)
        else:
            super().keyPressEvent(event)

    def _ask_menu(self, at: QPoint) -> None:
        if (item := self.itemAt(at)) is not None:
            self.menu_wanted.emit(item, self.viewport().mapToGlobal(at))


def _item(parent: QTreeWidgetItem, label: str, count: int | None, term: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem(parent, [label, "" if count is None else f"{count:,}"])
    item.setData(0, TERM, term)
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setToolTip(0, f"{label}\nClick: only these. Ctrl+click: without these.")
    return item


def _note(parent: QTreeWidgetItem, text: str) -> None:
    item = QTreeWidgetItem(parent, [text])
    item.setFlags(Qt.ItemFlag.NoItemFlags)
