"""Verdicts on their way to the disk: none is forgotten before it is there, or a newer one has taken its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from tagstudio.domain.errors import LibraryError, TagStudioError
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.vocabulary import tag_key
from tagstudio.gui.jobs import RunningJob

# Records verdicts by tag on tracks.
Save = Callable[[Sequence[int], Mapping[str, Verdict]], RunningJob]
RETRY_MS = 10_000
Saving = Literal["", "saving", "saved", "not saved"]


@dataclass(slots=True, eq=False)
class Given:
    """A verdict that was given in the window; ``saving`` is empty once a newer one has replaced it."""

    track_ids: tuple[int, ...]
    tag: str
    verdict: Verdict
    saving: Saving = "saving"


class Verdicts(QObject):
    """Saves verdicts in the order they are given, and tries again what could not be saved.

    After a failure of the library it tries by itself from time to time; one verdict first, and the others once that
    one is on the disk: a library that is held by another program makes each attempt wait.
    """

    changed = Signal(object)  # Given, whose ``saving`` is another now
    refused = Signal(object, object)  # Given, TagStudioError
    counted = Signal(int)  # how many are not saved

    def __init__(self, save: Save, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._save = save
        self._open: list[Given] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(RETRY_MS)
        self._timer.timeout.connect(lambda: self._send_next(is_quiet=True))

    @property
    def open(self) -> list[Given]:
        """What is not known to be on the disk, oldest first."""
        return list(self._open)

    @property
    def unsaved(self) -> list[Given]:
        """What could not be saved so far, oldest first."""
        return [each for each in self._open if each.saving == "not saved"]

    @property
    def is_saving(self) -> bool:
        """Whether something is on its way to the disk."""
        return any(each.saving == "saving" for each in self._open)

    def give(self, track_ids: Sequence[int], tag: str, verdict: Verdict) -> Given:
        """Save a verdict; an older one on the same pair that is not saved yet never will be."""
        given = Given(tuple(track_ids), tag, verdict)
        for each in self.unsaved:
            self._replace(each, given)
        self._open.append(given)
        self._send(given, is_quiet=False)
        return given

    def retry(self) -> None:
        """Try again to save everything that is not saved."""
        self._send_next(is_quiet=False)

    def give_up(self) -> list[Given]:
        """Forget what is not saved, and return it."""
        lost = self.unsaved
        self._open = [each for each in self._open if each not in lost]
        self._tell()
        return lost

    def _send_next(self, *, is_quiet: bool) -> None:
        if (unsaved := self.unsaved) and not self.is_saving:
            self._send(unsaved[0], is_quiet=is_quiet)

    def _send(self, given: Given, *, is_quiet: bool) -> None:
        self._timer.stop()
        self._set(given, "saving")
        running = self._save(given.track_ids, {given.tag: given.verdict})
        running.succeeded.connect(lambda _: self._saved(given))
        running.failed.connect(lambda error: self._failed(given, error, is_quiet=is_quiet))

    def _saved(self, given: Given) -> None:
        self._open.remove(given)
        self._send_next(is_quiet=True)
        self._set(given, "saved")

    def _failed(self, given: Given, error: TagStudioError, *, is_quiet: bool) -> None:
        self._set(given, "not saved")
        for newer in self._open[self._open.index(given) + 1 :]:
            self._replace(given, newer)
        if given.saving == "not saved" and not is_quiet:
            self.refused.emit(given, error)
        if isinstance(error, LibraryError) and self.unsaved:
            self._timer.start()

    def _replace(self, old: Given, new: Given) -> None:
        if tag_key(old.tag) != tag_key(new.tag):
            return
        old.track_ids = tuple(each for each in old.track_ids if each not in set(new.track_ids))
        if not old.track_ids and old in self._open:
            self._open.remove(old)
            self._set(old, "")

    def _set(self, given: Given, saving: Saving) -> None:
        given.saving = saving
        self.changed.emit(given)
        self._tell()

    def _tell(self) -> None:
        self.counted.emit(len(self.unsaved))
