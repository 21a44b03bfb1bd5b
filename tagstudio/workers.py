"""Objects that live in a process of their own, so that no file and no network can take the window down.

A worker builds one object in a spawned child and calls its methods there. Generator methods are pulled one item at a
time, which gives back-pressure and lets the caller stop in the middle. A child that dies, hangs or eats too much
memory costs one answer: the next call starts a fresh one.
"""

import contextlib
import multiprocessing
import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from types import TracebackType
from typing import Any, Self, TypeVar

from tagstudio.domain.errors import TagStudioError, WorkerError
from tagstudio.worker_faults import died, garbled, late, logged
from tagstudio.worker_process import Limits, resident_bytes, serve

__all__ = ["Limits", "Worker", "WorkerPool"]

T = TypeVar("T")
START_S = 60.0
# No answer is longer; a broken child could claim any length.
MOST_BYTES = 1 << 30
# Linux ends a child that asked to end with its parent when the *thread* that started it ends; this one outlives them.
_STARTER = ThreadPoolExecutor(1, thread_name_prefix="tagstudio-starter")


class Worker:
    """One child process holding one object; not thread-safe, one call at a time.

    Parameters
    ----------
    factory : callable
        Called in the child with ``args``; both must be picklable.
    """

    def __init__(self, factory: Callable[..., object], *args: object, limits: Limits | None = None) -> None:
        self._factory, self._args, self._limits = factory, args, limits or Limits()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._calls = 0

    def call(self, method: str, *args: object, timeout_s: float = 60.0) -> Any:
        """Call ``method`` in the child and return its answer.

        Raises
        ------
        WorkerError
            If the child died, or took longer than ``timeout_s`` and was ended.
        TagStudioError
            What the method itself raised.
        """
        return next(self._ask(method, args, timeout_s=timeout_s), None)

    def stream(self, method: str, *args: object, timeout_s: float = 60.0) -> Generator[Any]:
        """Iterate over a generator ``method`` of the child; ``timeout_s`` is per item. Close it to stop early."""
        return self._ask(method, args, timeout_s=timeout_s)

    def interrupt(self) -> None:
        """Kill the child from another thread; the call in progress raises WorkerError."""
        process = self._process
        if process is not None:
            with contextlib.suppress(ValueError):  # closed meanwhile
                process.kill()

    def close(self) -> None:
        """End the child."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.join(0.5)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, args: tuple[object, ...], *, timeout_s: float) -> Generator[Any]:
        pipe = self._started()
        finished = False
        try:
            pipe.send((method, args))
            while True:
                kind, value = self._received(pipe, timeout_s)
                if kind == "item":
                    yield value
                    pipe.send("next")
                elif kind == "failed":
                    finished = True
                    raise logged(value)
                else:
                    finished = True
                    if kind == "answer":
                        yield value
                    return
        except (EOFError, OSError) as error:
            raise self._died() from error
        finally:
            if not finished and self._pipe is not None:
                self._stop_stream(pipe)

    def _stop_stream(self, pipe: Connection) -> None:
        # After "stop" the child answers "end"; one that is busy or gone is replaced.
        try:
            pipe.send("stop")
            while self._received(pipe, 2.0)[0] not in ("end", "failed", "answer"):
                pass
        except (EOFError, OSError, WorkerError):
            self._kill()

    def _received(self, pipe: Connection, timeout_s: float) -> tuple[str, Any]:
        if not pipe.poll(timeout_s):
            self._kill()
            raise logged(late(timeout_s))
        try:
            kind, value = ForkingPickler.loads(pipe.recv_bytes(MOST_BYTES))
        except (EOFError, OSError):  # it ended, or it claimed more than it may send
            raise
        except Exception as error:
            # Nonsense: whatever this child says next cannot be trusted either.
            self._kill()
            raise logged(garbled()) from error
        return kind, value

    def _died(self) -> Exception:
        code, process = None, self._process
        if process is not None:
            with contextlib.suppress(ValueError):  # closed meanwhile by another thread
                process.join(1.0)
                code = process.exitcode
        self._kill()
        return logged(died(code))

    def _kill(self) -> None:
        if self._process is not None and self._process.is_alive():
            self._process.kill()
        self.close()

    def _started(self) -> Connection:
        self._calls += 1
        process = self._process
        if process is not None and (not process.is_alive() or self._is_worn(process)):
            self.close()
        return self._start() if self._pipe is None else self._pipe

    def _is_worn(self, process: multiprocessing.process.BaseProcess) -> bool:
        limits = self._limits
        if limits.calls is not None and self._calls > limits.calls:
            return True
        return not limits.may_write and resident_bytes(process.pid) > limits.resident_bytes

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self._limits), daemon=True, name="tagstudio-worker")
        _STARTER.submit(process.start).result()
        self._process = process
        theirs.close()
        self._pipe, self._calls = ours, 1
        try:
            # Not with the other arguments: the child sets its limits before it imports what the object needs.
            ours.send((self._factory, self._args))
            kind, value = self._received(ours, START_S)
        except (EOFError, OSError) as error:
            raise self._died() from error
        if kind == "failed":
            self.close()
            raise logged(value)
        return ours


class WorkerPool:
    """Several workers of one kind, each driven by a thread of this process."""

    def __init__(self, count: int, factory: Callable[..., object], *args: object, limits: Limits | None = None) -> None:
        self._workers = [Worker(factory, *args, limits=limits) for _ in range(max(1, count))]

    def unordered(
        self,
        method: str,
        requests: Iterable[tuple[T, tuple[object, ...]]],
        *,
        timeout_s: Callable[[T], float],
        streamed: bool = False,
        most_items: Callable[[T], int] | None = None,
        unread: int = 2,
    ) -> Generator[tuple[T, Any]]:
        """Call ``method`` for every ``(key, args)``; yield ``(key, answer or TagStudioError)`` as they come.

        ``streamed`` is for generator methods: each item comes as an answer of its own, None follows the last one.
        A child that gives more than ``most_items`` is ended, and a WorkerError takes their place.
        At most ``unread`` answers per worker wait, so memory stays bounded; closing the generator stops the work.
        """
        ask = _items if streamed else _answer
        source, lock = iter(requests), threading.Lock()
        answers = _Answers(unread * len(self._workers))

        def drive(worker: Worker) -> None:
            while not answers.is_stopped:
                with lock:
                    request = next(source, None)
                if request is None:
                    return
                key, args = request
                most = None if most_items is None else most_items(key)
                with contextlib.closing(ask(worker, method, args, timeout_s(key))) as found:
                    for number, answer in enumerate(found):
                        if number == most and answer is not None:
                            worker.interrupt()
                            answers.put((key, logged(garbled())))
                            break
                        answers.put((key, answer))

        threads = [threading.Thread(target=answers.all_of, args=(drive, w), daemon=True) for w in self._workers]
        for thread in threads:
            thread.start()
        try:
            yield from answers.until_all_ended(len(threads))
        finally:
            answers.stop()
            for thread, worker in zip(threads, self._workers, strict=True):
                thread.join(0.3)
                while thread.is_alive():  # again and again: it may just be starting its child
                    worker.interrupt()
                    thread.join(0.3)

    def close(self) -> None:
        """End every child."""
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _StoppedError(Exception):
    # Nobody wants answers any more.
    pass


class _Answers:
    # A bounded queue that several threads fill and one empties; None says that a thread ended.
    def __init__(self, size: int) -> None:
        self._queue: queue.Queue[Any] = queue.Queue(maxsize=size)
        self._stopping = threading.Event()

    @property
    def is_stopped(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        self._stopping.set()

    def put(self, answer: object) -> None:
        while not self.is_stopped:
            with contextlib.suppress(queue.Full):
                self._queue.put(answer, timeout=0.2)
                return
        raise _StoppedError

    def all_of(self, drive: Callable[[Worker], None], worker: Worker) -> None:
        # What a thread does: its faults are raised again where the answers are wanted.
        with contextlib.suppress(_StoppedError):
            try:
                drive(worker)
            except _StoppedError:
                raise
            except Exception as error:  # noqa: BLE001 -- see above
                self.put(error)
            self.put(None)

    def until_all_ended(self, threads: int) -> Iterator[Any]:
        while threads:
            answer = self._queue.get()
            if isinstance(answer, Exception):
                raise answer
            if answer is None:
                threads -= 1
            else:
                yield answer


def _answer(worker: Worker, method: str, args: tuple[object, ...], timeout_s: float) -> Generator[Any]:
    try:
        yield worker.call(method, *args, timeout_s=timeout_s)
    except TagStudioError as error:
        yield error


def _items(worker: Worker, method: str, args: tuple[object, ...], timeout_s: float) -> Generator[Any]:
    try:
        yield from worker.stream(method, *args, timeout_s=timeout_s)
    except TagStudioError as error:
        yield error
    else:
        yield None
