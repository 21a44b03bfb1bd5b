"""Taking writes back in any order, step by step and all at once, and what becomes of those that a crash cut short."""

import hashlib
import random
import shutil
from contextlib import closing

import numpy as np
import pytest
import soundfile

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.library import write_journal
from tagstudio.services import backups, judge, write_plan, write_recovery, write_run
from tagstudio.services.restore_files import files_of, restore_all, restore_run, restore_track, runs
from tagstudio.services.scan import scan
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
