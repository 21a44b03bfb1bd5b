"""What may fit the track that is shown, and the verdicts on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.suggestions import Suggestion
from tagstudio.domain.vocabulary import tag_key
from tagstudio.gui.jobs import JobRunner
from tagstudio.gui.presenters.commands import Commands
from tagstudio.gui.presenters.verdicts import Given, Saving
from tagstudio.services import file_words, suggest, vocabulary
from tagstudio.services.file_words import WordHere
from tagstudio.services.studio import Studio

State = Literal["no track", "reading", "known"]
NO_TAG_YET = -1


@dataclass(frozen=True, slots=True)
class Line:
    """One suggestion as the panel shows it: the verdict is the newest given, ``saving`` says whether it is on disk."""

    suggestion: Suggestion
    verdict: Verdict | None
    saving: Saving = ""


class SuggestionsPresenter(QObject):
    """Shows one track's suggestions and takes verdicts for it, or for all selected tracks.

    The order stays as it was when the track was shown, so that the third suggestion remains the third while its
    neighbours are judged; what is new comes last.
    """

    lines_changed = Signal(list)  # Line
    completed = Signal(str, list)
    file_words_changed = Signal(list)  # WordHere
    failed = Signal(str, str)
    not_saved = Signal(str, str)  # what, advice: a verdict is not on disk and can be tried again

    def __init__(self, studio: Studio, runner: JobRunner, commands: Commands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._runner, self._commands = studio, runner, commands
        self.track_id: int | None = None
        self._selected: tuple[int, ...] = ()
        self._found: list[Suggestion] = []
        self._order: list[str] = []
        self._marks: dict[tuple[int, str], Given] = {}
        self._look = 0
        self._is_known = False
        commands.judged.connect(lambda _: self.refresh())
        commands.verdicts.changed.connect(self._mark_changed)
        commands.verdicts.refused.connect(self._not_saved)

    @property
    def lines(self) -> list[Line]:
        """What the panel shows now."""
        return [self._line(each) for each in self._found]

    @property
    def state(self) -> State:
        """Whether the lines are known."""
        if self.track_id is None:
            return "no track"
        return "known" if self._is_known else "reading"

    def show_track(self, track_id: int | None, selected: Sequence[int] = ()) -> None:
        """Show a track; verdicts go to all ``selected`` tracks when that holds more than one."""
        self._selected = tuple(selected)
        if track_id == self.track_id:
            return
        self._forget_saved()
        self.track_id = track_id
        self._found, self._order, self._is_known = [], [], False
        self.lines_changed.emit(self.lines)
        self.file_words_changed.emit([])
        self.refresh()

    def refresh(self) -> None:
        """Read the suggestions again, dropping any answer still under way."""
        self._look += 1
        look, track_id = self._look, self.track_id
        if track_id is None:
            return
        running = self._runner.start(lambda: suggest.track_suggestions(self._studio, track_id))
        running.succeeded.connect(lambda found: self._show(look, found))
        words = self._runner.start(lambda: file_words.of_track(self._studio, track_id))
        words.succeeded.connect(lambda found: self._show_file_words(look, found))
        running.failed.connect(lambda error: self._tell(look, error))

    def judge(self, tag: str, verdict: Verdict) -> None:
        """Give a verdict on a tag; it shows as being saved until it is on disk."""
        if self.track_id is None:
            return
        targets = self._selected if len(self._selected) > 1 else (self.track_id,)
        key = (self.track_id, tag_key(tag))
        self._marks[key] = self._commands.verdicts.give(targets, tag, verdict)
        self.lines_changed.emit(self.lines)

    def toggle(self, tag: str) -> None:
        """Say yes, or take the yes back."""
        line = next((each for each in self.lines if each.suggestion.tag == tag), None)
        self.judge(tag, Verdict.CLEARED if line and line.verdict is Verdict.YES else Verdict.YES)

    def add(self, name: str) -> None:
        """Say yes to a word that may be new; another spelling of a word that is shown means that word."""
        known = next((each.tag for each in self._found if tag_key(each.tag) == tag_key(name)), name)
        if known == name and all(each.tag != name for each in self._found) and self.track_id is not None:
            self._found.append(_own_word(self.track_id, name))
        self.judge(known, Verdict.YES)

    def retry(self) -> None:
        """Try again to save every verdict that is not on disk."""
        self._commands.verdicts.retry()

    def complete(self, prefix: str) -> None:
        """Look for words that begin like this."""
        running = self._runner.start(lambda: vocabulary.completions(self._studio, prefix))
        running.succeeded.connect(lambda words: self.completed.emit(prefix, words))

    def _mark_changed(self, given: Given) -> None:
        for key, mark in list(self._marks.items()):
            if mark is given:
                if not given.saving:  # a newer verdict on the same pair, given elsewhere, has taken its place
                    del self._marks[key]
                self.lines_changed.emit(self.lines)

    def _not_saved(self, given: Given, error: TagStudioError) -> None:
        if any(mark is given for mark in self._marks.values()):
            self.not_saved.emit(f"“{given.tag}” is not saved: {error.what}", error.advice)

    def _show_file_words(self, look: int, found: Sequence[WordHere]) -> None:
        if look == self._look:
            self.file_words_changed.emit(list(found))

    def _show(self, look: int, found: Sequence[Suggestion]) -> None:
        if look != self._look:
            return
        self._is_known = True
        known = {tag_key(each.tag): each for each in found}
        for key, mark in list(self._marks.items()):
            if key[0] == self.track_id and mark.saving == "saved":
                self._drop_if_settled(key, mark, known.get(key[1]))
        kept = [tag for tag in self._order if tag in known]
        self._order = kept + [key for key in known if key not in kept]
        self._found = [known[key] for key in self._order]
        self._found += [_own_word(key[0], mark.tag) for key, mark in self._unknown_marks(known)]
        self.lines_changed.emit(self.lines)

    def _drop_if_settled(self, key: tuple[int, str], mark: Given, known: Suggestion | None) -> None:
        # An undo, or a verdict given elsewhere, speaks against the mark; then the library is right.
        answer = known.verdict if known else None
        if (answer or Verdict.CLEARED) != mark.verdict:
            del self._marks[key]

    def _unknown_marks(self, known: dict[str, Suggestion]) -> list[tuple[tuple[int, str], Given]]:
        return [
            (key, mark)
            for key, mark in self._marks.items()
            if key[0] == self.track_id and key[1] not in known and mark.verdict is not Verdict.CLEARED
        ]

    def _forget_saved(self) -> None:
        self._marks = {key: mark for key, mark in self._marks.items() if mark.saving != "saved"}

    def _line(self, each: Suggestion) -> Line:
        mark = self._marks.get((each.track_id, tag_key(each.tag)))
        if mark is None:
            return Line(each, each.verdict)
        return Line(each, None if mark.verdict is Verdict.CLEARED else mark.verdict, mark.saving)

    def _tell(self, look: int, error: TagStudioError) -> None:
        if look == self._look:
            self.failed.emit(error.what, error.advice)


def _own_word(track_id: int, name: str) -> Suggestion:
    return Suggestion(track_id=track_id, tag_id=NO_TAG_YET, tag=name, facet="", score=0.0, source="your word")
