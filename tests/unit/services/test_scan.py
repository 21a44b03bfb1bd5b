"""Scanning keeps the library in step with the folder, and never loses a track."""

import os
from collections.abc import Callable
from pathlib import Path

import mutagen
import pytest

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.services import browse
from tagstudio.services.judge import judge
from tagstudio.services.scan import rescan, scan
from tagstudio.services.studio import Studio

Tone = Callable[..., Path]


def ids(studio: Studio, query: str = "") -> list[int]:
    return browse.track_ids(studio, query)


def test_every_audio_file_becomes_a_track_once(studio, music):
    first = run(scan(studio, [music]))
    second = run(scan(studio, [music]))
    assert (first.new, first.failed) == (3, ())
    assert (second.new, second.unchanged) == (0, 3)
    assert len(ids(studio)) == 3


def test_a_renamed_file_is_the_same_track_with_its_judgements(studio, music):
    run(scan(studio, [music]))
    (track_id,) = ids(studio, "path:a.wav")
    judge(studio, [track_id], {"beep": Verdict.YES})
    (music / "one" / "a.wav").rename(music / "two" / "moved.wav")
    report = run(scan(studio, [music]))
    assert (report.moved, report.missing, report.new) == (1, 0, 0)
    assert ids(studio, "tag:beep") == [track_id]
    assert browse.track(studio, track_id).display == "two/moved.wav"


def test_a_copy_is_a_track_of_its_own(studio, music):
    run(scan(studio, [music]))
    (music / "two" / "copy.wav").write_bytes((music / "one" / "a.wav").read_bytes())
    report = run(scan(studio, [music]))
    assert (report.new, report.moved) == (1, 0)


def test_a_retagged_file_keeps_its_audio_hash_and_shows_its_new_title(studio, music):
    run(scan(studio, [music]))
    (track_id,) = ids(studio, "path:b.flac")
    before = browse.track(studio, track_id)
    tagged = mutagen.File(music / "one" / "b.flac")
    tagged["title"] = "A new name"
    tagged.save()
    report = run(scan(studio, [music]))
    after = browse.track(studio, track_id)
    assert report.changed == 1
    assert (after.title, after.audio_hash) == ("A new name", before.audio_hash)


def test_a_vanished_file_is_flagged_and_comes_back_whole(studio, music):
    run(scan(studio, [music]))
    (track_id,) = ids(studio, "path:c.ogg")
    judge(studio, [track_id], {"beep": Verdict.NO})
    away = music.parent / "away.ogg"
    (music / "two" / "c.ogg").rename(away)
    assert run(scan(studio, [music])).missing == 1
    assert browse.track(studio, track_id).is_missing
    away.rename(music / "two" / "c.ogg")
    report = run(scan(studio, [music]))
    assert (report.missing, report.new) == (0, 0)
    assert not browse.track(studio, track_id).is_missing
    assert browse.summary(studio).judgements == 1


def test_files_that_are_no_audio_become_marked_rows_and_the_rest_goes_on(studio, music):
    (music / "empty.mp3").touch()
    (music / "text.flac").write_text("This is a shopping list.\n" * 50)
    (music / "cut.ogg").write_bytes((music / "two" / "c.ogg").read_bytes()[:60])
    report = run(scan(studio, [music]))
    assert report.new == 3
    assert {Path(each.path).name for each in report.failed} == {"empty.mp3", "text.flac", "cut.ogg"}
    assert all(each.reason for each in report.failed)
    marked = [row for row in browse.rows(studio, ids(studio)) if row.state == "failed"]
    assert len(marked) == 3
    assert all(row.error for row in marked)


def test_names_that_are_not_utf8_and_links_and_hidden_files_do_no_harm(studio, music):
    odd = os.fsencode(music) + b"/caf\xe9.wav"
    Path(os.fsdecode(odd)).write_bytes((music / "one" / "a.wav").read_bytes())
    (music / ".hidden.wav").write_bytes((music / "one" / "a.wav").read_bytes())
    (music / "loop").symlink_to(music)
    os.mkfifo(music / "pipe.mp3")
    report = run(scan(studio, [music]))
    assert (report.new, report.failed) == (4, ())
    assert any(os.fsencode(browse.track(studio, each).file) == odd for each in ids(studio))


@pytest.mark.parametrize("name", ["missing", "file.txt", "empty"])
def test_a_folder_that_cannot_be_used_is_one_sentence_and_adds_no_root(studio, tmp_path, name):
    (tmp_path / "file.txt").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(TagStudioError) as caught:
        run(scan(studio, [tmp_path / name]))
    assert name in caught.value.what
    assert caught.value.advice
    assert browse.summary(studio).roots == ()


def test_a_folder_inside_a_root_refreshes_that_part_alone(studio, music, tone):
    run(scan(studio, [music]))
    tone(music / "one" / "new.wav", hz=990)
    (music / "two" / "c.ogg").unlink()
    report = run(scan(studio, [music / "one"]))
    assert (report.new, report.missing, report.unchanged) == (1, 0, 2)
    assert len(browse.summary(studio).roots) == 1


def test_a_folder_above_roots_takes_them_in_with_their_judgements(studio, music, tone):
    tone(music / "loose.wav", hz=990)
    run(scan(studio, [music / "one"]))
    run(scan(studio, [music / "two"]))
    (track_id,) = ids(studio, "path:a.wav")
    judge(studio, [track_id], {"beep": Verdict.YES})
    report = run(scan(studio, [music]))
    assert (report.new, report.unchanged, report.missing, report.moved) == (1, 3, 0, 0)
    assert browse.summary(studio).roots == (str(music),)
    assert ids(studio, "tag:beep") == ids(studio, "path:one/a.wav") == [track_id]
    assert browse.track(studio, track_id).file == music / "one" / "a.wav"


def test_folders_given_twice_or_inside_one_another_are_read_once(studio, music):
    assert run(scan(studio, [music / "one", music, music])).new == 3
    assert run(scan(studio, [music, music / "one"])).unchanged == 3
    assert browse.summary(studio).roots == (str(music),)


def test_all_folders_of_a_library_can_be_scanned_again_whatever_their_names(studio, music, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    (music / "two").rename(odd)
    run(scan(studio, [odd, music]))
    (odd / "new.wav").write_bytes((music / "one" / "a.wav").read_bytes())
    report = run(rescan(studio))
    assert (report.new, report.unchanged, report.failed) == (1, 3, ())


def test_a_library_without_folders_has_nothing_to_scan_again(studio):
    with pytest.raises(TagStudioError, match="no folder"):
        run(rescan(studio))


def test_stopping_half_way_keeps_what_was_found(studio, tmp_path, tone):
    for number in range(8):
        tone(tmp_path / "many" / f"{number}.wav", hz=200 + 50 * number, seconds=0.5)
    job = scan(studio, [tmp_path / "many"])
    for progress in job:
        if progress.done >= 3:
            break
    job.close()
    report = run(scan(studio, [tmp_path / "many"]))
    assert report.new + report.unchanged == 8
    assert len(ids(studio)) == 8
