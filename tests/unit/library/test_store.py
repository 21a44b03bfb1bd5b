import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tagstudio.domain.errors import LibraryError
from tagstudio.library import chain, judgements, roots, store, tags
from tagstudio.library.owners import alone
from tagstudio.library.schema import APPLICATION_ID, SCHEMA
from tagstudio.library.store import cache_folder, open_library


def refusal(file, **how):
    """Try to open ``file``; return why not, having checked that it is still the same, byte for byte."""
    before = file.read_bytes()
    with pytest.raises(LibraryError) as caught:
        open_library(file, **how)
    assert file.read_bytes() == before
    assert caught.value.what
    assert caught.value.advice
    return caught.value.what


def pragma(connection, name):
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_library_carries_its_numbers_and_the_safe_journal(file):
    open_library(file).close()
    with closing(sqlite3.connect(file)) as plain:
        assert pragma(plain, "application_id") == APPLICATION_ID
        assert pragma(plain, "user_version") == SCHEMA
        assert pragma(plain, "journal_mode") == "wal"
        assert pragma(plain, "integrity_check") == "ok"


def test_every_connection_is_set_for_safety(library):
    for door, reads_only in ((library.read, 1), (library.write, 0)):
        with door() as session:
            found = {
                name: session.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("query_only", "foreign_keys", "trusted_schema", "synchronous", "busy_timeout")
            }
        assert found == {
            "query_only": reads_only, "foreign_keys": 1, "trusted_schema": 0, "synchronous": 2, "busy_timeout": 5000,
        }  # fmt: skip
    assert library.warning == ""


def test_what_was_written_is_there_after_reopening(file):
    with open_library(file) as library, library.write() as session:
        tags.add(session, "Jazz", "genre")
    with open_library(file, create=False) as library, library.read() as session:
        assert [tag.name for tag in tags.all_tags(session)] == ["Jazz"]


def test_a_block_that_raises_changes_nothing(library):
    with contextlib.suppress(ZeroDivisionError), library.write() as session:
        tags.add(session, "jazz")
        1 / 0  # noqa: B018
    with library.read() as session:
        assert tags.all_tags(session) == []
    with library.write() as session:
        tags.add(session, "jazz")


def test_the_reading_door_refuses_to_write(library):
    with pytest.raises(LibraryError, match="may not be written"), library.read() as session:
        tags.add(session, "jazz")


def test_a_reader_sees_one_state_while_another_writes(library):
    with library.read() as session:
        assert tags.all_tags(session) == []
        with library.write() as writing:
            tags.add(writing, "jazz")
        session.expire_all()
        assert tags.all_tags(session) == []
    with library.read() as session:
        assert len(tags.all_tags(session)) == 1


def test_threads_take_turns_writing(library):
    def write(number):
        for i in range(5):
            with library.write() as session:
                tags.add(session, f"tag {number} {i}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with library.read() as session:
        assert len(tags.all_tags(session)) == 20


def test_writing_inside_writing_is_a_mistake_that_shows(library):
    with library.write(), pytest.raises(RuntimeError), library.write():
        pass
    with library.write() as session:
        tags.add(session, "jazz")


def test_a_closed_library_says_so(file):
    library = open_library(file)
    library.close()
    library.close()
    with pytest.raises(LibraryError, match="closed"), library.read():
        pass


def test_a_write_that_waits_while_the_library_is_closed_changes_nothing(file, monkeypatch):
    library = open_library(file)
    require_writable = library.require_writable

    def close_meanwhile():
        require_writable()
        library.close()

    monkeypatch.setattr(library, "require_writable", close_meanwhile)
    with pytest.raises(LibraryError, match="closed"), library.write() as session:
        tags.add(session, "late")
    # Nobody has it open any more.
    with alone(file):
        pass
    with open_library(file) as again, again.read() as session:
        assert tags.all_tags(session) == []


def test_closing_leaves_no_journal(file):
    with open_library(file) as library, library.write() as session:
        tags.add(session, "jazz")
    assert not [each for each in file.parent.iterdir() if each.name.endswith(("-wal", "-shm", ".part"))]


def test_a_missing_library_is_made_only_when_asked(file):
    with pytest.raises(LibraryError, match="no library"):
        open_library(file, create=False)
    assert not file.exists()


def test_a_missing_folder_is_refused_and_not_made(tmp_path):
    with pytest.raises(LibraryError, match="does not exist") as caught:
        open_library(tmp_path / "gone" / "library.sqlite3")
    assert "drive" in caught.value.advice
    assert not (tmp_path / "gone").exists()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody may write: /proc")
def test_a_folder_that_may_not_be_written_is_refused():
    with pytest.raises(LibraryError, match="No library can be made"):
        open_library(Path("/proc/self/library.sqlite3"))


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(LibraryError, match="cannot be opened"):
        open_library(tmp_path)


def test_an_empty_file_is_never_filled(file):
    file.touch()
    assert "empty" in refusal(file)


def test_a_text_file_is_not_a_library(file):
    file.write_text("Dear diary, " * 100)
    assert "is not a TagStudio library" in refusal(file)


def test_another_programs_database_is_not_a_library(file):
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE judgement (id)")
    assert "is not a TagStudio library" in refusal(file)
    assert sorted(each.name for each in file.parent.iterdir()) == [file.name]


def test_a_newer_library_is_refused(file):
    open_library(file).close()
    with closing(sqlite3.connect(file)) as later:
        later.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    assert "newer version" in refusal(file)


def test_a_newer_version_that_is_still_in_the_journal_is_refused(file, tmp_path):
    open_library(file).close()
    with closing(sqlite3.connect(file)) as later:
        later.execute(f"PRAGMA user_version = {SCHEMA + 1}")
        (tmp_path / "crashed").mkdir()
        crashed = tmp_path / "crashed" / file.name
        for suffix in ("", "-wal"):
            shutil.copy(file.with_name(file.name + suffix), crashed.with_name(crashed.name + suffix))
    assert "newer version" in refusal(crashed)


@pytest.mark.parametrize("kept", [1, 50, 99, 100, 4096, 20_000])
def test_a_truncated_library_is_refused(file, kept):
    open_library(file).close()
    os.truncate(file, kept)
    assert refusal(file)


def test_a_library_without_tables_is_damaged_not_new(file):
    with closing(sqlite3.connect(file)) as hollow:
        hollow.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        hollow.execute(f"PRAGMA user_version = {SCHEMA}")
        hollow.execute("CREATE TABLE other (id)")
    assert "damaged" in refusal(file)


def test_damage_inside_is_explained(file):
    with open_library(file) as library, library.write() as session:
        tags.add(session, "jazz")
    raw = bytearray(file.read_bytes())
    raw[4096:] = b"\x55" * (len(raw) - 4096)
    file.write_bytes(raw)
    with pytest.raises(LibraryError, match="damaged"), open_library(file) as library, library.read() as session:
        tags.all_tags(session)


def test_a_library_locked_against_reading_is_refused(file):
    open_library(file).close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LibraryError, match="Another program is using"):
            open_library(file, busy_s=0.1)
        other.execute("ROLLBACK")
    open_library(file).close()


