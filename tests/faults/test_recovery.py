"""C3, C4, K8: restoring from a backup, and being killed at it."""

import random
import shutil

import pytest
from harness import check, times, violations_text
from judged import SEED, fill, judge, truth

from tagstudio.domain.errors import DamagedLibraryError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import judgements, roots, tags, tracks
from tagstudio.library.backups import backup_folder
from tagstudio.library.store import open_library
from tagstudio.services import backups, recovery, upkeep
from tagstudio.services.studio import open_studio


def test_c3_when_the_newest_backup_is_damaged_too_the_next_older_one_is_offered(copied, record):
    file = copied()
    expected = truth(file)
    with open_studio(file) as studio:
        newest = backups.make(studio).backup
    raw = bytearray(newest.file.read_bytes())
    raw[len(raw) // 2] ^= 4
    newest.file.write_bytes(raw)
    file.write_bytes(b"broken")
    found = run(recovery.offer(file))
    violations = []
    if found is None or found.backup is None or found.backup.number != newest.number - 1 or not found.passed_over:
        violations.append(f"offered {found}")
    run(recovery.restore(file))
    if truth(file) != expected:
        violations.append("not all judgements are back")
    record("C3", "newest backup damaged too", n=1, violations=violations)


def test_c4_a_restored_library_is_what_it_was_with_the_newer_judgements(tmp_path, record):
    violations = []
    chance = random.Random(SEED)
    file = tmp_path / "library.sqlite3"
    fill(file, batches=5)
    repetitions = times(2, 20)
    for number in range(repetitions):
        with open_studio(file) as studio:
            made = backups.make(studio).backup
        then = truth(file)
        judge(file, range(number * 10, number * 10 + chance.randrange(1, 10)))
        now = truth(file)
        kept = file.read_bytes()
        file.write_bytes(kept[: chance.randrange(len(kept))])
        report = run(recovery.restore(file, made))
        if truth(file) != now or report.not_replayed:
            violations.append(f"{number}: the newer judgements are not back: {report.not_replayed[:2]}")
        # Opened without a word, and its second copy goes on.
        open_library(file).close()
        violations += [f"{number}: {each.part}: {each.what}" for each in upkeep.check(file) if not each.is_ok]
        # Gone back on purpose: what was judged since is given up, also by the next restore.
        run(recovery.restore(file, made, with_newer=False))
        if truth(file) != then:
            violations.append(f"{number}: not the moment of the backup")
        open_library(file).close()
        file.write_bytes(kept[:1000])
        run(recovery.restore(file))
        if truth(file) != then:
            violations.append(f"{number}: what was given up came back")
        open_library(file).close()
    record(
        "C4", "restored from an automatic backup, newer judgements judged again", n=repetitions, violations=violations
    )


def test_c4_judgements_on_tracks_and_tags_that_the_backup_lacks_come_back(copied, record):
    file = copied()
    with open_library(file) as library, library.write() as session:
        root = roots.add(session, b"/elsewhere \xff")
        facts = TrackFacts(audio_hash="f" * 64, duration_s=1.0, codec="mp3", rate=44100, channels=2, fields={})
        track = tracks.add(session, root_id=root.id, path=b"n\xe9w.mp3", size=1, mtime_ns=1, facts=facts)
        tag = tags.add(session, "brand new", "mood")
        judgements.record(session, [Judgement(track_id=track, tag_id=tag.id, verdict=Verdict.YES)])
    expected = truth(file)[0][-1]
    file.unlink()
    report = run(recovery.restore(file))
    last = truth(file)[0][-1]
    violations = [] if (last[1], last[7:14]) == (expected[1], expected[7:14]) else [f"{last} is not {expected}"]
    if (report.new_tracks, report.new_tags) != (1, 1):
        violations.append(f"{report.new_tracks} tracks, {report.new_tags} tags")
    open_library(file).close()
    record("C4", "new tracks and tags come back with their judgements", n=1, violations=violations)


@pytest.mark.parametrize("action", ["backup", "restore"])
def test_k8_killing_a_backup_or_a_restore_leaves_a_library_and_a_good_backup(
    action, copied, filled, shim, nursery, record
):
    expected = truth(filled / "library.sqlite3")
    violations = []
    hit = 0
    nest = nursery("recover", shim=shim)

    def attempt(variables):
        file = copied()
        if action == "restore":
            raw = file.read_bytes()
            file.write_bytes(raw[: len(raw) // 2])
        return file, nest.run("recover", action, file, variables=variables)

    for fault, (file, done) in shim.sweep(attempt, "library.", kinds=("kill", "half"), limit=40, short=2):
        hit += done.returncode == 137
        where = f"{action} {fault}"
        violations += [f"{where}: {violations_text([each])}" for each in check(None, backups=backup_folder(file))]
        try:
            open_library(file, create=False).close()
        except DamagedLibraryError:
            run(recovery.restore(file))
            open_library(file, create=False).close()
        if truth(file) != expected:
            violations.append(f"{where}: judgements are lost")
        # One start has tidied up.
        left = [each.what for each in upkeep.check(file) if not each.is_ok]
        violations += [f"{where}: {what}" for what in left]
        if action == "restore" and not list(file.parent.glob("*.corrupt-*")):
            violations.append(f"{where}: the damaged file is gone")
        shutil.rmtree(file.parent)
    record("K8", f"kill during {action}", n=hit, violations=violations)
