"""Fixtures of the fault tests; ``harness.py`` explains how they work together."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from children import Children
from counts import Record
from disks import small_disks
from heard import HeardLibrary, make_heard_library
from judged import fill, judge
from nursery import Nursery, nurseries
from shim import Shim, build_shim
from torture_run import Run, run_torture

from tagstudio.services import backups
from tagstudio.services.studio import open_studio


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Shim:
    """The library that fails or kills at the n-th system call that changes something; built once."""
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    """Start programs in process groups of their own, with their own home; all are gone after the test."""
    started = Children(tmp_path / "home")
    yield started
    started.end()


@pytest.fixture
def nursery(children: Children) -> Iterator[Callable[..., Nursery]]:
    """Make a process that forks what it has imported: ``nursery("write", "command", shim=shim).run("write", ...)``."""
    yield from nurseries(children)


@pytest.fixture(scope="session")
def heard(tmp_path_factory: pytest.TempPathFactory) -> HeardLibrary:
    """A small library with everything in it; made once, to be copied."""
    return make_heard_library(tmp_path_factory.mktemp("heard"))


@pytest.fixture(scope="session")
def torture_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The torture corpus, after every command has been let loose on it; once for all tests."""
    folder = tmp_path_factory.mktemp("torture")
    children = Children(folder / "home")
    yield run_torture(folder, children)
    children.end()


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Note what a fault test did, for the report: ``record("K3", "kill -9 while judging", n=200, violations=0)``."""
    return Record(request.node.nodeid)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mount a disk of so many kilobytes: ``folder = small_disk(64)``; skips where mounting is not allowed."""
    yield from small_disks(tmp_path)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with judgements, a backup of half of them, and a mirror of all; copy it, do not change it."""
    folder = tmp_path_factory.mktemp("filled")
    file = folder / "library.sqlite3"
    fill(file, batches=30)
    with open_studio(file) as studio:
        backups.make(studio)
    judge(file, range(30, 60))
    return folder


@pytest.fixture
def copied(filled: Path, tmp_path: Path) -> Callable[[], Path]:
    """Give a fresh copy of the filled library, as often as wanted."""
    made = iter(range(10**6))

    def copy() -> Path:
        folder = tmp_path / f"copy {next(made)}"
        shutil.copytree(filled, folder, ignore=shutil.ignore_patterns("*-owner", "*-wal", "*-shm"))
        return folder / "library.sqlite3"

    return copy
