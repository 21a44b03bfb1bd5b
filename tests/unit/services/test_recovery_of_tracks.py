"""Whose the newer judgements are when a library is put back: every one goes to its own file's track."""

import shutil

import pytest

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.library import exchange, roots, tracks
from tagstudio.services import backups, browse, recovery, upkeep
from tagstudio.services.judge import judge
from tagstudio.services.scan import rescan, scan
from tagstudio.services.studio import open_studio


@pytest.fixture
def file(tmp_path):
    return tmp_path / "library.sqlite3"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "shelf"


def track_at(studio, file):
    (found,) = (each for each in browse.track_ids(studio) if browse.track(studio, each).file == file)
    return found


def judged(studio):
    """Return what holds: {file: verdict}."""
    with studio.library.read() as session:
        return {browse.track(studio, each.track_id).file: str(each.verdict) for each in exchange.held(session)}


def put_back(file):
    """Let the disk damage a library, and restore it."""
    file.write_bytes(b"")
    report = run(recovery.restore(file))
    assert report.not_replayed == ()
    return report


def test_a_copy_that_came_after_the_backup_keeps_its_own_verdict(file, folder, tone):
    song, copy = tone(folder / "album" / "song.wav"), folder / "compilation" / "quiet version.wav"
    with open_studio(file) as studio:
        run(scan(studio, [folder]))
        judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
        backups.make(studio)
        copy.parent.mkdir()
        shutil.copy(song, copy)
        run(scan(studio, [folder]))
        judge(studio, [track_at(studio, copy)], {"beep": Verdict.NO})
    assert put_back(file).new_tracks == 1
    with open_studio(file) as studio:
        assert judged(studio) == {song: "yes", copy: "no"}
        report = run(rescan(studio))
        assert (report.new, report.missing, report.failed) == (0, 0, ())
        assert judged(studio) == {song: "yes", copy: "no"}
        assert browse.summary(studio).missing == 0


def test_a_copy_at_the_same_path_of_another_folder_keeps_its_own_verdict(file, folder, tone, tmp_path):
    song, copy = tone(folder / "song.wav"), tmp_path / "second disk" / "song.wav"
    with open_studio(file) as studio:
        run(scan(studio, [folder]))
        judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
        backups.make(studio)
        shutil.copytree(folder, copy.parent)
        run(scan(studio, [copy.parent]))
        judge(studio, [track_at(studio, copy)], {"beep": Verdict.NO})
    put_back(file)
    with open_studio(file) as studio:
        run(rescan(studio))
        assert judged(studio) == {song: "yes", copy: "no"}


def test_a_copy_that_came_where_a_judged_track_was_keeps_its_own_verdict(file, folder, tone):
    tone(folder / "other.wav", hz=900)
    with open_studio(file) as studio:
        run(scan(studio, [folder]))
        backups.make(studio)
        copy = tone(folder / "song.wav")
        run(scan(studio, [folder]))
        judge(studio, [track_at(studio, copy)], {"beep": Verdict.YES})
        song = copy.rename(folder / "moved.wav")
        run(scan(studio, [folder]))
        shutil.copy(song, copy)
        run(scan(studio, [folder]))
        judge(studio, [track_at(studio, copy)], {"beep": Verdict.NO})
        assert judged(studio) == {song: "yes", copy: "no"}
    assert put_back(file).new_tracks == 2
    with open_studio(file) as studio:
        run(rescan(studio))
        assert judged(studio) == {song: "yes", copy: "no"}


def test_a_track_whose_number_is_anothers_in_the_backup_is_found_by_its_audio(file, folder, tone):
    lost, moved = tone(folder / "a lost.wav", hz=300), tone(folder / "before.wav", hz=500)
    with open_studio(file) as studio:
        backups.make(studio)
        run(scan(studio, [folder]))
        made = backups.make(studio).backup
    # Gone back to before the tracks came, which then came in another order.
    run(recovery.restore(file, recovery.choices(file)[1], with_newer=False))
    lost.rename(folder.parent / "aside.wav")
    with open_studio(file) as studio:
        run(scan(studio, [folder]))
        judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
    moved = moved.rename(folder / "after.wav")
    with open_studio(file) as studio:
        run(rescan(studio))
        judge(studio, browse.track_ids(studio), {"beep": Verdict.NO})
    file.write_bytes(b"")
    run(recovery.restore(file, made))
    with open_studio(file) as studio:
        run(rescan(studio))
        assert judged(studio) == {moved: "no"}


def test_a_new_file_under_an_old_name_keeps_its_verdict_though_the_folder_was_taken_in(file, folder, tone):
    inner = folder / "inner"
    old = tone(inner / "x.wav", hz=300)
    with open_studio(file) as studio:
        run(scan(studio, [inner]))
        judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
        backups.make(studio)
        renamed = old.rename(inner / "y.wav")
        new = tone(inner / "x.wav", hz=900)
        assert run(scan(studio, [folder])).new == 1
        judge(studio, [track_at(studio, new)], {"beep": Verdict.NO})
    put_back(file)
    with open_studio(file) as studio:
        report = run(scan(studio, [folder]))
        assert (report.new, report.moved, report.failed) == (0, 1, ())
        assert judged(studio) == {renamed: "yes", new: "no"}
        assert run(rescan(studio)).unchanged == 2
    assert [each.what for each in upkeep.check(file) if not each.is_ok] == []


def test_a_folder_is_taken_in_though_a_place_in_it_is_taken(studio, folder, tone):
    inner = folder / "inner"
    old = tone(inner / "x.wav", hz=300)
    run(scan(studio, [inner]))
    judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
    renamed = old.rename(inner / "y.wav")
    tone(inner / "x.wav", hz=900)
    with studio.library.write() as session:
        outer = roots.add(session, folder)
        tracks.add(session, root_id=outer.id, path=b"inner/x.wav", size=0, mtime_ns=0)
    report = run(scan(studio, [folder]))
    assert (report.new, report.moved, report.failed) == (0, 1, ())
    assert judged(studio) == {renamed: "yes"}
    assert [each.root for each in _tracks(studio)] == [bytes(folder)] * 2


def _tracks(studio):
    with studio.library.read() as session:
        return tracks.rows(session, tracks.ids(session))
