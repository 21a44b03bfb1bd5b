"""The program in forks of one process that has imported it, for sweeps of hundreds of faults."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from children import HERE, Children
from shim import Shim

_NONE: Mapping[str, str] = {}


class Newborn:
    """One fork: ``lines`` of what it says as it says them."""

    def __init__(self, nursery: "Nursery", pid: int, out: IO[str], errors: Path) -> None:
        self.pid = pid
        self.stdout = out
        self._nursery, self._errors = nursery, errors

    def finish(self) -> "subprocess.CompletedProcess[str]":
        """Wait for its end, and that of its workers."""
        out = self.stdout.read()
        self.stdout.close()
        status = self._nursery.ask({"wait": self.pid})["status"]
        return subprocess.CompletedProcess(["fork"], status, out, self._errors.read_text(errors="replace"))

    def kill(self) -> "subprocess.CompletedProcess[str]":
        """Kill it and all of its group at once; returns what it had said, and -9, or its status if it had ended."""
        os.killpg(self.pid, signal.SIGKILL)
        return self.finish()


class Nursery:
    """Runs drivers; ``drivers/nursery.py`` is the other side."""

    def __init__(self, children: Children, *drivers: str, shim: Shim | None = None) -> None:
        variables = {} if shim is None else shim.variables("/\n no such path \n/")
        command = [sys.executable, HERE / "drivers" / "nursery.py", *drivers]
        self._process = children.begin(command, variables=variables, stdin=subprocess.PIPE)
        self._folder = TemporaryDirectory()
        self._born = 0
        assert self._answer() == {"ready": True}

    def start(self, driver: str, *arguments: object, variables: Mapping[str, str] = _NONE) -> Newborn:
        """Start a driver."""
        self._born += 1
        out, errors = (Path(self._folder.name) / f"{self._born}.{name}" for name in ("out", "err"))
        os.mkfifo(out)
        errors.touch()
        request = {"driver": driver, "arguments": [str(each) for each in arguments], "variables": dict(variables),
                   "out": str(out), "err": str(errors)}  # fmt: skip
        pid = self.ask(request)["pid"]
        return Newborn(self, pid, out.open(errors="surrogateescape"), errors)

    def run(
        self, driver: str, *arguments: object, variables: Mapping[str, str] = _NONE
    ) -> "subprocess.CompletedProcess[str]":
        """Run a driver to its end."""
        return self.start(driver, *arguments, variables=variables).finish()

    def command(self, *arguments: object, library: Path) -> "subprocess.CompletedProcess[str]":
        """Run a command of the program to its end; the nursery must have the driver ``command``."""
        return self.run("command", "--library", library, *arguments)

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send one line and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """Let it go: it ends when there is nobody who asks."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._folder.cleanup()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


def nurseries(children: Children) -> Iterator[Any]:
    """Yield what makes nurseries; all are gone afterwards."""
    made: list[Nursery] = []

    def make(*drivers: str, shim: Shim | None = None) -> Nursery:
        made.append(Nursery(children, *drivers, shim=shim))
        return made[-1]

    yield make
    for each in made:
        each.close()
