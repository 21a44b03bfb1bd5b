"""A reader that goes wrong at files with telling names; a module of its own, so that its process can import it."""

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

from tagstudio.services.reader import Answer, FileReader


class DeadlyReader(FileReader):
    """Reads what it should, except that ``fault-NAME.wav`` makes it do NAME."""

    def read(self, path: bytes) -> Any:
        """Read, or fail in the way that the name asks for."""
        name = os.fsdecode(path.rpartition(b"/")[2])
        if name.startswith("fault-"):
            getattr(self, name.removeprefix("fault-").removesuffix(".wav"))()
        if name == "wrong-answer.wav":
            return b"no facts at all"
        return super().read(path)

    def read_all(self, paths: Any) -> Iterator[list[Answer]]:
        """Read a group; never end where a name asks for it."""
        if any(b"endless" in path for path in paths):
            while True:
                yield []
        yield from super().read_all(paths)

    def segv(self) -> None:
        """Crash."""
        ctypes.string_at(0)

    def sigkill(self) -> None:
        """Be killed."""
        os.kill(os.getpid(), signal.SIGKILL)

    def leave(self) -> None:
        """End without an answer, as if all were well."""
        os._exit(0)

    def garbage(self) -> None:
        """Write nonsense to everything that may be the pipe."""
        for descriptor in range(3, 40):
            try:
                os.write(descriptor, b"\x00\x00\x00\x08nonsense" * 20)
            except OSError:
                continue
        time.sleep(600)

    def sleep(self) -> None:
        """Never answer."""
        time.sleep(600)

    def endless(self) -> None:
        """Fail when read alone, too."""
        os._exit(0)
