"""Writing tags into files and taking it back: never a harmed file, and always a way back."""

import ast
import hashlib
import os
import shutil
import stat
from contextlib import closing
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from sqlalchemy import update

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import folded
from tagstudio.domain.vocabulary import tag_name
from tagstudio.library import backups, tracks, write_journal
from tagstudio.library.schema import WriteEntryRow
from tagstudio.services import field_map, judge, write_recovery
from tagstudio.services.backups import second_place
from tagstudio.services.restore_files import files_of, restore_all, restore_run, restore_track, runs
from tagstudio.services.scan import rescan, scan
from tagstudio.services.studio import open_studio
from tagstudio.services.write_tags import WriteOptions, continue_run, plan, write

TORTURE = Path(__file__).parents[3].parent / "shared" / "tools" / "faults" / "make_torture.py"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A library of three tracks, each with a genre and an instrument that the curator said yes to, and a copy of it."""
    folder = tmp_path_factory.mktemp("judged") / "work"
    for number, name in enumerate(("one/a.wav", "one/b.flac", "two/c.ogg")):
        write_tone(folder / "music" / name, hz=220.0 * (number + 1), seconds=0.5)
    with open_studio(folder / "library.sqlite3") as opened:
        run(scan(opened, [folder / "music"], workers=1))
        judge.judge_query(opened, "", {"jazz": Verdict.YES, "piano": Verdict.YES, "rock": Verdict.NO})
    return folder, shutil.copytree(folder, folder.with_name("template"))


@pytest.fixture
def judged(template):
    # The library knows its tracks by their absolute paths, so the copy takes the place of what the last test left.
    folder, kept = template
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    with open_studio(folder / "library.sqlite3") as opened:
        yield opened


@pytest.fixture
def music(judged):
    return judged.file.parent / "music"


def write_tone(file, *, hz, seconds):
    time = np.arange(round(seconds * 22_050)) / 22_050
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, (0.4 * np.sin(2 * np.pi * hz * time)).astype(np.float32), 22_050)


def digests(folder):
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.rglob("*")) if file.is_file()}


def written(studio, query="", **options):
    return run(write(studio, run(plan(studio, query, WriteOptions(**options), workers=1)), is_allowed=True))


def reasons(report):
    return {Path(each.path).name: each.reason for each in report.files if each.state == "refused"}


def test_nothing_is_written_before_it_is_switched_on(judged, music):
    before = digests(music)
    wanted = run(plan(judged, workers=1))
    with pytest.raises(TagStudioError) as refused:
        run(write(judged, wanted))
    assert "switched off" in refused.value.what
    assert digests(music) == before
    judged.change_settings(may_write_tags=True)
    assert run(write(judged, wanted)).count("done") == 3
    judged.change_settings(may_write_tags=False)


def test_a_preview_shows_every_field_before_and_after(judged, music):
    opened = mutagen.File(music / "one" / "b.flac")
    opened["genre"], opened["title"] = ["Blues"], "A title"
    opened.save()
    run(rescan(judged, workers=1))
    (file,) = run(plan(judged, "b.flac", workers=1)).files
    changes = {each.name: (each.before, each.after) for each in file.fields}
    assert changes == {"genre": (("Blues",), ("Blues", "jazz")), "INSTRUMENT": ((), ("piano",))} or changes == {
        "GENRE": (("Blues",), ("Blues", "jazz")),
        "INSTRUMENT": ((), ("piano",)),
    }
    assert file.others["title"] == ("A title",)


def test_what_was_written_is_no_change_for_a_scan_and_comes_back_byte_for_byte(judged, music):
    before = digests(music)
    times = {file: file.stat().st_mtime_ns for file in before}
    report = written(judged)
    assert report.count("done") == 3
    assert digests(music).keys() == before.keys()
    assert all(digests(music)[file] != digest for file, digest in before.items())
    again = run(rescan(judged, workers=1))
    assert (again.unchanged, again.changed, again.new, again.missing) == (3, 0, 0, 0)
    with judged.library.read() as session:
        fields = tracks.fields(session, [1, 2, 3])
    assert all(each["genre"] == ("jazz",) for each in fields.values())
    assert run(restore_run(judged)).count("done") == 3
    assert digests(music) == before
    assert {file: file.stat().st_mtime_ns for file in before} == times
    assert run(rescan(judged, workers=1)).unchanged == 3
    with judged.library.read() as session:
        assert not any("genre" in each for each in tracks.fields(session, [1, 2, 3]).values())
    assert [each.counts for each in runs(judged)] == [{"done": 3}, {"restored": 3}]


def test_restoring_can_be_taken_back_and_everything_too(judged, music):
    before = digests(music)
    written(judged)
    after = digests(music)
    run(restore_run(judged))
    run(restore_run(judged, 2))
    assert digests(music) == after
    judge.judge_query(judged, "", {"mellow": Verdict.YES})
    written(judged)
    assert run(restore_all(judged)).count("refused") == 0
    assert digests(music) == before
    with pytest.raises(NothingFoundError):
        run(restore_all(judged))


def test_an_earlier_run_is_not_restored_over_a_later_one(judged, music):
    written(judged)
    judge.judge_query(judged, "", {"mellow": Verdict.YES})
    written(judged)
    after = digests(music)
    assert set(reasons(run(restore_run(judged, 1))).values()) == {"it was written again later, in run 2"}
    assert digests(music) == after


def test_one_file_can_be_restored(judged, music):
    before = digests(music)
    written(judged)
    assert run(restore_track(judged, 1)).count("done") == 1
    same = [file for file, digest in digests(music).items() if before[file] == digest]
    assert len(same) == 1


def test_what_another_program_changed_since_is_not_restored(judged, music):
    written(judged)
    file = music / "one" / "b.flac"
    opened = mutagen.File(file)
    opened["title"] = "theirs"
    opened.save()
    theirs = file.read_bytes()
    report = run(restore_run(judged))
    assert "another program" in reasons(report)["b.flac"]
    assert report.count("done") == 2
    assert file.read_bytes() == theirs


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda file: file.write_bytes(file.read_bytes() + b"x"), "changed"),
        (lambda file: os.utime(file, ns=(1, 1)), "changed"),
        (lambda file: file.with_name("link.flac").hardlink_to(file), "second name"),
        (lambda file: file.chmod(0o444), "read-only"),
        (lambda file: file.unlink(), "not there"),
    ],
)
def test_a_file_is_refused_with_the_reason_and_left_as_it_is(spoil, reason, judged, music):
    file = music / "one" / "b.flac"
    wanted = run(plan(judged, workers=1))
    spoil(file)
    before = digests(music)
    report = run(write(judged, wanted, is_allowed=True))
    assert reason in reasons(report)["b.flac"]
    assert digests(music).get(file) == before.get(file)
    assert report.count("done") == 2
    (planned,) = run(plan(judged, "b.flac", workers=1)).files
    assert reason in planned.refusal or planned.refusal == ""


def test_other_sound_of_the_same_size_and_time_is_refused(judged, music):
    file = music / "one" / "a.wav"
    status = file.stat()
    samples, rate = soundfile.read(file, dtype="int16")
    soundfile.write(file, samples[::-1], rate)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file.stat().st_size == status.st_size
    before = file.read_bytes()
    assert "sound" in reasons(written(judged, "a.wav"))["a.wav"]
    assert file.read_bytes() == before


def test_a_file_that_was_replaced_since_the_preview_is_refused(judged, music):
    file = music / "one" / "b.flac"
    wanted = run(plan(judged, workers=1))
    copy = file.with_name("copy")
    shutil.copy2(file, copy)
    copy.replace(file)
    assert "preview" in reasons(run(write(judged, wanted, is_allowed=True)))["b.flac"]


def test_permissions_and_on_demand_the_time_of_change_stay(judged, music):
    file = music / "one" / "b.flac"
    file.chmod(0o640)
    if hasattr(os, "setxattr"):
        os.setxattr(file, "user.comment", b"mine")
    before = file.stat()
    written(judged, "b.flac", keeps_mtime=True)
    after = file.stat()
    assert (stat.S_IMODE(after.st_mode), after.st_uid, after.st_mtime_ns) == (0o640, before.st_uid, before.st_mtime_ns)
    assert after.st_size == before.st_size or after.st_ino != before.st_ino
    if hasattr(os, "getxattr"):
        assert os.getxattr(file, "user.comment") == b"mine"
    assert run(rescan(judged, workers=1)).unchanged == 3
    judge.judge_query(judged, "", {"mellow": Verdict.YES})
    written(judged, "b.flac")
    assert file.stat().st_mtime_ns > before.st_mtime_ns


def test_words_with_a_no_leave_the_file_only_on_demand(judged, music):
    file = music / "one" / "b.flac"
    opened = mutagen.File(file)
    opened["genre"] = ["Rock", "Folk"]
    opened.save()
    run(rescan(judged, workers=1))
    written(judged, "b.flac")
    assert mutagen.File(file)["genre"] == ["Rock", "Folk", "jazz"]
    written(judged, "b.flac", removes_no=True)
    assert mutagen.File(file)["genre"] == ["Folk", "jazz"]
    written(judged, "b.flac", replace=("genre",))
    assert mutagen.File(file)["genre"] == ["jazz"]


def test_an_own_field_map_holds_and_what_is_not_allowed_changes_nothing(judged, music):
    field_map.change_fields(judged, own={"instrument": "comment:INST", "genre": "none"})
    written(judged)
    assert mutagen.File(music / "one" / "b.flac").tags == [("COMMENT", "[INST: piano]")]
    with pytest.raises(TagStudioError):
        field_map.change_fields(judged, own={"mood": "MOODS", "genre": "TITLE"})
    assert field_map.field_map(judged).own == {"instrument": "comment:INST", "genre": "none"}
    field_map.change_fields(judged, own={"instrument": "", "genre": ""}, profile="picard")
    assert field_map.field_map(judged).own == {}
    assert field_map.field_map(judged).profile.name == "picard"


def test_stopping_leaves_the_rest_as_it_is_and_it_can_be_continued(judged, music):
    before = digests(music)
    wanted = run(plan(judged, workers=1))
    with closing(write(judged, wanted, is_allowed=True)) as job:
        next(job)
        next(job)
    changed = [file for file, digest in digests(music).items() if digest != before[file]]
    assert len(changed) == 1
    assert runs(judged)[0].counts == {"done": 1, "not done": 2}
    assert runs(judged)[0].is_finished
    assert run(continue_run(judged, 1, is_allowed=True)).count("done") == 2
    run(restore_all(judged))
    assert digests(music) == before


def test_a_backup_is_made_before_files_are_written(judged):
    assert backups.all_backups(judged.file) == []
    written(judged)
    assert [each.reason for each in backups.all_backups(judged.file)] == ["before write"]
    run(restore_run(judged))
    # The journal of the first run is worth keeping before the second one.
    assert [each.reason for each in backups.all_backups(judged.file)] == ["before restore", "before write"]


def test_the_second_place_gets_the_backup_too_and_one_that_is_gone_is_told_and_harms_nothing(judged, tmp_path):
    (tmp_path / "disk").mkdir()
    judged.change_settings(second_backup_folder=str(tmp_path / "disk"))
    try:
        written(judged, "a.wav")
        assert [each.reason for each in backups.all_backups(judged.file, second_place(judged))] == ["before write"]
        judged.change_settings(second_backup_folder=str(tmp_path / "gone"))
        wanted = run(plan(judged, "b.flac", workers=1))
        with closing(write(judged, wanted, is_allowed=True)) as job:
            assert "is not there" in next(job).notice
            assert run(job).count("done") == 1
    finally:
        judged.change_settings(second_backup_folder="")


def test_two_programs_do_not_write_at_the_same_time(judged, music):
    wanted = run(plan(judged, workers=1))
    with closing(write(judged, wanted, is_allowed=True)) as job:
        next(job)
        with pytest.raises(TagStudioError) as refused:
            run(write(judged, wanted, is_allowed=True))
        assert "just now" in refused.value.what
        assert not write_recovery.recover(judged).runs, "a run that goes on is not one that was interrupted"


def test_what_a_crash_left_is_told_by_the_digests(judged, music):
    written(judged)
    with judged.library.write() as session:
        # As if the program had died: after the files were replaced, but before the journal said so.
        session.execute(update(WriteEntryRow).values(state=write_journal.INTENDED))
    lost = music / "one" / ".tagstudio-temp"
    recovered = write_recovery.recover(judged)
    assert not lost.exists()
    assert "3 done" in recovered.text
    assert not write_recovery.recover(judged).text
    assert {each.state for each in files_of(judged, 1)} == {"done"}


def payloads():
    """Return the texts that the maker of the corpus puts into tags."""
    for node in ast.walk(ast.parse(TORTURE.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "pay":
            for each in node.value.keywords:
                if isinstance(each.value, ast.Constant):
                    yield each.value.value


def test_every_text_of_the_torture_corpus_is_written_as_it_is_or_refused(judged, music):
    if not TORTURE.exists():
        pytest.skip(f"the shared fault tools are not at {TORTURE}")
    names = set()
    for text in payloads():
        try:
            judge.judge_query(judged, "b.flac", {text: Verdict.YES})
            names.add(tag_name(text))
        except TagStudioError:
            continue
    assert len(names) > 20
    before = digests(music)
    assert written(judged).count("done") == 3
    found = {folded(value) for _, value in mutagen.File(music / "one" / "b.flac").tags}
    assert {folded(name) for name in names} <= found
    run(restore_run(judged))
    assert digests(music) == before
