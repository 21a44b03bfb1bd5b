"""Objects that live in a process of their own, so that no file and no network can take the window down.

A worker builds one object in a spawned child and calls its methods there. Generator methods are pulled one item at a
time, which gives back-pressure and lets the caller stop in the middle. A child that dies, hangs or eats too much
memory costs one answer: the next call starts a fresh one.
"""

import contextlib
import logging
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self, TypeVar

from tagstudio.domain.errors import TagStudioError, WorkerError

log = logging.getLogger(__name__)

T = TypeVar("T")
START_S = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use; None means no limit.

    ``niceness`` lowers its priority so that the window stays alive on a busy machine.
    """

    memory_bytes: int | None = None
    may_write: bool = True
    calls: int | None = None
    niceness: int = 0


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
        answers = list(self._ask(method, args, timeout_s=timeout_s))
        return answers[0]

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
                    raise value
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
            raise WorkerError(f"it took longer than {timeout_s:.0f} s", "The rest goes on without it.")
        kind, value = pipe.recv()
        return kind, value

    def _died(self) -> WorkerError:
        code = None
        if self._process is not None:
            self._process.join(1.0)
            code = self._process.exitcode
        self._kill()
        how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit status {code}"
        return WorkerError(f"the process reading it ended ({how})", "The rest goes on without it.")

    def _kill(self) -> None:
        if self._process is not None and self._process.is_alive():
            self._process.kill()
        self.close()

    def _started(self) -> Connection:
        self._calls += 1
        if self._limits.calls is not None and self._calls > self._limits.calls:
            self.close()
        if self._process is not None and not self._process.is_alive():
            self.close()
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve,
                args=(theirs, self._factory, self._args, self._limits),
                daemon=True,
                name="tagstudio-worker",
            )
            self._process.start()
            theirs.close()
            self._pipe, self._calls = ours, 1
            try:
                kind, value = self._received(ours, START_S)
            except (EOFError, OSError) as error:
                raise self._died() from error
            if kind == "failed":
                self.close()
                raise value
        return self._pipe


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
    ) -> Generator[tuple[T, Any]]:
        """Call ``method`` for every ``(key, args)``; yield ``(key, answer or TagStudioError)`` as they come.

        ``streamed`` is for generator methods: each item comes as an answer of its own, None follows the last one.
        At most two answers per worker wait unread, so memory stays bounded; closing the generator stops the work.
        """
        ask = _items if streamed else _answer
        source = iter(requests)
        answers: queue.Queue[tuple[T, Any] | None] = queue.Queue(maxsize=2 * len(self._workers))
        lock, stopping = threading.Lock(), threading.Event()

        def drive(worker: Worker) -> None:
            try:
                while not stopping.is_set():
                    with lock:
                        request = next(source, None)
                    if request is None:
                        return
                    key, args = request
                    for answer in ask(worker, method, args, timeout_s(key)):
                        _put(answers, (key, answer), stopping)
            finally:
                _put(answers, None, stopping)

        threads = [threading.Thread(target=drive, args=(worker,), daemon=True) for worker in self._workers]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                answer = answers.get()
                if answer is None:
                    running -= 1
                else:
                    yield answer
        finally:
            stopping.set()
            for thread, worker in zip(threads, self._workers, strict=True):
                thread.join(0.3)
                if thread.is_alive():
                    worker.interrupt()
                    thread.join()

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


def _put(answers: "queue.Queue[Any]", item: object, stopping: threading.Event) -> None:
    while not stopping.is_set():
        with contextlib.suppress(queue.Full):
            answers.put(item, timeout=0.2)
            return


def _answer(worker: Worker, method: str, args: tuple[object, ...], timeout_s: float) -> Iterator[Any]:
    try:
        yield worker.call(method, *args, timeout_s=timeout_s)
    except TagStudioError as error:
        yield error


def _items(worker: Worker, method: str, args: tuple[object, ...], timeout_s: float) -> Iterator[Any]:
    try:
        yield from worker.stream(method, *args, timeout_s=timeout_s)
    except TagStudioError as error:
        yield error
    else:
        yield None


def _serve(pipe: Connection, factory: Callable[..., object], args: tuple[object, ...], limits: Limits) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the parent, which closes the pipe
    try:
        _apply(limits)
        target = factory(*args)
    except Exception as error:  # noqa: BLE001 -- everything that goes wrong here must be told to the parent
        pipe.send(("failed", _portable(error)))
        return
    pipe.send(("ready", None))
    with contextlib.suppress(EOFError, OSError):  # the parent went away
        while True:
            method, arguments = pipe.recv()
            _serve_call(pipe, getattr(target, method), arguments)


def _serve_call(pipe: Connection, method: Callable[..., object], arguments: tuple[object, ...]) -> None:
    try:
        result = method(*arguments)
        if isinstance(result, Iterator):
            for item in result:
                pipe.send(("item", item))
                if pipe.recv() == "stop":
                    break
            pipe.send(("end", None))
        else:
            pipe.send(("answer", result))
    except (EOFError, BrokenPipeError):
        raise
    except MemoryError:
        pipe.send(("failed", WorkerError("it needs more memory than one file may use", "The rest goes on without it.")))
    except Exception as error:  # noqa: BLE001 -- as above
        pipe.send(("failed", _portable(error)))


def _portable(error: Exception) -> Exception:
    if isinstance(error, TagStudioError):
        return error
    log.error("a worker's call failed", exc_info=error)
    return WorkerError(
        f"an unexpected fault in its reader ({type(error).__name__}: {error})", "The rest goes on without it."
    )


def _apply(limits: Limits) -> None:
    if limits.niceness:
        with contextlib.suppress(OSError, AttributeError):
            os.nice(limits.niceness)
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limits.memory_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    if not limits.may_write:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
