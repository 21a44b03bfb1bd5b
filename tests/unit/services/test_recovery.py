"""What is put back: the library's own backups, the history that holds, and all that was judged since."""

import contextlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from restorable import facts, fill, judge, judged, start, wrong

from tagstudio import paths
from tagstudio.domain.errors import DamagedLibraryError, LibraryError, NothingFoundError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.settings import Settings, save_settings
from tagstudio.library import checks, exchange, judgements, tags, tracks
from tagstudio.library.backups import all_backups, back_up, backup_folder, side_file
from tagstudio.library.compacting import compact_mirror
from tagstudio.library.store import open_library
from tagstudio.services import backups, recovery, upkeep
from tagstudio.services.studio import Studio


@pytest.fixture
def file(tmp_path):
    return tmp_path / "library.sqlite3"


@pytest.fixture
def shared_disk(tmp_path):
    """A folder that gets the second copies of every library's backups."""
    disk = tmp_path / "disk"
    disk.mkdir()
    settings = paths.settings_file()
    settings.parent.mkdir(parents=True, exist_ok=True)
    save_settings(settings, Settings(second_backup_folder=str(disk)))
    yield disk
    settings.unlink()


def back_up_often(file, word, times):
    """Make a library of one word, with so many backups; each has one judgement more."""
    file.parent.mkdir(exist_ok=True)
    with Studio(open_library(file), Settings(second_backup_folder=str(file.parents[1] / "disk"))) as studio:
        fill(studio.library, word)
        for number in range(1, times + 1):
            judge(studio.library, number)
            assert backups.make(studio).warning == ""


def test_another_library_of_the_same_name_on_the_same_disk_is_never_put_back(shared_disk, tmp_path):
    mine, other = tmp_path / "mine" / "library.sqlite3", tmp_path / "other" / "library.sqlite3"
    back_up_often(mine, "jazz", 1)
    back_up_often(other, "techno", 4)
    mine.write_bytes(b"")
    assert len({each.library for each in recovery.choices(mine)}) == 1
    run(recovery.restore(mine))
    assert judged(mine) == [(1, "jazz", "yes")]


def test_the_second_place_is_enough_where_all_else_is_lost(shared_disk, tmp_path):
    mine, other = tmp_path / "mine" / "library.sqlite3", tmp_path / "other" / "library.sqlite3"
    back_up_often(mine, "jazz", 2)
    shutil.rmtree(mine.parent)
    mine.parent.mkdir()
    run(recovery.restore(mine))
    assert judged(mine) == [(1, "jazz", "yes"), (2, "jazz", "yes")]
    back_up_often(other, "techno", 4)
    shutil.rmtree(mine.parent)
    mine.parent.mkdir()
    assert run(recovery.offer(mine)) is None
    with pytest.raises(NothingFoundError, match="2 libraries"):
        run(recovery.restore(mine))
    assert not mine.exists()
    assert len({each.library for each in recovery.choices(mine)}) == 2


def test_libraries_whose_names_differ_in_their_last_part_have_a_folder_each(tmp_path):
    first, second = tmp_path / "music.jazz", tmp_path / "music.live"
    for file, word, times in ((first, "jazz", 1), (second, "live", 3)):
        with open_library(file) as library:
            fill(library, word)
            judge(library, *range(1, times + 1))
            back_up(file, "by hand")
    assert backup_folder(first) != backup_folder(second)
    assert backup_folder(Path("library.sqlite3")) == Path("library.backups")
    first.write_bytes(b"")
    run(recovery.restore(first))
    assert judged(first) == [(1, "jazz", "yes")]


def test_of_a_folder_that_two_libraries_shared_each_gets_its_own(tmp_path):
    first, second = tmp_path / "music.jazz", tmp_path / "music.live"
    shared = tmp_path / "music.backups"
    for file, word in ((first, "jazz"), (second, "live")):
        with open_library(file) as library:
            fill(library, word)
            judge(library, 1)
        shared.mkdir(exist_ok=True)
        copy = back_up(file, f"with {word}")
        for each in (copy, side_file(copy)):
            each.rename(shared / each.name)
    assert [each.reason for each in recovery.choices(first)] == ["with jazz"]
    assert [each.reason for each in recovery.choices(second)] == ["with live"]


def test_after_going_back_on_purpose_the_next_restore_keeps_what_was_judged_since(file):
    start(file)
    run(recovery.restore(file, recovery.choices(file)[0], with_newer=False))
    with open_library(file) as library:
        judge(library, 4, 5, 6, answer=Verdict.NO)
    expected = judged(file)
    assert expected == [(1, "jazz", "yes"), (4, "jazz", "no"), (5, "jazz", "no"), (6, "jazz", "no")]
    file.write_bytes(b"")
    assert run(recovery.offer(file)).newer == 3
    report = run(recovery.restore(file))
    assert (report.judgements, report.not_replayed) == (3, ())
    assert judged(file) == expected
    assert wrong(file) == []


