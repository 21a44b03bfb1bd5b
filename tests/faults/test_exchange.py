"""K6, D1 and D3 for exports: killed or out of space at any call, a file is the old or the new one, a folder whole."""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from harness import KINDS, Fault, acknowledged, check, fill, full, times
from shim import _KIND as SHIM_KIND
from shim import points

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from exchanged import empty, judge_all
from exchanged import fill as fill_library

from tagstudio.services.exchange import FORMATS

pytestmark = [pytest.mark.slow]

NAME = "exported"
OLD = b"an older export, whole"
# One of each way of writing: text, a database, a folder.
CHOSEN = tuple(FORMATS) if full() else ("csv", "sqlite", "jams")
CHOSEN_FULL = CHOSEN if full() else ("csv",)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of tracks and verdicts that take several writes in every format."""
    file = tmp_path_factory.mktemp("library") / "l.sqlite3"
    with empty(file) as studio:
        ids = fill_library(studio, [b"%03d.flac" % number for number in range(times(12, 60))], ["A title"])
        judge_all(studio, ids, [f"word {number}" for number in range(times(60, 400))], spans=((1.0, 2.5),))
    return file


def target(folder: Path, kind: str) -> Path:
    """Return where the export goes, with an older one there unless it is a folder."""
    folder.mkdir()
    card = FORMATS[kind]
    if card.is_per_track:
        return folder / NAME
    file = folder / f"{NAME}{card.endings[0]}"
    if kind != "sqlite":  # a database is only replaced when it is one of ours
        file.write_bytes(OLD)
    return file


def arguments(file: Path, kind: str) -> list[object]:
    return ["export", file, "--format", kind, "--no-suggestions", "--replace"]


def contents(place: Path) -> dict[str, str]:
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


@pytest.mark.parametrize("kind", CHOSEN)
def test_k6_an_export_that_dies_or_finds_no_room_leaves_the_old_one_or_a_whole_new_one(
    shim: Any, children: Any, record: Any, library: Path, tmp_path: Path, kind: str
) -> None:
    whole = target(tmp_path / "whole", kind)
    assert children.run(arguments(whole, kind), library=library).returncode == 0
    new = contents(whole)
    old = hashlib.sha256(OLD).hexdigest()
    calls = shim.count(lambda variables: run_plan(children, library, kind, tmp_path / "count", [None], variables), NAME)
    faults = [Fault(each, at) for each in KINDS for at in points(calls, times(4, 200), salt=each)]
    violations, killed = [], None
    for fault, (file, status) in zip(
        faults, run_plan(children, library, kind, tmp_path / "sweep", faults, shim.variables(NAME)), strict=True
    ):
        violations += problems(fault, file, status, new, old)
        killed = file if status == 137 and parts(file) else killed
    violations += check(library)
    assert killed is not None, "no fault left anything to clean up"
    assert children.run(arguments(killed, kind), library=library).returncode == 0
    assert contents(killed) == new
    assert not parts(killed), "the next export into a folder cleans up what a dead one left"
    count = len(faults)
    record("K6", f"killed, or the disk refused, while exporting {kind}", n=count, violations=violations)


def run_plan(
    children: Any, library: Path, kind: str, folder: Path, faults: Sequence[Fault | None], variables: Mapping[str, str]
) -> list[tuple[Path, int]]:
    """Export once per fault, each into a folder of its own; returns the targets and how each child ended."""
    folder.mkdir()
    files = [target(folder / f"work{number}", kind) for number in range(len(faults))]
    orders = [("", 0) if fault is None else (SHIM_KIND[fault.kind], fault.at) for fault in faults]
    plan = folder / "plan.json"
    plan.write_text(json.dumps([(*order, str(file)) for order, file in zip(orders, files, strict=True)]))
    done = children.finish(children.driver("export", library, kind, plan, variables=variables), timeout_s=3000)
    assert done.returncode == 0, done.args
    return list(zip(files, (each["status"] for each in acknowledged(done.stdout)), strict=True))


def parts(file: Path) -> list[Path]:
    return [each for each in file.parent.iterdir() if each != file]


def problems(fault: Fault, file: Path, status: int, new: dict[str, str], old: str) -> list[str]:
    found = []
    if file.exists() and contents(file) not in (new, {file.name: old}):
        found.append(f"{fault}: {file.name} is neither the old export nor a whole new one")
    if not file.exists() and file.suffix not in ("", ".sqlite"):
        found.append(f"{fault}: the older export is gone")
    if status == 0 and contents(file) != new:
        found.append(f"{fault}: said to be done, but it is not")
    if fault.kind in ("enospc", "eio") and parts(file):
        found.append(f"{fault}: {[each.name for each in parts(file)]} was left")
    if status not in (0, 1, 137):
        found.append(f"{fault}: ended with status {status}")
    return found


@pytest.mark.parametrize("kind", CHOSEN_FULL)
def test_d1_a_full_disk_costs_no_older_export_and_the_same_command_works_after_room_was_made(
    children: Any, record: Any, library: Path, small_disk: Any, kind: str
) -> None:
    disk = small_disk(4096)
    file = target(disk / "out", kind)
    filler = fill(disk, leave_kb=0 if kind == "m3u8" else 4)  # a playlist is that small
    done = children.run(arguments(file, kind), library=library)
    violations = [] if done.returncode == 1 else [f"status {done.returncode} on a full disk"]
    if kind != "sqlite" and not FORMATS[kind].is_per_track:
        violations += [] if file.read_bytes() == OLD else ["the older export is not what it was"]
    violations += [f"{each.name} was left" for each in parts(file)]
    filler.unlink()
    again = children.run(arguments(file, kind), library=library)
    violations += [] if again.returncode == 0 else ["it does not work after room was made"]
    record("D1", f"disk full while exporting {kind}", n=1, violations=violations)
