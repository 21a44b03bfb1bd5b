import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from tagstudio.domain.errors import LibraryError
from tagstudio.library import backups, judgements, migrations, store, tags
from tagstudio.library.schema import SCHEMA, Base
from tagstudio.library.store import open_library

# Alembic's own table, and the full-text index, which is no table of rows.
UNMAPPED = ("alembic_version", "track_text")

NEXT = '''"""A step of a later version."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.execute("ALTER TABLE tag ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'")
    op.execute("{then}")
'''


@pytest.fixture
def later(tmp_path, monkeypatch):
    """Pretend to be the next version of the program, whose step ends with a statement of choice."""

    def become(then="UPDATE tag SET colour = 'blue'"):
        folder = tmp_path / "steps of the next % version"
        folder.mkdir(exist_ok=True)
        (folder / "0003_colours.py").write_text(NEXT.format(then=then))
        monkeypatch.setattr(store, "SCHEMA", SCHEMA + 1)
        monkeypatch.setattr("tagstudio.library.headers.SCHEMA", SCHEMA + 1)
        monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, folder))

    return become


@pytest.fixture
def old(file, verdict, facts):
    """A library of this version with a judgement in it."""
    from tagstudio.library import roots, tracks

    with open_library(file) as library, library.write() as session:
        root = roots.add(session, b"/music")
        tracks.add(session, root_id=root.id, path=b"1", size=1, mtime_ns=1, facts=facts())
        tags.add(session, "jazz")
        judgements.record(session, [verdict(1)])
    return file


def tables(file):
    """Return what SQLite says of every table, index and trigger, white space aside."""
    with closing(sqlite3.connect(file)) as plain:
        rows = plain.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {
        (kind, name): parts(" ".join(sql.split()).replace("( ", "(").replace(" )", ")")) for kind, name, sql in rows
    }


def parts(sql):
    """Return a statement cut at the commas between its columns and constraints; their order is of no account."""
    depth, cut = 0, [""]
    for character in sql:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 1:
            cut.append("")
        else:
            cut[-1] += character
    head, _, first = cut[0].partition("(")
    last, _, tail = cut[-1].rpartition(")") if len(cut) > 1 else first.rpartition(")")
    inner = [first, *cut[1:-1], last] if len(cut) > 1 else [last]
    return head.strip(), tail.strip(), sorted(part.strip() for part in inner)


def version(file):
    with closing(sqlite3.connect(file)) as plain:
        return plain.execute("PRAGMA user_version").fetchone()[0]


def test_the_steps_make_exactly_what_the_mappings_describe(file, tmp_path):
    open_library(file).close()
    mapped = tmp_path / "mapped.sqlite3"
    engine = create_engine(f"sqlite:///{mapped}")
    Base.metadata.create_all(engine)
    engine.dispose()
    stepped = {key: sql for key, sql in tables(file).items() if key[0] != "trigger" and not key[1].startswith(UNMAPPED)}
    assert stepped == tables(mapped)


def test_the_last_step_is_the_schema_of_this_program(file):
    open_library(file).close()
    assert version(file) == SCHEMA
    assert max(each.name[:4] for each in migrations.STEPS[0].glob("0*.py")) == f"{SCHEMA:04}"


def test_an_older_library_is_brought_forward_with_everything_in_it(old, later):
    later()
    for _ in range(2):
        with open_library(old) as library, library.read() as session:
            assert judgements.verdicts(session, 1) == {1: "yes"}
            assert [tag.name for tag in tags.all_tags(session)] == ["jazz"]
    assert version(old) == SCHEMA + 1
    with closing(sqlite3.connect(old)) as plain:
        assert plain.execute("SELECT colour FROM tag").fetchall() == [("blue",)]


def test_a_whole_copy_of_the_old_library_is_kept_once(old, later):
    with closing(sqlite3.connect(old)) as plain:
        before = list(plain.iterdump())
    later()
    for _ in range(2):
        open_library(old).close()
    (copy,) = old.with_suffix(".backups").glob("*.sqlite3")
    assert version(copy) == SCHEMA
    with closing(sqlite3.connect(copy)) as plain:
        assert list(plain.iterdump()) == before
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_step_that_fails_leaves_the_old_library(old, later, monkeypatch):
    later(then="UPDATE nonsense SET x = 1")
    with pytest.raises(LibraryError, match="refused"):
        open_library(old)
    monkeypatch.undo()
    assert version(old) == SCHEMA
    with open_library(old) as library, library.read() as session:
        assert judgements.verdicts(session, 1) == {1: "yes"}


def test_what_a_newer_program_made_this_one_refuses(old, later, monkeypatch):
    later()
    open_library(old).close()
    monkeypatch.undo()
    before = old.read_bytes()
    with pytest.raises(LibraryError, match="newer version"):
        open_library(old)
    assert old.read_bytes() == before


KILLED = """
import os, sys
from pathlib import Path
from tagstudio.library import headers, migrations, store
store.SCHEMA = headers.SCHEMA = 2
migrations.STEPS = (*migrations.STEPS, Path(sys.argv[2]))
step = int(sys.argv[3])
import sqlite3
calls = 0
def seen(statement):
    global calls
    calls += 1
    if calls == step:
        os.kill(os.getpid(), 9)
real = sqlite3.connect
def connect(*args, **how):
    connection = real(*args, **how)
    connection.set_trace_callback(seen)
    return connection
sqlite3.connect = connect
store.open_library(Path(sys.argv[1])).close()
print("done")
"""


@pytest.mark.slow
def test_a_process_killed_anywhere_in_a_migration_leaves_the_old_or_the_new_version(old, later, tmp_path):
    later()
    steps = migrations.STEPS[-1]
    ended = False
    for step in (1, 3, 6, 10, 13, 16, 18, 20, 22, 24, 26, 28, 30, 40, 1000):
        folder = tmp_path / str(step)
        folder.mkdir()
        copy = Path(shutil.copy(old, folder))
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(copy), str(steps), str(step)], check=False, capture_output=True
        )
        assert done.returncode in (-9, 0), done.stderr.decode()
        ended = done.returncode == 0
        assert version(copy) in (SCHEMA, SCHEMA + 1)
        with open_library(copy) as library, library.read() as session:
            assert judgements.verdicts(session, 1) == {1: "yes"}
        assert version(copy) == SCHEMA + 1
    assert ended


def test_a_program_without_its_steps_makes_no_library(file, tmp_path, monkeypatch):
    monkeypatch.setattr(migrations, "STEPS", (tmp_path,))
    with pytest.raises(LibraryError, match="a step is missing"):
        open_library(file)
    assert not file.exists()


def test_a_damaged_library_is_not_copied_as_if_whole(old):
    with closing(sqlite3.connect(old)) as plain:
        plain.execute("PRAGMA writable_schema = ON")
        plain.execute("PRAGMA foreign_keys = OFF")
        plain.execute("INSERT INTO model_tag VALUES ('m', 'word', 99)")
        plain.commit()
    with pytest.raises(LibraryError, match="damaged"):
        backups.back_up(old, "test")
    assert list(old.with_suffix(".backups").glob("*.sqlite3")) == []


def test_a_copy_holds_what_the_journal_still_has(file):
    with open_library(file) as library:
        with library.write() as session:
            tags.add(session, "jazz")
        copy = backups.back_up(file, "test")
    with closing(sqlite3.connect(copy)) as plain:
        assert plain.execute("SELECT name FROM tag").fetchall() == [("jazz",)]
