"""The harness itself: faults hit where they should, children die and are unprivileged, counts and reports add up."""

import errno
import json
import os
import select
import subprocess
import sys

import pytest
import report
from counts import Record
from harness import Fault, acknowledged, check, fill, times, write_tones
from shim import points

WRITER = """
import os, sys
part, file = sys.argv[1] + ".part", sys.argv[1]
with open(part, "wb", buffering=0) as out:
    for number in range(3):
        wrote = out.write(b"0123456789")
        assert wrote == 10, f"short: {wrote}"
    os.fsync(out.fileno())
os.rename(part, file)
"""


def write_under(folder, variables):
    """Let a small program write 30 bytes, then rename; returns its status and what is left."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", WRITER, folder / "out.txt"], env=variables, capture_output=True, check=False
    )
    return done.returncode, {file.name: file.read_bytes() for file in folder.iterdir()}, done.stderr.decode()


def test_a_fault_hits_the_call_that_was_asked_for(shim, tmp_path):
    def attempt(variables):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return write_under(folder, variables)

    assert shim.count(attempt, "out.txt") == 5
    killed = attempt(shim.variables("out.txt", Fault("kill", 2)))
    assert killed[:2] == (137, {"out.txt.part": b"0123456789"})
    half = attempt(shim.variables("out.txt", Fault("half", 2)))
    assert half[:2] == (137, {"out.txt.part": b"0123456789" + b"01234"})
    assert attempt(shim.variables("out.txt", Fault("kill", 5)))[1] == {"out.txt.part": b"0123456789" * 3}
    for kind, number in (("enospc", errno.ENOSPC), ("eio", errno.EIO)):
        status, left, said = attempt(shim.variables("out.txt", Fault(kind, 3)))
        assert (status, left) == (1, {"out.txt.part": b"0123456789" * 2})
        assert f"Errno {number}" in said
    assert "short: 5" in attempt(shim.variables("out.txt", Fault("short", 1)))[2]
    assert attempt(shim.variables("another name", Fault("kill", 1)))[0] == 0


def test_a_sweep_visits_every_point_of_every_kind(shim, tmp_path):
    def attempt(variables):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return write_under(folder, variables)[0]

    swept = list(shim.sweep(attempt, "out.txt", kinds=("kill", "enospc")))
    assert [str(fault) for fault, _ in swept] == [f"{kind}@{at}" for kind in ("kill", "enospc") for at in range(1, 6)]
    assert [status for _, status in swept] == [137] * 5 + [1] * 5


def test_a_sample_of_points_is_seeded_and_holds_both_ends():
    assert points(5, 200) == [1, 2, 3, 4, 5]
    sample = points(1000, 20, salt="kill")
    assert sample == points(1000, 20, salt="kill") != points(1000, 20, salt="half")
    assert (len(sample), sample[0], sample[-1]) == (20, 1, 1000)


def test_a_killed_child_takes_its_group_along(children):
    child = children.begin(["sh", "-c", "sleep 600 & echo $!; wait"])
    inner = int(child.stdout.readline())
    its_end = os.pidfd_open(inner)
    try:
        children.kill(child)
        assert child.returncode == -9
        assert select.select([its_end], [], [], 10)[0], "it lives on"
    finally:
        os.close(its_end)


def test_file_modes_hold_for_an_unprivileged_child(children, tmp_path):
    (tmp_path / "locked").touch(mode=0o444)
    said = children.run
    child = children.begin(["sh", "-c", f"echo x > '{tmp_path}/locked'"], unprivileged=True)
    assert children.finish(child).returncode != 0
    assert (tmp_path / "locked").read_text() == ""
    assert said(["--version"], unprivileged=True).returncode == 0


def test_a_full_disk_is_full(small_disk):
    disk = small_disk(256)
    fill(disk, leave_kb=8)
    (disk / "small").write_bytes(b"x" * 4096)
    with pytest.raises(OSError, match="No space"):
        (disk / "large").write_bytes(b"x" * 65536)


def test_the_judging_driver_acknowledges_what_is_there(children, tmp_path):
    write_tones(tmp_path / "music", 3)
    library = tmp_path / "library.sqlite3"
    assert children.run(["scan", tmp_path / "music"], library=library).returncode == 0
    child = children.driver("judge", library, 1, 0)
    lines = [child.stdout.readline() for _ in range(12)]
    acks = [each for each in acknowledged("".join(lines) + children.kill(child)) if "batch" in each]
    assert len(acks) >= 11
    assert check(library, acks=acks) == []
    assert any(each["invariant"] == "I1" for each in check(library, acks=[*acks, {"batch": 10_000}]))


def test_half_a_line_is_no_acknowledgement():
    assert acknowledged('{"batch": 1}\n{"batch": 2}\n{"bat') == [{"batch": 1}, {"batch": 2}]


def test_the_table_of_the_report_shows_the_newest_run_of_each_test(tmp_path, monkeypatch):
    monkeypatch.setattr("counts.RESULTS", tmp_path)
    monkeypatch.delenv("TAGSTUDIO_FAULTS", raising=False)
    Record("test_a")("K10", "stop", n=3)
    Record("test_a")("K3", "kill while judging", n=1)
    with pytest.raises(AssertionError, match="K3: 1 of 9"):
        Record("test_a")("K3", "kill while judging", n=9, violations=["lost"])
    with pytest.raises(AssertionError, match="nothing was tested"):
        Record("test_b")("K3", "never hit", n=0)
    lines = report.newest(tmp_path / "full.jsonl", tmp_path / "short.jsonl")
    assert [(each["id"], each["n"], each["violations"]) for each in lines] == [
        ("K3", 9, 1),
        ("K3", 0, 0),
        ("K10", 3, 0),
    ]
    assert "| K3 | kill while judging | short | 9 | 1 |" in report.table(lines)
    assert "| | **all** | | **12** | **1** |" in report.table(lines).splitlines()
    assert "| X6 | not run | | 0 | |" in report.table(lines).splitlines()
    assert all(json.loads(line)["full"] is False for line in (tmp_path / "short.jsonl").read_text().splitlines())


def test_full_counts_are_asked_for_by_the_environment(monkeypatch):
    monkeypatch.delenv("TAGSTUDIO_FAULTS", raising=False)
    assert times(5, 200) == 5
    monkeypatch.setenv("TAGSTUDIO_FAULTS", "full")
    assert times(5, 200) == 200
