"""Taking writes back in any order, step by step and all at once, and what becomes of those that a crash cut short."""

import hashlib
import os
import random
import shutil
from contextlib import closing, contextmanager
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from sqlalchemy import update

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.filetags.safely import temp_beside
from tagstudio.library import infos, tags, tracks, write_journal
from tagstudio.library.schema import WriteEntryRow, WriteRunRow
from tagstudio.services import backups, judge, roots, upkeep, write_plan, write_recovery, write_run
from tagstudio.services.restore_files import files_of, restore_all, restore_run, restore_track, runs
from tagstudio.services.scan import rescan, scan
from tagstudio.services.studio import open_studio
from tagstudio.services.write_tags import WriteOptions, continue_run, plan, write


class WorkerHere:
    """As a worker, but in this process: without the time that starting one takes."""

    def __init__(self, *args, limits):
        self._object = next(each for each in args if isinstance(each, type))()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def call(self, method, *args, timeout_s):
        return getattr(self._object, method)(*args)

    def unordered(self, method, requests, *, timeout_s):
        for key, args in requests:
            try:
                yield key, self.call(method, *args, timeout_s=0)
            except TagStudioError as error:
                yield key, error


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(write_run, "Worker", WorkerHere)
    monkeypatch.setattr(write_plan, "WorkerPool", WorkerHere)
    monkeypatch.setattr(write_run.backups, "before", lambda *_: backups.BackupReport(None, is_new=False))


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A library of two tracks, and a copy of it."""
    folder = tmp_path_factory.mktemp("back") / "work"
    (folder / "music").mkdir(parents=True)
    time = np.arange(4_000) / 22_050
    for number, name in enumerate(("a.flac", "b.flac")):
        wave = 0.4 * np.sin(2 * np.pi * 220 * (number + 1) * time)
        soundfile.write(folder / "music" / name, wave.astype(np.float32), 22_050)
    with open_studio(folder / "library.sqlite3") as opened:
        run(scan(opened, [folder / "music"], workers=1))
    return folder, shutil.copytree(folder, folder.with_name("template"))


@pytest.fixture
def studio(template):
    # The library knows its tracks by their absolute paths, so the copy takes the place of what the last test left.
    folder, kept = template
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    with open_studio(folder / "library.sqlite3") as opened:
        yield opened


def contents(studio):
    files = sorted((studio.file.parent / "music").iterdir())
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def written(studio, *words, query=""):
    """Write these words, and none of the others, into the files."""
    verdicts = {word: Verdict.YES if word in words else Verdict.NO for word in ("jazz", "mellow")}
    judge.judge_query(studio, query, verdicts)
    wanted = run(plan(studio, query, WriteOptions(replace=("genre", "mood"), removes_no=True), workers=1))
    return run(write(studio, wanted, is_allowed=True))


def counts(studio):
    return {each.id: each.counts for each in runs(studio)}


def test_writes_are_taken_back_one_at_a_time(studio):
    seen = [contents(studio)]
    for words in (("jazz",), ("jazz", "mellow"), ("mellow",)):
        assert written(studio, *words).count("done") == 2
        seen.append(contents(studio))
    for before in seen[-2::-1]:
        assert run(restore_run(studio)).count("done") == 2
        assert contents(studio) == before
    with pytest.raises(NothingFoundError):
        run(restore_run(studio))
    assert {number: states for number, states in counts(studio).items() if number < 4} == {
        number: {"restored": 2} for number in (1, 2, 3)
    }


def test_the_writes_into_one_file_are_taken_back_one_at_a_time(studio):
    before = contents(studio)
    written(studio, "jazz")
    written(studio, "jazz", "mellow")
    run(restore_track(studio, 1))
    run(restore_track(studio, 1))
    after = contents(studio)
    assert after["a.flac"] == before["a.flac"]
    assert after["b.flac"] != before["b.flac"]
    with pytest.raises(NothingFoundError):
        run(restore_track(studio, 1))


@pytest.mark.parametrize("again", [restore_run, lambda studio: restore_track(studio, 1)], ids=["run", "file"])
def test_what_was_written_restored_and_written_again_is_taken_back(again, studio):
    before = contents(studio)
    written(studio, "jazz")
    run(restore_run(studio))
    run(restore_run(studio, 2))
    assert counts(studio)[1] == {"done": 2}
    assert run(again(studio)).count("refused") == 0
    assert contents(studio)["a.flac"] == before["a.flac"]


def test_everything_comes_back_at_once_after_a_restore_was_taken_back(studio):
    before = contents(studio)
    written(studio, "jazz")
    written(studio, "jazz", "mellow")
    after = contents(studio)
    run(restore_run(studio))
    run(restore_run(studio, 3))
    assert contents(studio) == after
    assert run(restore_all(studio)).count("done") == 4
    assert contents(studio) == before
    assert run(restore_run(studio, 5)).count("done") == 4
    assert contents(studio) == after


def test_a_restore_is_not_taken_back_over_a_later_one(studio):
    written(studio, "jazz")
    written(studio, "jazz", "mellow")
    run(restore_run(studio))
    run(restore_run(studio))
    before = contents(studio)
    report = run(restore_run(studio, 3))
    assert {(each.reason, each.advice) for each in report.files} == {
        ("it was restored later, in run 4", "Take that run back first, or everything.")
    }
    assert contents(studio) == before
    run(restore_run(studio, 4))
    assert run(restore_run(studio, 3)).count("done") == 2
    assert counts(studio)[2] == {"done": 2}


def test_an_interrupted_restore_goes_on_restoring_and_never_writes(studio):
    before = contents(studio)
    written(studio, "jazz")
    with closing(restore_all(studio)) as job:
        next(job)
        next(job)
    assert counts(studio)[2] == {"done": 1, "not done": 1}
    judge.judge_query(studio, "", {"mellow": Verdict.YES})
    assert not studio.settings.may_write_tags
    assert run(continue_run(studio, 2)).count("done") == 1
    assert contents(studio) == before
    assert [each.kind for each in runs(studio)] == ["restore", "restore", "write"]
    with pytest.raises(NothingFoundError):
        run(continue_run(studio, 2, is_allowed=True))
    assert contents(studio) == before


def test_a_writer_that_ends_while_a_crash_is_looked_for_has_the_last_word(studio, monkeypatch):
    before = contents(studio)
    judge.judge_query(studio, "", {"jazz": Verdict.YES})
    job = write(studio, run(plan(studio, workers=1)), is_allowed=True)
    next(job)
    next(job)
    claim = write_recovery.held

    def held_at_last(file):
        run(job)
        return claim(file)

    monkeypatch.setattr(write_recovery, "held", held_at_last)
    assert not write_recovery.recover(studio).text
    assert {each.state for each in files_of(studio, 1)} == {"done"}
    assert run(restore_all(studio)).count("done") == 2
    assert contents(studio) == before


def test_what_is_known_of_a_file_is_not_settled_anew(studio):
    written(studio, "jazz")
    with studio.library.write() as session:
        write_journal.settle(session, [each.id for each in files_of(studio, 1)], write_journal.NOT_DONE, "late")
    assert {(each.state, each.reason) for each in files_of(studio, 1)} == {("done", "")}


def test_the_library_keeps_what_it_knows_of_own_fields(studio):
    with studio.library.write() as session:
        tags.add(session, "sung by the fire", "Campfire")
    file = mutagen.File(studio.file.parent / "music" / "a.flac")
    file["CAMPFIRE"], file["VOICE"] = ["loud"], ["female"]
    file.save()
    run(rescan(studio, workers=1))

    def known():
        with studio.library.read() as session:
            found = tracks.fields(session, [1])[1]
        return {name: found.get(name) for name in ("campfire", "voice")}

    before = known()
    assert before == {"campfire": ("loud",), "voice": ("female",)}
    assert written(studio, "jazz").count("done") == 2
    assert known() == before
    assert run(restore_run(studio)).count("done") == 2
    assert known() == before


def cut_short(studio, number=1):
    """Leave a run as if the program had died after the files were replaced, but before the journal said so."""
    entries = [each.id for each in files_of(studio, number)]
    with studio.library.write() as session:
        doubtful = {"state": write_journal.INTENDED}
        session.execute(update(WriteEntryRow).where(WriteEntryRow.id.in_(entries)).values(doubtful))
        session.execute(update(WriteRunRow).where(WriteRunRow.id == number).values(finished_at=None))


@contextmanager
def away(studio, *, leaves_a_folder=False):
    """Take the drive with the music away for a while."""
    music = studio.file.parent / "music"
    place = music.rename(music.with_name("drive"))
    if leaves_a_folder:
        music.mkdir()
    yield
    if leaves_a_folder:
        music.rmdir()
    place.rename(music)


def test_what_a_crash_left_is_settled_before_the_file_is_written_again(studio):
    before = contents(studio)
    written(studio, "jazz")
    cut_short(studio)
    with away(studio):
        assert "2 not to be seen now" in write_recovery.recover(studio).text
    assert written(studio, "jazz", "mellow").count("done") == 2
    assert {each.state for each in files_of(studio, 1)} == {"done"}
    assert not write_recovery.recover(studio).text
    assert run(restore_all(studio)).count("done") == 4
    assert contents(studio) == before


def test_the_person_is_told_what_became_of_files_that_are_seen_again(studio):
    written(studio, "jazz")
    cut_short(studio)
    with closing(restore_run(studio)) as job:
        assert "2 done" in next(job).notice
        assert run(job).count("done") == 2


def test_a_later_run_that_found_the_new_file_says_that_it_was_written(studio):
    before = contents(studio)
    written(studio, "jazz")
    written(studio, "jazz", "mellow")
    cut_short(studio)
    write_recovery.recover(studio)
    assert {each.state for each in files_of(studio, 1)} == {"done"}
    run(restore_all(studio))
    assert contents(studio) == before


def test_a_restore_that_was_cut_short_has_taken_back_what_it_did(studio):
    before = contents(studio)
    written(studio, "jazz")
    run(restore_run(studio))
    cut_short(studio, 2)
    with studio.library.write() as session:
        write_journal.mark(session, {each.id: "done" for each in files_of(studio, 1)})
    write_recovery.recover(studio)
    assert counts(studio) == {2: {"done": 2}, 1: {"restored": 2}}
    assert contents(studio) == before


@pytest.mark.parametrize("leaves_a_folder", [False, True])
def test_an_unfinished_version_is_removed_when_its_drive_is_back(leaves_a_folder, studio):
    music, before = studio.file.parent / "music", contents(studio)
    path = os.fsencode(music / "a.flac")
    with studio.library.write() as session:
        number, (entry,) = write_journal.begin(session, "write", "", "{}", [(1, path)])
        library_id = infos.text(session, "id")
    temp = temp_beside(path, write_recovery.temp_mark(library_id, number, entry))
    Path(os.fsdecode(temp)).write_bytes(b"half")
    with away(studio, leaves_a_folder=leaves_a_folder):
        assert "1 not to be seen now" in write_recovery.recover(studio).text
    assert not runs(studio)[0].is_finished
    assert "1 as they were" in write_recovery.recover(studio).text
    assert contents(studio) == before
    assert runs(studio)[0].is_finished


def test_a_drive_that_is_back_at_another_place_tells_what_became_of_its_files(studio):
    written(studio, "jazz")
    cut_short(studio)
    music = studio.file.parent / "music"
    music.rename(music.with_name("elsewhere"))
    roots.move(studio, music, music.with_name("elsewhere"))
    assert "2 done" in write_recovery.recover(studio).text


@pytest.mark.parametrize("vanishes", ["the file", "its folder"])
def test_a_file_in_doubt_that_a_scan_found_deleted_is_settled(vanishes, studio):
    written(studio, "jazz")
    folder = studio.file.parent / "music" / "album"
    folder.mkdir()
    gone = (studio.file.parent / "music" / "a.flac").rename(folder / "a.flac")
    run(rescan(studio))
    cut_short(studio)
    gone.unlink()
    if vanishes == "its folder":
        folder.rmdir()
    # It may have been moved: only a scan can tell.
    assert "1 not to be seen now" in write_recovery.recover(studio).text
    run(rescan(studio))
    assert "1 done, 0 as they were, 1 refused" in write_recovery.recover(studio).text
    assert write_recovery.recover(studio).text == ""
    assert sorted(each.state for each in files_of(studio, 1)) == ["done", "refused"]
    assert [each.what for each in upkeep.check(studio.file) if each.part == "journal"] == [
        "No file was left half written."
    ]


def test_a_file_in_doubt_that_was_moved_can_still_be_taken_back(studio):
    before = contents(studio)
    written(studio, "jazz")
    cut_short(studio)
    old = studio.file.parent / "music" / "a.flac"
    old.rename(old.with_name("renamed.flac"))
    assert "1 not to be seen now" in write_recovery.recover(studio).text
    run(rescan(studio))
    assert "2 done" in write_recovery.recover(studio).text
    run(restore_all(studio))
    old.with_name("renamed.flac").rename(old)
    assert contents(studio) == before


@pytest.mark.parametrize("seed", range(6))
def test_after_any_sequence_all_files_come_back(seed, studio):
    """Back is one step each time, and everything at once is the original; the words, and so the contents, recur."""
    chance, original = random.Random(seed), contents(studio)
    for _ in range(8):
        query = chance.choice(("", "a.flac", "b.flac"))
        if chance.random() < 0.5:
            written(studio, *chance.choice(((), ("jazz",), ("mellow",), ("jazz", "mellow"))), query=query)
        elif able := [each.id for each in runs(studio) if each.counts.get("done")]:
            run(restore_run(studio, chance.choice(able)))
    if chance.random() < 0.5 and any(each.kind == "write" and each.counts.get("done") for each in runs(studio)):
        assert run(restore_all(studio)).count("refused") == 0
    else:
        while able := [each.id for each in runs(studio) if each.kind == "write" and each.counts.get("done")]:
            files = [each for each in files_of(studio, able[0]) if each.state == "done"]
            assert run(restore_run(studio)).count("done") == len(files)
    assert contents(studio) == original
