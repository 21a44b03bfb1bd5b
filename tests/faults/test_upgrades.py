"""Libraries of earlier and later versions: K7, S1, S2."""

import os
import shutil
import sqlite3
import sys
import time
from contextlib import closing

import pytest
from harness import check, full, sha256s_of, times, tracks_of
from old_libraries import DUMPS, contents, make_old, version_of

from tagstudio.library.backups import backup_folder
from tagstudio.library.schema import SCHEMA

pytestmark = pytest.mark.slow

OLD = sorted(DUMPS)
KEPT = ("judgement", "batch", "tag", "root", "head", "track", "track_field", "model_tag")


def differences(before, after, who):
    return [f"{who}: {name} changed" for name in KEPT if before[name] != after[name]]


def backups_of(file):
    return sorted(backup_folder(file).glob("*.sqlite3")) if backup_folder(file).exists() else []


def test_every_schema_that_was_released_is_stored():
    assert list(range(1, SCHEMA)) == OLD


@pytest.mark.parametrize("old", OLD)
def test_s1_an_old_library_is_upgraded_with_everything_in_it_and_once(children, record, tmp_path, old):
    file = make_old(old, tmp_path / "library.sqlite3", tracks=1_000, judgements=times(2_000, 10_000))
    before, tracks = contents(file), tracks_of(file)
    first = children.run(["tags", "list", "--json"], library=file)
    copies = backups_of(file)
    bad = [] if first.returncode == 0 and "is brought to this version" in first.stderr else [first.stderr]
    bad += differences(before, contents(file), "library") + check(file, tracks=tracks)
    bad += [] if version_of(file) == SCHEMA else [f"version {version_of(file)}"]
    bad += [] if len(copies) == 1 else [f"{len(copies)} backups"]
    for copy in copies:
        bad += differences(before, contents(copy), "backup") + check(copy, tracks=tracks)
        bad += [] if version_of(copy) == old else ["the backup has another version"]
    sums = sha256s_of(tmp_path)
    second = children.run(["tags", "list", "--json"], library=file)
    bad += [] if second.returncode == 0 and "brought" not in second.stderr else [second.stderr]
    bad += [] if second.stdout == first.stdout else ["the second start says something else"]
    bad += [] if contents(file) == contents(file) and backups_of(file) == copies else ["the second start did something"]
    bad += [] if sums[os.fsencode(copies[0])] == sha256s_of(tmp_path)[os.fsencode(copies[0])] else ["backup changed"]
    record("S1", f"schema {old} with {times(2_000, 10_000):,} judgements upgraded", n=1, violations=bad)


def test_s1_there_is_no_way_back(children, record, tmp_path):
    """An older program is this one, told that it is older; what it refuses stays as it is."""
    file = make_old(OLD[-1], tmp_path / "library.sqlite3")
    assert children.run(["tags", "list"], library=file).returncode == 0
    before = file.read_bytes()
    child = children.begin([sys.executable, "-c", AS_OLDER.format(older=OLD[-1]), file])
    done = children.finish(child)
    bad = [] if "newer version" in done.stdout else [done.stdout + done.stderr]
    bad += [] if file.read_bytes() == before else ["the file was changed"]
    record("S1", "downgrade refused", n=1, violations=bad)


AS_OLDER = """
import sys
from pathlib import Path
from tagstudio.domain.errors import LibraryError
from tagstudio.library import headers, store
store.SCHEMA = headers.SCHEMA = {older}
try:
    store.open_library(Path(sys.argv[1]))
except LibraryError as error:
    print(error.what)
"""


def test_s2_a_newer_library_is_refused_byte_for_byte(children, record, tmp_path):
    file = make_old(OLD[-1], tmp_path / "library.sqlite3")
    bad = []
    newer = (SCHEMA + 1, 2**31 - 1)
    for version in newer:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        before, beside = file.read_bytes(), sorted(each.name for each in tmp_path.iterdir())
        for arguments in (["tags", "list"], ["judge", "id:1", "--yes", "Jazz"])[: times(1, 2)]:
            done = children.run(arguments, library=file)
            is_refused = done.returncode == 1 and "newer version" in done.stderr and not done.stdout
            bad += [] if is_refused else [done.stderr]
        bad += [] if file.read_bytes() == before else [f"{version}: the file was changed"]
        bad += [] if sorted(each.name for each in tmp_path.iterdir()) == beside else [f"{version}: files were left"]
    record("S2", "user_version of a later program", n=len(newer), violations=bad)


@pytest.mark.parametrize("old", OLD)
def test_k7_killed_at_any_call_a_library_is_of_the_old_or_the_new_version(shim, nursery, record, tmp_path, old):
    whole = make_old(old, tmp_path / "whole.sqlite3", tracks=50, judgements=500)
    truth, tracks = contents(whole), tracks_of(whole)
    counted = [0]
    nest = nursery("upgrade", shim=shim)

    def attempt(variables):
        counted[0] += 1
        file = tmp_path / str(counted[0]) / "library.sqlite3"
        file.parent.mkdir()
        shutil.copy(whole, file)
        return file, opened(file, variables)

    def opened(file, variables=None):
        return nest.run("upgrade", file, variables=variables or {})

    bad, killed = [], 0
    for fault, (file, done) in shim.sweep(
        attempt, "library", kinds=("kill", "half") if full() else ("kill",), limit=200, short=2
    ):
        killed += done.returncode == 137
        found = check(file, tracks=tracks) + differences(truth, contents(file), "after the kill")
        found += [] if version_of(file) in (old, SCHEMA) else [f"between: {version_of(file)}"]
        if version_of(file) == SCHEMA:
            found += [] if any(version_of(each) == old for each in backups_of(file)) else ["no backup was made before"]
        for each in backups_of(file):
            found += check(each, tracks=tracks) + differences(truth, contents(each), "backup")
        start = time.monotonic()
        again = opened(file)
        found += [] if again.returncode == 0 and version_of(file) == SCHEMA else [again.stderr]
        found += [] if time.monotonic() - start < 30 else ["the next start took too long"]
        found += check(file, tracks=tracks, backups=backup_folder(file)) + differences(truth, contents(file), "then")
        bad += [f"{fault}: {each}" for each in found]
        shutil.rmtree(file.parent)
    record("K7", f"killed while schema {old} becomes {SCHEMA}", n=killed, violations=bad)
