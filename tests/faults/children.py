"""The program in processes of its own, each with a group and a home, ended by id only."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypeAlias

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
Child: TypeAlias = "subprocess.Popen[str]"
_NONE: Mapping[str, str] = {}


class Children:
    """Starts children and makes sure that none outlives the test."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._started: list[Child] = []
        self._errors: dict[int, IO[str]] = {}

    def environment(self, variables: Mapping[str, str] = _NONE) -> dict[str, str]:
        """Return the environment of a child: without a display of ours, with its own home, and ``variables``."""
        kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        folders = ("data", "config", "state", "cache")
        own = {"HOME": str(self.home), **{f"XDG_{name.upper()}_HOME": str(self.home / name) for name in folders}}
        path = os.pathsep.join(filter(None, (str(REPOSITORY), kept.get("PYTHONPATH"))))
        return {**kept, **own, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path, **variables}

    def start(
        self,
        arguments: Sequence[object],
        *,
        library: Path | None = None,
        variables: Mapping[str, str] = _NONE,
        unprivileged: bool = False,
        offline: bool = False,
    ) -> Child:
        """Start ``tagstudio [--library FILE] ARGUMENTS``."""
        place = [] if library is None else ["--library", str(library)]
        return self.begin(
            [sys.executable, "-m", "tagstudio", *place, *arguments],
            variables=variables,
            unprivileged=unprivileged,
            offline=offline,
        )

    def driver(self, name: str, *arguments: object, variables: Mapping[str, str] = _NONE, **options: Any) -> Child:
        """Start ``drivers/NAME.py`` with arguments."""
        return self.begin([sys.executable, HERE / "drivers" / f"{name}.py", *arguments], variables=variables, **options)

    def begin(
        self,
        command: Sequence[object],
        *,
        variables: Mapping[str, str] = _NONE,
        unprivileged: bool = False,
        offline: bool = False,
        stdin: int = subprocess.DEVNULL,
    ) -> Child:
        """Start any command, its output in pipes; ``offline`` gives it no network at all, which only root may."""
        if unprivileged:
            command = [sys.executable, "-I", HERE / "unprivileged.py", *command]
        if offline:
            command = ["unshare", "-n", "--", *command]
        # A file, since nobody reads two pipes at once.
        errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 -- closed when the test ends
        child = subprocess.Popen(
            [part if isinstance(part, bytes) else str(part) for part in command],
            env=self.environment(variables),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            errors="surrogateescape",
            start_new_session=True,
            cwd=REPOSITORY,
        )
        self._started.append(child)
        self._errors[child.pid] = errors
        return child

    def run(
        self, arguments: Sequence[object], *, timeout_s: float = 300, **options: Any
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of the program to its end, whatever its status."""
        return self.finish(self.start(arguments, **options), timeout_s=timeout_s)

    def finish(self, child: Child, *, timeout_s: float = 300) -> "subprocess.CompletedProcess[str]":
        """Wait for a child; one that takes longer is killed, and TimeoutExpired is raised."""
        try:
            out, _ = child.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self.kill(child)
            raise
        return subprocess.CompletedProcess(child.args, child.returncode, out, self.errors(child))

    def errors(self, child: Child) -> str:
        """Return what a child has written to stderr."""
        file = self._errors[child.pid]
        file.seek(0)
        return file.read()

    def kill(self, child: Child, *, number: int = signal.SIGKILL) -> str:
        """End a child and all of its group at once; returns what it had printed."""
        if child.poll() is None:
            os.killpg(child.pid, number)
        out, _ = child.communicate(timeout=30)
        return out or ""

    def end(self) -> None:
        """Kill what still runs."""
        for child in self._started:
            if child.poll() is None:
                self.kill(child)
            if child.stdout is not None:
                child.stdout.close()
        for file in self._errors.values():
            file.close()


def acknowledged(output: str) -> list[dict[str, Any]]:
    """Return what a driver acknowledged: its whole JSON lines; a line cut off by a kill is none."""
    lines = output.split("\n")[:-1]
    return [json.loads(line) for line in lines if line.startswith("{")]
