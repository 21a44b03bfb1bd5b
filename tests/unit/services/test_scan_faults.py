"""A scan of a disk that fails: nothing is flagged, moved or forgotten on a guess."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tagstudio.audio.listening import Ear
from tagstudio.domain.errors import DecodeError, TagStudioError, reason_of
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.library import tracks
from tagstudio.services import browse, reading, track_view
from tagstudio.services.judge import judge
from tagstudio.services.reader import FileReader
from tagstudio.services.scan import NOT_OPENED, rescan, scan
from tagstudio.services.studio import Studio


def ids(studio: Studio, query: str = "") -> list[int]:
    return browse.track_ids(studio, query)


def missing(studio: Studio) -> int:
    return browse.summary(studio).missing


@pytest.fixture
def barred(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Refuse to list or look at what is below a folder, as a disk does where permission or a cable is missing."""

    def bar(folder: Path) -> None:
        def refusing(function: Callable[..., Any], own: bool) -> Callable[..., Any]:
            def refused(path: Any, *args: Any, **more: Any) -> Any:
                name = os.fsdecode(path)
                if name.startswith(f"{folder}/") or (own and name == str(folder)):
                    raise PermissionError(13, "Permission denied")
                return function(path, *args, **more)

            return refused

        monkeypatch.setattr(os, "scandir", refusing(os.scandir, own=True))
        monkeypatch.setattr(os, "lstat", refusing(os.lstat, own=False))

    return bar


def close(path: Path) -> None:
    """Take all permissions away."""
    path.chmod(0)
    if os.access(path, os.R_OK):
        path.chmod(0o755)
        pytest.skip("this user may read everything")


def test_tracks_below_a_folder_without_permission_are_left_alone(studio, music):
    run(scan(studio, [music]))
    (music / "one" / "copy.ogg").write_bytes((music / "two" / "c.ogg").read_bytes())
    close(music / "two")
    report = run(scan(studio, [music]))
    (music / "two").chmod(0o755)
    assert (report.unchanged, report.new, report.missing, report.moved, len(report.failed)) == (2, 1, 0, 0, 1)
    assert missing(studio) == 0
    assert run(scan(studio, [music])).unchanged == 4


def test_a_file_without_permission_is_read_once_it_may_be(studio, music):
    close(music / "one" / "a.wav")
    report = run(scan(studio, [music]))
    assert (report.new, len(report.failed)) == (2, 1)
    (music / "one" / "a.wav").chmod(0o644)
    assert run(scan(studio, [music])).changed == 1


def test_an_unreadable_folder_is_one_line_and_its_neighbours_are_scanned(studio, music, barred):
    barred(music / "two")
    report = run(scan(studio, [music]))
    assert report.new == 2
    assert [(each.path, each.reason) for each in report.failed] == [(str(music / "two"), "Permission denied")]


def test_tracks_of_an_unreadable_folder_are_neither_missing_nor_taken_by_a_copy(studio, music, barred):
    run(scan(studio, [music]))
    (track_id,) = ids(studio, "path:c.ogg")
    (music / "one" / "copy.ogg").write_bytes((music / "two" / "c.ogg").read_bytes())
    barred(music / "two")
    report = run(scan(studio, [music]))
    assert (report.new, report.moved, report.missing, len(report.failed)) == (1, 0, 0, 1)
    assert browse.track(studio, track_id).display == "two/c.ogg"
    assert missing(studio) == 0


def test_a_folder_that_stops_being_listed_half_way_loses_no_tracks(studio, music, monkeypatch):
    run(scan(studio, [music]))
    (music / "one" / "a.wav").unlink()  # nobody can tell: its folder was not read to the end
    listing = os.scandir

    class Broken:
        def __init__(self, path: bytes) -> None:
            self._listing = listing(path)

        def __enter__(self) -> Iterator[Any]:
            yield next(self._listing)
            raise OSError(5, "Input/output error")

        def __exit__(self, *_: object) -> None:
            self._listing.close()

    monkeypatch.setattr(
        os, "scandir", lambda path: Broken(path) if os.fsencode(path).endswith(b"/one") else listing(path)
    )
    report = run(scan(studio, [music]))
    assert (report.unchanged, report.missing) == (1, 0)
    assert [each.reason for each in report.failed] == ["Input/output error"]
    assert missing(studio) == 0


