"""Faults while tags are written into files: each file is the whole old one or the proven new one, and comes back."""

import hashlib
import os
import random
import shutil
import sqlite3
import stat
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from harness import acknowledged, check, fill, full, make_torture, times, tracks_of, write_tones

from tagstudio.domain.errors import TagStudioError, WorkerError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.filetags.places import place_of
from tagstudio.filetags.safely import remove_temp
from tagstudio.filetags.wishes import Wish
from tagstudio.services import judge
from tagstudio.services.file_writer import WRITER_LIMITS, FileRequest, FileWriter
from tagstudio.services.scan import scan
from tagstudio.services.studio import open_studio
from tagstudio.workers import Worker

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "filetags"))
from written_music import make_all

LARGEST = 50_000_000
KINDS_OF_FILES = ("v23.mp3", "dressed.flac", "dressed.m4a", "dressed.ogg", "dressed.wav")
# What makes a tag grow past its room or fit into it; it shrinks when what made it grow is taken back.
WORDS = {"grows": ("x" * 90 + "{}", 80), "fits": ("calm{}", 1), "shrinks": ("x" * 90 + "{}", 80)}


def digest(file):
    return hashlib.sha256(Path(os.fsdecode(file)).read_bytes()).hexdigest()


@pytest.fixture(scope="session")
def kinds(tmp_path_factory):
    return make_all(tmp_path_factory.mktemp("kinds"))


class Bench:
    """A library at a fixed place that can be put back to its start; ``allowed`` are the digests a file may have."""

    def __init__(self, folder):
        self.folder, self.kept = folder, folder.with_name(folder.name + "-kept")
        self.library, self.music = folder / "library.sqlite3", folder / "music"
        self.allowed = {}

    def scanned(self, verdicts):
        with open_studio(self.library) as studio:
            run(scan(studio, [self.music], workers=1))
            for words in verdicts:
                judge.judge_query(studio, "", words)

    def keep(self):
        shutil.copytree(self.folder, self.kept)

    def put_back(self):
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)

    def files(self):
        return [file for file in sorted(self.music.rglob("*")) if file.is_file() and not file.name.startswith(".")]

    def snapshot(self):
        for file in self.files():
            self.allowed.setdefault(os.fsencode(file), []).append(digest(file))

    def violations(self, *, is_restarted):
        found = check(
            self.library,
            tracks=tracks_of(self.kept / "library.sqlite3") and [
                os.fsencode(file) for file in self.files()
            ],
            audio=self.allowed,
            temps=[self.music] if is_restarted else [],
        )  # fmt: skip
        if is_restarted:
            with closing(sqlite3.connect(self.library)) as connection:
                open_ = connection.execute("SELECT count(*) FROM write_entry WHERE state = 'intended'").fetchone()[0]
                found += [{"invariant": "K4", "what": f"{open_} entries are still open"}] if open_ else []
                found += _untrue(connection)
        return found


def _untrue(connection):
    """Return the entries that say something else than the file: done is the new one, all others the old one."""
    found = []
    latest = {}
    rows = connection.execute("SELECT path, state, old_sha256, new_sha256 FROM write_entry ORDER BY id")
    for path, state, old, new in rows:
        if new:
            latest[path] = state, old, new
    for path, (state, old, new) in latest.items():
        wanted = new if state == "done" else old
        if state in ("done", "not done") and digest(path) != wanted:
            found.append({"invariant": "I3", "what": f"{path!r} is not what the journal says ({state})"})
    return found


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path / "work")
    made.music.mkdir(parents=True)
    return made


def one_file(bench, kinds, name, shape):
    """Prepare a bench with one file, and find out what it is to become."""
    shutil.copy(kinds[name], bench.music / name)
    word, count = WORDS[shape]
    bench.scanned([{word.format(number): Verdict.YES for number in range(count)}])
    bench.keep()
    bench.snapshot()


def attempt(bench, nest, what="write", whose="both"):
    def once(variables):
        bench.put_back()
        return nest.run("write", bench.library, what, variables={**variables, "FAULT_WHOSE": whose})

    return once


def restarted(bench, nest):
    done = nest.command("restore", "--list", "--json", library=bench.library)
    assert done.returncode == 0, done.stderr
    return done.stderr


