"""X1, X3, X4: nasty files through every command; nothing crashes, nothing changes, nothing calls home."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from guard import guarding
from harness import full

from tagstudio.domain.tracks import shown_path

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("torture")]

WALL_S = 600
# What the manifest asks for and we decide otherwise, with the reason.
DECIDED = {
    b"08_wav/bits_64int.wav": "FFmpeg decodes 64-bit integers, so they are heard",
    b"02_truncated/cut_p90.ogg": "an Ogg file makes no promise of its length",
    b"02_truncated/cut_p90.opus": "an Ogg file makes no promise of its length",
}


def outcomes(run):
    """Say for each entry what became of it: absent, failed, unheard, heard, odd (with a note) or shared.

    What has the same sound as another file is heard once, and a note stands at the one that was heard.
    """
    rows, heard = run.rows(), run.heard()
    files = Counter(row[1] for row in rows.values())
    refused = {each["path"] for step in ("scan", "analyse") for each in run.json(step)["failed"]}
    noted = {each["path"] for each in run.json("analyse")["notes"]}
    for entry in run.torture.entries:
        path, row = shown_path(run.torture.file(entry)), rows.get(entry.path)
        if row is None:
            yield entry, "failed" if path in refused else "absent"
        elif row[0] or not row[1]:
            yield entry, "failed"
        elif row[1] in heard:
            yield entry, "odd" if path in noted else "shared" if files[row[1]] > 1 else "heard"
        else:
            yield entry, "unheard"


AS_EXPECTED = {
    "decodes": {"heard", "shared", "odd"},
    "partial": {"odd", "shared"},
    "error": {"failed"},
    "ignored": {"absent"},
    "either": {"heard", "shared", "odd", "failed"},
}


def may_be_absent(entry):
    return entry.expect == "either" and (entry.fs == "symlink" or b"locked_dir" in entry.path or b".m4p" in entry.path)


def test_x1_every_file_becomes_what_the_manifest_says(torture_run, record):
    wrong = [
        f"{os.fsdecode(entry.path)!a}: {entry.expect} expected, {got}"
        for entry, got in outcomes(torture_run)
        if entry.path not in DECIDED and got not in AS_EXPECTED[entry.expect] and not may_be_absent(entry)
    ]
    record("X1", "torture corpus: scanned and listened to", n=len(torture_run.torture.entries), violations=wrong)


def test_x1_every_command_ends_well_and_in_time(torture_run, record):
    wrong = [
        f"{name}: {done.returncode} {done.stderr[-500:]}"
        for name, done in torture_run.steps.items()
        if done.returncode or "Traceback" in done.stderr
    ]
    took = sum(torture_run.took_s.values())
    if took > WALL_S:
        wrong.append(f"all together took {took:.0f} s: {torture_run.took_s}")
    record("X1", "commands over the torture corpus", n=len(torture_run.steps), violations=wrong)


def test_x1_no_file_is_changed_by_anything(torture_run, record):
    wrong = [path for path, digest in torture_run.before.items() if torture_run.after.get(path) != digest]
    wrong += [path for path, at in torture_run.times_before.items() if torture_run.times_after.get(path) != at]
    wrong += [path for path in torture_run.times_after if path not in torture_run.times_before]
    record("X1", "files byte-identical, with times and modes", n=len(torture_run.times_before), violations=wrong)


def test_x1_every_track_can_be_prepared_for_playing_or_says_why_not(torture_run, record):
    lines = [each for each in torture_run.lines("prepare") if "track" in each]
    good = {entry.path for entry, got in outcomes(torture_run) if entry.expect == "decodes"}
    music = os.fsencode(torture_run.torture.music) + b"/"
    wrong = [
        each for each in lines
        if bytes.fromhex(each["path"]).removeprefix(music) in good and (each["overview"] or each["sound"])
    ]  # fmt: skip
    missing = len(torture_run.rows()) - len(lines)
    record("X1", "play preparation of every track", n=len(lines), violations=[*wrong, *["not prepared"] * missing])


def test_x1_every_text_can_be_searched_for(torture_run, record):
    lines = [each for each in torture_run.lines("prepare") if "search" in each]
    wrong = [each for each in lines if each["took_s"] > 5]
    plain = [each for each in lines if re.fullmatch(r'"[A-Za-z0-9 ]+"', each["search"])]
    wrong += [each for each in plain if not each.get("found")]
    record("X1", "searches for every text of the corpus", n=len(lines), violations=wrong)


def test_x1_what_was_exported_comes_back_the_same(torture_run, record):
    folder = torture_run.library.parent
    out, again = (json.loads((folder / name).read_text()) for name in ("out.json", "again.json"))
    first, second = _verdicts(out), _verdicts(again)
    wrong = [key for key, value in first.items() if second.get(key) != value]
    wrong += [key for key in second if key not in first]
    # Two tags were given to every track.
    told = torture_run.json("judge")["judged"]
    assert told == 2 * len(out["tracks"]) == sum(tag in ("jazz", "<b>bold</b>") for _, tag, _ in first)
    record("X1", "judgements exported and imported again", n=len(first), violations=wrong)


def _verdicts(exported):
    """Return the verdicts of an export by path, tag and where in the track; who said it is the import, by design."""
    return {
        (track["path"], each["tag"], each.get("start_s")): each["state"]
        for track in exported["tracks"]
        for each in track["tags"]
        if each["state"] != "unknown"
    }


def test_x1_the_write_preview_touches_nothing(torture_run, record):
    assert torture_run.steps["write preview"].stdout.strip()
    record("X1", "write preview of the whole corpus", n=len(torture_run.rows()), violations=())


def test_x3_nothing_uses_the_network(torture_run, record):
    calls = [each for each in torture_run.findings if each[2:].startswith(("socket", "guard failed"))]
    assert torture_run.watched > 2 * len(torture_run.steps), "the processes that decode must be watched, too"
    where = "without a network" if torture_run.is_offline else "with a network"
    record("X3", f"processes watched for sockets, run {where}", n=torture_run.watched, violations=calls)


def test_x4_nothing_in_the_music_folder_is_opened_for_writing(torture_run, record):
    calls = [each for each in torture_run.findings if not each[2:].startswith("socket")]
    record("X4", "processes watched for writing in the music folder", n=torture_run.watched, violations=calls)


def test_the_guard_notices_sockets_and_writing_even_from_a_process_of_a_process(tmp_path, children):
    music = tmp_path / "music"
    music.mkdir()
    inner = (
        f"import os, socket, pathlib; f = pathlib.Path({str(music)!r}, 'x'); f.touch(); f.open('ab').close();"
        "f.open('rb').close(); os.rename(f, f.with_name('y')); socket.socket().close(); socket.socketpair()"
    )
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True)"
    with guarding(tmp_path, music) as guard:
        done = children.finish(children.begin([sys.executable, "-c", outer], variables=guard.variables))
        assert done.returncode == 0, done.stderr
        guard.collect()
        assert guard.watched == 2
        kinds = [each.split()[1] for each in guard.findings]
        assert kinds.count("open") == 2  # touch and append, not reading
        assert {"os.rename", "socket"} <= set(kinds) <= {"open", "os.rename", "os.utime", "socket"}


@pytest.mark.skipif(not full(), reason="under full counts only: make faults")
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_x3_not_even_foreign_code_opens_a_network_socket(torture_run, children, tmp_path, record):
    allowed = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    if allowed.returncode:
        pytest.skip("strace may not trace here")
    log = tmp_path / "calls"
    command = ["strace", "-f", "-qq", "-e", "trace=socket,connect,sendto,bind", "-o", log, sys.executable, "-m"]
    command += ["tagstudio", "--library", tmp_path / "library.sqlite3"]
    folders = [torture_run.torture.music / name for name in ("01_sane", "03_disguise", "04_id3", "07_mp4")]
    for arguments in (["scan", *folders], ["analyse", "--excerpts", "1"]):
        children.finish(children.begin([*command, *arguments]), timeout_s=580)
    lines = [line for line in log.read_text().splitlines() if re.search(r"AF_INET6?|AF_NETLINK|sin_port", line)]
    record("X3", "scan and analysis under strace", n=2, violations=lines)
