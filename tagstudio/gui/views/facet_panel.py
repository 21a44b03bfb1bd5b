"""Beside the table: saved searches to run, and live facets to narrow or widen the search."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QInputDialog,
    QMenu,
    QMessageBox,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
    QWidget,
)

from tagstudio.domain.tracks import shown
from tagstudio.gui.presenters.facets import Beside, FacetsPresenter
from tagstudio.gui.tips import plain_tip
from tagstudio.gui.widgets.parts import button, stacked
from tagstudio.services.facets import SHOWN, FacetGroup
from tagstudio.services.terms import has_term, with_term, without_term

SAVED = "Saved searches"
TERM, NAME, MORE = (Qt.ItemDataRole.UserRole + n for n in range(3))
PANEL_PX = 230


class FacetPanel(QWidget):
    """Click or Enter adds a value to the search, or takes it out again; Ctrl or Delete excludes it."""

    query_wanted = Signal(str)

    def __init__(self, presenter: FacetsPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._query = ""
        self._closed: set[str] = set()
        self._opened: set[str] = set()
        self.tree = _Tree()
        self.tree.setAccessibleName("Saved searches and kinds of the tracks found")
        self.save = button("Save this search…", self._save, role="flat", tip="Keep the search under a name")
        self.save.setEnabled(False)
        self.setLayout(stacked(self.tree, self.save, spacing=4))
        self.setFixedWidth(PANEL_PX)
        self.tree.itemClicked.connect(lambda item: self._use(item))
        self.tree.used.connect(self._use)
        self.tree.excluded.connect(self._exclude)
        self.tree.menu_wanted.connect(self._menu)
        self.tree.itemCollapsed.connect(lambda item: self._closed.add(item.text(0)))
        self.tree.itemExpanded.connect(lambda item: self._closed.discard(item.text(0)))
        presenter.looked.connect(self._show)
        presenter.name_taken.connect(self._ask_replace)

    def take_query(self, query: str, *, is_wrong: bool = False) -> None:
        """Take what stands in the search field, which the next click changes; a search that is wrong is not saved."""
        self._query = query
        self.save.setEnabled(bool(query.strip()) and not is_wrong)

    def _show(self, beside: Beside) -> None:
        at = self.tree.verticalScrollBar().value()
        chosen = self.tree.currentItem()
        current = _key(chosen) if chosen else None
        self.tree.clear()
        self._show_saved(beside)
        for group in beside.counts.groups if beside.counts else ():
            self._show_group(group)
        for item in _items(self.tree):
            if _key(item) == current:
                self.tree.setCurrentItem(item)
        self.tree.verticalScrollBar().setValue(at)

    def _show_saved(self, beside: Beside) -> None:
        saved = self._group(SAVED)
        for each in beside.saved:
            item = _item(saved, shown(each.saved.name), each.count, each.saved.query)
            item.setData(0, NAME, each.saved.name)
            item.setToolTip(0, plain_tip(shown(each.problem or each.saved.query)))
        if not beside.saved:
            _note(saved, "None yet")

    def _show_group(self, group: FacetGroup) -> None:
        parent = self._group(group.name)
        values = group.values if group.name in self._opened else group.values[:SHOWN]
        for value in values:
            item = _item(parent, value.label, value.count, value.term)
            font = item.font(0)
            font.setBold(has_term(self._query, value.term))
            item.setFont(0, font)
        left = len(group.values) - len(values) + group.more
        if left and group.name in self._opened:
            _note(parent, f"{left:,} more; search for them")
        elif left:
            item = _item(parent, f"{left:,} more…", None, "")
            item.setData(0, MORE, group.name)
            item.setToolTip(0, "Show them")

    def _group(self, name: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [name])
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        item.setExpanded(name not in self._closed)
        return item

    def _use(self, item: QTreeWidgetItem) -> None:
        if name := item.data(0, MORE):
            self._opened.add(name)
            self._presenter.want_more()
        term = item.data(0, TERM)
        if not term:
            return
        if item.data(0, NAME):
            self.query_wanted.emit(term)
        elif QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier:
            self._leave_out(term)
        else:
            self._toggle(term)

    def _exclude(self, item: QTreeWidgetItem) -> None:
        if item.data(0, NAME):
            self._ask_remove(item.data(0, NAME))
        elif term := item.data(0, TERM):
            self._leave_out(term)

    def _toggle(self, term: str) -> None:
        changed = without_term if has_term(self._query, term) else with_term
        self.query_wanted.emit(changed(self._query, term))

    def _leave_out(self, term: str) -> None:
        self.query_wanted.emit(with_term(without_term(self._query, term), f"-{term}"))

    def _menu(self, item: QTreeWidgetItem, at: QPoint) -> None:
        # The next counts may come while the menu is open, and take the item away.
        name, term = item.data(0, NAME), item.data(0, TERM)
        menu = QMenu(self)
        if name:
            menu.addAction("Search", lambda: self.query_wanted.emit(term))
            menu.addAction("Rename…", lambda: self._rename(name))
            menu.addAction("Delete…", lambda: self._ask_remove(name))
        elif term:
            menu.addAction("Only these", lambda: self._toggle(term))
            menu.addAction("Without these", lambda: self._leave_out(term))
        if menu.actions():
            menu.popup(at)

    def _save(self) -> None:
        query = self._query
        self._ask_name("Save this search", "", lambda name: self._presenter.save(name, query))

    def _rename(self, name: str) -> None:
        self._ask_name("Rename the saved search", name, lambda new: self._presenter.rename(name, new))

    def _ask_name(self, title: str, name: str, then: Callable[[str], object]) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Name:")
        dialog.setTextValue(name)
        dialog.setMinimumWidth(320)
        dialog.textValueSelected.connect(then)
        dialog.open()

    def _ask_remove(self, name: str) -> None:
        text, more = f"Delete the saved search “{shown(name)}”?", "The tracks that it finds stay as they are."
        self._ask(text, more, "Delete", lambda: self._presenter.remove(name))

    def _ask_replace(self, name: str, query: str, what: str) -> None:
        more = "Replace it with the search that is in the field now? The old one does not come back."
        self._ask(what, more, "Replace", lambda: self._presenter.save(name, query, replaces=True))

    def _ask(self, text: str, more: str, action: str, then: Callable[[], object]) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, SAVED, text, parent=self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(more)
        agreed = box.addButton(action, QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.buttonClicked.connect(lambda which: then() if which is agreed else None)
        box.open()


class _Tree(QTreeWidget):
    used = Signal(object)
    excluded = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("facets")
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


def _items(tree: QTreeWidget) -> Iterator[QTreeWidgetItem]:
    places = QTreeWidgetItemIterator(tree)
    while (item := places.value()) is not None:
        yield item
        places += 1


def _key(item: QTreeWidgetItem) -> tuple[object, ...]:
    """Return what stays of an item when the counts change."""
    return tuple(item.data(0, role) for role in (NAME, TERM, MORE)) if item.parent() else (item.text(0),)


def _item(parent: QTreeWidgetItem, label: str, count: int | None, term: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem(parent, [label, "" if count is None else f"{count:,}"])
    item.setData(0, TERM, term)
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setToolTip(0, plain_tip(f"{label}\nClick: only these. Ctrl+click: without these."))
    return item


def _note(parent: QTreeWidgetItem, text: str) -> None:
    item = QTreeWidgetItem(parent, [text])
    item.setFlags(Qt.ItemFlag.NoItemFlags)
