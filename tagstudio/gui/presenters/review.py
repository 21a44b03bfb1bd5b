"""One question after another."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.suggestions import Question
from tagstudio.gui.jobs import JobRunner
from tagstudio.gui.presenters.commands import Commands
from tagstudio.gui.presenters.verdicts import Given
from tagstudio.services import browse, review
from tagstudio.services.studio import Studio

QUEUE = 20
REFILL_BELOW = 10
# A pause for coffee is not part of the time an answer takes.
LONGEST_ANSWER_S = 60.0


@dataclass(slots=True)
class Asked:
    """A question on its way through the queue, with the track's name and the answer once there is one."""

    question: Question
    name: str
    answer: Verdict | None = None
    given: Given | None = None

    @property
    def is_saved(self) -> bool:
        """Whether the answer is on the disk."""
        return self.given is not None and self.given.saving == "saved"

    @property
    def key(self) -> tuple[int, int]:
        """The pair the question is about."""
        return self.question.track_id, self.question.tag_id


class ReviewPresenter(QObject):
    """Asks, takes answers, and goes on at once; fresh questions arrive in the background.

    ``asked`` carries the question to show, or None when there is none; ``is_waiting`` tells whether more may come.
    """

    asked = Signal(object)
    progressed = Signal(str)
    failed = Signal(str, str)
    not_saved = Signal(str, str)  # what, advice: an answer is not on disk and can be tried again

    def __init__(self, studio: Studio, runner: JobRunner, commands: Commands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._runner, self._commands = studio, runner, commands
        self.strategy, self.tag = "uncertain", ""
        self.current: Asked | None = None
        self.is_waiting = False
        self._coming: list[Asked] = []
        self._been: list[Asked] = []
        self._seen: set[tuple[int, int]] = set()
        self._look = 0
        self._answers, self._spent_s, self._shown_at = 0, 0.0, 0.0
        self._given: list[Given] = []
        commands.verdicts.changed.connect(self._answer_changed)
        commands.verdicts.refused.connect(self._not_saved)

    def restart(self, strategy: str, tag: str = "") -> None:
        """Ask by this strategy, about one tag or (empty) about all."""
        self.strategy, self.tag = strategy, tag
        self.current, self._coming, self._been = None, [], []
        self._seen.clear()
        self._ask(None)
        self.refill()

    def refill(self) -> None:
        """Fetch fresh questions; those not shown yet are replaced by them."""
        self._look += 1
        self.is_waiting = True
        look, studio, strategy, tag = self._look, self._studio, self.strategy, self.tag or None
        wanted = QUEUE + len(self._seen)
        running = self._runner.start(lambda: fetch(studio, strategy, tag, wanted))
        running.succeeded.connect(lambda found: self._put(look, found))
        running.failed.connect(lambda error: self.failed.emit(error.what, error.advice))
        running.finished.connect(lambda: self._fetched(look))

    def answer(self, verdict: Verdict) -> None:
        """Answer the question that is shown and go on."""
        if self.current is None:
            return
        asked = self.current
        is_first = asked.answer is None
        asked.answer = verdict
        asked.given = self._commands.verdicts.give([asked.question.track_id], asked.question.tag, verdict)
        self._given.append(asked.given)
        if is_first:
            self._count_answer()
        self._go_on()

    def skip(self) -> None:
        """Leave the question and go on."""
        if self.current is not None:
            self._go_on()

    def back(self) -> None:
        """Return to the question before, to hear it again or answer otherwise."""
        if self._been:
            if self.current is not None:
                self._coming.insert(0, self.current)
            self._ask(self._been.pop())

    def retry(self) -> None:
        """Try again to save every answer that is not on disk."""
        self._commands.verdicts.retry()

    def _answer_changed(self, given: Given) -> None:
        if given in self._given:
            if given.saving in ("saved", ""):
                self._given.remove(given)
            self._tell_progress()

    def _not_saved(self, given: Given, error: TagStudioError) -> None:
        if given in self._given:
            self.not_saved.emit(f"Your answer on “{given.tag}” is not saved: {error.what}", error.advice)

    def _go_on(self) -> None:
        if self.current is not None:
            self._been.append(self.current)
        self._ask(self._coming.pop(0) if self._coming else None)
        if len(self._coming) < REFILL_BELOW and not self.is_waiting:
            self.refill()

    def _ask(self, asked: Asked | None) -> None:
        self.current = asked
        self._shown_at = time.monotonic()
        if asked is not None:
            self._seen.add(asked.key)
        self.asked.emit(asked)

    def _put(self, look: int, found: Sequence[Asked]) -> None:
        if look != self._look:
            return
        again = [each for each in self._coming if each.key in self._seen]  # stepped back from, still open
        self._coming = again + [each for each in found if each.key not in self._seen]

    def _fetched(self, look: int) -> None:
        if look != self._look:
            return
        self.is_waiting = False
        if self.current is None:
            self._ask(self._coming.pop(0) if self._coming else None)

    def _count_answer(self) -> None:
        self._answers += 1
        self._spent_s += min(LONGEST_ANSWER_S, time.monotonic() - self._shown_at)
        self._tell_progress()

    def _tell_progress(self) -> None:
        unsaved = sum(each.saving == "not saved" for each in self._given)
        line = f"{self._answers} answered, {self._spent_s / max(1, self._answers):.1f} s each"
        state = f"{unsaved} not saved" if unsaved else f"saving {len(self._given)}…" if self._given else "all saved"
        self.progressed.emit(f"{line} · {state}")


def fetch(studio: Studio, strategy: str, tag: str | None, n: int) -> list[Asked]:
    """Return up to ``n`` questions with the names of their tracks."""
    found = review.questions(studio, strategy=strategy, tag=tag, n=n)
    rows = browse.rows(studio, [each.track_id for each in found])
    names = {row.id: f"{row.artist} – {row.name_title}" if row.artist else row.name_title for row in rows}
    return [Asked(each, names.get(each.track_id, "")) for each in found]
