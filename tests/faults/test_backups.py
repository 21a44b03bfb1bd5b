"""T1, I8: backups over time, with clocks that jump."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from harness import check, times

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.library.backups import all_backups, backup_folder, problem
from tagstudio.library.store import open_library
from tagstudio.library.thinning import superfluous
from tagstudio.services import backups, recovery
from tagstudio.services.studio import open_studio

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
    if superfluous(kept, made.library, start + timedelta(days=40_000)) and len(kept) <= 10:
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


def test_copies_of_a_person_and_backups_of_another_library_are_never_thinned(copied):
    file = copied()
    start = datetime(2040, 1, 1, tzinfo=UTC)  # all that is there is old by then
    (theirs,) = all_backups(file)
    copy = backup_folder(file) / "before I merged the moods.sqlite3"
    shutil.copyfile(file, copy)
    file.unlink()
    file.with_name("judgements.jsonl").unlink(missing_ok=True)
    with open_library(file.with_name("other.sqlite3")):
        pass
    shutil.move(file.with_name("other.sqlite3"), file)
    with open_studio(file) as studio:
        for day in range(40):
            backups.make(studio, clock=lambda day=day: start + timedelta(days=day))
    kept = {each.file for each in all_backups(file)}
    assert {theirs.file, copy} < kept
    assert len(kept) < 40
