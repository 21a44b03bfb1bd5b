"""Runs the program as people do: a process of its own, its output read back."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class Program:
    """``tagstudio --library FILE ...`` in a process of its own."""

    def __init__(self, library: Path, home: Path) -> None:
        self.library = library
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
            },
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
        }

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "tagstudio", "--library", str(self.library), *map(str, arguments)]

    def __call__(self, *arguments: object, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: object, status: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", status=status).stdout)

    def refused(self, *arguments: object) -> str:
        """Run what must fail with an explanation, and return it."""
        done = self(*arguments, status=1)
        assert done.stdout == ""
        assert done.stderr.strip()
        return done.stderr


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "library.sqlite3", tmp_path / "home")


@pytest.fixture
def start(program: Program) -> Callable[..., "subprocess.Popen[str]"]:
    def begin(*arguments: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            program.command(*arguments),
            env=program.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    return begin
