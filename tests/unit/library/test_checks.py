"""Looking for damage while somebody writes: what comes in between is none."""

import itertools
import multiprocessing
import sqlite3
from contextlib import closing

import pytest

from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.library import checks, damage, judgements, tags, tracks
from tagstudio.library.store import open_library

LOOKS = {"quick": checks.quick, "full": checks.full}


def change(library, number):
    """Change something of every kind that is looked at."""
    with library.write() as session:
        tags.rename(session, 1, f"jazz {number}")
        tracks.update(session, 1, size=number, mtime_ns=number, path=b"moved %d" % number)
        answer = (Verdict.YES, Verdict.NO)[number % 2]
        judgement = Judgement(track_id=1 + number % 3, tag_id=1 + number % 2, verdict=answer)
        judgements.record(session, [judgement], text="meanwhile")


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_written_between_two_reads_of_a_look_is_no_damage(filled, file, look):
    numbers = itertools.count()
    change(filled, next(numbers))
    with checks.looked_at(file) as connection:
        connection.set_trace_callback(lambda _statement: change(filled, next(numbers)))
        found = list(LOOKS[look](connection))
        connection.set_trace_callback(None)
        assert found == []
        # What is read next is as it is now.
        assert checks.end(connection)[0] == next(numbers) > 3
        assert list(LOOKS[look](connection)) == []


def test_a_judgement_that_comes_after_the_look_is_none_that_the_library_lacks(filled, file, monkeypatch):
    change(filled, 0)
    quick = checks.quick

    def then_judged(connection):
        yield from quick(connection)
        change(filled, 1)

    monkeypatch.setattr(checks, "quick", then_judged)
    damage.require_whole(file, filled.mirror, is_first=False)


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_that_ends_with_the_first_finding_leaves_nothing_begun(filled, file, look):
    filled.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as plain:
        plain.execute("UPDATE tag SET name = 'changed' WHERE id = 1")
    with checks.looked_at(file) as connection:
        assert next(LOOKS[look](connection), None) is not None
        assert not connection.in_transaction
        unfinished = LOOKS[look](connection)
        assert next(unfinished, None) is not None
    # The file is closed by now.
    unfinished.close()


def test_a_look_inside_a_transaction_leaves_that_as_it_is(filled, file):
    with checks.looked_at(file) as connection:
        connection.execute("BEGIN")
        assert list(checks.full(connection)) == []
        assert connection.in_transaction


def write_until_told(file, pipe):
    with open_library(file) as library:
        pipe.send("open")
        for number in itertools.count():
            change(library, number)
            if pipe.poll():
                break
    pipe.send(number + 1)


@pytest.mark.slow
def test_a_library_that_another_program_writes_is_never_said_to_be_damaged(filled, file):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=write_until_told, args=(file, theirs))
    process.start()
    try:
        assert ours.recv() == "open"
        for _ in range(20):
            with checks.looked_at(file) as connection:
                assert list(checks.full(connection)) == []
            open_library(file).close()
        ours.send("enough")
        assert ours.recv() > 1
    finally:
        process.kill()
        process.join()
