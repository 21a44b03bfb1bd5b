"""An object for worker processes that can do everything wrong; a module of its own, so that children can import it."""

import ctypes
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tagstudio.domain.errors import TagStudioError


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
