"""Backups: when they are made, what they are worth, where second copies go."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from tagstudio.domain.errors import DamagedLibraryError, LibraryError, NothingFoundError
from tagstudio.domain.jobs import Progress, run
from tagstudio.domain.judgements import Verdict
from tagstudio.library.backups import all_backups, backup_folder
from tagstudio.services import backups, recovery, upkeep
from tagstudio.services.judge import judge
from tagstudio.services.scan import scan
from tagstudio.services.studio import open_studio

NOW = datetime(2024, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def judged(studio, music):
    run(scan(studio, [music]))
    judge(studio, [1], {"jazz": Verdict.YES})
    return studio


def test_a_backup_is_made_only_when_something_was_decided_since_the_last(judged):
    assert backups.if_changed(judged, "start").is_new
    assert backups.if_changed(judged, "start") is None
    judge(judged, [2], {"jazz": Verdict.NO})
    assert backups.if_changed(judged, "start").backup.judgements == 2


def test_a_library_with_nothing_in_it_is_not_backed_up(studio):
    assert backups.if_changed(studio, "start") is None


def test_before_something_risky_a_backup_has_everything(judged):
    first = backups.before(judged, "write")
    assert first.is_new
    assert not backups.before(judged, "import").is_new
    judge(judged, [2], {"jazz": Verdict.NO})
    assert backups.before(judged, "import").backup.reason == "before import"


def test_commands_back_up_at_most_every_half_an_hour(judged):
    assert backups.if_due(judged, "start", clock=lambda: NOW)
    judge(judged, [2], {"jazz": Verdict.NO})
    assert backups.if_due(judged, "start", clock=lambda: NOW + timedelta(minutes=29)) is None
    assert backups.if_due(judged, "start", clock=lambda: NOW + timedelta(minutes=31))


def test_long_work_is_backed_up_every_half_an_hour_between_two_steps(judged):
    seconds = iter(range(0, 10**6, 600))

    def work():
        for step in range(7):
            judge(judged, [1], {f"word {step}": Verdict.YES})
            yield Progress(step, 7)
        return "done"

    assert run(backups.while_working(judged, work(), monotonic=lambda: next(seconds))) == "done"
    assert len(all_backups(judged.file)) >= 2


def test_a_second_place_gets_a_copy_and_one_that_is_gone_is_only_told(judged, tmp_path):
    disk = tmp_path / "other disk"
    disk.mkdir()
    judged.change_settings(second_backup_folder=str(disk))
    try:
        report = backups.make(judged)
        assert report.warning == ""
        (copy,) = all_backups(judged.file, backups.second_place(judged))
        assert copy.sha256 == report.backup.sha256
        judged.change_settings(second_backup_folder=str(tmp_path / "gone"))
        report = backups.make(judged)
        assert report.backup.file.exists()
        assert "is not there" in report.warning
    finally:
        judged.change_settings(second_backup_folder="")


def test_trying_a_backup_opens_it_and_tells_a_bad_one(judged):
    good = backups.make(judged).backup
    report = run(backups.test_restore(judged.file, good))
    assert (report.problem, report.judgements, report.tracks) == ("", 1, 3)
    raw = bytearray(good.file.read_bytes())
    raw[5000] ^= 1
    good.file.write_bytes(raw)
    assert "not as it was written" in run(backups.test_restore(judged.file, good)).problem
    assert [each.name for each in backup_folder(judged.file).glob(".test-*")] == []


def test_an_open_library_is_not_replaced(judged):
    backups.make(judged)
    with pytest.raises(LibraryError, match="is open"):
        run(recovery.restore(judged.file))


def test_without_a_good_backup_nothing_is_offered(judged):
    judged.close()
    judged.file.write_bytes(b"broken")
    assert run(recovery.offer(judged.file)) is None
    with pytest.raises(NothingFoundError, match="no good backup"):
        run(recovery.restore(judged.file))
    assert judged.file.read_bytes() == b"broken"


def test_a_vanished_library_is_not_replaced_by_an_empty_one_until_its_backups_are_moved(judged):
    backups.make(judged)
    judged.close()
    judged.file.unlink()
    with pytest.raises(DamagedLibraryError, match="is gone"):
        open_studio(judged.file)
    assert not judged.file.exists()
    moved = recovery.start_anew(judged.file)
    open_studio(judged.file).close()
    assert list(moved.glob("*.sqlite3"))


def test_going_on_without_what_is_lacking_is_a_decision_that_is_remembered(judged):
    judged.close()
    before = judged.file.read_bytes()
    with open_studio(judged.file) as again:
        judge(again, [2], {"jazz": Verdict.NO})
    judged.file.write_bytes(before)
    with pytest.raises(DamagedLibraryError, match="lacks 1"):
        open_studio(judged.file)
    recovery.go_on_without(judged.file)
    for number in (2, 3):
        with open_studio(judged.file) as again:
            judge(again, [number], {"jazz": Verdict.YES})
    assert [each.what for each in upkeep.check(judged.file) if not each.is_ok and not each.is_harmless] == []


def test_compacting_keeps_everything_and_makes_the_file_no_larger(judged):
    judged.close()
    report = run(upkeep.compact(judged.file))
    assert report.library.after <= report.library.before
    assert [each.what for each in upkeep.check(judged.file) if not each.is_ok] == []
    with open_studio(judged.file) as again:
        judge(again, [2], {"jazz": Verdict.NO})


def test_a_start_of_the_program_leaves_a_trial_alone_that_is_still_running(judged):
    made = backups.make(judged).backup
    judged.close()
    trial = backups.test_restore(judged.file, made)
    for _ in range(3):
        next(trial)
        open_studio(judged.file).close()
    assert run(trial).problem == ""
    assert [each.name for each in backup_folder(judged.file).glob(".*")] == [".lock"]


def test_a_trial_of_a_backup_that_was_killed_is_tidied_away_at_the_next_start(judged):
    made = backups.make(judged).backup
    folder = backup_folder(judged.file)
    trial = backups.test_restore(judged.file, made)
    next(trial)
    next(trial)
    (left,) = folder.glob(".test-*")
    kept = folder.parent / "as a kill would leave it"
    shutil.copytree(left, kept)
    trial.close()
    shutil.copytree(kept, left)
    (left / "library.sqlite3").write_bytes(b"half a copy")
    (folder / ".library-000009-x.sqlite3.part").write_bytes(b"half a backup")
    judged.close()
    open_studio(judged.file).close()
    assert [each.name for each in folder.glob(".*")] == [".lock"]
    assert [each.what for each in upkeep.check(judged.file) if not each.is_ok] == []
