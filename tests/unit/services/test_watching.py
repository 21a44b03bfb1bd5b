"""Watching: roots that are replaced or come back, and folders in which something is written all the time."""

import queue
import shutil
import time
from pathlib import Path

import pytest

from tagstudio.services.watching import Watcher

SOON_S = 10


@pytest.fixture
def told():
    return queue.Queue()


@pytest.fixture
def watching(music, told):
    watcher = Watcher(told.put, lambda *words: told.put(list(words)), quiet_s=0.3, latest_s=1.5, look_s=0.2)
    watcher.start([music])
    yield watcher
    watcher.stop()


def settle(told: "queue.Queue[list[Path]]", root: Path) -> None:
    """Take what is told until nothing more is; this root must be in it, and nothing that lies outside."""
    heard = [told.get(timeout=SOON_S)]
    while True:
        try:
            heard.append(told.get(timeout=1.2))
        except queue.Empty:
            break
    assert [root] in heard
    assert all(folder == root or root in folder.parents for folders in heard for folder in folders)


def test_a_root_that_is_replaced_is_told_itself_and_watched_on(watching, told, music, tone):
    tone(music.parent / "Downloads" / "voice message.wav")
    kept = shutil.copytree(music, music.parent / "kept")
    shutil.rmtree(music)
    shutil.copytree(kept, music)
    settle(told, music)
    tone(music / "two" / "later.wav")
    assert told.get(timeout=SOON_S) == [music / "two"]


def test_a_root_that_is_away_is_told_and_watched_on_once_it_is_back(watching, told, music, tone):
    music.rename(music.parent / "aside")
    time.sleep(1)  # until it was looked for
    music.mkdir()
    shutil.copytree(music.parent / "aside", music, dirs_exist_ok=True)
    settle(told, music)
    tone(music / "two" / "later.wav")
    assert told.get(timeout=SOON_S) == [music / "two"]


def test_a_root_that_was_renamed_and_is_called_as_before_again_is_watched_on(watching, told, music, tone):
    music.rename(music.parent / "aside")
    time.sleep(1)
    (music.parent / "aside").rename(music)
    settle(told, music)
    tone(music / "one" / "later.wav")
    assert told.get(timeout=SOON_S) == [music / "one"]


def test_a_file_that_is_written_all_the_time_does_not_hold_the_others_back(watching, told, music, tone):
    tone(music / "two" / "new.wav")
    until = time.monotonic() + SOON_S
    with (music / "two" / "radio.wav").open("ab") as radio:
        while told.empty() and time.monotonic() < until:
            radio.write(b"." * 100)
            radio.flush()
            time.sleep(0.1)
    assert not told.empty()
    assert told.get(timeout=SOON_S) == [music / "two"]


def test_nothing_is_told_once_watching_has_ended(watching, told, music, tone):
    tone(music / "two" / "new.wav")
    watching.stop()
    time.sleep(0.6)
    assert told.empty()
    assert not watching.is_watching


def test_a_root_that_is_away_at_the_start_is_told_and_watched_once_it_is_there(told, music, tone):
    aside = music.rename(music.parent / "aside")
    watcher = Watcher(told.put, lambda *words: told.put(list(words)), quiet_s=0.3, latest_s=1.5, look_s=0.2)
    watcher.start([music])
    try:
        time.sleep(0.6)
        assert watcher.is_watching
        assert told.empty()
        aside.rename(music)
        settle(told, music)
        tone(music / "one" / "later.wav")
        assert told.get(timeout=SOON_S) == [music / "one"]
    finally:
        watcher.stop()


def test_roots_that_come_and_go_while_watching_do_not_lose_what_changed_in_the_others(watching, told, music, tone):
    other = music.parent / "other"
    tone(other / "x.wav")
    tone(music / "two" / "new.wav")
    watching.start([music, other])
    assert told.get(timeout=SOON_S) == [music / "two"]
    tone(other / "y.wav")
    assert told.get(timeout=SOON_S) == [other]
    tone(music / "two" / "newer.wav")
    watching.start([other])
    tone(music / "two" / "newest.wav")
    tone(other / "z.wav")
    assert told.get(timeout=SOON_S) == [other]
