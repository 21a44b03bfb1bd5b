"""What must survive: kill -9, a full disk, a file-size limit."""

import contextlib
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tagstudio.domain.errors import LibraryError
from tagstudio.library import chain, judgements, tags
from tagstudio.library.store import open_library

# About 5 ms each.
FLIPS = 150

JUDGING = """
import sys
from pathlib import Path
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.library import judgements
from tagstudio.library.store import open_library

library = open_library(Path(sys.argv[1]))
print("ready", flush=True)
for i in range(100_000):
    with library.write() as session:
        made = [Judgement(track_id=1 + i % 10, tag_id=tag, verdict=Verdict.YES) for tag in (1, 2, 3)]
        done = judgements.record(session, made, text=str(i))
    print(done.batch, flush=True)
"""


def judge_until_killed(file, acknowledged):
    """Let a process judge, kill it after so many batches; return the last batch it said was saved."""
    child = subprocess.Popen([sys.executable, "-c", JUDGING, str(file)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(line.strip())
        if len(lines) > acknowledged:
            break
    child.kill()
    lines += [line.strip() for line in child.stdout.read().splitlines()]
    child.stdout.close()
    child.wait()
    return max((int(line) for line in lines if line.isdigit()), default=0)


def checked_with_plain_sqlite(file):
    """Look at a library as any other program would; return its batches, whole ones only."""
    with closing(sqlite3.connect(file)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
        sizes = plain.execute("SELECT batch_id, count(*) FROM judgement GROUP BY batch_id").fetchall()
        batches = [row[0] for row in plain.execute("SELECT id FROM batch ORDER BY id")]
    assert sizes == [(batch, 3) for batch in batches]
    return batches


@pytest.mark.slow
def test_killing_a_judging_process_loses_nothing_that_was_acknowledged(filled, file):
    filled.close()
    chance = random.Random(7)
    for _ in range(6):
        last = judge_until_killed(file, chance.randrange(1, 60))
        batches = checked_with_plain_sqlite(file)
        assert batches == list(range(1, len(batches) + 1))
        assert last <= len(batches) <= last + 1
        with open_library(file) as library, library.read() as session:
            assert chain.first_broken(session) is None


def fill(library):
    """Add tags until the library refuses; return how many were acknowledged, and the refusal."""
    for i in range(100_000):
        try:
            with library.write() as session:
                tags.add(session, f"{i} " + "x" * 80)
        except LibraryError as error:
            return i, error
    raise AssertionError("the disk never got full")


def names(library):
    with library.read() as session:
        return len(tags.all_tags(session))


def test_a_full_library_refuses_reads_on_and_works_when_there_is_room(library):
    with library.write() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count = {pages + 4}"))
    kept, error = fill(library)
    assert error.what == "The disk is full; nothing was lost."
    assert error.advice
    assert names(library) == kept
    with library.write() as session:
        session.execute(text("PRAGMA max_page_count = 100000"))
    with library.write() as session:
        tags.add(session, "room again")
    assert names(library) == kept + 1


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not shutil.which("mount") or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False, capture_output=True
    ).returncode:  # fmt: skip
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_really_full_disk_refuses_reads_on_and_works_when_there_is_room(small_disk):
    ballast = small_disk / "ballast"
    with open_library(small_disk / "library.sqlite3") as library:
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as opened:
            while opened.write(bytes(4096)):
                pass
        kept, error = fill(library)
        assert error.what == "The disk is full; nothing was lost."
        assert names(library) == kept
        ballast.unlink()
        with library.write() as session:
            tags.add(session, "room again")
        assert names(library) == kept + 1
    with open_library(small_disk / "library.sqlite3") as library:
        assert names(library) == kept + 1


def test_a_full_disk_stops_making_a_library_and_leaves_nothing(small_disk):
    with contextlib.suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as opened:
        while opened.write(bytes(4096)):
            pass
    with pytest.raises(LibraryError, match=r"disk is full|No library can be made"):
        open_library(small_disk / "library.sqlite3")
    assert [each.name for each in small_disk.iterdir()] == ["ballast"]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from tagstudio.domain.errors import LibraryError
from tagstudio.library import tags
from tagstudio.library.store import open_library

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
library = open_library(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
kept = 0
try:
    while True:
        with library.write() as session:
            tags.add(session, f"{kept} " + "x" * 80)
        kept += 1
except LibraryError as error:
    print(error.what)
with library.read() as session:
    assert len(tags.all_tags(session)) == kept
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
with library.write() as session:
    tags.add(session, "room again")
library.close()
print(kept + 1)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a limit on file sizes")
def test_a_limit_on_file_sizes_is_like_a_full_disk(file):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(file)], check=True, capture_output=True, text=True, env={**os.environ}
    )
    what, kept = done.stdout.splitlines()
    assert "nothing that was saved is lost" in what
    with open_library(file) as library:
        assert names(library) == int(kept)


HOLDING = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
other.execute("ROLLBACK")
"""


def test_a_lock_held_by_another_program_is_waited_for(filled, file, verdict):
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        with open_library(file, busy_s=0.05) as hasty:
            with pytest.raises(LibraryError, match="Another program is using"), hasty.write():
                pass
            with hasty.read() as session:
                assert judgements.count(session) == 0
        other.stdin.write("\n")
        other.stdin.flush()
        with filled.write() as session:
            judgements.record(session, [verdict(1)])
    with filled.read() as session:
        assert judgements.verdicts(session, 1) == {1: "yes"}


def test_a_library_is_one_file_that_can_be_copied_when_closed(filled, file, verdict, tmp_path):
    with filled.write() as session:
        judgements.record(session, [verdict(1)])
    filled.close()
    (tmp_path / "copy").mkdir()
    with open_library(Path(shutil.copy(file, tmp_path / "copy"))) as copy, copy.read() as session:
        assert judgements.verdicts(session, 1) == {1: "yes"}


def judged(file):
    """Return every judgement as any program reads it."""
    with closing(sqlite3.connect(file)) as plain:
        return plain.execute("SELECT track_id, tag_id, verdict, origin, made_at FROM judgement ORDER BY id").fetchall()


def shows(file):
    """Whether opening the library or checking its chain tells that something is wrong."""
    try:
        with open_library(file) as library, library.read() as session:
            return chain.first_broken(session) is not None
    except LibraryError:
        return True


def test_no_flipped_bit_changes_a_judgement_in_silence(filled, file, verdict, tmp_path):
    for i in range(30):
        with filled.write() as session:
            judgements.record(session, [verdict(1 + i % 10, tag_id=tag) for tag in (1, 2, 3)], text=str(i))
    filled.close()
    truth, whole, chance = judged(file), file.read_bytes(), random.Random(3)
    copy = tmp_path / "flipped.sqlite3"
    for _ in range(FLIPS):
        raw = bytearray(whole)
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        copy.write_bytes(raw)
        if not shows(copy):
            assert judged(copy) == truth