def swept(bench, nest, shim, kinds_of_faults, whose, short, what="write"):
    """Fault at the calls on the music of one process; returns how many hit and what was violated."""
    count, violations = 0, []
    for fault, done in shim.sweep(
        attempt(bench, nest, what, whose), str(bench.music), kinds=kinds_of_faults, limit=200, short=short
    ):
        count += 1
        before = bench.violations(is_restarted=False)
        restarted(bench, nest)
        after = bench.violations(is_restarted=True)
        violations += [(str(fault), whose, done.returncode, each) for each in before + after]
    return count, violations


def learn_the_new_one(bench, nest):
    """Write once without a fault, note the new file, and prove that it comes back byte for byte."""
    done = attempt(bench, nest)({})
    assert done.returncode == 0, done.stderr
    states = [each["state"] for each in acknowledged(done.stdout) if "state" in each]
    assert states == ["done"] * len(bench.files()), done.stdout
    bench.snapshot()
    assert all(old != new for old, new in bench.allowed.values())
    back = nest.run("write", bench.library, "restore")
    assert back.returncode == 0, back.stderr
    assert [digest(file) for file in bench.files()] == [bench.allowed[os.fsencode(file)][0] for file in bench.files()]


def start_from_the_new_one(bench, nest):
    """From now on each attempt begins with the written file, so that taking the tags back is what suffers."""
    assert attempt(bench, nest)({}).returncode == 0
    shutil.rmtree(bench.kept)
    bench.keep()


CASES = [(name, shape) for name in KINDS_OF_FILES for shape in ("grows", "fits", "shrinks")]
SHORT_CASES = [("v23.mp3", "grows"), ("dressed.flac", "shrinks")]
# Of which process, and how: all, or one of each for every run of the suite.
K4 = (
    [("worker", ("kill", "half")), ("parent", ("kill", "half"))]
    if full()
    else [("worker", ("half",)), ("parent", ("kill",))]
)
D3 = [("worker", ("enospc", "eio", "short")), ("parent", ("enospc", "eio"))] if full() else [("worker", ("enospc",))]


@pytest.mark.parametrize(("name", "shape"), CASES if full() else SHORT_CASES)
def test_k4_a_kill_at_every_call_leaves_the_old_file_or_the_new_one(name, shape, bench, kinds, nursery, shim, record):
    """K4: kill and half-written kill at every mutating call on the music, in the worker and in the program itself."""
    one_file(bench, kinds, name, shape)
    nest = nursery("write", "command", shim=shim)
    learn_the_new_one(bench, nest)
    what = "write"
    if shape == "shrinks":
        what = "restore"
        start_from_the_new_one(bench, nest)
    total, violations = 0, []
    for whose, how in K4:
        count, found = swept(bench, nest, shim, how, whose, short=1, what=what)
        total, violations = total + count, violations + found
    record("K4", f"kill at every call of one tag write: {name}, {shape}", n=total, violations=violations)


@pytest.mark.parametrize("name", KINDS_OF_FILES if full() else KINDS_OF_FILES[1:2])
def test_d3_a_failing_disk_leaves_the_old_file_or_the_new_one(name, bench, kinds, nursery, shim, record):
    """D3, music part: ENOSPC and EIO from the n-th call on, for every n, and short writes."""
    one_file(bench, kinds, name, "grows")
    nest = nursery("write", "command", shim=shim)
    learn_the_new_one(bench, nest)
    total, violations = 0, []
    for whose, how in D3:
        count, found = swept(bench, nest, shim, how, whose, short=1)
        total, violations = total + count, violations + found
    record(
        "D3", f"disk full, broken or short from the n-th call of a tag write: {name}", n=total, violations=violations
    )


@pytest.mark.skipif(not full(), reason="the journal's own calls are swept by make faults")
@pytest.mark.parametrize("kind", ["kill", "half"])
def test_k4_a_kill_at_the_calls_of_the_journal_is_no_harm(kind, bench, kinds, nursery, shim, record):
    """K4: kill at the calls on the library's own files while a tag is written."""
    one_file(bench, kinds, "v23.mp3", "grows")
    nest = nursery("write", "command", shim=shim)
    learn_the_new_one(bench, nest)
    count, violations = 0, []
    for fault, done in shim.sweep(attempt(bench, nest), "library.sqlite3", kinds=(kind,), limit=60):
        count += 1
        before = bench.violations(is_restarted=False)
        restarted(bench, nest)
        violations += [(str(fault), done.returncode, each) for each in before + bench.violations(is_restarted=True)]
    record("K4", f"{kind} at the calls of the journal while a tag is written", n=count, violations=violations)


