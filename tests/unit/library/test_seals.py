"""Seals: whatever this program changes is sealed anew, whatever something else changes shows."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagstudio.domain.errors import DamagedLibraryError
from tagstudio.library import checks, judgements, roots, seals, tags, tracks
from tagstudio.library.schema import SavedSearchRow, TagAliasRow, TagRow
from tagstudio.library.store import open_library


def change_behind_its_back(file, *changes):
    with closing(sqlite3.connect(file)) as plain:
        for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            plain.execute(f"DROP TRIGGER {name}")
        for change in changes:
            plain.execute(change)
        plain.commit()


def wrong(file):
    with checks.looked_at(file) as connection:
        return [found.part for found in checks.full(connection)]


ACTIONS = {
    "tag": lambda session, n: tags.add(session, f"word {n % 7}", f"facet {n % 3}"),
    "rename": lambda session, n: tags.rename(session, 1, f"renamed {n}"),
    "root": lambda session, n: roots.add(session, b"/music %d" % (n % 3)),
    "track": lambda session, n: tracks.add(session, root_id=1, path=b"new %d" % n, size=1, mtime_ns=1),
    "retag": lambda session, n: tracks.update(session, 1 + n % 10, size=n, mtime_ns=n, path=b"moved %d" % n),
    "missing": lambda session, n: tracks.mark_missing(session, [1 + n % 10]),
    "alias": lambda session, n: session.merge(TagAliasRow(key=f"k{n % 4}", name=f"n{n}", tag_id=1)),
    "delete": lambda session, _n: [session.delete(row) for row in session.query(SavedSearchRow).all()],
    "search": lambda session, n: session.add(SavedSearchRow(name="s", key=f"s{n}", query="q", position=n, made_at="")),
}


@settings(max_examples=20)
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 10**6)), max_size=12, unique=True))
def test_whatever_the_program_changes_is_sealed_and_equals_sealing_everything_anew(tmp_path_factory, steps):
    file = tmp_path_factory.mktemp("seals") / "library.sqlite3"
    with open_library(file) as library:
        with library.write() as session:
            root = roots.add(session, b"/music")
            for n in range(10):
                tracks.add(session, root_id=root.id, path=b"%d" % n, size=1, mtime_ns=1)
            tags.add(session, "first")
        for name, number in steps:
            with library.write() as session:
                ACTIONS[name](session, number)
    assert wrong(file) == []
    with closing(sqlite3.connect(file)) as plain:
        kept = plain.execute("SELECT * FROM seal ORDER BY 1, 2").fetchall()
        seals.seal_all(plain)
        assert plain.execute("SELECT * FROM seal ORDER BY 1, 2").fetchall() == kept


CHANGES = {
    "UPDATE tag SET name = 'jizz' WHERE name = 'jazz'": "tags",
    "UPDATE facet SET name = 'gemre'": "facets",
    "UPDATE track SET audio_hash = 'x' WHERE id = 3": "tracks",
    "UPDATE root SET path = x'2f'": "folders",
    "UPDATE batch SET text = 'nothing'": "history",
    "UPDATE judgement SET verdict = 'no' WHERE id = 1": "judgements",
    "UPDATE standing SET verdict = 'no'": "verdicts",
    "UPDATE info SET value = 'another'": "library's own notes",
    "DELETE FROM standing": "verdicts",
    "DELETE FROM seal WHERE name = 'tag'": "tags",
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_something_else_changes_is_found(filled, file, verdict, change):
    with filled.write() as session:
        judgements.record(session, [verdict(1), verdict(2)])
    filled.close()
    assert wrong(file) == []
    change_behind_its_back(file, change)
    assert CHANGES[change] in wrong(file)


def test_a_missing_newest_judgement_is_found(filled, file, verdict):
    with filled.write() as session:
        judgements.record(session, [verdict(1), verdict(2)])
    filled.close()
    change_behind_its_back(file, "DELETE FROM standing WHERE judgement_id = 2", "DELETE FROM judgement WHERE id = 2")
    with pytest.raises(DamagedLibraryError, match="newest"):
        open_library(file)


def test_a_transaction_that_fails_leaves_the_seals(filled, file):
    def fail():
        with filled.write() as session:
            session.add(TagRow(facet_id=1, name="x", key="x", search="x"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with filled.write() as session:
        tags.add(session, "later")
    filled.close()
    assert wrong(file) == []