@pytest.mark.parametrize("is_mount_point_there", [False, True])
def test_a_root_that_is_away_keeps_its_tracks_and_no_copy_takes_them(studio, music, tmp_path, is_mount_point_there):
    run(scan(studio, [music]))
    judge(studio, ids(studio), {"beep": Verdict.YES})
    before = {each: browse.track(studio, each).file for each in ids(studio)}
    music.rename(tmp_path / "drive")
    if is_mount_point_there:
        music.mkdir()
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "a.wav").write_bytes((tmp_path / "drive" / "one" / "a.wav").read_bytes())
    assert run(scan(studio, [copy])).new == 1
    with pytest.raises(TagStudioError, match="not connected" if is_mount_point_there else "does not exist"):
        run(scan(studio, [music]))
    assert missing(studio) == 0
    assert {each: browse.track(studio, each).file for each in before} == before
    if is_mount_point_there:
        music.rmdir()
    (tmp_path / "drive").rename(music)
    assert run(scan(studio, [music])).unchanged == 3


@pytest.mark.parametrize("name", ["two", "."])
def test_what_vanishes_during_a_scan_comes_back_whole(studio, music, tmp_path, tone, name):
    last = tone(tmp_path / "last" / "d.wav", hz=990).parent
    run(scan(studio, [music, last]))
    before = {each: browse.track(studio, each).audio_hash for each in ids(studio)}
    for file in music.rglob("*.*"):
        file.touch()
    job = scan(studio, [music, last])
    next(progress for progress in job if progress.text == f"Looking into {last}")  # it has looked into the music
    (music / name).resolve().rename(tmp_path / "aside")
    report = run(job)
    # A folder is missing; a root that holds nothing at all is a drive without its cable.
    assert (report.missing, missing(studio)) == ((1, 1) if name == "two" else (0, 0))
    assert [each.path for each in report.failed] == ([] if name == "two" else [str(music)])
    assert browse.summary(studio).failed == 0
    (tmp_path / "aside").rename((music / name).resolve())
    run(rescan(studio))
    assert (missing(studio), browse.summary(studio).failed) == (0, 0)
    assert {each: browse.track(studio, each).audio_hash for each in ids(studio)} == before


def test_two_scans_at_once_add_every_file_once(studio, music):
    slow = scan(studio, [music], workers=1)
    while next(slow).total == 0:
        pass
    assert run(scan(studio, [music])).new == 3
    run(slow)
    assert len(ids(studio)) == 3
    assert run(scan(studio, [music])).unchanged == 3


def test_a_root_that_is_taken_in_during_its_scan_is_still_read(studio, music):
    run(scan(studio, [music / "one"]))
    (music / "one" / "a.wav").touch()
    slow = scan(studio, [music / "one"], workers=1)
    while next(slow).total == 0:
        pass
    run(scan(studio, [music]))
    run(slow)
    assert run(scan(studio, [music])).unchanged == 3


def test_folders_that_cannot_be_used_are_reported_and_the_others_scanned(studio, music, tmp_path):
    (tmp_path / "empty").mkdir()
    report = run(scan(studio, [tmp_path / "none", music, tmp_path / "empty"]))
    assert report.new == 3
    assert [Path(each.path).name for each in report.failed] == ["none", "empty"]
    assert all(each.reason and not each.reason.endswith(".") for each in report.failed)
    with pytest.raises(TagStudioError, match="None of the 2 folders"):
        run(scan(studio, [tmp_path / "none", tmp_path / "empty"]))


