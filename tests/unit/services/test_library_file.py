"""A library's file: found by every name, replaced with its mode, and without the journal of another."""

import shutil

import pytest
from restorable import fill, judge, judged, start, wrong

from tagstudio.domain.errors import LibraryError
from tagstudio.domain.jobs import run
from tagstudio.library.backups import backup_folder
from tagstudio.library.owners import alone
from tagstudio.library.store import open_library
from tagstudio.services import recovery, upkeep
from tagstudio.services.windows import OpenElsewhereError, open_in_window, refuse_second_window


@pytest.fixture
def file(tmp_path):
    return tmp_path / "library.sqlite3"


@pytest.fixture
def link(file, tmp_path):
    """Another name of the library, in another folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link = folder / "my music.sqlite3"
    link.symlink_to(file)
    return link


def test_a_library_has_the_same_backups_and_the_same_end_by_every_name(file, link):
    start(link)
    assert [each.reason for each in recovery.choices(file)] == ["by hand"]
    assert recovery.choices(link) == recovery.choices(file)
    judged(file)
    assert {each.name for each in link.parent.iterdir()} == {link.name}
    with open_library(link) as opened, open_library(file) as again:
        assert opened.file == again.file == file
        assert opened._owner.is_first
        assert not again._owner.is_first


@pytest.mark.parametrize("replace", [recovery.restore, upkeep.compact])
def test_what_replaces_a_library_by_a_second_name_keeps_both_names(file, link, replace):
    start(file)
    expected = judged(file)
    with open_library(file), pytest.raises(LibraryError, match="is open"):
        run(replace(link))
    run(replace(link))
    assert link.is_symlink()
    assert judged(file) == judged(link) == expected
    assert wrong(link) == []


def test_a_new_library_by_a_second_name_lies_where_the_name_leads(file, link):
    start(link)
    assert file.exists()
    file.unlink()
    assert wrong(link)[0] == f"There is no library at “{file}”."
    moved = recovery.start_anew(link)
    open_library(link).close()
    assert moved.parent == file.parent
    assert judged(file) == []


def test_a_window_is_found_by_every_name_of_its_library(file, link):
    open_library(file).close()
    studio = run(open_in_window(link))
    try:
        for name in (file, link):
            with pytest.raises(OpenElsewhereError):
                refuse_second_window(name)
    finally:
        studio.close()


def test_compacting_lets_nobody_else_read_the_library(file):
    start(file)
    file.chmod(0o600)
    run(upkeep.compact(file))
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("has_backups", [True, False], ids=["started anew", "without backups"])
def test_the_journal_of_a_library_that_is_gone_is_not_played_into_a_new_one(file, has_backups):
    wal = file.with_name(file.name + "-wal")
    with open_library(file) as library:
        fill(library)
        judge(library, 1, 2)
        journal = wal.read_bytes()
    file.unlink()
    wal.write_bytes(journal)
    if has_backups:
        recovery.start_anew(file)
    else:
        shutil.rmtree(backup_folder(file))
    open_library(file).close()
    assert judged(file) == []
    assert wrong(file) == []
    (kept,) = file.parent.glob("*.corrupt-*-wal")
    assert kept.read_bytes() == journal


def test_nothing_is_started_anew_where_a_library_is_being_restored(file):
    start(file)
    file.unlink()
    with alone(file), pytest.raises(LibraryError, match="is open"):
        recovery.start_anew(file)
    assert recovery.choices(file)
