"""Everything that changes the library, started from anywhere in the window."""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.wording import counted
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.gui.presenters.verdicts import Verdicts
from tagstudio.services import analyse, judge, scan
from tagstudio.services.analyse import AnalysisReport
from tagstudio.services.judge import HistoryEntry
from tagstudio.services.scan import ScanReport
from tagstudio.services.studio import Studio
from tagstudio.services.walk import Failure

REFRESH_EVERY_S = 1.0
HISTORY = 50
BACK_AND_FORTH = ("undo", "redo")


class Commands(QObject):
    """Starts jobs that write, and says what came of them.

    ``changed`` comes at most once a second while a long job runs, and once at its end.
    """

    failed = Signal(str, str)  # what, advice
    said = Signal(str, str)
    judged = Signal(object)  # JudgementResult
    held_back = Signal(str)  # so many files are gone that nothing was flagged
    found_elsewhere = Signal(object)  # Elsewhere: a folder that seems to have another name or place now
    scanned = Signal()
    changed = Signal()
    history_changed = Signal(str, str)  # what undo and redo would do; empty when nothing

    def __init__(self, studio: Studio, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._runner = studio, runner
        self._changed_at = 0.0
        self.verdicts = Verdicts(self.judge, self)

    def add_folders(self, folders: Sequence[Path]) -> RunningJob:
        """Scan folders, then listen to what is new."""
        names = ", ".join(folder.name or str(folder) for folder in folders)
        return self._start_scan(scan.scan(self._studio, folders), f"Reading {names}")

    def rescan(self, *, retry: bool = False, accept_missing: bool = False) -> RunningJob:
        """Look for changes in every folder of the library, then listen to what is new; see ``scan.scan``."""
        work = scan.rescan(self._studio, retry=retry, accept_missing=accept_missing)
        return self._start_scan(work, "Looking for changes")

    def refresh_folders(self, folders: Sequence[Path]) -> None:
        """Look for changes in folders that are watched."""
        if there := [folder for folder in folders if folder.is_dir()]:
            self._start_scan(scan.scan(self._studio, there), "Looking for changes")

    def listen(self) -> RunningJob:
        """Listen to every track that nobody has listened to."""
        running = self._start_long(analyse.analyse(self._studio), "Listening")
        running.succeeded.connect(self._listened)
        return running

    def judge(self, track_ids: Sequence[int], verdicts: Mapping[str, Verdict]) -> RunningJob:
        """Record verdicts; the caller watches the handle. What a person gives goes through ``verdicts``."""
        ids, said = list(track_ids), dict(verdicts)
        return self._write(lambda: judge.judge(self._studio, ids, said))

    def undo(self) -> None:
        """Take the newest batch of judgements back."""
        self._report_failure(self._write(lambda: judge.undo(self._studio), "Taken back: {}"))

    def redo(self) -> None:
        """Bring back what the last undo took."""
        self._report_failure(self._write(lambda: judge.redo(self._studio), "Done again: {}"))

    def read_history(self) -> None:
        """Find out what undo and redo would do."""
        reading = self._runner.start(lambda: judge.history(self._studio, HISTORY))
        reading.succeeded.connect(lambda entries: self.history_changed.emit(*undo_texts(entries)))

    def _write(self, work: Callable[[], Any], news: str = "") -> RunningJob:
        running = self._runner.start(work, lane="judge")
        running.succeeded.connect(self.judged)
        running.succeeded.connect(lambda _: self.read_history())
        if news:
            running.succeeded.connect(lambda result: self.said.emit(news.format(_plain(result.judged.text)), ""))
        return running

    def _start_scan(self, work: Job[ScanReport], name: str) -> RunningJob:
        running = self._start_long(work, name)
        running.succeeded.connect(self._scanned)
        return running

    def _start_long(self, work: Any, name: str) -> RunningJob:
        running = self._runner.start(work, lane="long", name=name)
        running.progressed.connect(self._progressed)
        running.finished.connect(self.changed)
        self._report_failure(running)
        return running

    def _report_failure(self, running: RunningJob) -> None:
        running.failed.connect(lambda error: self.failed.emit(error.what, error.advice))

    def _progressed(self, progress: Progress) -> None:
        if progress.notice:
            self.said.emit(progress.notice, "")
        now = time.monotonic()
        if now - self._changed_at >= REFRESH_EVERY_S:
            self._changed_at = now
            self.changed.emit()

    def _scanned(self, report: ScanReport) -> None:
        found = [f"{report.new} new"]
        found += [f"{n} {word}" for n, word in _counted(report) if n]
        self.said.emit(f"Folder read: {', '.join(found)}.", "")
        self._tell_failures(report.failed, "could not be read")
        if report.held_back:
            self.held_back.emit(" ".join(each.sentence for each in report.held_back))
        for root in report.elsewhere:
            self.found_elsewhere.emit(root)
        self.scanned.emit()
        self.listen()

    def _listened(self, report: AnalysisReport) -> None:
        if report.analysed:
            self.said.emit(f"Listened to {counted(report.analysed, 'track')} in {report.seconds:.0f} s.", report.notice)
        self._tell_failures(report.failed, "could not be listened to")

    def _tell_failures(self, failures: Sequence[Failure], what: str) -> None:
        if failures:
            first, reason = failures[0], failures[0].reason.rstrip(".")
            self.failed.emit(
                f"{counted(len(failures), 'file')} {what}; the rest went on.",
                f"{first.path}: {reason}. The State column marks each, with the reason as its tooltip.",
            )


def _counted(report: ScanReport) -> tuple[tuple[int, str], ...]:
    return (
        (report.changed, "changed"),
        (report.moved, "moved"),
        (report.missing, "missing"),
        (report.unchanged, "unchanged"),
    )


def undo_texts(entries: Sequence[HistoryEntry]) -> tuple[str, str]:
    """Return what undo and redo would do, from the newest batches; empty when there is nothing."""
    undo = next((each.text for each in entries if each.kind not in BACK_AND_FORTH and not each.is_undone), "")
    # Only what was undone since the last judgement can be redone.
    since = takewhile(lambda each: each.kind in BACK_AND_FORTH, entries)
    redo = next((each.text for each in since if each.kind == "undo" and not each.is_undone), "")
    return undo, redo.removeprefix("undo: ")


def _plain(text: str) -> str:
    return text.removeprefix("undo: ").removeprefix("redo: ")
