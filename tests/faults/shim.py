"""Faults at the n-th system call that changes something, through the preloaded library ``faultshim.c``."""

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from counts import full, times
from torture import shared_tools

KINDS = ("kill", "half", "enospc", "eio")
_KIND = {"kill": "kill", "half": "killafter", "enospc": "enospc", "eio": "eio", "short": "short"}
# A full or broken disk stays so; a process dies once, and a short write is an event.
_STICKY = ("enospc", "eio")
SEED = 20_240_501

Variables = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and at which of the counted calls, from 1."""

    kind: str
    at: int

    def __str__(self) -> str:
        return f"{self.kind}@{self.at}"


class Shim:
    """The built library; its methods give the environment of a child that is to suffer."""

    def __init__(self, library: Path) -> None:
        self._library = library

    def variables(self, match: str, fault: Fault | None = None) -> dict[str, str]:
        """Return the environment that applies a fault to calls on paths containing ``match``; only counts without."""
        given = {"LD_PRELOAD": str(self._library), "FAULT_MATCH": match}
        if fault is not None:
            given |= {"FAULT_AT": str(fault.at), "FAULT_KIND": _KIND[fault.kind]}
            if fault.kind in _STICKY:
                given["FAULT_STICKY"] = "1"
        return given

    def count(self, attempt: Callable[[Variables], object], match: str) -> int:
        """Run ``attempt`` without a fault and return how many calls it made; the busiest process counts."""
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "calls"
            attempt({**self.variables(match), "FAULT_LOG": str(log)})
            calls = [int(line.split()[0]) for line in log.read_text().splitlines()] if log.exists() else []
        assert calls, f"nothing was written to a path with “{match}” in it"
        return max(calls)

    def sweep(
        self,
        attempt: Callable[[Variables], T],
        match: str,
        *,
        kinds: Sequence[str] = KINDS,
        limit: int = 200,
        short: int = 8,
    ) -> Iterator[tuple[Fault, T]]:
        """Run ``attempt`` once per fault point; yields the fault and what ``attempt`` returned.

        ``limit`` and ``short`` bound the points per kind, under ``TAGSTUDIO_FAULTS=full`` and without.
        """
        calls = self.count(attempt, match)
        for kind in kinds:
            for at in points(calls, times(short, limit) if full() else short, salt=kind):
                fault = Fault(kind, at)
                yield fault, attempt(self.variables(match, fault))


def points(calls: int, limit: int, *, salt: str = "") -> list[int]:
    """Return all calls from 1 when they are at most ``limit``, else a seeded sample with the first and the last."""
    if calls <= limit:
        return list(range(1, calls + 1))
    inner = random.Random(f"{SEED} {salt}").sample(range(2, calls), max(0, limit - 2))
    return sorted({1, calls, *inner})


def build_shim(folder: Path) -> Shim:
    """Compile the library into ``folder``; skips the test where its source or a compiler is missing."""
    source = shared_tools() / "faultshim.c"
    compiler = shutil.which("cc")
    if compiler is None or os.name != "posix":
        pytest.skip("a C compiler (cc) is needed to build the fault shim")
    built = folder / "faultshim.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-w", "-o", built, source, "-ldl"], check=True, capture_output=True
    )
    return Shim(built)
