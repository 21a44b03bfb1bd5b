"""Disks that are full, limited, broken or read-only: D1, D3, D4, R1, R2."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from children import Children
from harness import Fault, acknowledged, check, full, sha256s_of, times, times_of, tracks_of, write_tones
from heard import TRACKS, HeardLibrary
from nursery import Nursery
from shim import Shim, points
from torture import shared_tools

pytestmark = pytest.mark.slow

ACTIONS = ("judge", "undo", "scan", "retrain", "export", "settings", "tag", "backup", "analyse")
READING = ("look", "picture")
SENTENCES = ("disk is full", "share of the disk", "refused to work", "larger than is allowed", "may not be written",
             "did not answer", "reading only", "could not be kept", "cannot be opened",
             "no room for a backup")  # fmt: skip


class Acting:
    """Lets ``drivers/act.py`` act on a copy of the library and looks at what is left."""

    def __init__(self, children: Children, heard: HeardLibrary, music: Path) -> None:
        self.children, self.heard, self.music = children, heard, music
        self.nest: Nursery | None = None

    def __call__(self, file, actions, *, variables=None, unprivileged=False, **plan):
        plan = {"library": str(file), "music": str(self.music), "actions": actions,
                "export": str(file.with_name("tags.csv")), **plan}  # fmt: skip
        if self.nest is not None:
            done = self.nest.run("act", json.dumps(plan), variables=variables or {})
        else:
            child = self.children.driver("act", json.dumps(plan), variables=variables or {}, unprivileged=unprivileged)
            done = self.children.finish(child)
        return done, acknowledged(done.stdout)

    def violations(self, file, lines, *, tracks, exports=None):
        acks = [each for each in lines if "batch" in each]
        return check(file, acks=acks, tracks=tracks, exports=exports, temps=[file.parent])


@pytest.fixture
def acting(children: Children, heard: HeardLibrary, tmp_path: Path) -> Acting:
    # One track more than the library knows: there is something to scan and to hear.
    music = tmp_path / "music"
    shutil.copytree(heard.music, music)
    write_tones(music / "more", 4)
    return Acting(children, heard, music)


def refusals(lines, number):
    return {each["action"]: each["refused"] for each in lines if each.get("round") == number}


def unexplained(lines):
    """Return the refusals that do not say in one sentence what is wrong with the disk."""
    said = [each for each in lines if each.get("refused")]
    return [each for each in said if not any(known in each["refused"] for known in SENTENCES) or not each["advice"]]


FULL = [(0, True)]
FULL_WHOLE = [(kb, opens_first) for kb in (0, 4, 64) for opens_first in (True, False)]


@pytest.mark.parametrize(("leave_kb", "opens_first"), FULL_WHOLE if full() else FULL)
def test_d1_a_full_disk_refuses_reads_on_and_works_when_there_is_room(
    small_disk, heard, acting, record, leave_kb, opens_first
):
    disk = small_disk(12_000)
    file = heard.copy(disk)
    tracks = tracks_of(file)
    actions = (*READING, *ACTIONS, "look")
    done, lines = acting(
        file, actions, fill_kb=leave_kb, opens_first=opens_first, again=True,
        variables={"XDG_CONFIG_HOME": str(disk / "config"), "XDG_STATE_HOME": str(disk / "state")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = refusals(lines, 1), refusals(lines, 2)
    bad = [f"{each['action']}: {each['refused']}" for each in unexplained(lines)]
    bad += [f"{name} refused while only looking: {first[name]}" for name in READING if first[name]]
    bad += [f"{name} refused though there is room: {why}" for name, why in second.items() if why]
    if not leave_kb:
        bad += [f"{name} was done on a full disk" for name in ("judge", "export", "tag", "scan") if not first[name]]
    bad += acting.violations(file, lines, tracks=tracks)
    refused = sum(why is not None for why in first.values())
    record("D1", f"disk full, {leave_kb} KB left, library opened {'before' if opens_first else 'after'}", n=refused,
           violations=bad)  # fmt: skip


# What is acted, where the fault hits (part of a path), and what the action leaves behind.
SWEPT = {
    "judge": ("judge", "library.sqlite3"),
    "export": ("export", "tags.csv"),
    "export part": ("export", ".tagstudio-"),
    "backup": ("backup", ".backups"),
    "log": ("log", "tagstudio.log"),
    "settings": ("settings", "settings."),
    "cache": ("picture", "cache.sqlite3"),
}


SELECTED = [("judge", "enospc"), ("export part", "eio"), ("log", "enospc"), ("cache", "eio")]


@pytest.mark.parametrize(
    ("what", "kind"), [(what, kind) for what in SWEPT for kind in ("enospc", "eio")] if full() else SELECTED
)
def test_d3_a_disk_that_fails_at_any_call_costs_nothing(shim, nursery, heard, acting, record, tmp_path, what, kind):
    action, match = SWEPT[what]
    acting.nest = nursery("act", shim=shim)

    def attempt(variables):
        folder = tmp_path / "work"
        shutil.rmtree(folder, ignore_errors=True)
        file = heard.copy(folder)
        old = file.with_name("tags.csv")
        old.write_text("an export of last week")
        if what == "cache":
            (folder / "library.cache" / "cache.sqlite3").unlink()
        before = tracks_of(file)
        homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
        done, lines = acting(file, [action, "look"], variables={**homes, **variables}, again=True)
        found = acting.violations(file, lines, tracks=before)
        if done.returncode:
            found.append({"invariant": "I5", "what": f"the program died: {done.stderr[-500:]}"})
        found += [{"invariant": "I5", "what": f"{each}"} for each in unexplained(lines)]
        if action == "export" and lines[1].get("refused") and old.read_text() != "an export of last week":
            found.append({"invariant": "I6", "what": "the older export is gone"})
        if action in ("log", "picture") and any(each.get("refused") for each in lines):
            found.append({"invariant": "I5", "what": f"stopped by a full disk it could do without: {lines}"})
        return found, any(each.get("refused") for each in lines)

    try:
        calls = shim.count(attempt, match)
    except AssertionError:
        pytest.skip(f"{action} writes nothing to {match}")
    bad, hit = [], 0
    for at in points(calls, times(2, 25), salt=what) if full() else (max(1, calls // 2),):
        found, refused = attempt(shim.variables(match, Fault(kind, at)))
        hit += refused or action in ("log", "picture")
        bad += [f"{kind}@{at}: {each}" for each in found]
    record("D3", f"{kind} from the n-th call on: {what}", n=hit, violations=bad)


def quota_shim(folder):
    """Return the shim whose EIO is a quota that is used up."""
    source = (shared_tools() / "faultshim.c").read_text()
    assert "? EIO :" in source
    (folder / "quota.c").write_text(source.replace("? EIO :", "? EDQUOT :"))
    built = folder / "quota.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-w", "-o", built, folder / "quota.c", "-ldl"], check=True)
    return Shim(built)


def test_d4_a_used_up_quota_is_like_a_full_disk(shim, heard, acting, record, tmp_path):
    assert shim
    quota = quota_shim(tmp_path)
    bad, hit = [], 0
    for action, match in (("judge", "library.sqlite3"), ("export", ".tagstudio-"), ("settings", "settings.")):
        file = heard.copy(tmp_path / action)
        tracks = tracks_of(file)
        homes = {"XDG_CONFIG_HOME": str(tmp_path / action)}
        variables = {**homes, **quota.variables(match, Fault("eio", 1))}
        done, lines = acting(file, [action], opens_first=False, variables=variables)
        bad += unexplained(lines) + acting.violations(file, lines, tracks=tracks)
        bad += [done.stderr] if done.returncode else []
        hit += sum(bool(each.get("refused")) for each in lines)
    record("D4", "quota used up", n=hit, violations=bad)


def test_d4_a_limit_on_file_sizes_is_like_a_full_disk(heard, acting, record, tmp_path):
    file = heard.copy(tmp_path / "limited")
    tracks = tracks_of(file)
    done, lines = acting(
        file, ["judge", "export", "tag", "backup", "scan", "look", "settings"], limit_bytes=20_000, again=True,
        variables={"XDG_CONFIG_HOME": str(tmp_path / "limited")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = refusals(lines, 1), refusals(lines, 2)
    bad = [*unexplained(lines), *acting.violations(file, lines, tracks=tracks)]
    bad += [f"{name}: {why}" for name, why in second.items() if why]
    assert first["look"] is None
    record("D4", "file size limit", n=sum(why is not None for why in first.values()), violations=bad)


def made_unwritable(folder):
    """Take the right to write from every file and folder below; return a function that gives it back."""
    places = [folder, *(Path(at) / name for at, folders, files in os.walk(folder) for name in (*folders, *files))]
    modes = {place: stat.S_IMODE(place.stat().st_mode) for place in places}
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)

    def give_back():
        for place, mode in modes.items():
            place.chmod(mode)

    return give_back


def test_r1_music_that_may_not_be_written_is_scanned_heard_and_judged(heard, acting, record, tmp_path):
    file = heard.copy(tmp_path / "library")
    give_back = made_unwritable(acting.music)
    try:
        sums, times = sha256s_of(acting.music), times_of(acting.music)
        done, lines = acting(file, ["scan", "analyse", "judge", "picture", "retrain"], unprivileged=True)
        assert done.returncode == 0, done.stderr
        bad = [each for each in lines if each.get("refused")]
        bad += [] if (sums, times) == (sha256s_of(acting.music), times_of(acting.music)) else ["the music was changed"]
        assert len(tracks_of(file)) > TRACKS
    finally:
        give_back()
    bad += acting.violations(file, lines, tracks=tracks_of(file))
    record("R1", "music folder 555, files 444, as a normal user", n=5, violations=bad)


def test_r2_a_data_folder_that_may_not_be_written_is_read_and_nothing_else(heard, children, record, tmp_path):
    file = heard.copy(tmp_path / "data")
    give_back = made_unwritable(file.parent)
    before, temporary = sha256s_of(file.parent), tmp_path / "tmp"
    temporary.mkdir()
    bad = []

    def tried(*arguments):
        done = children.run(arguments, library=file, unprivileged=True, variables={"TMPDIR": str(temporary)})
        return done.returncode, done.stdout, done.stderr.strip().splitlines()

    try:
        looking = [("suggest", "--json"), ("export", tmp_path / "tags.csv"), ("tags", "list", "--json")]
        writing = [("judge", "id:1", "--yes", "Jazz"), ("scan", heard.music), ("undo",), ("tags", "add", "new"),
                   ("analyse",), ("retrain",)]  # fmt: skip
        for arguments in looking[: times(1, 3)]:
            status, out, said = tried(*arguments)
            if status or not out or len(said) != 1 or "reading only" not in said[0]:
                bad.append(f"{arguments[0]}: {status} {said}")
        for arguments in writing[: times(1, 6)]:
            status, out, said = tried(*arguments)
            if arguments == ("analyse",):  # everything is heard already: there is nothing to write
                bad += [said] if status else []
            elif status != 1 or out or "reading only" not in said[-1] or "Allow writing" not in said[-1]:
                bad.append(f"{arguments[0]}: {status} {out} {said}")
        bad += [] if before == sha256s_of(file.parent) else ["the data folder was changed"]
        bad += [f"temporary file {each}" for each in temporary.iterdir()]
    finally:
        give_back()
    assert children.run(["judge", "id:1", "--yes", "Jazz"], library=file).returncode == 0
    record("R2", "data folder read-only, as a normal user", n=times(2, 9), violations=bad)


def test_r2_on_a_disk_mounted_for_reading_the_library_is_read(small_disk, heard, children, record):
    disk = small_disk(12_000)
    file = heard.copy(disk)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    looked = children.run(["tags", "list", "--json"], library=file)
    judged = children.run(["judge", "id:1", "--yes", "Jazz"], library=file)
    made = children.run(["scan", heard.music], library=disk / "new.sqlite3")
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    bad = [] if looked.returncode == 0 and json.loads(looked.stdout) else [looked.stderr]
    bad += [] if judged.returncode == 1 and "its disk may only be read" in judged.stderr else [judged.stderr]
    bad += [] if made.returncode == 1 and "No library can be made" in made.stderr else [made.stderr]
    bad += [] if children.run(["judge", "id:1", "--yes", "Jazz"], library=file).returncode == 0 else ["not writable"]
    record("R2", "data on a disk mounted read-only", n=3, violations=bad)


def test_r2_what_was_not_closed_properly_is_not_read_without_its_last_changes(heard, children, record, tmp_path):
    file = heard.copy(tmp_path / "crashed")
    child = children.driver("judge", file, 1, 0)
    for _ in range(5):
        child.stdout.readline()
    children.kill(child)
    journal = file.with_name(file.name + "-wal")
    assert journal.stat().st_size
    file.with_name(file.name + "-shm").unlink()
    give_back = made_unwritable(file.parent)
    try:
        done = children.run(["tags", "list"], library=file, unprivileged=True)
    finally:
        give_back()
    bad = [] if done.returncode == 1 and "was not closed properly" in done.stderr else [done.stdout, done.stderr]
    assert children.run(["tags", "list"], library=file).returncode == 0
    record("R2", "read-only folder with a journal left by a crash", n=1, violations=bad)
