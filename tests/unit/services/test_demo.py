"""Laws of the demo: fresh each time, and it takes away nothing that it did not put there."""

import multiprocessing

import pytest

from tagstudio import paths
from tagstudio.__main__ import main
from tagstudio.audio.formats import is_audio_name
from tagstudio.domain.errors import TagStudioError
from tagstudio.library.store import open_library
from tagstudio.services.demo import demo_music, fresh_demo, open_demo


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return paths.demo_library().parent


def test_the_demo_starts_fresh_each_time(place):
    with open_demo() as studio:
        assert len([each for each in demo_music(studio).iterdir() if is_audio_name(bytes(each.name, "utf-8"))]) == 12
        assert studio.library.cache.file.exists()
    (place / "library.backups").mkdir()
    (place / "music" / "left over.txt").write_text("from an earlier version")
    assert not fresh_demo().exists()
    assert {each.name for each in place.iterdir()} == {"music", "library.sqlite3-owner", "library.sqlite3-open"}
    assert not (place / "music" / "left over.txt").exists()


def test_a_fresh_demo_leaves_what_is_not_its_own(place):
    fresh_demo()
    (place / "my notes.txt").write_text("mine")
    (place / "mine").mkdir()
    fresh_demo()
    assert (place / "my notes.txt").read_text() == "mine"
    assert (place / "mine").is_dir()


def hold(file, pipe):
    with open_library(file):
        pipe.send("open")
        pipe.recv()


def test_a_demo_that_another_process_has_open_is_not_replaced(place):
    with open_demo():
        pass
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold, args=(paths.demo_library(), theirs))
    process.start()
    try:
        assert ours.recv() == "open"
        before = paths.demo_library().read_bytes()
        with pytest.raises(TagStudioError, match="open already"):
            fresh_demo()
        assert paths.demo_library().read_bytes() == before
    finally:
        ours.send("close")
        process.join()
    fresh_demo()


def test_a_demo_that_this_process_has_open_is_not_replaced():
    with open_demo() as studio:
        with pytest.raises(TagStudioError, match="open already"):
            open_demo()
        assert studio.file.exists()
        assert demo_music(studio).is_dir()


def test_a_demo_that_cannot_be_copied_says_where(place):
    place.parent.mkdir(parents=True)
    place.write_text("in the way")
    with pytest.raises(TagStudioError, match="could not be copied to"):
        fresh_demo()


def test_a_library_and_the_demo_together_are_wrong_usage(place, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["tagstudio", "--library", str(tmp_path / "mine.sqlite3"), "demo"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "library of its own" in capsys.readouterr().err
    assert not place.exists()