def test_what_was_given_up_does_not_come_back_though_nothing_was_judged_since(file):
    start(file)
    run(recovery.restore(file, recovery.choices(file)[0], with_newer=False))
    file.write_bytes(b"")
    run(recovery.restore(file))
    assert judged(file) == [(1, "jazz", "yes")]


def test_what_was_given_up_can_still_be_put_back_by_name_and_holds_then(file):
    start(file)
    run(recovery.restore(file, recovery.choices(file)[0], with_newer=False))
    given_up = next(each for each in recovery.choices(file) if each.reason == "before restore")
    with open_library(file) as library:
        judge(library, 4)
    run(recovery.restore(file, given_up))
    with open_library(file) as library:
        judge(library, 5)
    expected = judged(file)
    assert [each[0] for each in expected] == [1, 2, 3, 5]
    file.write_bytes(b"")
    run(recovery.restore(file))
    assert judged(file) == expected


def test_what_was_put_back_is_backed_up_at_once(file):
    start(file)
    file.write_bytes(b"")
    run(recovery.restore(file))
    newest = recovery.choices(file)[0]
    assert (newest.reason, newest.judgements) == ("after restore", 3)


def test_backups_that_are_ahead_of_a_mirror_that_could_not_be_written_come_first(file):
    start(file)
    mirror = backup_folder(file) / "judgements.jsonl"
    before = mirror.read_bytes()
    with open_library(file) as library:
        judge(library, 4)
        back_up(file, "ahead")
    mirror.write_bytes(before)
    file.write_bytes(b"")
    assert run(recovery.restore(file)).backup.reason == "ahead"
    assert len(judged(file)) == 4
    assert wrong(file) == []


@pytest.mark.parametrize("at", ["looking at the backup", "putting it back"])
def test_what_another_program_saves_while_a_restore_is_at_work_is_there_afterwards(file, at):
    start(file)
    saved = {1, 2, 3}
    for progress in recovery.restore(file, recovery.choices(file)[0]):
        if progress.text == at:
            with contextlib.suppress(LibraryError), open_library(file, busy_s=0.1) as library:
                judge(library, 4)
                saved.add(4)
    assert {track_id for track_id, *_ in judged(file)} == saved
    assert wrong(file) == []


def test_what_a_crash_kept_from_the_mirror_of_a_whole_library_is_not_lost_by_going_back(file):
    with open_library(file) as library:
        fill(library)
        judge(library, 1)
        older = back_up(file, "by hand")
        judge(library, 2)
    mirror = backup_folder(file) / "judgements.jsonl"
    *before, _ = mirror.read_bytes().splitlines(keepends=True)
    mirror.write_bytes(b"".join(before))  # killed between saving and the mirror
    backup = next(each for each in all_backups(file) if each.file == older)
    report = run(recovery.restore(file, backup))
    assert report.judgements == 1
    assert [track_id for track_id, *_ in judged(file)] == [1, 2]


def flip(file, n):
    """Change one bit in the n-th line of a mirror, counted from 0."""
    mirror = backup_folder(file) / "judgements.jsonl"
    lines = mirror.read_bytes().split(b"\n")
    lines[n] = lines[n][:200] + bytes([lines[n][200] ^ 1]) + lines[n][201:]
    mirror.write_bytes(b"\n".join(lines))


def test_a_changed_line_of_the_mirror_costs_its_own_judgement_only_and_that_is_told(file):
    start(file)
    with open_library(file) as library:
        judge(library, 4, 5)
    flip(file, 2)
    file.write_bytes(b"")
    report = run(recovery.restore(file))
    assert [each[0] for each in judged(file)] == [1, 2, 4, 5]
    assert report.judgements == 3
    assert report.not_replayed == ("judgement 3: its line in the second copy is lost",)
    assert wrong(file) == []


def test_undoing_a_batch_whose_line_is_lost_takes_nothing_else_back(file):
    start(file)
    with open_library(file) as library:
        with library.write() as session:
            judgements.undo(session)
        judge(library, 4)
    flip(file, 2)
    file.write_bytes(b"")
    run(recovery.restore(file))
    with open_library(file) as library:
        for _ in range(2):
            with library.write() as session:
                judgements.undo(session)
    assert [each[0] for each in judged(file)] == [1, 2]


def test_compacting_heals_a_mirror_with_a_changed_line(file):
    start(file)
    flip(file, 1)
    assert wrong(file) == ["The second copy lacks 1 of 3 judgements."]
    run(upkeep.compact(file))
    assert wrong(file) == []
    first = next(each for each in recovery.choices(file) if each.reason == "by hand")
    file.write_bytes(b"")
    report = run(recovery.restore(file, first))
    assert (report.judgements, report.not_replayed) == (2, ())