def test_k5_a_kill_in_a_batch_tells_which_files_are_new_and_all_come_back(bench, nursery, record):
    """K5: kill -9 of program and worker somewhere in a batch; continue, then undo."""
    write_tones(bench.music, times(8, 50))
    bench.scanned([{"jazz": Verdict.YES, "x" * 90: Verdict.YES}])
    bench.keep()
    bench.snapshot()
    nest = nursery("write", "command")
    learn_the_new_one(bench, nest)
    chance, hits, violations = random.Random(5), 0, []
    repetitions, tried = times(1, 50), 0
    while hits < repetitions and tried < 3 * repetitions:
        tried += 1
        bench.put_back()
        child = nest.start("write", bench.library, "write")
        wanted = chance.randrange(len(bench.files()))
        seen = 0
        # The first lines are the preview's.
        for line in child.stdout:
            seen += '"done"' in line
            if seen > len(bench.files()) + wanted:
                time.sleep(chance.random() * 0.05)
                break
        child.kill()
        new = sum(digest(file) == bench.allowed[os.fsencode(file)][1] for file in bench.files())
        hits += new < len(bench.files())
        violations += bench.violations(is_restarted=False)
        said = restarted(bench, nest)
        violations += bench.violations(is_restarted=True)
        if new < len(bench.files()) and "interrupted" not in said:
            violations.append(f"nothing was said of the interruption: {said!r}")
        continued = nest.command("restore", "1", "--continue", library=bench.library)
        if continued.returncode or any(digest(file) != bench.allowed[os.fsencode(file)][1] for file in bench.files()):
            violations.append(f"it could not be continued: {continued.stderr}")
        back = nest.command("restore", "--all", library=bench.library)
        if back.returncode or any(digest(file) != bench.allowed[os.fsencode(file)][0] for file in bench.files()):
            violations.append(f"not all came back: {back.stdout[-300:]}{back.stderr}")
    record(
        "K5",
        f"kill in a batch of {len(bench.files())} files; continued, then taken back",
        n=hits,
        violations=violations,
    )


@pytest.mark.parametrize("name", KINDS_OF_FILES if full() else KINDS_OF_FILES[1:2])
def test_d2_a_full_disk_refuses_before_the_file_is_touched(name, tmp_path, kinds, small_disk, children, record):
    """D2: the music is on a disk without room for a second version."""
    disk = small_disk(12_000)
    bench = Bench(tmp_path / "work")
    bench.folder.mkdir()
    (disk / "music").mkdir()
    shutil.copy(kinds[name], disk / "music" / name)
    bench.music = disk / "music"
    bench.scanned([{"jazz": Verdict.YES}])
    bench.snapshot()
    fill(disk, leave_kb=times(64, 64))
    done = children.run(["write", "--yes", "--json"], library=bench.library)
    violations = check(bench.library, audio=bench.allowed, temps=[bench.music])
    if "no room" not in done.stdout:
        violations.append({"invariant": "D2", "what": done.stdout + done.stderr})
    record("D2", f"disk of the music full: {name}", n=1, violations=violations)


def _longer(file):
    file.write_bytes(file.read_bytes() + b"\0" * 8)


def _touched(file):
    os.utime(file, ns=(5, 5))


def _replaced(file):
    copy = file.with_name("copy")
    shutil.copy2(file, copy)
    copy.replace(file)


def _other_sound(file):
    status = file.stat()
    raw = bytearray(file.read_bytes())
    raw[-2000:-1000] = bytes(1000)
    file.write_bytes(raw)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("spoil", [_longer, _touched, _replaced, _other_sound], ids=lambda each: each.__name__[1:])
