"""Listening resumes, survives bad files, and excerpts are windows of the whole."""

import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from tagstudio.domain.errors import ModelError, QueryError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.services import browse
from tagstudio.services.analyse import analyse
from tagstudio.services.scan import scan
from tagstudio.services.track_view import listen_closely, taggram


def test_a_second_run_hears_nothing_again(demo):
    report = run(analyse(demo, excerpts=3))
    assert (report.analysed, report.skipped, report.failed) == (0, 12, ())


def test_stopping_half_way_goes_on_where_it_stopped(studio, tmp_path, tone):
    for number in range(4):
        tone(tmp_path / "music" / f"{number}.wav", hz=150 * (number + 1), seconds=75)
    run(scan(studio, [tmp_path / "music"]))
    job = analyse(studio, models=["mtt-vgg"], excerpts=24)
    for progress in job:
        if progress.done:
            break
    job.close()
    report = run(analyse(studio, models=["mtt-vgg"], excerpts=24))
    assert report.analysed < 4
    assert report.analysed + report.skipped == 4


def test_a_file_that_went_bad_is_marked_and_the_rest_is_heard(studio, music):
    run(scan(studio, [music]))
    (music / "one" / "a.wav").write_text("overwritten")
    report = run(analyse(studio, models=["mtt-vgg"]))
    assert report.analysed == 2
    assert [each.path.rsplit("/", 1)[-1] for each in report.failed] == ["a.wav"]
    assert sum(row.state == "failed" for row in browse.rows(studio, browse.track_ids(studio))) == 1


def test_full_listening_keeps_the_windows_of_quick_listening(demo):
    (track_id,) = browse.track_ids(demo, "path:Palace")
    quick = taggram(demo, track_id)
    run(listen_closely(demo, track_id))
    full = taggram(demo, track_id)
    assert not quick.is_complete
    assert full.is_complete
    rows = np.searchsorted(full.starts_s, quick.starts_s)
    by_tag = {tag: column for column, tag in enumerate(full.tags)}
    columns = [by_tag[tag] for tag in quick.tags]
    np.testing.assert_allclose(full.scores[rows][:, columns], quick.scores, atol=2e-3)


def test_an_absent_device_falls_back_to_the_cpu_and_says_so(studio, music):
    run(scan(studio, [music]))
    report = run(analyse(studio, "path:a.wav", models=["mtt-vgg"], device="mps"))
    assert (report.device, report.analysed) == ("cpu", 1)
    assert "CPU" in report.notice


def test_an_unknown_model_or_query_is_refused_before_anything_is_heard(studio):
    with pytest.raises(ModelError, match="no model"):
        run(analyse(studio, models=["nonsense"]))
    with pytest.raises(QueryError):
        run(analyse(studio, "colour:red"))


def test_a_drive_that_vanishes_stops_the_analysis_and_marks_no_track(studio, music, tone):
    for number in range(6):
        tone(music / "more" / f"{number}.wav", hz=300 + 20 * number)
    run(scan(studio, [music]))
    job = analyse(studio, models=["mtt-vgg"], workers=1)
    next(job)
    music.rename(music.parent / "away")
    with pytest.raises(TagStudioError, match="not there any more"):
        run(job)
    (music.parent / "away").rename(music)
    report = run(analyse(studio, models=["mtt-vgg"]))
    assert report.failed == ()
    assert report.analysed + report.skipped == 9


def test_copies_of_the_same_audio_are_heard_once_and_counted_each(studio, music):
    (music / "two" / "copy.wav").write_bytes((music / "one" / "a.wav").read_bytes())
    run(scan(studio, [music]))
    report = run(analyse(studio, models=["mtt-vgg"], excerpts=1))
    assert (report.analysed, report.audio_seconds) == (4, 9.0)


def test_networks_that_die_are_started_anew_and_the_analysis_goes_on(studio, music):
    run(scan(studio, [music]))
    job = analyse(studio, models=["mtt-vgg"], workers=1)
    killed = False
    while True:
        try:
            next(job)
        except StopIteration as stop:
            report = stop.value
            break
        for child in multiprocessing.active_children():
            if not killed and "torch" in Path(f"/proc/{child.pid}/maps").read_text():
                child.kill()
                killed = True
    assert killed
    assert (report.analysed, report.failed) == (3, ())


def test_a_file_that_holds_less_than_it_promises_is_heard_and_said_to_be_odd(studio, music, tone):
    whole = tone(music / "long.flac", seconds=20).read_bytes()
    (music / "long.flac").write_bytes(whole[: len(whole) // 2])
    run(scan(studio, [music]))
    report = run(analyse(studio, "path:long", models=["mtt-vgg"], excerpts=0))
    assert (report.analysed, report.failed) == (1, ())
    assert "promises" in report.notes[0].reason


def test_a_copy_that_cannot_be_decoded_keeps_nobody_from_hearing_the_others(studio, music):
    good = (music / "one" / "a.wav").read_bytes()
    at = good.index(b"fmt ") + 12
    (music / "bad.wav").write_bytes(good[:at] + (1).to_bytes(4, "little") + good[at + 4 :])  # the same samples at 1 Hz
    run(scan(studio, [music]))
    report = run(analyse(studio, models=["mtt-vgg"]))
    assert report.analysed == 3
    assert [each.reason for each in report.failed] == ["its sampling rate of 1 Hz is out of range"]
    assert run(analyse(studio, models=["mtt-vgg"])).analysed == 0
