"""Laws of worker processes: whatever happens in a child costs one answer, never the parent."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tagstudio.domain.errors import TagStudioError, WorkerError
from tagstudio.workers import Limits, Worker, WorkerPool

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def awkward() -> Iterator[Any]:
    # Children inherit sys.path and import the class by its module's name.
    sys.path.insert(0, str(Path(__file__).parent))
    import awkward

    yield awkward.Awkward
    sys.path.remove(str(Path(__file__).parent))


@pytest.fixture(scope="module")
def shared(awkward: Any) -> Iterator[Worker]:
    with Worker(awkward) as worker:
        yield worker


def test_a_call_is_answered_by_the_same_child(shared: Worker) -> None:
    assert shared.call("double", 21) == 42
    assert shared.call("pid") == shared.call("pid")


def test_what_a_method_refuses_arrives_with_its_advice(shared: Worker) -> None:
    with pytest.raises(TagStudioError, match=r"This cannot be done\.") as caught:
        shared.call("refuse")
    assert caught.value.advice == "Do something else."


@pytest.mark.parametrize("method", ["fail", "give_unsendable", "no_such_method"])
def test_a_fault_inside_a_method_is_told_and_the_child_lives_on(shared: Worker, method: str) -> None:
    child = shared.call("pid")
    with pytest.raises(WorkerError, match="an unexpected fault"):
        shared.call(method)
    assert shared.call("pid") == child


@pytest.mark.parametrize(
    ("method", "args", "how"),
    [("die", (signal.SIGKILL,), "SIGKILL"), ("crash", (), "SIGSEGV"), ("leave", (), "exit status 0")],
)
def test_a_child_that_dies_costs_one_answer(awkward: Any, method: str, args: tuple[int, ...], how: str) -> None:
    with Worker(awkward) as worker:
        with pytest.raises(WorkerError, match=how):
            worker.call(method, *args)
        assert worker.call("double", 1) == 2


def test_a_child_that_hangs_is_ended_in_time(awkward: Any) -> None:
    with Worker(awkward) as worker:
        worker.call("pid")
        before = time.monotonic()
        with pytest.raises(WorkerError, match="took longer"):
            worker.call("hang", timeout_s=0.2)
        assert time.monotonic() - before < 5
        assert worker.call("double", 1) == 2


def test_a_child_may_not_take_more_memory_than_its_limit(awkward: Any) -> None:
    with Worker(awkward, limits=Limits(memory_bytes=2**30)) as worker:
        child = worker.call("pid")
        with pytest.raises(WorkerError, match="more memory"):
            worker.call("take", 2**31)
        assert worker.call("take", 1000) == 1000
        assert worker.call("pid") == child


def test_a_child_that_only_reads_cannot_write(awkward: Any, tmp_path: Path) -> None:
    with Worker(awkward, limits=Limits(may_write=False)) as worker, pytest.raises(WorkerError, match="File too large"):
        worker.call("write", str(tmp_path / "out"))
    assert not (tmp_path / "out").read_bytes()


def test_a_child_is_replaced_after_its_number_of_calls(awkward: Any) -> None:
    with Worker(awkward, limits=Limits(calls=2)) as worker:
        children = [worker.call("pid") for _ in range(4)]
    assert children[0] == children[1] != children[2] == children[3]


def test_a_child_knows_its_number_of_threads_before_it_imports_anything(awkward: Any) -> None:
    with Worker(awkward, limits=Limits(threads=1)) as worker:
        assert worker.call("environment", "OPENBLAS_NUM_THREADS") == "1"


def test_an_object_that_cannot_be_built_says_why(awkward: Any) -> None:
    with Worker(awkward, "It is broken.") as worker, pytest.raises(TagStudioError, match=r"It is broken\."):
        worker.call("pid")


def test_an_interrupted_call_raises_at_once(awkward: Any) -> None:
    with Worker(awkward) as worker:
        worker.call("pid")
        threading.Timer(0.1, worker.interrupt).start()
        with pytest.raises(WorkerError, match="SIGKILL"):
            worker.call("hang")


@pytest.mark.parametrize("busy_with", ["tell_and_spin", "tell_and_hang", "watchdog"])
def test_a_child_ends_with_its_parent_whatever_it_is_doing(busy_with: str) -> None:
    script = [sys.executable, str(Path(__file__).parent / "awkward.py"), busy_with]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        process = os.pidfd_open(child)
        try:
            assert not select.select([process], [], [], 0)[0]
            parent.kill()
            assert select.select([process], [], [], 10)[0], "the child goes on without its parent"
        finally:
            if not select.select([process], [], [], 0)[0]:
                os.kill(child, signal.SIGKILL)
            os.close(process)


def test_a_child_outlives_the_thread_that_started_it(awkward: Any) -> None:
    children = []
    with Worker(awkward) as worker:
        thread = threading.Thread(target=lambda: children.append(worker.call("pid")))
        thread.start()
        thread.join()
        while Path(f"/proc/self/task/{thread.native_id}").exists():  # Python's thread has ended, the kernel's not yet
            os.sched_yield()
        assert [worker.call("pid")] == children


def test_a_child_that_only_reads_cannot_reach_the_network(awkward: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Worker(awkward, limits=Limits(may_write=False)) as worker:
            with pytest.raises(WorkerError, match="may not use the network"):
                worker.call("connect", port)
            assert worker.call("double", 1) == 2
        assert not select.select([server], [], [], 0)[0]


def test_a_child_that_only_reads_is_ended_when_an_answer_takes_too_much_processor_time(awkward: Any) -> None:
    with Worker(awkward, limits=Limits(may_write=False, cpu_s=1)) as worker:
        with pytest.raises(WorkerError, match="SIGXCPU"):
            worker.call("spin", timeout_s=30)
        assert worker.call("double", 1) == 2


def test_a_child_that_only_reads_is_replaced_when_it_keeps_too_much_memory(awkward: Any) -> None:
    with Worker(awkward, limits=Limits(may_write=False, resident_bytes=2**28)) as worker:
        first = worker.call("keep", 2**20)
        assert worker.call("keep", 2**28) == first
        assert worker.call("pid") != first


@pytest.mark.parametrize(
    ("method", "args", "what", "reason"),
    [
        ("leave", (), "A helper process ended unexpectedly (exit status 0).", "the process reading it ended (exit"),
        ("hang", (), "A helper process took longer than 1 s and was ended.", "it took longer than 1 s"),
        ("take", (2**31,), "A helper process needed more memory than it may use.", "it needs more memory than"),
        ("fail", (), "A helper process met an unexpected fault (EOFError: ", "its reader met an unexpected fault"),
    ],
)
def test_a_fault_is_a_sentence_a_clause_about_the_file_and_a_line_in_the_log(
    awkward: Any, caplog: pytest.LogCaptureFixture, method: str, args: tuple[int, ...], what: str, reason: str
) -> None:
    with Worker(awkward, limits=Limits(memory_bytes=2**30)) as worker:
        worker.call("pid")
        with pytest.raises(WorkerError) as caught:
            worker.call(method, *args, timeout_s=1)
    assert caught.value.what.startswith(what)
    assert caught.value.what.endswith(".")
    assert caught.value.reason.startswith(reason)
    assert not caught.value.reason.endswith(".")
    assert caught.value.what in caplog.text


def test_the_log_says_where_in_the_child_it_failed(shared: Worker, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(WorkerError):
        shared.call("fail")
    assert 'raise EOFError("end of the file' in caplog.text


def test_a_stream_delivers_every_item(shared: Worker) -> None:
    assert list(shared.stream("count", 5)) == [0, 1, 2, 3, 4]


def test_a_stream_stopped_half_way_leaves_the_child_ready(shared: Worker) -> None:
    child, closed = shared.call("pid"), shared.call("closed")
    stream = shared.stream("count", 10**9)
    assert [next(stream), next(stream)] == [0, 1]
    stream.close()
    assert shared.call("pid") == child
    assert shared.call("closed") == closed + 1


@pytest.mark.parametrize(
    ("method", "args", "reason"),
    [
        ("count_and_die", (2,), "SIGKILL"),
        ("count_and_fail", (2,), "Enough counted"),
        ("give_unsendable_items", (), "unexpected fault"),
    ],
)
def test_a_stream_that_breaks_keeps_what_it_gave(awkward: Any, method: str, args: tuple[int, ...], reason: str) -> None:
    given = []
    with Worker(awkward) as worker:
        with pytest.raises(TagStudioError, match=reason):
            given.extend(worker.stream(method, *args))
        assert worker.call("double", 3) == 6


def test_a_pool_answers_every_request_even_if_one_kills_its_child(awkward: Any) -> None:
    with WorkerPool(2, awkward) as pool:
        requests = [(number, (number, 3)) for number in range(8)]
        answers = dict(pool.unordered("double_unless", requests, timeout_s=lambda _: 30.0))
    assert isinstance(answers.pop(3), WorkerError)
    assert answers == {number: 2 * number for number in range(8) if number != 3}


def test_a_pool_streams_the_items_of_each_request_in_order(awkward: Any) -> None:
    with WorkerPool(2, awkward) as pool:
        found: dict[str, list[object]] = {"a": [], "b": []}
        for key, item in pool.unordered("count", [("a", (3,)), ("b", (2,))], timeout_s=lambda _: 30.0, streamed=True):
            found[key].append(item)
    assert found == {"a": [0, 1, 2, None], "b": [0, 1, None]}


def test_a_pool_cancels_at_once_even_if_its_children_hang(awkward: Any) -> None:
    with WorkerPool(2, awkward) as pool:
        answers = pool.unordered("double_unless", [(1, (1, 0))], timeout_s=lambda _: 30.0)
        assert next(answers) == (1, 2)
        answers.close()
        hanging = pool.unordered("hang", [(n, ()) for n in range(4)], timeout_s=lambda _: 600.0)
        starter = threading.Timer(0.5, lambda: [worker.interrupt() for worker in pool._workers])
        starter.start()
        assert isinstance(next(hanging)[1], WorkerError)
        before = time.monotonic()
        hanging.close()
        assert time.monotonic() - before < 5


def test_a_fault_in_the_source_of_requests_reaches_the_caller(awkward: Any) -> None:
    def broken() -> Iterator[tuple[int, tuple[int]]]:
        yield 1, (1,)
        raise ValueError("no more requests")

    with WorkerPool(1, awkward) as pool, pytest.raises(ValueError, match="no more requests"):
        list(pool.unordered("double", broken(), timeout_s=lambda _: 30.0))
