"""K8, C1-C4, T1, I8: backups, restoring and damage of the library's file."""

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from harness import check, times, violations_text

from tagstudio.domain.errors import DamagedLibraryError, LibraryError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import checks, judgements, roots, tags, tracks
from tagstudio.library.backups import all_backups, backup_folder, problem
from tagstudio.library.store import open_library
from tagstudio.library.thinning import superfluous
from tagstudio.services import backups, recovery, upkeep
from tagstudio.services.studio import open_studio

SEED = 20_240_502
TRACKS = 60


def fill(file, batches=60):
    """Make a library with tracks, tags of its own, and judgements of all kinds."""
    with open_studio(file) as studio, studio.library.write() as session:
        root = roots.add(session, b"/music")
        for i in range(TRACKS):
            facts = TrackFacts(
                audio_hash=f"{i:064x}", duration_s=100.0, codec="mp3", rate=44100, channels=2,
                fields={"title": (f"Title {i}",), "genre": ("Rock",)},
            )  # fmt: skip
            tracks.add(session, root_id=root.id, path=b"%d.mp3" % i, size=i, mtime_ns=i, facts=facts)
        tags.add(session, "a word of my own", "use")
    judge(file, range(batches))


def judge(file, numbers):
    chance = random.Random(SEED)
    verdicts = [Verdict.YES, Verdict.NO, Verdict.UNSURE, Verdict.CLEARED]
    with open_library(file, create=False) as library:
        for number in numbers:
            with library.write() as session:
                made = [
                    Judgement(
                        track_id=1 + chance.randrange(TRACKS), tag_id=1 + (number + each) % 60,
                        verdict=chance.choice(verdicts),
                    )
                    for each in range(3)
                ]  # fmt: skip
                judgements.record(session, made, text=f"batch {number}")
        with library.write() as session:
            judgements.undo(session)
        with library.write() as session:
            judgements.redo(session)


def truth(file):
    """Return the judgements and what they mean, as any program reads them: names, identity, order, what holds."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as plain:
        said = plain.execute(
            "SELECT j.id, j.verdict, j.origin, j.start_s, j.end_s, j.made_at, j.hash, w.name, w.is_hidden, f.name, "
            "t.path, t.audio_hash, r.path, b.kind, b.text, b.undoes FROM judgement AS j "
            "LEFT JOIN tag AS w ON w.id = j.tag_id LEFT JOIN facet AS f ON f.id = w.facet_id "
            "LEFT JOIN track AS t ON t.id = j.track_id LEFT JOIN root AS r ON r.id = t.root_id "
            "LEFT JOIN batch AS b ON b.id = j.batch_id ORDER BY j.id"
        ).fetchall()
        holds = plain.execute(
            "SELECT s.verdict, s.origin, s.made_at, w.name, t.path FROM standing AS s "
            "LEFT JOIN tag AS w ON w.id = s.tag_id LEFT JOIN track AS t ON t.id = s.track_id ORDER BY 4, 5"
        ).fetchall()
        words = plain.execute("SELECT id, name FROM tag ORDER BY id").fetchall()
    return said, holds, words


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A library with judgements, a backup of half of them, and a mirror of all; copy it, do not change it."""
    folder = tmp_path_factory.mktemp("filled")
    file = folder / "library.sqlite3"
    fill(file, batches=30)
    with open_studio(file) as studio:
        backups.make(studio)
    judge(file, range(30, 60))
    return folder


@pytest.fixture
def copied(filled, tmp_path):
    """Give a fresh copy of the filled library, as often as wanted."""
    made = iter(range(10**6))

    def copy():
        folder = tmp_path / f"copy {next(made)}"
        shutil.copytree(filled, folder, ignore=shutil.ignore_patterns("*-owner", "*-wal", "*-shm"))
        return folder / "library.sqlite3"

    return copy


def flip_bit(raw, chance):
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def change_bytes(raw, chance):
    start = chance.randrange(len(raw) - 8)
    raw[start : start + 8] = chance.randbytes(8)


