"""The table of the library: which tracks, in which order, and their rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from tagstudio.domain.errors import QueryError, TagStudioError
from tagstudio.gui.jobs import JobRunner
from tagstudio.gui.models.paged_table import PagedTable, Row
from tagstudio.services import browse, suggest, vocabulary
from tagstudio.services.browse import LibrarySummary, TrackRow
from tagstudio.services.studio import Studio
from tagstudio.services.vocabulary import TagCount

HEADERS = ("Fit", "Title", "Artist", "Album", "Genre", "Length", "Tags", "Suggestions", "State")
TAGS, SUGGESTIONS, STATE = 6, 7, 8
STATES = {"new": "Not heard yet", "heard": "Heard", "missing": "File is gone", "failed": "Failed"}


@dataclass(frozen=True, slots=True)
class Found:
    """One look at the library: ids in the order wanted, how well each fits (NaN unknown), and what there is."""

    ids: NDArray[np.int64]
    fits: NDArray[np.float32] | None
    summary: LibrarySummary
    tags: list[TagCount]


class LibraryPresenter(QObject):
    """Keeps the table in step with the library; one look at a time, and never a late answer."""

    looked = Signal(object)  # Found
    query_refused = Signal(object)  # QueryError
    failed = Signal(str, str)

    def __init__(self, studio: Studio, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._runner = studio, runner
        self.query = ""
        self.tag_id: int | None = None
        self.table = PagedTable(HEADERS, self)
        self.table.page_wanted.connect(self._read_page)
        self._is_looking = self._is_outdated = False

    def search(self, query: str) -> None:
        """Show the tracks that match."""
        self.query = query
        self.refresh()

    def order_by(self, tag_id: int | None) -> None:
        """Order by how well tracks fit a tag, best first; None orders by path."""
        self.tag_id = tag_id
        self.refresh()

    def refresh(self) -> None:
        """Look again; while one look is under way the next one waits, however often this is called."""
        if self._is_looking:
            self._is_outdated = True
            return
        self._is_looking, self._is_outdated = True, False
        studio, query, tag_id = self._studio, self.query, self.tag_id
        running = self._runner.start(lambda: look(studio, query, tag_id))
        running.succeeded.connect(self._show)
        running.failed.connect(self._refuse)
        running.finished.connect(self._looked)

    def _show(self, found: Found) -> None:
        if not self._is_outdated:
            self.table.set_ids(found.ids, found.fits)
            self.looked.emit(found)

    def _refuse(self, error: TagStudioError) -> None:
        if self._is_outdated:
            return
        if isinstance(error, QueryError):
            self.table.refresh()  # which tracks are shown stays, what is known of them may have changed
            self.query_refused.emit(error)
        else:
            self.failed.emit(error.what, error.advice)

    def _looked(self) -> None:
        self._is_looking = False
        if self._is_outdated:
            self.refresh()

    def _read_page(self, generation: int, page: int, ids: list[int]) -> None:
        running = self._runner.start(lambda: {row.id: table_row(row) for row in browse.rows(self._studio, ids)})
        running.succeeded.connect(lambda rows: self.table.put_page(generation, page, rows))
        running.failed.connect(lambda error: self.failed.emit(error.what, error.advice))
        running.failed.connect(lambda _: self.table.drop_page(generation, page))


def look(studio: Studio, query: str, tag_id: int | None) -> Found:
    """Read which tracks match, in which order, and what the library holds.

    Raises
    ------
    QueryError
        If the query cannot be understood.
    """
    ids = np.asarray(browse.track_ids(studio, query), np.int64)
    fits = None
    if tag_id is not None:
        ids, fits = ordered(ids, suggest.ranking(studio, tag_id))
    return Found(ids, fits, browse.summary(studio), vocabulary.tags(studio))


def ordered(ids: NDArray[np.int64], ranking: suggest.Ranking) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Put ids (tracks,) into the order of a ranking; those it does not know come last, with NaN for a fit."""
    is_wanted = np.isin(ranking.track_ids, ids)
    ranked, fits = ranking.track_ids[is_wanted], ranking.scores[is_wanted]
    rest = ids[~np.isin(ids, ranked)]
    return np.concatenate([ranked, rest]), np.concatenate([fits, np.full(len(rest), np.nan, np.float32)])


def table_row(row: TrackRow) -> Row:
    """Return a track as the table shows it."""
    suggested = tuple((tag, float(score)) for tag, score in row.suggested)
    return Row(
        cells=(
            row.name_title,
            row.artist,
            row.album,
            row.genre,
            length(row.length_s),
            ", ".join(row.tags),
            ", ".join(f"{tag} {score:.0%}" for tag, score in suggested),
            STATES.get(row.state, row.state),
        ),
        chips={TAGS: tuple((tag, None) for tag in row.tags), SUGGESTIONS: suggested},
        tip=row.error,
        is_faulty=row.state in {"failed", "missing"},
    )


def length(seconds: float) -> str:
    """Return a duration as people write it: 3:20, 1:02:03; nothing when it is not known."""
    if not seconds > 0:
        return ""
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02}:{s:02}" if hours else f"{m}:{s:02}"


def counts_line(summary: LibrarySummary, shown: int, query: str) -> str:
    """Return what the library holds in one line."""
    parts = [f"{summary.tracks:,} track{'' if summary.tracks == 1 else 's'}", f"{summary.analysed:,} heard"]
    parts += [f"{n:,} {word}" for n, word in ((summary.failed, "failed"), (summary.missing, "gone")) if n]
    line = ", ".join(parts)
    return f"{shown:,} of {line}" if query.strip() else line


def judged_tags(tags: Sequence[TagCount]) -> list[TagCount]:
    """Return tags with the curator's own first: most judged, then by name."""
    return sorted(tags, key=lambda each: (-(each.yes + each.no), each.tag.name.casefold()))
