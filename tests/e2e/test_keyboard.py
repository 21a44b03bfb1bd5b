"""The whole loop in the real window, by keyboard alone; what happened is read from the library, not from the window."""

import csv
import os
import select
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from tagstudio.library.store import cache_folder
from tagstudio.services.demo import demo_folder

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

WORD = "nightdrive"
VERDICTS = ("yes", "no", "unsure")
MOMENT_S, START_S, HEARD_S = 20, 60, 240
ANSWER_S, TIMES = 4, 10
STANDING = """
    SELECT track_id, tag.name, verdict FROM judgement JOIN tag ON tag.id = tag_id
    WHERE judgement.id IN (SELECT max(id) FROM judgement GROUP BY track_id, tag_id) AND verdict != 'cleared'
"""


@pytest.fixture
def display():
    """A screen of its own, without a window manager; gives its name."""
    absent = [each for each in ("Xvfb", "xdotool") if shutil.which(each) is None]
    if absent:
        pytest.skip(f"{' and '.join(absent)} not installed")
    ours, theirs = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[theirs],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    try:
        with os.fdopen(ours) as told:
            assert select.select([told], [], [], MOMENT_S)[0], "the X server does not start"
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(MOMENT_S)


class Keyboard:
    """Presses keys on a display; without a window manager, somebody has to hand them to a window."""

    def __init__(self, display):
        self.display = display

    def focus(self, title, *, seconds=MOMENT_S):
        """Wait for a window and give it the keys."""
        assert comes(lambda: self._windows(title), seconds), f"no window “{title}”"
        self._do("windowfocus", "--sync", self._windows(title)[-1])

    def press(self, *keys):
        self._do("key", *keys)

    def press_until(self, key, condition):
        """Press a key that means nothing before the window is ready for it, now and then, until it shows."""
        assert any(self.press(key) or comes(condition, ANSWER_S) for _ in range(TIMES)), f"{key} does nothing"

    def write(self, text):
        self._do("type", "--delay", "4", text)

    def say(self, word, *keys):
        """Add a word to the track, then press keys, all as fast as the server passes it on."""
        self._do("key", "t", "type", "--delay", "1", "--args", "1", word, "key", "Return", *keys)

    def _do(self, *words):
        done = self._run(*words)
        assert done.returncode == 0, done.stderr

    def _windows(self, title):
        return self._run("search", "--onlyvisible", "--name", title).stdout.split()

    def _run(self, *words):
        environment = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(
            ["xdotool", *words], env=environment, capture_output=True, text=True, timeout=MOMENT_S, check=False
        )


