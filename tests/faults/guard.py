"""Watches children, and theirs, for network calls and for changes to files in a folder: X3 and X4."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOOK = Path(__file__).parent / "guard"


class Guard:
    """Collects what the audit hooks tell; ``variables`` go into a child's environment."""

    def __init__(self, pipe: Path, folder: Path) -> None:
        os.mkfifo(pipe)
        # For reading and writing, so that it stays open however many children come and go.
        self._read = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self.variables = {
            "TAGSTUDIO_GUARD": str(pipe),
            "TAGSTUDIO_GUARD_FOLDER": str(folder),
            "PYTHONPATH": os.pathsep.join(
                filter(None, (str(HOOK), str(HOOK.parents[2]), os.environ.get("PYTHONPATH")))
            ),
        }
        self.watched = 0
        self.findings: list[str] = []

    def collect(self) -> None:
        """Take in what was told so far; call it after each child, since a pipe holds 64 KB only."""
        text = b""
        while True:
            try:
                text += os.read(self._read, 1 << 16)
            except BlockingIOError:
                break
        for line in text.decode("ascii").splitlines():
            if line.startswith("watching"):
                self.watched += 1
            else:
                self.findings.append(line)

    def of(self, *beginnings: str) -> list[str]:
        """Return the findings that begin like one of these."""
        return [each for each in self.findings if each[2:].startswith(beginnings)]

    def close(self) -> None:
        """Let go of the pipe."""
        os.close(self._read)


@contextmanager
def guarding(folder: Path, music: Path) -> Iterator[Guard]:
    """Watch the children that get ``variables``."""
    guard = Guard(folder / "guard.pipe", music)
    try:
        yield guard
    finally:
        guard.close()
