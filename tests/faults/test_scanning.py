"""Faults while scanning: K1, V1, V2, V3, X2 and X5 of the plan."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from deadly_reader import DeadlyReader
from harness import check, shared_tools, times, tracks_of, write_tones

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.services import browse, reading
from tagstudio.services.judge import judge
from tagstudio.services.scan import rescan, scan

SEED = 11
X5 = ("segv", "sigkill", "leave", "garbage", "endless", "sleep")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Many different short tracks, fifty to a folder."""
    folder = tmp_path_factory.mktemp("scanning") / "shelf"
    raw = write_tones(tmp_path_factory.mktemp("seed"), 1)[0].read_bytes()
    for number in range(times(60, 2000)):
        file = folder / f"album {number // 50}" / f"{number:04}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw[:-2] + number.to_bytes(2, "little"))
    return folder


def test_k1_a_scan_that_is_killed_leaves_whole_tracks_and_the_next_one_finds_the_rest(nursery, record, shelf, tmp_path):
    nest = nursery("command")
    chance, violations, hit = random.Random(SEED), [], 0
    wanted = sum(1 for _ in shelf.rglob("*.wav"))
    for number in range(times(2, 50)):
        library = tmp_path / f"{number}.sqlite3"
        child = nest.start("command", "--library", library, "scan", shelf)
        time.sleep(chance.uniform(0.05, times(1, 4) / 2))  # the moment of the crash, not a wait for anything
        hit += child.kill().returncode == -signal.SIGKILL
        violations += check(library) if library.exists() and library.stat().st_size else []
        before = tracks_of(library) if library.exists() and library.stat().st_size else {}
        done = nest.command("scan", shelf, "--json", library=library)
        violations += check(library, tracks=before)
        if done.returncode or len(tracks_of(library)) != wanted:
            violations.append(f"{len(tracks_of(library))} of {wanted} tracks after run {number}: {done.stderr}")
    record("K1", "kill -9 while scanning", n=hit, violations=violations)


def test_v1_a_folder_that_vanishes_during_a_scan_loses_nothing_and_comes_back_without_analysis(
    studio, record, shelf, tmp_path
):
    chance, violations = random.Random(SEED), []
    music = tmp_path / "music"
    subprocess.run(["cp", "-r", shelf, music], check=True)
    run(scan(studio, [music]))
    judge(studio, browse.track_ids(studio), {"kept": Verdict.YES})
    before = {each: browse.track(studio, each).audio_hash for each in browse.track_ids(studio)}
    n = times(2, 20)
    for _ in range(n):
        for file in music.rglob("*.wav"):
            file.touch()
        stop_at, job = chance.randrange(1, len(before)), scan(studio, [music])
        next(each for each in job if each.done >= stop_at)
        music.rename(tmp_path / "away")
        run(job)
        if browse.summary(studio).missing:
            violations.append(f"{browse.summary(studio).missing} tracks were flagged")
        (tmp_path / "away").rename(music)
        report = run(rescan(studio))
        if report.new or report.moved or browse.summary(studio).missing or browse.summary(studio).failed:
            violations.append(report)
    after = {each: browse.track(studio, each).audio_hash for each in browse.track_ids(studio, "tag:kept")}
    violations += [] if after == before else ["tracks, hashes or judgements changed"]
    record("V1", "folder vanishes while it is scanned", n=n, violations=violations)


def test_v2_an_empty_mount_point_flags_nothing(studio, record, shelf, tmp_path):
    music = tmp_path / "music"
    subprocess.run(["cp", "-r", shelf, music], check=True)
    run(scan(studio, [music]))
    music.rename(tmp_path / "away")
    music.mkdir()
    with pytest.raises(Exception, match="empty or not connected"):
        run(rescan(studio))
    violations = [] if browse.summary(studio).missing == 0 else ["flagged"]
    # A small part of it is there: that is no drive that was tidied up, either.
    kept = max((tmp_path / "away").iterdir())
    kept.rename(music / kept.name)
    report = run(rescan(studio))
    violations += [] if (report.missing, len(report.held_back)) == (0, 1) else [report]
    record("V2", "root replaced by an empty folder, and by a part of it", n=2, violations=violations)


