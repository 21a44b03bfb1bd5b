"""The place Library: search, order, and the table of tracks."""

from PySide6.QtCore import QItemSelection, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QWidget

from tagstudio.domain.errors import QueryError
from tagstudio.domain.tracks import shown
from tagstudio.gui.presenters.facets import FacetsPresenter
from tagstudio.gui.presenters.library import Found, LibraryPresenter, counts_line, judged_tags
from tagstudio.gui.views.facet_panel import FacetPanel
from tagstudio.gui.views.track_table import TrackTable
from tagstudio.gui.widgets.choice import Choice
from tagstudio.gui.widgets.parts import button, plain_label, side_by_side, stacked
from tagstudio.gui.widgets.search_box import SearchBox

# Whoever holds the arrow key down wants to pass tracks, not to load each of them.
SETTLED_MS = 80
PAGE_PX = 540
BY_PATH = "by path"


class LibraryView(QWidget):
    """Emits which track is current and which are selected; shows what to do when there is nothing to show."""

    track_chosen = Signal(int, list)  # current track, all selected
    all_left = Signal()  # no track that was chosen is in the table any more
    folder_wanted = Signal()
    demo_wanted = Signal()
    listen_wanted = Signal()
    emptied = Signal(bool)  # whether there are no tracks at all

    def __init__(self, presenter: LibraryPresenter, beside: FacetsPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter, self._beside = presenter, beside
        self.facets = FacetPanel(beside)
        self.search_box = SearchBox()
        self.order = Choice("Order of the table")
        self.table = TrackTable(presenter.table)
        self.counts = plain_label("Opening…", role="muted")
        self.listen = button("", self.listen_wanted.emit, role="flat")
        self.listen.hide()
        self._is_busy = self._is_reordered = False
        self._asked: tuple[str, int | None] = ("", None)
        self.pages = QStackedWidget()
        self._settled = QTimer(self)
        self._lay_out()
        self._connect()

    @property
    def selected(self) -> list[int]:
        """The ids of the selected tracks, in the order shown."""
        selected: list[int] = self.table.selected.tolist()
        return selected

    @property
    def current(self) -> int | None:
        """The id of the current track."""
        return self.table.current

    def step(self, rows: int) -> None:
        """Go to a track further down (or up)."""
        self.table.step(rows)

    def settle(self) -> None:
        """Choose the current track now, for what is done next is meant for it."""
        if self._settled.isActive():
            self._settled.stop()
            self._choose()

    def set_busy(self, *, is_busy: bool) -> None:
        """Tell whether a scan or an analysis runs; then there is no need to offer one."""
        self._is_busy = is_busy
        self.listen.setVisible(not is_busy and bool(self.listen.text()))

    def _lay_out(self) -> None:
        self.order.setFixedWidth(260)
        self.order.addItem(BY_PATH, None)
        label = QLabel("&Order:")
        label.setBuddy(self.order)
        self.facets_shown = button("Facets", self._toggle_facets, tip="Show or hide the panel beside the table")
        self.facets_shown.setCheckable(True)
        self.facets_shown.setFixedHeight(28)
        self.facets_shown.setChecked(self._beside.is_wanted)
        top = side_by_side(self.facets_shown, self.search_box, label, self.order)
        top.setStretchFactor(self.search_box, 1)
        top.setAlignment(self.facets_shown, Qt.AlignmentFlag.AlignTop)
        top.setAlignment(label, Qt.AlignmentFlag.AlignTop)
        top.setAlignment(self.order, Qt.AlignmentFlag.AlignTop)
        label.setFixedHeight(28)
        self._no_roots = _page(
            "Your library is empty.",
            "Add a folder of music: every track is listened to, and suggestions appear while you go on. "
            "Your files are only read until you allow writing tags into them. "
            "You can also drop a folder onto this window.",
            button("Add a folder of music…", self.folder_wanted.emit, role="primary"),
            button("Try the demo", self.demo_wanted.emit),
        )
        self._no_hits = _page(
            "No track matches this search.",
            "Fewer words find more. Words are looked for in path, title, artist, album and genre.",
            button("Clear the search", self.search_box.clear),
        )
        self._nothing = QWidget()
        for page in (self._nothing, self.table, self._no_roots, self._no_hits):
            self.pages.addWidget(page)
        foot = side_by_side(self.counts, self.listen)
        foot.setStretchFactor(self.counts, 1)
        middle = side_by_side(self.facets, self.pages, spacing=6)
        middle.setStretchFactor(self.pages, 1)
        self.setLayout(stacked(top, middle, foot, spacing=6))
        # Only now: shown before it has its place, it would flash as a window of its own.
        self.facets.setVisible(self._beside.is_wanted)

    def _toggle_facets(self) -> None:
        is_shown = self.facets_shown.isChecked()
        self.facets.setVisible(is_shown)
        self._beside.show(is_shown)
        if is_shown:
            self._beside.look(self._presenter.query)

    def _connect(self) -> None:
        self.search_box.completions_wanted.connect(self._beside.complete)
        self._beside.completed.connect(self.search_box.put_completions)
        self.facets.query_wanted.connect(self.search_box.set_text)
        self.search_box.field.textChanged.connect(lambda text: self.facets.take_query(text))
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._choose)
        self.search_box.searched.connect(self._search)
        self.search_box.left.connect(self._to_table)
        self.order.activated.connect(self._order_chosen)
        self._presenter.looked.connect(self._show)
        self._presenter.query_refused.connect(self._refuse)
        selection = self.table.selectionModel()
        selection.currentChanged.connect(lambda *_: self._settled.start())
        selection.selectionChanged.connect(self._selection_changed)
        self.table.reselected.connect(self._settled.start)

    def _search(self, text: str) -> None:
        self.search_box.clear_error()
        self._presenter.search(text)

    def _refuse(self, error: QueryError) -> None:
        self.search_box.show_error(error)
        self.facets.take_query(self.search_box.text, is_wrong=True)

    def _show(self, found: Found) -> None:
        self.search_box.clear_error()
        self.facets.take_query(self.search_box.text)
        self._keep_place_of((self._presenter.query, self._presenter.tag_id))
        self._beside.look(self._presenter.query)
        self.table.setColumnHidden(0, found.fits is None)
        self.counts.setText(counts_line(found.summary, len(found.ids), self._presenter.query))
        left = found.summary.unheard
        self.listen.setText(f"Listen to the {left:,} not heard yet" if left else "")
        self.set_busy(is_busy=self._is_busy)
        self._show_orders(found)
        if self._is_reordered:  # whoever asks for the most likely wants to see them
            self._is_reordered = False
            self.table.scrollToTop()
        is_first = self.pages.currentWidget() is self._nothing
        self.pages.setCurrentWidget(self._page_for(found))
        if is_first and not self.search_box.field.hasFocus():
            self._focus_page()
        self.facets.setVisible(self._beside.is_wanted and found.summary.tracks > 0)
        self.emptied.emit(found.summary.tracks == 0)

    def _keep_place_of(self, asked: tuple[str, int | None]) -> None:
        if asked != self._asked:
            self.table.forget_place()
        self._asked = asked

    def _focus_page(self) -> None:
        if self.pages.currentWidget() is self.table:
            self._to_table()
        elif first := self.pages.findChild(QPushButton):  # that of the empty library comes first
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _page_for(self, found: Found) -> QWidget:
        if len(found.ids):
            return self.table
        if not found.summary.tracks:
            return self._nothing if self._is_busy else self._no_roots
        return self._no_hits

    def _show_orders(self, found: Found) -> None:
        wanted: list[tuple[str, int | None]] = [(BY_PATH, None)]
        wanted += [(f"by {shown(each.tag.name)} (most likely first)", each.tag.id) for each in judged_tags(found.tags)]
        if wanted == [(self.order.itemText(n), self.order.itemData(n)) for n in range(self.order.count())]:
            return
        with QSignalBlocker(self.order):
            self.order.clear()
            for text, tag_id in wanted:
                self.order.addItem(text, tag_id)
            self.order.setCurrentIndex(max(0, self.order.findData(self._presenter.tag_id)))

    def _order_chosen(self, index: int) -> None:
        self._is_reordered = True
        self._presenter.order_by(self.order.itemData(index))
        self._to_table()

    def _to_table(self) -> None:
        self.table.begin()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _selection_changed(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self._settled.start()

    def _choose(self) -> None:
        if (current := self.current) is not None:
            self.track_chosen.emit(current, self.selected)
        else:
            self.all_left.emit()


def _page(what: str, advice: str, *buttons: QWidget) -> QWidget:
    title = plain_label(what, wraps=True, role="title")
    text = plain_label(advice, wraps=True, role="muted")
    for label in (title, text):
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    column = QWidget()
    column.setFixedWidth(PAGE_PX)
    column.setLayout(stacked(None, title, text, side_by_side(None, *buttons, None), None, spacing=14))
    page = QWidget()
    page.setLayout(side_by_side(None, column, None))
    return page
