"""Background work for the window: jobs run on lanes of threads, their news arrives on the thread of the window."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, Signal

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Cancelled, Job, Progress

log = logging.getLogger(__name__)

Lane = Literal["read", "sound", "judge", "long"]
# One short write after the other; long work one at a time; reading beside both. What waits for the decoding or the
# network process ("sound") may take seconds and has threads of its own, else it would hold up the table and the search.
LANE_THREADS: dict[Lane, int] = {"read": 2, "sound": 2, "judge": 1, "long": 1}
PROGRESS_EVERY_S = 0.05
SHUT_DOWN_S = 5.0

Work = Job[Any] | Callable[[], Any]


class RunningJob(QObject):
    """A handle on one job; its signals arrive on the thread of the window.

    ``succeeded`` or ``failed`` (with a TagStudioError) comes at most once, neither after a cancel that was heeded;
    ``finished`` always comes, last, unless the runner was told to forget. A started job stays alive until then, whoever
    holds the handle.
    """

    began = Signal()
    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    finished = Signal()

    def __init__(self, name: str, lane: Lane, cancelled: threading.Event) -> None:
        super().__init__()
        self.name, self.lane = name, lane
        self.is_finished = False
        self.began_at: float | None = None
        self._cancelled = cancelled

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked the job to stop; it may still be on its way there."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the job to stop at its next step; a job that has not begun never begins."""
        self._cancelled.set()

    def _tell(self, kind: str, value: object) -> None:
        if kind == "began":
            self.began_at = time.monotonic()
            self.began.emit()
        elif kind == "finished":
            self.is_finished = True
            self.finished.emit()
        else:
            getattr(self, kind).emit(value)


@dataclass(slots=True)
class _Task:
    """The half of a job that a lane's thread holds: no QObject, so none can die on the wrong thread."""

    work: Work
    tell: Callable[[str, object], None]
    cancelled: threading.Event = field(default_factory=threading.Event)
    told_at: float = 0.0

    def run(self) -> None:
        try:
            self.tell("succeeded", self._drive())
        except Cancelled:
            log.info("job cancelled")
        except TagStudioError as error:
            self.tell("failed", error)
        except Exception as error:
            log.exception("job crashed")
            self.tell("failed", _crash(error))
        finally:
            self._close()
            self.tell("finished", None)

    def _drive(self) -> object:
        self._stop_if_cancelled()
        self.tell("began", None)
        if not isinstance(self.work, Generator):
            return self.work()
        while True:
            try:
                progress = next(self.work)
            except StopIteration as stop:
                return stop.value
            self._report(progress)
            self._stop_if_cancelled()

    def _stop_if_cancelled(self) -> None:
        if self.cancelled.is_set():
            raise Cancelled

    def _report(self, progress: Progress) -> None:
        # Thousands of steps a second would fill the window's event queue; a notice is never swallowed.
        now = time.monotonic()
        if progress.notice or now - self.told_at >= PROGRESS_EVERY_S:
            self.told_at = now
            self.tell("progressed", progress)

    def _close(self) -> None:
        if isinstance(self.work, Generator):
            try:
                self.work.close()
            except Exception:
                log.exception("a job failed while it was closed")


def _crash(error: Exception) -> TagStudioError:
    reason = str(error) or type(error).__name__
    return TagStudioError("Something went wrong inside TagStudio.", f"Details are in the log: {reason}")


class JobRunner(QObject):
    """Starts jobs on lanes: reading never waits for writing, judging never waits for an analysis."""

    started = Signal(object)
    forgotten = Signal(object)
    _told = Signal(int, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handles: dict[int, RunningJob] = {}
        self._queues: dict[Lane, queue.SimpleQueue[_Task | None]] = {}
        self._threads: dict[Lane, list[threading.Thread]] = {}
        self._count = 0
        self._is_shut = False
        self._told.connect(self._retell, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> list[RunningJob]:
        """Jobs that wait or run, oldest first."""
        return list(self._handles.values())

    def start(self, work: Work, *, lane: Lane = "read", name: str = "") -> RunningJob:
        """Queue a job (or a plain call) on a lane and return its handle at once.

        The handle tells nothing before control is back in the event loop, so there is time to connect to it.
        Call this on the thread of the window only.
        """
        self._count += 1
        number = self._count
        task = _Task(work, lambda kind, value: self._send(number, kind, value))
        handle = RunningJob(name, lane, task.cancelled)
        self._handles[number] = handle
        if self._is_shut:
            task.cancelled.set()
            task.run()  # only says that it is finished
        else:
            self._queue(lane).put(task)
        self.started.emit(handle)
        return handle

    def forget(self) -> None:
        """Cancel everything but judging, and let those jobs tell nothing more; for when nobody is left to hear it."""
        for number, handle in list(self._handles.items()):
            if handle.lane != "judge":
                handle.cancel()
                del self._handles[number]
                self.forgotten.emit(handle)

    def shut_down(self, seconds: float = SHUT_DOWN_S, *, lanes: Collection[Lane] = tuple(LANE_THREADS)) -> bool:
        """Cancel reading and long work, let judgements be written, and wait; False if a job outlived the wait.

        ``lanes`` are those to wait for; the others end in their own time. No job can be started afterwards.
        """
        if not self._is_shut:
            self._is_shut = True
            for handle in self._handles.values():
                if handle.lane != "judge":
                    handle.cancel()
            for lane, waiting in self._queues.items():
                for _ in range(LANE_THREADS[lane]):
                    waiting.put(None)
        deadline = time.monotonic() + seconds
        awaited = [thread for lane in lanes for thread in self._threads.get(lane, ())]
        for thread in awaited:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in awaited)

    def _queue(self, lane: Lane) -> queue.SimpleQueue[_Task | None]:
        if lane not in self._queues:
            self._queues[lane] = queue.SimpleQueue()
            for n in range(LANE_THREADS[lane]):
                # Daemons: a reader stuck in a dead network share must not keep a closed program alive.
                thread = threading.Thread(
                    target=_serve, args=(self._queues[lane],), name=f"{lane}-{n + 1}", daemon=True
                )
                thread.start()
                self._threads.setdefault(lane, []).append(thread)
        return self._queues[lane]

    def _send(self, number: int, kind: str, value: object) -> None:
        # Runs on the job's thread, which may outlive the window that started it.
        with suppress(RuntimeError):
            self._told.emit(number, kind, value)

    def _retell(self, number: int, kind: str, value: object) -> None:
        handle = self._handles.get(number)
        if kind == "finished":
            self._handles.pop(number, None)
        if handle is not None:
            handle._tell(kind, value)


def _serve(waiting: "queue.SimpleQueue[_Task | None]") -> None:
    while (task := waiting.get()) is not None:
        task.run()
        del task  # results may be large, and the next job may be hours away
