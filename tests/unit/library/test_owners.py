"""Who has a library open: while anybody does, its file is not replaced, whoever came first and whoever ended."""

import multiprocessing
import os
import signal
import sqlite3
import threading
from contextlib import closing, contextmanager

import pytest

from tagstudio.domain.errors import LibraryError
from tagstudio.library import backups, checks, judgements, owners, roots, tags
from tagstudio.library.compacting import compact_library
from tagstudio.library.owners import alone, is_open_here, lock_file, share_file
from tagstudio.library.restoring import put_back, replacing
from tagstudio.library.store import open_library


def stay(file, pipe, reads):
    """Be the second program: open a library, look at it, and judge when told to."""
    with open_library(file) as library:
        with library.read() as session:
            roots.all_roots(session)
            pipe.send("open")
            if reads:
                pipe.recv()
        if not reads:
            pipe.recv()
        with library.write() as session:
            tags.add(session, "late")
        pipe.send("written")
        pipe.recv()


@contextmanager
def second_program(file, *, reads=False):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=stay, args=(file, theirs, reads))
    process.start()
    try:
        assert ours.recv() == "open"
        yield process, ours
    finally:
        process.kill()
        process.join()


def judged(library, verdict, *track_ids):
    with library.write() as session:
        judgements.record(session, [verdict(each) for each in track_ids], text="by hand")


def state(file):
    with checks.looked_at(file) as connection:
        assert list(checks.full(connection)) == []
        return checks.counts(connection)


def restore(file):
    with replacing(file):
        put_back(file, backups.all_backups(file)[0].file)


REPLACING = {"compact": compact_library, "restore": restore}


@pytest.mark.slow
@pytest.mark.parametrize("reads", [True, False], ids=["reading", "idle"])
@pytest.mark.parametrize("how", REPLACING)
def test_a_library_that_a_second_program_still_has_open_is_not_replaced(filled, file, verdict, how, reads):
    judged(filled, verdict, 1, 2)
    backups.back_up(file, "test")
    with second_program(file, reads=reads) as (process, pipe):
        judged(filled, verdict, 3)
        filled.close()
        # Nobody holds the claim now.
        with pytest.raises(LibraryError, match="is open"):
            REPLACING[how](file)
        pipe.send("write")
        assert pipe.recv() == "written"
        assert state(file)["judgement"] == 3
        pipe.send("close")
        process.join()
    assert (state(file)["judgement"], state(file)["tag"]) == (3, 4)
    REPLACING[how](file)
    assert state(file)["judgement"] == (3 if how == "compact" else 2)


@pytest.mark.slow
def test_a_killed_program_has_nothing_open(filled, file):
    with second_program(file) as (process, _pipe):
        filled.close()
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        compact_library(file)
    assert state(file)["track"] == 10


@pytest.mark.slow
def test_a_library_that_another_kind_of_program_has_open_is_not_compacted(filled, file):
    filled.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("SELECT count(*) FROM track").fetchone()
        before = file.read_bytes()
        with pytest.raises(LibraryError, match="Another program is using"):
            compact_library(file)
        assert file.read_bytes() == before
        other.execute("DELETE FROM judgement WHERE 0")
    compact_library(file)
    assert state(file)["track"] == 10


@pytest.mark.parametrize("how", REPLACING)
def test_a_library_that_this_program_has_open_is_not_replaced(filled, file, how):
    backups.back_up(file, "test")
    with open_library(file) as again:
        filled.close()
        with pytest.raises(LibraryError, match="is open"):
            REPLACING[how](file)
        assert not again.is_read_only
    REPLACING[how](file)
    assert state(file)["track"] == 10


def test_whoever_opens_a_library_that_is_being_replaced_waits_then_is_told(filled, file):
    filled.close()
    with alone(file):
        with pytest.raises(LibraryError, match="being restored or compacted"):
            open_library(file, busy_s=0.1)
        assert not is_open_here(file)
    done = threading.Event()

    def replace():
        with alone(file):
            started.set()
            done.wait(0.2)

    started = threading.Event()
    other = threading.Thread(target=replace)
    other.start()
    started.wait()
    with open_library(file) as library, library.read() as session:
        assert len(tags.all_tags(session)) == 3
    other.join()


def test_where_nothing_can_be_locked_the_library_opens_as_ever(file, monkeypatch):
    def refuse(*_args, **_how):
        raise OSError("no locks here")

    monkeypatch.setattr(owners.fcntl, "flock", refuse)
    with open_library(file) as library:
        with library.write() as session:
            tags.add(session, "jazz")
        monkeypatch.undo()
        # As soon as it can be, it is.
        with library.write() as session:
            tags.add(session, "calm")
        with pytest.raises(BlockingIOError), alone(file):
            pass
    with alone(file):
        pass


def test_a_write_that_finds_the_library_being_replaced_changes_nothing_and_works_afterwards(file, monkeypatch):
    def refuse(*_args, **_how):
        raise OSError("no locks here")

    monkeypatch.setattr(owners.fcntl, "flock", refuse)
    with open_library(file, busy_s=0.1) as library:
        monkeypatch.undo()
        with alone(file), pytest.raises(LibraryError, match="being restored"), library.write() as session:
            tags.add(session, "jazz")
        with library.write() as session:
            tags.add(session, "jazz")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_gets_no_lock(file):
    open_library(file).close()
    for lock in (lock_file(file), share_file(file)):
        lock.unlink()
    file.parent.chmod(0o555)
    try:
        with open_library(file) as library:
            assert library.is_read_only
    finally:
        file.parent.chmod(0o755)
