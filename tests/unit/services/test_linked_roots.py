"""A root that was moved to another disk, with a link left in its place, is one folder and not two."""

import shutil

import pytest

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.services import browse, roots
from tagstudio.services.judge import judge
from tagstudio.services.scan import rescan, scan


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def judge_all(studio, music):
    run(scan(studio, [music]))
    judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})


def leave_link(music, disk):
    """Move a folder to a disk; return where it is now."""
    moved = music.rename(disk / "Music")
    music.symlink_to(moved)
    return moved


def judged_files(studio):
    return sorted(browse.track(studio, each).file for each in browse.track_ids(studio, "tag:beep -is:missing"))


def test_a_root_that_a_link_leads_to_keeps_tracks_and_judgements(studio, music, disk):
    judge_all(studio, music)
    moved = leave_link(music, disk)
    report = run(rescan(studio))
    assert (report.unchanged, report.new, report.missing, report.elsewhere) == (3, 0, 0, ())
    assert [each.folder for each in roots.views(studio)] == [moved]
    (moved / "one" / "a.wav").unlink()
    assert run(rescan(studio)).missing == 1
    assert judged_files(studio) == [moved / "one" / "b.flac", moved / "two" / "c.ogg"]


@pytest.mark.parametrize("named", ["link", "place"])
def test_it_does_not_matter_by_which_name_the_folder_is_added_again(named, studio, music, disk):
    judge_all(studio, music)
    moved = leave_link(music, disk)
    assert run(scan(studio, [music if named == "link" else moved])).unchanged == 3
    assert [(each.folder, each.tracks) for each in roots.views(studio)] == [(moved, 3)]


def test_the_person_is_told_where_the_root_is_now(studio, music, disk):
    judge_all(studio, music)
    moved = leave_link(music, disk)
    notices = [each.notice for each in rescan(studio) if each.notice]
    assert notices == [f"“{music}” leads to “{moved}” now; its tracks are looked for there."]


def test_a_link_into_another_root_is_offered_to_be_joined_until_that_is_done(studio, music, disk, tone):
    judge_all(studio, music)
    tone(disk / "other.wav", hz=900)
    run(scan(studio, [disk]))
    moved = leave_link(music, disk)
    report = run(rescan(studio))
    assert (report.new, report.missing) == (3, 0)
    for found in (report.elsewhere, run(rescan(studio)).elsewhere):
        assert [(each.old.folder, each.new.folder, each.tracks) for each in found] == [(music, disk, 3)]
        assert found[0].what == f"“{music}” is a link to another place now, and 3 of its tracks were found in “{disk}”"
    assert {each.folder: each.state for each in roots.views(studio)} == {music: "not there", disk: "connected"}
    roots.move(studio, music, disk)
    assert [each.folder for each in roots.views(studio)] == [disk]
    assert judged_files(studio) == sorted(each for each in moved.rglob("*.*"))
    assert run(rescan(studio)).elsewhere == ()


def test_a_root_in_whose_place_a_link_to_its_known_copy_is_can_be_joined(studio, music, disk):
    judge_all(studio, music)
    copy = disk / "Music"
    shutil.copytree(music, copy)
    assert run(scan(studio, [copy])).new == 3
    shutil.rmtree(music)
    music.symlink_to(copy)
    assert run(rescan(studio)).elsewhere[0].tracks == 3
    roots.move(studio, music, copy)
    assert [each.folder for each in roots.views(studio)] == [copy]
    assert len(judged_files(studio)) == 3


def test_tracks_that_were_judged_in_both_are_not_offered_for_ever(studio, music, disk):
    judge_all(studio, music)
    copy = disk / "Music"
    shutil.copytree(music, copy)
    judge_all(studio, copy)
    shutil.rmtree(music)
    music.symlink_to(copy)
    assert run(rescan(studio)).elsewhere == ()


def test_a_link_to_other_music_does_not_move_a_root(studio, music, disk, tone):
    judge_all(studio, music)
    other = tone(disk / "other.wav", hz=900)
    music.rename(music.with_name("aside"))
    music.symlink_to(disk)
    report = run(rescan(studio))
    assert (report.new, report.missing, report.elsewhere) == (1, 0, ())
    assert {each.folder: each.tracks for each in roots.views(studio)} == {music: 3, disk: 1}
    assert browse.track(studio, 4).file == other


def test_a_link_to_a_drive_that_is_away_does_not_move_a_root(studio, music, disk):
    judge_all(studio, music)
    moved = leave_link(music, disk)
    away = moved.rename(disk.with_name("away"))
    moved.mkdir()
    with pytest.raises(TagStudioError, match="No audio files"):
        run(rescan(studio))
    assert [each.folder for each in roots.views(studio)] == [music]
    moved.rmdir()
    away.rename(moved)
    assert run(rescan(studio)).unchanged == 3


def test_a_link_inside_a_root_that_leads_into_another_one_is_not_taken_in(studio, music, disk, tone):
    judge_all(studio, music / "one")
    tone(disk / "other.wav", hz=900)
    run(scan(studio, [disk]))
    leave_link(music / "one", disk)
    report = run(scan(studio, [music, disk]))
    assert report.new == 3
    assert [(each.old.folder, each.new.folder, each.tracks) for each in report.elsewhere] == [(music / "one", disk, 2)]
    roots.move(studio, music / "one", disk)
    assert judged_files(studio) == [disk / "Music" / "a.wav", disk / "Music" / "b.flac"]