def test_writing_while_another_program_writes_is_refused_and_works_afterwards(file):
    with open_library(file, busy_s=0.1) as library, closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError, match="Another program is using"), library.write() as session:
            tags.add(session, "jazz")
        with library.read() as session:
            assert tags.all_tags(session) == []
        other.execute("ROLLBACK")
        with library.write() as session:
            tags.add(session, "jazz")


def test_two_programs_share_a_library_and_only_the_first_checkpoints(file):
    with open_library(file) as first, open_library(file) as second:
        for library, pages in ((first, 1000), (second, 0)):
            with library.write() as session:
                roots.add(session, b"/%d" % pages)
                assert session.execute(text("PRAGMA wal_autocheckpoint")).scalar() == pages
        first.close()
        with second.write() as session:
            assert session.execute(text("PRAGMA wal_autocheckpoint")).scalar() == 1000
            assert len(roots.all_roots(session)) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a file system layer without shared memory")
def test_where_the_safe_journal_cannot_be_the_library_works_with_a_warning(file, monkeypatch):
    open_library(file).close()
    with closing(sqlite3.connect(file)) as plain:
        assert plain.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    monkeypatch.setattr(store, "OPEN_MODE", "mode=rw&vfs=unix-dotfile")
    with open_library(file) as library:
        assert "local disk" in library.warning
        with library.write() as session:
            tags.add(session, "jazz")
        with library.read() as session:
            assert len(tags.all_tags(session)) == 1


def test_a_library_may_lie_in_a_folder_with_any_name(tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a %20?#\xff"))
    folder.mkdir()
    with open_library(folder / "my library.db") as library, library.write() as session:
        tags.add(session, "jazz")
    with open_library(folder / "my library.db") as library, library.read() as session:
        assert len(tags.all_tags(session)) == 1


def test_the_cache_lies_beside_the_library():
    assert cache_folder(Path("/data/library.sqlite3")) == Path("/data/library.cache")
    assert cache_folder(Path("/data/mine")) == Path("/data/mine.cache")
    assert cache_folder(Path("/data/odd.cache")) == Path("/data/odd.cache.cache")
    assert cache_folder(Path("/data/music.jazz")) != cache_folder(Path("/data/music.live"))


def test_an_unfinished_creation_is_no_library(file):
    """A process that dies while making a library leaves the name free."""
    program = (
        "import os, sys; from pathlib import Path; from tagstudio.library import creation;"
        "creation._publish = lambda part, file: os.kill(os.getpid(), 9);"
        "creation.create_file(Path(sys.argv[1]))"
    )
    assert subprocess.run([sys.executable, "-c", program, str(file)], check=False).returncode == -9
    assert not file.exists()
    open_library(file).close()


def test_opening_a_second_time_is_quick_and_needs_no_alembic(file):
    open_library(file).close()
    program = (
        "import sys; from pathlib import Path; from tagstudio.library.store import open_library;"
        "open_library(Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(file)], check=False).returncode == 0


def test_the_chain_of_an_empty_library_holds(library):
    with library.read() as session:
        assert chain.first_broken(session) is None
        assert judgements.history(session) == []