def comes(condition, seconds):
    """Wait for a condition, at most so long, and tell whether it came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def ask(file, query):
    """Read a library or a cache beside the program that has it open."""
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=MOMENT_S)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:  # its tables are being made
            return []


class Saved:
    """What the program has written: its library and its cache, read beside it."""

    def __init__(self, library):
        self._library, self._cache = library, cache_folder(library) / "cache.sqlite3"

    def is_heard(self, tracks):
        return ask(self._cache, "SELECT count(*) FROM mean") == [(2 * tracks,)]  # by two networks

    def is_shown(self, track_id):
        """Whether the panel has shown a track: its picture is made then, after its suggestions were looked for."""
        ((audio_hash,),) = ask(self._library, f"SELECT audio_hash FROM track WHERE id = {track_id:d}")
        return bool(ask(self._cache, f"SELECT 1 FROM overview WHERE audio_hash = '{audio_hash}'"))

    def verdicts(self):
        """What holds, by track and tag."""
        return {(track_id, tag): verdict for track_id, tag, verdict in ask(self._library, STANDING)}

    def becomes(self, wanted):
        """Wait until exactly these verdicts hold."""
        is_so = comes(lambda: self.verdicts() == wanted, MOMENT_S)
        assert is_so, f"wanted {wanted}, there is {self.verdicts()}"


@pytest.fixture
def window(program, display, tmp_path):
    """The program as a process with its window on the demo tracks; what it says goes to a file."""
    with (tmp_path / "said").open("w") as errors:
        process = subprocess.Popen(
            program.command("gui", demo_folder()),
            env={**program.environment, "DISPLAY": display},
            stdout=errors,
            stderr=errors,
        )
        yield process
        process.kill()
        process.wait()


def test_the_whole_loop_by_keyboard_alone(program, display, window, tmp_path):
    keys, saved = Keyboard(display), Saved(program.library)
    keys.focus("TagStudio", seconds=START_S)
    assert comes(lambda: saved.is_heard(12), HEARD_S), "the tracks are not heard"
    suggested = program.json("suggest", "--top", "1", "--min", "0")
    ids = [each["id"] for each in suggested]
    best = {each["id"]: each["suggestions"][0]["tag"] for each in suggested}
    assert (len(ids), saved.verdicts()) == (12, {})

    said = judge_in_the_library(keys, saved, ids, best)
    keys.press("ctrl+z")
    *before, last = said
    saved.becomes({pair: said[pair] for pair in before})
    keys.press_until("ctrl+shift+z", lambda: last in saved.verdicts())
    saved.becomes(said)

    said |= answer_two_questions(keys, saved, said)
    file = tmp_path / "found.csv"
    search_and_export(keys, f"tag:{WORD}", file)
    assert exported(file) == by_path(program, said)

    keys.focus("TagStudio")
    keys.press("ctrl+q")
    assert window.wait(MOMENT_S) == 0
    assert "Traceback" not in (tmp_path / "said").read_text()
    counted = {each["tag"]: (each["yes"], each["no"]) for each in program.json("tags", "list")}
    assert counted[WORD] == (4, 3)
    assert sum(yes + no for yes, no in counted.values()) == len(said)


def judge_in_the_library(keys, saved, ids, best):
    """Judge nine tracks of the table, and return what was said, oldest first."""
    # The track that came first is chosen, wherever it stands among those that came later.
    keys.press("ctrl+Home", "Down", "Down", "Up")
    keys.say(WORD)
    said = {(ids[1], WORD): "yes"}
    saved.becomes(said)

    # No pause between a track and the next: a fast hand must not hit the track before.
    for track_id in ids[2:5]:
        keys.press("Escape", "j")
        keys.say(WORD)
        said[track_id, WORD] = "yes"
    saved.becomes(said)

    # No, on the row of the word that has just been added, while the suggestions are still being looked for.
    for track_id in ids[5:8]:
        keys.press("Escape", "j")
        keys.say(WORD, "Escape", "x")
        said[track_id, WORD] = "no"
    saved.becomes(said)

    # The first suggestion: no by X, yes by its number.
    for track_id, key, verdict in ((ids[8], "x", "no"), (ids[9], "1", "yes")):
        keys.press("j")
        assert comes(lambda track_id=track_id: saved.is_shown(track_id), MOMENT_S), f"track {track_id} is not shown"
        keys.press(key)
        said[track_id, best[track_id]] = verdict
        saved.becomes(said)
    return said


def answer_two_questions(keys, saved, said):
    """Say yes, then no, to whatever Review asks, and return the answers."""
    keys.press("ctrl+2")
    for count, key in enumerate("ax", start=len(said) + 1):
        keys.press_until(key, lambda count=count: len(saved.verdicts()) >= count)
    keys.press("ctrl+1")
    answers = {pair: verdict for pair, verdict in saved.verdicts().items() if pair not in said}
    assert sorted(answers.values()) == ["no", "yes"]
    return answers


def search_and_export(keys, query, file):
    """Look for tracks, and write what is known of them to a file."""
    keys.press("ctrl+f")
    keys.write(query)
    keys.press("Return", "ctrl+e")
    keys.focus("Export")
    keys.press("Return")  # as CSV, what the search has found
    keys.focus("A file for the tags")
    keys.press("ctrl+a")
    keys.write(str(file))
    keys.press("Return")
    assert comes(file.exists, MOMENT_S), "nothing is exported"


def exported(file):
    """Read the verdicts of an export by path and tag."""
    with file.open(encoding="utf-8", newline="") as rows:
        return {(row["path"], row["tag"]): row["state"] for row in csv.DictReader(rows) if row["state"] in VERDICTS}


def by_path(program, said):
    """Return the verdicts on tracks that have a yes for the word, by path and tag."""
    paths = {each["id"]: each["path"] for each in program.json("suggest")}
    found = {track_id for (track_id, tag), verdict in said.items() if (tag, verdict) == (WORD, "yes")}
    return {(paths[track_id], tag): verdict for (track_id, tag), verdict in said.items() if track_id in found}