def test_compacting_never_hides_that_judgements_are_lacking(file):
    start(file)
    expected = judged(file)
    shutil.copyfile(recovery.choices(file)[0].file, file)
    lines = (backup_folder(file) / "judgements.jsonl").read_bytes()
    with pytest.raises(DamagedLibraryError, match="lacks 2 judgements"):
        run(upkeep.compact(file))
    with pytest.raises(DamagedLibraryError, match="lacks 2 judgements"):
        compact_mirror(file)
    assert (backup_folder(file) / "judgements.jsonl").read_bytes() == lines
    run(recovery.restore(file))
    assert judged(file) == expected


def test_what_was_judged_since_an_upgrade_comes_back_and_the_library_stays_the_same(file):
    dump = Path(__file__).parents[2] / "faults" / "data" / "schema-1.sql"
    with closing(sqlite3.connect(file, isolation_level=None)) as plain:
        plain.executescript(dump.read_text("utf-8"))
        plain.execute("PRAGMA journal_mode = WAL")
    with open_library(file) as library:
        judge(library, 1, answer=Verdict.UNSURE)
        judge(library, 1, answer=Verdict.NO)
    with checks.looked_at(file) as connection:
        identity, end = checks.identity(connection), checks.end(connection)
    file.write_bytes(b"")
    report = run(recovery.restore(file))
    assert (report.backup.reason, report.judgements, report.not_replayed) == ("schema-1", 2, ())
    with checks.looked_at(file) as connection:
        assert (checks.identity(connection), checks.end(connection)) == (identity, end)
    assert wrong(file) == []


def test_a_backup_of_an_early_version_passes_its_trial(file):
    dump = Path(__file__).parents[2] / "faults" / "data" / "schema-1.sql"
    with closing(sqlite3.connect(file, isolation_level=None)) as plain:
        plain.executescript(dump.read_text("utf-8"))
    open_library(file).close()
    (early,) = recovery.choices(file)
    report = run(backups.test_restore(file, early))
    assert (report.problem, report.judgements) == ("", early.judgements)
    assert early.judgements


def test_an_early_version_put_back_by_hand_does_not_hide_what_was_judged_since(file):
    dump = Path(__file__).parents[2] / "faults" / "data" / "schema-1.sql"
    with closing(sqlite3.connect(file, isolation_level=None)) as plain:
        plain.executescript(dump.read_text("utf-8"))
    early = file.read_bytes()
    with open_library(file) as library:
        judge(library, 1, answer=Verdict.NO)
    expected = judged(file)
    file.write_bytes(early)
    with pytest.raises(DamagedLibraryError, match="lacks 1"):
        open_library(file)
    run(recovery.restore(file))
    assert judged(file) == expected
    file.write_bytes(early)
    recovery.go_on_without(file)
    open_library(file).close()


def test_judgements_stay_with_a_track_whose_file_was_encoded_anew_since(file):
    start(file)
    with open_library(file) as library:
        with library.write() as session:
            tracks.update(session, 1, size=11, mtime_ns=6, facts=facts("encoded anew"))
        judge(library, 1, 2, answer=Verdict.NO)
    expected = judged(file)
    file.write_bytes(b"")
    report = run(recovery.restore(file))
    assert (report.not_replayed, report.new_tracks) == ((), 0)
    assert judged(file) == expected
    assert wrong(file) == []


def test_judgements_stay_with_a_tag_that_was_renamed_since(file):
    start(file)
    with open_library(file) as library:
        with library.write() as session:
            tags.rename(session, 1, "hard techno")
        judge(library, 1, answer=Verdict.NO)
        with library.write() as session:
            judgements.undo(session, 2)
    file.write_bytes(b"")
    report = run(recovery.restore(file))
    assert report.new_tags == 0
    # Names are not in the mirror's reach: the tag is called what it was at the time of the backup.
    assert judged(file) == [(1, "jazz", "no"), (3, "jazz", "yes")]
    assert wrong(file) == []


def test_tracks_and_tags_that_the_backup_lacks_are_not_taken_for_each_other(file):
    start(file)
    with open_library(file) as library:
        with library.write() as session:
            for i in (7, 8):
                tracks.add(session, root_id=1, path=b"%d.mp3" % i, size=i, mtime_ns=i, facts=facts(f"hash{i}"))
            for name in ("second", "third"):
                tags.add(session, name)
        judge(library, 8, tag_id=3)
        judge(library, 7, tag_id=2)
        with library.write() as session:
            tags.rename(session, 3, "third, renamed")
        judge(library, 8, tag_id=3, answer=Verdict.NO)
    file.write_bytes(b"")
    report = run(recovery.restore(file))
    assert (report.new_tracks, report.new_tags) == (2, 2)
    with open_library(file) as library, library.read() as session:
        words = {tag_id: tag.name for tag_id, tag in exchange.every_tag(session).items()}
        found = {(tracks.one(session, str(held.track_id)).path, words[held.tag_id]): held.verdict
                 for held in exchange.held(session)}  # fmt: skip
    assert found[b"8.mp3", "third, renamed"] == "no"
    assert found[b"7.mp3", "second"] == "yes"
    assert len(found) == 5