def zero_page(raw, chance):
    page = 4096 * chance.randrange(len(raw) // 4096)
    raw[page : page + 4096] = bytes(4096)


DAMAGES = {"single bits": flip_bit, "8 bytes": change_bytes, "zeroed pages": zero_page}


def outcome(file, expected):
    """Open a damaged library, and tell how that ended: refused, detected by the full check, harmless, or silent."""
    try:
        open_library(file, create=False).close()
    except LibraryError as error:
        return "refused" if error.what and error.advice else "silent"
    with checks.looked_at(file) as connection:
        if next(checks.full(connection), None) is not None:
            return "detected"
    try:
        return "harmless" if truth(file) == expected else "silent"
    except sqlite3.Error:
        return "silent"


@pytest.mark.parametrize("kind", DAMAGES)
def test_c1_no_damage_of_the_file_changes_a_judgement_in_silence(filled, tmp_path, record, kind):
    whole = (filled / "library.sqlite3").read_bytes()
    expected = truth(filled / "library.sqlite3")
    chance = random.Random(f"{SEED} {kind}")
    found: Counter[str] = Counter()
    violations = []
    folder = tmp_path / "damaged"
    shutil.copytree(filled, folder, ignore=shutil.ignore_patterns("*-owner", "*-wal", "*-shm"))
    file = folder / "library.sqlite3"
    for number in range(times(15, 300)):
        raw = bytearray(whole)
        while raw == whole:
            DAMAGES[kind](raw, chance)
        for beside in folder.glob("library.sqlite3-*"):
            beside.unlink()
        file.write_bytes(raw)
        ended = outcome(file, expected)
        found[ended] += 1
        if ended == "silent":
            violations.append(f"{kind} {number}: a judgement changed in silence")
    total = found.total()
    record("C1", f"{kind} changed: {dict(found)}", n=total, violations=violations)


def truncated(file, _other):
    raw = file.read_bytes()
    file.write_bytes(raw[: len(raw) // 2])


def emptied(file, _other):
    file.write_bytes(b"")


def text_instead(file, _other):
    file.write_text("shopping list\n" * 300)


def foreign_database(file, _other):
    file.unlink()
    with closing(sqlite3.connect(file)) as plain:
        plain.execute("CREATE TABLE bookmark (url TEXT)")
        plain.commit()


def journal_lost(file, _other):
    # As after a crash before the journal was moved into the file, whose journal somebody has tidied away.
    shutil.copyfile(file.with_name("before"), file)


def journal_of_an_older_state(file, other):
    shutil.copyfile(other.with_name("stale-wal"), file.with_name(file.name + "-wal"))
    shutil.copyfile(other.with_name("older"), file)


def journal_of_another_library(file, other):
    shutil.copyfile(other.with_name("stale-wal"), file.with_name(file.name + "-wal"))


def vanished(file, _other):
    file.unlink()


WRECKS = (
    truncated, emptied, text_instead, foreign_database, journal_lost, journal_of_an_older_state,
    journal_of_another_library, vanished,
)  # fmt: skip


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another library, with a journal that it left behind, and an older state of itself."""
    folder = tmp_path_factory.mktemp("other")
    file = folder / "library.sqlite3"
    fill(file, batches=20)
    shutil.copyfile(file, folder / "older")
    with open_library(file) as library, library.write() as session:
        tags.add(session, "in the journal only")
        for number in range(300):
            tags.add(session, f"word {number} in the journal")
    library = open_library(file)
    try:
        with library.write() as session:
            for number in range(300, 600):
                tags.add(session, f"word {number} in the journal")
        shutil.copyfile(file.with_name(file.name + "-wal"), folder / "stale-wal")
    finally:
        library.close()
    return file


@pytest.mark.parametrize("wreck", WRECKS, ids=lambda each: each.__name__)
def test_c2_what_is_no_library_any_more_is_refused_and_never_replaced_by_an_empty_one(
    copied, other, record, wreck, tmp_path
):
    file = copied()
    shutil.copyfile(file, file.with_name("before"))
    judge(file, range(60, 62))
    expected = truth(file)
    wreck(file, other)
    before = file.read_bytes() if file.exists() else None
    violations = []
    try:
        open_studio(file).close()
        if truth(file) != expected:
            violations.append(f"{wreck.__name__}: opened with other judgements")
    except DamagedLibraryError as error:
        if "restore" not in error.advice:
            violations.append(f"{wreck.__name__}: nothing was offered: {error.advice}")
        if (file.read_bytes() if file.exists() else None) != before:
            violations.append(f"{wreck.__name__}: the file was changed")
        run(recovery.restore(file))
        if truth(file) != expected:
            violations.append(f"{wreck.__name__}: restoring lost something")
        open_studio(file).close()
    record("C2", wreck.__name__.replace("_", " "), n=1, violations=violations)


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


JUMPS = {
    "back a day": lambda now: now - timedelta(days=1),
    "back 10 years": lambda now: now - timedelta(days=3653),
    "forward to 2099": lambda now: now.replace(year=2099, day=1),
    "an hour of summer time": lambda now: now + timedelta(hours=1),
    "to 1970": lambda now: datetime(1970, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("jump", JUMPS)
def test_t1_a_clock_that_jumps_neither_hides_nor_deletes_backups(copied, record, jump):
    file = copied()
    now = datetime(2024, 6, 15, 12, tzinfo=UTC)
    violations = []
    with open_studio(file) as studio:
        for hour in range(3):
            backups.make(studio, clock=lambda hour=hour: now + timedelta(hours=hour))
        before = {each.number for each in all_backups(file)}
        for _ in range(3):
            made = backups.make(studio, clock=lambda: JUMPS[jump](now + timedelta(hours=3))).backup
        if all_backups(file)[0] != made:
            violations.append("the newest backup is not the one made last")
        lost = before - {each.number for each in all_backups(file)}
        if lost:
            violations.append(f"backups {lost} were deleted")
        if backups.if_changed(studio, "again") is not None:
            violations.append("a backup was made though nothing had changed")
    file.write_bytes(b"")
    found = run(recovery.offer(file))
    if found is None or found.backup != made:
        violations.append("not the newest backup was offered")
    record("T1", f"clock {jump}", n=1, violations=violations)


def test_i8_each_automatic_backup_is_good_and_the_last_good_one_is_never_thinned(copied, record):
    file = copied()
    violations = []
    start = datetime(2020, 1, 1, tzinfo=UTC)
    with open_studio(file) as studio:
        for week in range(times(12, 60)):
            made = backups.make(studio, clock=lambda week=week: start + timedelta(days=5 * week)).backup
            if why := problem(made):
                violations.append(why)
    kept = all_backups(file)
    if kept[0].number != made.number:
        violations.append("the last good backup was thinned")
    if len(kept) > 10 + 7 + 4 + 12 + 1:
        violations.append(f"{len(kept)} backups are kept")
    if superfluous(kept, start + timedelta(days=40_000)) and len(kept) <= 10:
        violations.append("the newest few would go")
    violations += [f"{each['invariant']}: {each['what']}" for each in check(file, backups=backup_folder(file))]
    record("I8", "backups over months, thinned", n=len(kept), violations=violations)


def test_a_backup_that_cannot_be_made_leaves_the_older_ones(copied):
    file = copied()
    before = all_backups(file)
    with open_studio(file) as studio:
        with closing(sqlite3.connect(file)) as plain:
            plain.execute("UPDATE tag SET name = 'changed behind its back' WHERE id = 1")
            plain.commit()
        with pytest.raises(TagStudioError, match="damaged"):
            backups.make(studio)
    assert all_backups(file) == before
    assert [each.name for each in backup_folder(file).glob(".*")] == [".lock"]