def test_v3_tracks_of_a_folder_without_permission_are_left_alone_for_a_normal_user(children, record, shelf, tmp_path):
    music, library = tmp_path / "music", tmp_path / "l.sqlite3"
    subprocess.run(["cp", "-r", shelf, music], check=True)
    children.run(["scan", music], library=library)
    before = tracks_of(library)
    closed = music / "album 1"
    closed.chmod(0)
    try:
        done = children.run(["scan", music, "--json"], library=library, unprivileged=True)
    finally:
        closed.chmod(0o755)
    violations = check(library, tracks=before)
    if done.returncode or '"missing": 0' not in done.stdout or done.stdout.count("Permission denied") != 1:
        violations.append(done.stdout[-500:] + done.stderr[-500:])
    record("V3", "a folder without permission, as a normal user", n=1, violations=violations)


@pytest.mark.parametrize("seed", range(1, times(1, 3) + 1))
def test_x2_after_files_change_under_a_scan_the_next_one_tells_the_truth(studio, record, shelf, tmp_path, seed):
    music, source = tmp_path / "music", next(shelf.rglob("*.wav"))
    music.mkdir()
    (music / "steady.wav").write_bytes(source.read_bytes())
    tool = shared_tools() / "mutate_during_scan.py"
    command = [sys.executable, tool, "--dir", music, "--seed-file", source, "--seconds", times(2, 20), "--seed", seed]
    mutating = subprocess.Popen([*map(str, command), "--log", str(tmp_path / "ops.jsonl")])
    scans = 0
    while mutating.poll() is None:
        run(scan(studio, [music]))
        scans += 1
    first = run(rescan(studio, accept_missing=True))
    second = run(rescan(studio, accept_missing=True))
    files = {each for each in music.rglob("*.wav") if each.is_file() and not each.is_symlink()}
    known = {browse.track(studio, each) for each in browse.track_ids(studio)}
    present = {each.file for each in known if not each.is_missing}
    violations = [f"unknown: {each}" for each in files - present] + [f"not there: {each}" for each in present - files]
    violations += [second] if second.new or second.changed or second.moved or second.missing else []
    record("X2", f"files change under {scans} scans", n=scans, violations=violations)
    assert first is not None


def test_x5_whatever_a_reader_does_the_others_are_read_and_its_file_is_left_alone_until_asked(
    studio, record, shelf, tmp_path, monkeypatch
):
    music = tmp_path / "music"
    subprocess.run(["cp", "-r", next(shelf.iterdir()), music], check=True)
    good = len(list(music.iterdir()))
    for fault in X5:
        (music / f"fault-{fault}.wav").write_bytes(next(music.iterdir()).read_bytes() + fault.encode())
    monkeypatch.setattr(reading, "FileReader", DeadlyReader)
    monkeypatch.setattr(reading, "time_allowed_s", lambda _: 1.0)
    report = run(scan(studio, [music]))
    failed = {Path(each.path).name for each in report.failed}
    violations = [] if failed == {f"fault-{fault}.wav" for fault in X5} else [f"failed: {failed}"]
    violations += [] if report.new == good else [f"{report.new} of {good} were read"]
    # Their faults are over, but nobody asked.
    monkeypatch.undo()
    again = run(rescan(studio))
    violations += [] if (again.changed, len(again.failed)) == (0, len(X5)) else [f"not left alone: {again}"]
    asked = run(rescan(studio, retry=True))
    violations += [] if (asked.changed, asked.failed) == (len(X5), ()) else [f"not tried again: {asked}"]
    record("X5", "readers crash, are killed, leave, talk nonsense, never end, sleep", n=len(X5), violations=violations)
