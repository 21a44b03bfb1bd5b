"""An object for worker processes that can do everything wrong; a module of its own, so that children can import it."""

import ctypes
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
import types
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from tagstudio import worker_process
from tagstudio.domain.errors import TagStudioError
from tagstudio.workers import Worker


class Awkward:
    def __init__(self, fault: str = "") -> None:
        if fault:
            raise TagStudioError(fault, "Build another one.")
        self.closed_streams = 0

    def double(self, number: int) -> int:
        return 2 * number

    def pid(self) -> int:
        return os.getpid()

    def environment(self, name: str) -> str | None:
        return os.environ.get(name)

    def refuse(self) -> None:
        raise TagStudioError("This cannot be done.", "Do something else.")

    def fail(self) -> None:
        raise EOFError("end of the file, not of the pipe")

    def give_unsendable(self) -> object:
        return threading.Lock()

    def die(self, number: int) -> None:
        os.kill(os.getpid(), number)

    def crash(self) -> None:
        ctypes.string_at(0)

    def leave(self) -> None:
        os._exit(0)

    def hang(self) -> None:
        time.sleep(600)

    def spin(self) -> None:
        while True:
            pass

    def hang_without_python(self) -> None:
        # Foreign code that never lets another thread run.
        ctypes.PyDLL(None).sleep(600)

    def tell_and_spin(self) -> Iterator[int]:
        yield os.getpid()
        self.spin()

    def tell_and_hang(self) -> Iterator[int]:
        yield os.getpid()
        self.hang_without_python()

    def connect(self, port: int) -> None:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()

    def keep(self, size: int) -> int:
        self.kept = b"x" * size
        return os.getpid()

    def take(self, size: int) -> int:
        return len(bytearray(size))

    def write(self, file: str) -> None:
        with Path(file).open("wb", buffering=0) as out:
            out.write(b"x")

    def count(self, stop: int) -> Iterator[int]:
        try:
            yield from range(stop)
        finally:
            self.closed_streams += 1

    def count_and_die(self, stop: int) -> Iterator[int]:
        yield from range(stop)
        os.kill(os.getpid(), signal.SIGKILL)

    def count_and_fail(self, stop: int) -> Iterator[int]:
        yield from range(stop)
        raise TagStudioError("Enough counted.", "Stop here.")

    def give_unsendable_items(self) -> Iterator[object]:
        yield 1
        yield threading.Lock()

    def closed(self) -> int:
        return self.closed_streams

    def double_unless(self, number: int, deadly: int) -> int:
        if number == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * number


def tell_and_spin_watched(pipe: Connection) -> None:
    """Run in a process that only the watchdog thread ends."""
    worker_process.sys = types.SimpleNamespace(platform="another system")  # type: ignore[assignment]
    worker_process.end_with_parent()
    pipe.send(os.getpid())
    Awkward().spin()


def start_and_tell(method: str) -> None:
    """Start a child that is busy for ever, print its process id, and wait for the end."""
    if method == "watchdog":
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        multiprocessing.get_context("spawn").Process(target=tell_and_spin_watched, args=(theirs,), daemon=True).start()
        told = ours.recv()
    else:
        worker = Worker(Awkward)
        stream = worker.stream(method)
        told = next(stream)
        threading.Thread(target=next, args=(stream,), daemon=True).start()
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    start_and_tell(sys.argv[1])
