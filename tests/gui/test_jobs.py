import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.gui.jobs import JobRunner, RunningJob


class Log:
    """Everything a job told, in order, with the thread it was told on."""

    def __init__(self, running: RunningJob) -> None:
        self.told: list[tuple[str, Any]] = []
        self.threads: set[threading.Thread] = set()
        running.began.connect(lambda: self._note("began"))
        running.progressed.connect(lambda progress: self._note("progressed", progress))
        running.succeeded.connect(lambda result: self._note("succeeded", result))
        running.failed.connect(lambda error: self._note("failed", error))
        running.finished.connect(lambda: self._note("finished"))

    def _note(self, kind: str, value: object = None) -> None:
        self.told.append((kind, value))
        self.threads.add(threading.current_thread())

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]


def counting(steps: int) -> Job[str]:
    for n in range(steps):
        yield Progress(n, steps)
    return "done"


def until(told: threading.Event, closed: threading.Event) -> Job[None]:
    """Run until it is closed; ``told`` is set once it runs."""
    try:
        while True:
            told.set()
            yield Progress(0, 0)
    finally:
        closed.set()


def wait_for(qtbot: QtBot, running: RunningJob) -> None:
    if not running.is_finished:
        qtbot.waitSignal(running.finished, timeout=5000).wait()


def test_a_job_tells_everything_on_the_thread_of_the_window_and_finishes_last(qtbot: QtBot, runner: JobRunner) -> None:
    running = runner.start(counting(3), lane="long")
    log = Log(running)
    wait_for(qtbot, running)
    assert log.told[0] == ("began", None)
    assert log.told[-2:] == [("succeeded", "done"), ("finished", None)]
    assert log.threads == {threading.main_thread()}


def test_a_plain_call_is_a_job_too(qtbot: QtBot, runner: JobRunner) -> None:
    log = Log(running := runner.start(lambda: 42))
    wait_for(qtbot, running)
    assert log.told == [("began", None), ("succeeded", 42), ("finished", None)]


def test_progress_comes_at_most_every_50_ms_but_a_notice_always_comes(qtbot: QtBot, runner: JobRunner) -> None:
    def noticing() -> Iterator[Progress]:
        for n in range(2000):
            yield Progress(n, 2000, notice="the GPU is gone" if n == 1000 else "")

    log = Log(running := runner.start(noticing()))
    wait_for(qtbot, running)
    progressed = [value for kind, value in log.told if kind == "progressed"]
    assert len(progressed) < 100
    assert [each.done for each in progressed if each.notice] == [1000]


def test_a_cancelled_job_is_closed_on_its_own_thread_and_does_not_succeed(qtbot: QtBot, runner: JobRunner) -> None:
    told, closed = threading.Event(), threading.Event()
    log = Log(running := runner.start(until(told, closed), lane="long"))
    assert told.wait(5)
    running.cancel()
    wait_for(qtbot, running)
    assert closed.is_set()
    assert not {"succeeded", "failed"} & set(log.kinds)


def test_a_job_cancelled_while_it_waits_never_begins(qtbot: QtBot, runner: JobRunner) -> None:
    told, closed = threading.Event(), threading.Event()
    first = runner.start(until(told, closed), lane="long")
    log = Log(second := runner.start(counting(3), lane="long"))
    second.cancel()
    first.cancel()
    wait_for(qtbot, second)
    assert log.kinds == ["finished"]


@pytest.mark.parametrize(
    ("raised", "what"),
    [
        (TagStudioError("The disk is full.", "Free some space."), "The disk is full."),
        (ZeroDivisionError("division by zero"), "Something went wrong inside TagStudio."),
    ],
)
def test_a_failure_reaches_the_person_in_one_way(qtbot: QtBot, runner: JobRunner, raised: Exception, what: str) -> None:
    def failing() -> Iterator[Progress]:
        yield Progress(0, 1)
        raise raised

    log = Log(running := runner.start(failing()))
    wait_for(qtbot, running)
    assert log.kinds[-2:] == ["failed", "finished"]
    assert log.told[-2][1].what == what


def test_judging_does_not_wait_for_a_long_job(qtbot: QtBot, runner: JobRunner) -> None:
    told, closed = threading.Event(), threading.Event()
    long = runner.start(until(told, closed), lane="long")
    judging = runner.start(lambda: "saved", lane="judge")
    wait_for(qtbot, judging)
    assert not long.is_finished
    long.cancel()
    wait_for(qtbot, long)


def test_judgements_are_written_in_the_order_they_were_made(qtbot: QtBot, runner: JobRunner) -> None:
    written: list[int] = []
    running = [runner.start(lambda n=n: written.append(n), lane="judge") for n in range(50)]
    wait_for(qtbot, running[-1])
    assert written == list(range(50))


def test_shutting_down_writes_the_judgements_that_wait_and_stops_everything_else(runner: JobRunner) -> None:
    written: list[int] = []
    told, closed = threading.Event(), threading.Event()
    runner.start(until(told, closed), lane="long")
    assert told.wait(5)
    for n in range(20):
        runner.start(lambda n=n: written.append(n), lane="judge")
    assert runner.shut_down(5)
    assert written == list(range(20))
    assert closed.is_set()


def test_a_job_started_after_shutting_down_only_finishes(qtbot: QtBot, runner: JobRunner) -> None:
    assert runner.shut_down()
    log = Log(running := runner.start(lambda: 1))
    wait_for(qtbot, running)
    assert log.kinds == ["finished"]


def test_shutting_down_says_when_a_job_outlives_the_wait(runner: JobRunner) -> None:
    begun, held = threading.Event(), threading.Event()
    runner.start(lambda: begun.set() or held.wait(10))
    assert begun.wait(5)
    assert not runner.shut_down(0.05)
    held.set()


def test_a_forgotten_job_tells_nothing_more(qtbot: QtBot, runner: JobRunner) -> None:
    held = threading.Event()
    log = Log(runner.start(lambda: held.wait(10)))
    with qtbot.waitSignal(runner.forgotten, timeout=1000):
        runner.forget()
    before = list(log.kinds)
    held.set()
    wait_for(qtbot, runner.start(lambda: None))
    assert log.kinds == before
