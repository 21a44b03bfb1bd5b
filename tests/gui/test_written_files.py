"""The dialog of written files takes back what is on show, and nothing else."""

import json

import pytest
from PySide6.QtCore import QObject, Signal

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.gui.dialogs import written_files
from tagstudio.gui.dialogs.written_files import WrittenDialog
from tagstudio.gui.presenters.writing import WritingPresenter
from tagstudio.library.write_journal import Entry, Run
from tagstudio.services import judge, restore_files
from tagstudio.services.scan import scan
from tagstudio.services.write_tags import WriteOptions, plan, write

LONG_MS = 60_000


class Handle(QObject):
    progressed, succeeded, failed, finished = Signal(object), Signal(object), Signal(object), Signal()


class Answers:
    """A presenter that notes what it is asked for; a test answers."""

    def __init__(self):
        self.asked, self.handles = [], {}

    def __getattr__(self, name):
        def ask(*given):
            self.asked.append((name, *given))
            self.handles[name] = Handle()
            return self.handles[name]

        return ask

    def answer(self, name, found):
        self.handles[name].succeeded.emit(found)


def a_run(number, kind="write"):
    return Run(
        id=number, kind=kind, text=f"run {number}", options="", made_at="2026-01-01T00:00:00+00:00", is_finished=True,
        counts={"done": 1},
    )  # fmt: skip


def an_entry(number, run_id, track_id=7):
    return Entry(
        id=number, run=run_id, track_id=track_id, path=b"/m/%d.flac" % track_id, state="done", reason="",
        old_sha256="", new_sha256="", old_size=1, old_mtime_ns=1, audio_hash="", made_at="",
        fields_before=json.dumps({"Vorbis comment MOOD": []}),
        fields_after=json.dumps({"Vorbis comment MOOD": ["dark"]}),
    )  # fmt: skip


@pytest.fixture
def answers():
    return Answers()


@pytest.fixture
def dialog(qtbot, answers):
    made = WrittenDialog(answers)
    qtbot.addWidget(made)
    answers.answer("runs", [a_run(3), a_run(2), a_run(1)])
    return made


def test_the_run_that_was_chosen_stays_chosen_when_another_comes_on_top(dialog, answers):
    dialog.run_view.selectRow(1)
    dialog.restore_run.click()
    assert answers.asked[-1] == ("restore_run", 2)
    answers.handles["restore_run"].finished.emit()
    answers.answer("runs", [a_run(4, "restore"), a_run(3), a_run(2), a_run(1)])
    dialog.restore_run.click()
    assert answers.asked[-1] == ("restore_run", 2)


def test_a_file_of_another_run_than_the_chosen_one_cannot_be_restored(dialog, answers):
    answers.answer("files_of", [an_entry(30, 3)])
    dialog.file_view.selectRow(0)
    assert dialog.restore_file.isEnabled()
    dialog.run_view.selectRow(2)
    assert not dialog.restore_file.isEnabled()


def test_a_file_that_was_written_again_is_not_restored_from_an_older_run(dialog, answers):
    dialog.run_view.selectRow(1)
    answers.answer("files_of", [an_entry(20, 2), an_entry(21, 2, track_id=8)])
    dialog.file_view.selectRow(0)
    assert not dialog.restore_file.isEnabled()
    answers.answer("newest_write", 30)
    assert not dialog.restore_file.isEnabled()
    assert "written again later" in dialog.why_not.text()
    assert not dialog.why_not.isHidden()
    dialog.file_view.selectRow(1)
    answers.answer("newest_write", 21)
    assert dialog.why_not.isHidden()
    dialog.restore_file.click()
    assert answers.asked[-1] == ("restore_track", 8)


def test_the_chosen_file_stays_chosen_after_a_refresh(dialog, answers):
    answers.answer("files_of", [an_entry(30, 3), an_entry(31, 3, track_id=8)])
    dialog.file_view.selectRow(1)
    dialog.refresh()
    answers.answer("runs", [a_run(3), a_run(2), a_run(1)])
    answers.answer("files_of", [an_entry(30, 3), an_entry(31, 3, track_id=8)])
    assert dialog.file_view.currentIndex().row() == 1


def test_only_the_files_in_sight_are_put_into_words(qtbot, dialog, answers, monkeypatch):
    put = []
    monkeypatch.setattr(written_files, "loads", lambda text: put.append(1) or json.loads(text))
    dialog.show()
    qtbot.waitExposed(dialog)
    answers.answer("files_of", [an_entry(n, 3, track_id=n) for n in range(100, 3000)])
    dialog.grab()
    assert put
    assert len(put) < 2900


def test_the_newest_write_is_the_one_that_would_be_taken_back(qtbot, studio, runner, tmp_path, tone):
    tone(tmp_path / "music" / "a.flac", hz=220.0, seconds=0.5)
    run(scan(studio, [tmp_path / "music"], workers=1))
    studio.change_settings(may_write_tags=True)
    for word in ("dark", "calm"):
        judge.judge_query(studio, "", {word: Verdict.YES})
        run(write(studio, run(plan(studio, "", WriteOptions()))))
    second, first = restore_files.runs(studio)
    presenter = WritingPresenter(studio, runner)

    def newest():
        with qtbot.waitSignal(presenter.newest_write(1).succeeded, timeout=LONG_MS) as found:
            pass
        return found.args[0]

    assert newest() == restore_files.files_of(studio, second.id)[0].id
    run(restore_files.restore_track(studio, 1))
    assert newest() == restore_files.files_of(studio, first.id)[0].id
    studio.change_settings(may_write_tags=False)
