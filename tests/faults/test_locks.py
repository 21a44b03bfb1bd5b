"""Libraries that others use or that lie elsewhere: L1, L2, L3."""

import fcntl
import platform
import shutil
import sys
import time
from pathlib import Path

import pytest
from harness import check, full, times, tracks_of, write_tones

from tagstudio.library.windows import request_file

pytestmark = pytest.mark.slow

HOLDING = """
import sqlite3, sys, time
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
other.execute("ROLLBACK")
"""
# Holds the claim of a window, as the window of another person or on another computer would.
CLAIMING = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
file.write(sys.argv[2])
file.flush()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def file(children, tmp_path) -> Path:
    write_tones(tmp_path / "music", 2)
    made = tmp_path / "library" / "library.sqlite3"
    made.parent.mkdir()
    assert children.run(["scan", tmp_path / "music"], library=made).returncode == 0
    return made


def started(children, code, *arguments):
    child = children.begin([sys.executable, "-c", code, *arguments])
    assert child.stdout.readline().strip() == "held"
    return child


def test_l1_a_locked_library_is_waited_for_then_said_to_be_in_use(children, file, record):
    tracks = tracks_of(file)
    bad, held = [], ((2, True), (30, False), (600, False)) if full() else ((1, True), (600, False))
    for seconds, is_awaited in held:
        other = started(children, HOLDING, file, seconds)
        start = time.monotonic()
        done = children.run(["judge", "id:1", "--yes", f"Held {seconds}"], library=file)
        took = time.monotonic() - start
        is_refused = done.returncode == 1 and "Another program is using" in done.stderr and not done.stdout
        bad += [] if (done.returncode == 0) is is_awaited and (is_awaited or is_refused) else [done.stderr]
        bad += [] if is_awaited or 5 <= took < 30 else [f"refused after {took:.1f} s"]
        looked = children.run(["tags", "list"], library=file)
        bad += [] if looked.returncode == 0 else [f"nothing can be read: {looked.stderr}"]
        children.kill(other)
        again = children.run(["judge", "id:1", "--yes", f"Held {seconds}"], library=file)
        bad += [] if again.returncode == 0 else [again.stderr]
    bad += check(file, tracks=tracks)
    record("L1", "library locked by another process", n=len(held), violations=bad)


def until(condition, child, seconds=60):
    """Wait until another process has come so far."""
    end = time.monotonic() + seconds
    while not condition():
        assert child.poll() is None, "the child ended"
        assert time.monotonic() < end
        time.sleep(0.05)


def claimed(file):
    place = request_file(file)
    return place.exists() and bool(place.read_text())


def test_l2_a_second_window_asks_for_the_first_and_commands_work_beside_it(children, file, record):
    first = children.start(["gui"], library=file)
    until(lambda: claimed(file), first)
    asked_before = request_file(file).stat().st_mtime_ns
    second = children.run(["gui"], library=file)
    bad = [] if (second.returncode, second.stderr) == (0, "") else [second.stderr]
    bad += [] if second.stdout.count("\n") == 1 and "is open in a window already" in second.stdout else [second.stdout]
    bad += [] if request_file(file).stat().st_mtime_ns > asked_before else ["the first window was not asked"]
    judged = children.run(["judge", "id:1", "--yes", "Jazz"], library=file)
    bad += [] if judged.returncode == 0 else [judged.stderr]
    children.kill(first)
    # The lock went with the process; its file is still there.
    third = children.start(["gui"], library=file)
    bad += [] if request_file(file).exists() else ["no file was left, so nothing was tested"]
    until(lambda: _is_held(file), third)
    children.kill(third)
    record("L2", "second window, also after kill -9 of the first", n=2, violations=bad + check(file))


def _is_held(file):
    with request_file(file).open() as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.mark.parametrize("who", ["another person", "another computer"] if full() else ["another computer"])
def test_l2_a_window_of_somebody_else_is_named_and_its_remains_are_not(children, file, record, who):
    holder = f"{platform.node()}\nanna" if who == "another person" else "attic\nanna"
    other = started(children, CLAIMING, request_file(file), holder)
    second = children.run(["gui"], library=file)
    name = "of “anna”" if who == "another person" else "on the computer “attic”"
    bad = [] if second.returncode == 0 and name in second.stdout else [second.stdout + second.stderr]
    children.kill(other)
    assert request_file(file).read_text() == holder
    window = children.start(["gui"], library=file)
    until(lambda: request_file(file).read_text() not in ("", holder), window)
    children.kill(window)
    record("L2", f"window of {who}, then its stale lock", n=2, violations=bad + check(file))


def test_l3_where_memory_cannot_be_shared_the_library_works_with_a_warning(children, file, record, tmp_path):
    tracks = tracks_of(file)
    copy = tmp_path / "share" / "library.sqlite3"
    copy.parent.mkdir()
    shutil.copy(file, copy)
    # What a network drive does: the file of the shared memory cannot be made.
    copy.with_name(copy.name + "-shm").mkdir()
    bad = []
    commands = (["judge", "id:1", "--yes", "Jazz"], ["tags", "list"], ["undo"])[: times(2, 3)]
    for arguments in commands:
        done = children.run(arguments, library=copy)
        warned = done.stderr.count("move it to a local disk")
        bad += [] if done.returncode == 0 and warned == 1 else [f"{arguments[0]}: {done.returncode} {done.stderr}"]
    bad += check(copy, tracks=tracks)
    bad += [] if copy.read_bytes()[18:20] == b"\1\1" else ["the file still has the shared journal"]
    record("L3", "shared memory refused", n=len(commands), violations=bad)