def test_a_file_that_could_not_be_read_is_tried_again_at_every_scan(studio, music, tone):
    good = tone(music / "bad.wav", hz=880).read_bytes()
    (music / "bad.wav").write_bytes(b"x" * len(good))
    times = (music / "bad.wav").stat().st_mtime_ns
    run(scan(studio, [music]))
    again = run(scan(studio, [music]))
    assert (len(again.failed), again.unchanged) == (1, 3)
    (music / "bad.wav").write_bytes(good)
    os.utime(music / "bad.wav", ns=(times, times))
    mended = run(scan(studio, [music]))
    assert (mended.changed, mended.failed) == (1, ())


def test_a_large_file_that_is_late_is_waited_for_once(studio, music, monkeypatch):
    waited = []
    monkeypatch.setattr(reading, "time_allowed_s", lambda size: waited.append(size) or -1.0)
    monkeypatch.setattr(reading, "LARGE_BYTES", 0)
    assert len(run(scan(studio, [music])).failed) == 3
    assert sorted(waited) == sorted(file.stat().st_size for file in music.rglob("*.*"))
    monkeypatch.undo()
    assert len(run(scan(studio, [music])).failed) == 3


def test_no_sound_without_a_rate_is_damage_and_no_fault_of_the_reader(tmp_path, tone):
    file = tone(tmp_path / "a.ogg")
    whole = file.read_bytes()
    at = whole.index(b"\x01vorbis") + 12
    file.write_bytes(whole[:at] + bytes(4) + whole[at + 4 :])
    with pytest.raises(DecodeError, match="damaged"):
        FileReader().read(bytes(file))


def test_a_track_that_no_scan_could_read_is_not_tried_again_for_its_picture(studio, music):
    (music / "bad.wav").write_bytes(b"x" * 5000)
    run(scan(studio, [music]))
    (track_id,) = ids(studio, "is:failed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studio, "ear", None)
        with pytest.raises(DecodeError, match="known kind"):
            track_view.overview(studio, track_id)


def test_a_file_that_took_too_long_waits_for_a_change_or_a_scan_of_its_own_folder(studio, music, monkeypatch):
    monkeypatch.setattr(reading, "time_allowed_s", lambda _: -1.0)
    late = run(scan(studio, [music]))
    assert (late.new, len(late.failed)) == (0, 3)
    monkeypatch.undo()
    assert len(run(scan(studio, [music])).failed) == 3
    asked = run(scan(studio, [music / "one"]))
    assert (asked.changed, asked.failed) == (2, ())
    (music / "two" / "c.ogg").touch()
    assert run(scan(studio, [music])).changed == 1


def test_a_mark_of_a_file_that_could_not_be_opened_goes_once_it_opens_and_others_stay(studio, music, tmp_path):
    run(scan(studio, [music]))
    away, damaged = ids(studio, "path:a.wav") + ids(studio, "path:b.flac")
    with pytest.raises(DecodeError) as caught:
        Ear().hear(os.fsencode(tmp_path / "never.wav"), 1)
    with studio.library.write() as session:
        tracks.mark_failed(session, away, reason_of(caught.value))
        tracks.mark_failed(session, damaged, "no audio could be decoded from it")
    report = run(scan(studio, [music]))
    assert [Path(each.path).name for each in report.failed] == ["b.flac"]
    assert browse.track(studio, away).last_error == ""
    assert browse.track(studio, damaged).last_error


def test_the_reason_of_a_file_without_permission_is_one_that_goes(music):
    close(music / "one" / "a.wav")
    with pytest.raises(DecodeError) as caught:
        Ear().hear(os.fsencode(music / "one" / "a.wav"), 1)
    assert caught.value.reason.startswith(NOT_OPENED)


def test_folders_too_deep_to_be_read_are_told(studio, music):
    deep = music / "/".join(["d"] * 130)
    deep.mkdir(parents=True)
    (deep / "a.wav").write_bytes((music / "one" / "a.wav").read_bytes())
    report = run(scan(studio, [music]))
    assert report.new == 3
    assert ["deep" in each.reason for each in report.failed] == [True]