def test_v5_a_file_that_changed_after_the_scan_is_refused(spoil, bench, kinds, record):
    """V5: size, time, inode (after the preview) and contents of the same size and time."""
    from tagstudio.services.write_tags import plan, write

    violations, count = [], 0
    for name in KINDS_OF_FILES:
        shutil.copy(kinds[name], bench.music / name)
    bench.scanned([{"jazz": Verdict.YES}])
    with open_studio(bench.library) as studio:
        wanted = run(plan(studio, workers=1))
        for file in bench.files():
            spoil(file)
        bench.snapshot()
        report = run(write(studio, wanted, is_allowed=True))
        for each in report.files:
            count += 1
            if each.state != "refused" or not ("changed" in each.reason or "sound" in each.reason):
                violations.append(f"{each.path}: {each.state} {each.reason}")
    violations += check(bench.library, audio=bench.allowed, temps=[bench.music])
    record("V5", f"file changed between scan and write: {spoil.__name__[1:]}", n=count, violations=violations)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_r1_what_may_not_be_written_is_refused_with_the_reason(what, bench, kinds, children, record):
    """R1: file 444 and folder 555, as an ordinary user."""
    for name in KINDS_OF_FILES:
        shutil.copy(kinds[name], bench.music / name)
    bench.scanned([{"jazz": Verdict.YES}])
    bench.snapshot()
    places = bench.files() if what == "file" else [bench.music]
    for place in places:
        place.chmod(0o444 if what == "file" else 0o555)
    modes = [place.stat().st_mode for place in places]
    try:
        done = children.run(["write", "--yes", "--json"], library=bench.library, unprivileged=True)
    finally:
        bench.music.chmod(0o755)
    violations = check(bench.library, audio=bench.allowed, temps=[bench.music])
    if done.stdout.count("read-only") != len(KINDS_OF_FILES):
        violations.append({"invariant": "R1", "what": done.stdout + done.stderr})
    if what == "file" and [place.stat().st_mode for place in places] != modes:
        violations.append({"invariant": "R1", "what": "modes were changed"})
    record("R1", f"write into a read-only {what}", n=len(KINDS_OF_FILES), violations=violations)


def test_x1_no_file_of_the_torture_corpus_is_harmed_by_writing(tmp_path, record):
    """Section 3 and X1, writing: every nasty file is refused as it was, or its new version is proven and undone."""
    corpus = make_torture(tmp_path / "corpus", whole=full())
    wishes = (
        Wish(facet="genre", place=place_of("genre"), words=("Jazz", "Très bon")),
        Wish(facet="mood", place=place_of("mood"), words=("calm",)),
    )
    count, written, violations = 0, 0, []
    with Worker(FileWriter, limits=WRITER_LIMITS) as worker:
        # A twelfth of the core in every run of the suite, all of everything by make faults.
        for entry in corpus.entries if full() else corpus.entries[::12]:
            path = corpus.file(entry)
            try:
                status = os.lstat(path)
            except OSError:
                continue
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                continue
            before, count = digest(path), count + 1
            temp = os.path.join(os.path.dirname(path), b".tagstudio-x1")  # noqa: PTH118, PTH120 -- bytes
            try:
                sound = worker.call("sound", path, timeout_s=20)
                request = FileRequest(
                    path=path, size=status.st_size, known_mtime_ns=status.st_mtime_ns, audio_hash=sound, wishes=wishes
                )
                prepared = worker.call("prepare", request, temp, timeout_s=20)
            except WorkerError:
                # It was ended because it took too long; the program sweeps up after its workers.
                prepared = None
                remove_temp(temp)
            except TagStudioError:
                prepared = None
            if digest(path) != before:
                violations.append(f"{entry.name}: the file itself was changed")
            if prepared is not None:
                written += 1
                again = FileRequest(
                    path=temp, size=0, known_mtime_ns=0, audio_hash=prepared.facts.audio_hash, mtime_ns=1
                )
                back = worker.call("prepare_back", again, temp + b"2", prepared.patch, before, prepared.new_sha256)
                if digest(temp + b"2") != before or back.new_sha256 != before:
                    violations.append(f"{entry.name}: it does not come back")
                Path(os.fsdecode(temp)).unlink()
                Path(os.fsdecode(temp + b"2")).unlink()
            elif os.path.lexists(temp):
                violations.append(f"{entry.name}: an unfinished version is left")
    assert written > count // 8
    record("X1", f"tags written into a copy of every file of the corpus ({written} proven, the rest refused)", n=count,
           violations=violations)  # fmt: skip
