"""What stands beside the table: saved searches with counts, and the kinds of the tracks found."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from tagstudio.domain.errors import NameTakenError, QueryError, TagStudioError
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.services import completion, facets, saved_searches
from tagstudio.services.facets import FacetCounts
from tagstudio.services.saved_searches import Counted
from tagstudio.services.studio import Studio

# While an analysis brings new tracks all the time, scoring every tag again may take this share of the time.
SCORING_SHARE = 0.2
MANY = 200


@dataclass(frozen=True, slots=True)
class Beside:
    """One look: saved searches and facets of the search it was taken for; a search that is wrong has no facets."""

    query: str
    saved: list[Counted]
    counts: FacetCounts | None
    is_complete: bool = True  # else suggestions are not counted yet


class FacetsPresenter(QObject):
    """Looks whenever the search changes; one look at a time, late answers are dropped."""

    looked = Signal(object)  # Beside
    completed = Signal(str, int, list)  # text, cursor, completions
    saved_changed = Signal()  # a search may find something else, or be wrong from now on
    name_taken = Signal(str, str, str)  # name, query that was to be saved, what is wrong
    failed = Signal(str, str)

    def __init__(self, studio: Studio, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._runner = studio, runner
        self._query = ""
        self._is_looking = self._is_outdated = self._is_scoring = False
        self._scored_at = self._score_s = 0.0
        self.is_wanted = studio.settings.show_facets
        self._limit = facets.SHOWN
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(lambda: self.look(self._query))

    def show(self, is_wanted: bool) -> None:
        """Count from now on, or no more; remembered for the next start."""
        self.is_wanted = is_wanted
        running = self._runner.start(lambda: self._studio.change_settings(show_facets=is_wanted))
        running.failed.connect(lambda error: self.failed.emit(error.what, error.advice))

    def want_more(self) -> None:
        """Count many values of each kind, not the most frequent alone."""
        self._limit = MANY
        self.look(self._query)

    def look(self, query: str) -> None:
        """Count for a search; nothing is counted while nobody sees it."""
        self._query = query
        if not self.is_wanted:
            return
        if self._is_looking:
            self._is_outdated = True
            return
        self._is_looking, self._is_outdated = True, False
        self._again.stop()
        studio, limit = self._studio, self._limit
        running = self._runner.start(lambda: beside(studio, query, limit=limit))
        running.succeeded.connect(self._show)
        running.failed.connect(lambda error: self.failed.emit(error.what, error.advice))
        running.finished.connect(self._looked)

    def complete(self, text: str, cursor: int) -> None:
        """Ask how a search may go on."""
        running = self._runner.start(lambda: completion.complete(self._studio, text, cursor))
        running.succeeded.connect(lambda found: self.completed.emit(text, cursor, found))

    def save(self, name: str, query: str, *, replaces: bool = False) -> None:
        """Keep a search under a name; tells when another has that name and is not to be replaced."""

        def refuse(error: TagStudioError) -> None:
            if isinstance(error, NameTakenError):
                self.name_taken.emit(name, query, error.what)
            else:
                self._fail(error)

        work = partial(saved_searches.save, self._studio, name, query, replaces=replaces)
        self._write(self._runner.start(work, lane="judge"), refuse)

    def rename(self, name: str, new: str) -> None:
        """Give a saved search another name."""
        self._write(
            self._runner.start(lambda: saved_searches.rename(self._studio, name, new), lane="judge"), self._fail
        )

    def remove(self, name: str) -> None:
        """Forget a saved search."""
        self._write(self._runner.start(lambda: saved_searches.remove(self._studio, name), lane="judge"), self._fail)

    def _fail(self, error: TagStudioError) -> None:
        self.failed.emit(error.what, error.advice)

    def _write(self, running: RunningJob, refuse: Callable[[TagStudioError], None]) -> None:
        running.failed.connect(refuse)
        running.succeeded.connect(lambda _: self.look(self._query))
        running.succeeded.connect(lambda _: self.saved_changed.emit())

    def _show(self, beside: Beside) -> None:
        if not self._is_outdated:
            self.looked.emit(beside)
            if beside.counts is not None and beside.counts.again_in_s:
                self._again.start(math.ceil(beside.counts.again_in_s * 1000))
        is_early = (time.monotonic() - self._scored_at) * SCORING_SHARE < self._score_s
        if not beside.is_complete and not self._is_scoring and not is_early:
            self._score()

    def _score(self) -> None:
        """Let suggestions be counted as soon as every tag has its scores; all other counts do not wait for that."""
        self._is_scoring = True
        start = time.monotonic()
        running = self._runner.start(lambda: facets.score_all(self._studio), lane="sound")
        running.succeeded.connect(lambda _: self.look(self._query))
        running.finished.connect(lambda: self._scored(start))

    def _scored(self, start: float) -> None:
        self._is_scoring = False
        self._scored_at = time.monotonic()
        self._score_s = self._scored_at - start

    def _looked(self) -> None:
        self._is_looking = False
        if self._is_outdated:
            self.look(self._query)


def beside(studio: Studio, query: str, *, limit: int) -> Beside:
    """Count the saved searches, and the kinds of what a search finds."""
    saved = saved_searches.counted(studio)
    try:
        counts = facets.facet_counts(studio, query, limit=limit)
    except QueryError:  # the table asks for the same, and says so under the field
        return Beside(query, saved, None)
    return Beside(query, saved, counts, facets.is_scored(studio))
