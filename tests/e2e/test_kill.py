"""``kill -9`` at random moments: what was acknowledged is there, and the next run goes on."""

import os
import random
import signal
import sqlite3
import time

import pytest

from tagstudio.services.demo import demo_folder

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SEED = 7
KILLS = {"scan": 7, "analyse": 6, "judge": 7}


def killed_after(process, seconds):
    """End a process and its children as a crash would, after a while; tell whether it was still running."""
    try:
        process.wait(seconds)
    except Exception:  # noqa: BLE001 -- still running: that is what we want
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    process.communicate()
    return False


def sound(file):
    """Look at a library without the program."""
    with sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return connection.execute("SELECT count(*) FROM track").fetchone()[0]


def test_killing_scans_leaves_no_half_track_and_the_next_scan_is_complete(program, start, tmp_path, tone):
    chance = random.Random(SEED)
    for number in range(60):
        tone(tmp_path / "music" / f"{number}.flac", hz=100 + 10 * number, seconds=0.3)
    for _ in range(KILLS["scan"]):
        killed_after(start("scan", tmp_path / "music"), chance.uniform(0.3, 2.5))
        if program.library.exists() and program.library.stat().st_size:
            assert sound(program.library) <= 60
    report = program.json("scan", tmp_path / "music")
    assert report["new"] + report["unchanged"] == 60
    assert report["failed"] == []
    assert sound(program.library) == 60


def test_killing_analyses_keeps_what_was_heard_and_the_next_run_hears_the_rest(program, start):
    chance = random.Random(SEED + 1)
    program("scan", demo_folder())
    killed = sum(
        killed_after(start("analyse", "--excerpts", "4"), chance.uniform(0.5, 8.0)) for _ in range(KILLS["analyse"])
    )
    assert killed
    report = program.json("analyse", "--excerpts", "4")
    assert report["analysed"] + report["skipped"] == 12
    assert report["failed"] == []
    assert sum(bool(each["suggestions"]) for each in program.json("suggest")) == 12


def test_killing_a_curator_loses_no_acknowledged_judgement(program, start, tmp_path, tone):
    chance = random.Random(SEED + 2)
    tone(tmp_path / "music" / "a.wav")
    program("scan", tmp_path / "music")
    acknowledged = set()
    for number in range(KILLS["judge"]):
        names = [f"word {number} {each}" for each in range(500)]
        process = start("judge", "id:1", *(part for name in names for part in ("--yes", name)), "--json")
        delay = chance.uniform(0.2, 1.6)
        time.sleep(delay)  # the moment of the crash, not a wait for anything
        os.killpg(process.pid, signal.SIGKILL)
        if '"judged": 500' in process.communicate()[0]:
            acknowledged.update(names)
        sound(program.library)
    said = {each["tag"] for each in program.json("tags", "list") if each["yes"]}
    assert acknowledged <= said
    assert len(said) % 500 == 0, "a batch is there as a whole or not at all"
