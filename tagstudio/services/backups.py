"""Backups of a library: when they are made, which are kept, and whether they can be put back."""

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from tagstudio.domain.disk_faults import reason as why
from tagstudio.domain.errors import LibraryError, TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import shown
from tagstudio.library import backups, checks, seals
from tagstudio.library.backups import Backup, Clock, all_backups, utc_now
from tagstudio.library.owners import real_file
from tagstudio.library.store import open_library
from tagstudio.library.thinning import superfluous
from tagstudio.services.studio import Studio

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=30)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that is there now; ``warning`` is a sentence when its second copy is not."""

    backup: Backup
    is_new: bool = True
    thinned: int = 0
    warning: str = ""


@dataclass(frozen=True, slots=True)
class TestReport:
    """What opening a copy of a backup has shown; ``problem`` is a sentence, empty when all is as it was."""

    backup: Backup
    judgements: int = 0
    tracks: int = 0
    tags: int = 0
    problem: str = ""


def make(studio: Studio, reason: str = "by hand", *, clock: Clock = utc_now) -> BackupReport:
    """Make a backup now, copy it to the second place if there is one, and let go of those that may go.

    Raises
    ------
    LibraryError
        If it cannot be made, or the library is damaged; older backups stay.
    """
    copy = backups.back_up(studio.file, reason, clock=clock)
    made = next(each for each in all_backups(studio.file) if each.file == copy)
    warning = _copy_to_second_place(studio, made, clock)
    return BackupReport(made, thinned=_thin(all_backups(studio.file), made.library, clock()), warning=warning)


def before(studio: Studio, reason: str, *, clock: Clock = utc_now) -> BackupReport:
    """Make sure that a backup has everything before something is done that touches much: call it first.

    ``reason`` names what comes: "write", "import", "merge", "delete", "restore".

    Raises
    ------
    LibraryError
        If none can be made. Then better leave what was to come.
    """
    newest = newest_with_everything(studio)
    return BackupReport(newest, is_new=False) if newest else make(studio, f"before {reason}", clock=clock)


def if_changed(studio: Studio, reason: str, *, clock: Clock = utc_now) -> BackupReport | None:
    """Make a backup unless nobody decided anything since the newest one, or there is nothing to keep."""
    if not _is_worth_keeping(studio) or newest_with_everything(studio) is not None:
        return None
    return make(studio, reason, clock=clock)


def if_due(studio: Studio, reason: str, *, clock: Clock = utc_now) -> BackupReport | None:
    """Make a backup if something changed and the newest one is half an hour old, or from the future."""
    newest = next(iter(all_backups(studio.file)), None)
    if newest is not None and timedelta(0) <= clock() - _time_of(newest, clock) < EVERY:
        return None
    return if_changed(studio, reason, clock=clock)


def while_working(
    studio: Studio, job: Job[T], *, monotonic: Callable[[], float] = time.monotonic, clock: Clock = utc_now
) -> Job[T]:
    """Drive a long job, and back up every 30 minutes between two of its steps; a failure is told and harms nothing."""
    last = monotonic()
    try:
        while True:
            try:
                progress = next(job)
            except StopIteration as stop:
                result: T = stop.value
                return result
            yield progress
            if monotonic() - last >= EVERY.total_seconds():
                last = monotonic()
                try:
                    report = if_changed(studio, "while working", clock=clock)
                except TagStudioError as error:
                    yield replace(progress, notice=f"{error.what} {error.advice}".strip())
                else:
                    if report is not None and report.warning:
                        yield replace(progress, notice=report.warning)
    finally:
        job.close()


def newest_with_everything(studio: Studio) -> Backup | None:
    """Return the newest backup if the library has been left alone since."""
    newest = next(iter(all_backups(studio.file)), None)
    if newest is None or not newest.state or newest.is_cut:
        return None
    with checks.looked_at(studio.file) as connection:
        return newest if seals.state(connection) == newest.state else None


def test_restore(file: Path, backup: Backup) -> Job[TestReport]:
    """Try whether a backup of a library can be put back: open a copy of it as a library, and compare."""
    file = real_file(file)
    yield Progress(0, 3, "looking at every byte")
    problem = backups.problem(backup)
    if problem:
        return TestReport(backup, problem=problem)
    try:
        with backups.trial_folder(file) as folder:
            copy = folder / "library.sqlite3"
            yield Progress(1, 3, "copying")
            shutil.copyfile(backup.file, copy)
            yield Progress(2, 3, "opening the copy")
            return _opened(backup, copy)
    except OSError as error:
        raise LibraryError(f"The backup could not be tried: {why(error)}.", "Free some space.") from error
    except TagStudioError as error:
        return TestReport(backup, problem=error.what)


def _opened(backup: Backup, copy: Path) -> TestReport:
    with open_library(copy, create=False):
        pass
    with checks.looked_at(copy) as connection:
        wrong = next(checks.full(connection), None)
        counts = checks.counts(connection)
        is_same = not backup.counts or (backup.agrees_with(counts) and checks.end(connection) == backup.end)
    problem = wrong.what if wrong else "" if is_same else "It opens, but has not what its side file says."
    return TestReport(backup, counts["judgement"], counts["track"], counts["tag"], problem)


def second_place(studio: Studio) -> Path | None:
    """Return the folder that gets the second copies of this library's backups; None when there is none."""
    named = studio.settings.second_backup_folder
    if not named:
        return None
    with checks.looked_at(studio.file) as connection:
        return Path(named) / f"{studio.file.stem}-{checks.identity(connection)[:8]}.backups"


def _copy_to_second_place(studio: Studio, made: Backup, clock: Clock) -> str:
    """Copy a backup to the second place; a place that is not there is told, and harms nothing."""
    folder = second_place(studio)
    if folder is None:
        return ""
    if not folder.parent.is_dir():
        return f"The second place for backups, “{shown(str(folder.parent))}”, is not there; the backup itself was made."
    part = folder / f".{made.file.name}.part"
    try:
        folder.mkdir(exist_ok=True)
        try:
            shutil.copyfile(made.file, part)
            if backups.digest(part) != made.sha256:
                raise OSError("the copy is not what was copied")
            backups.publish(part, replace(made, file=folder / made.file.name))
        finally:
            part.unlink(missing_ok=True)
        _thin(all_backups(studio.file, folder), made.library, clock())
    except OSError as error:
        because = why(error)
        return f"The second copy of the backup could not be made: {because}; the backup itself was made."
    return ""


def _thin(found: list[Backup], library: str, now: datetime) -> int:
    gone = superfluous(found, library, now)
    for each in gone:
        try:
            backups.remove(each)
        except OSError:
            log.warning("could not delete the backup %s", each.file)
    return len(gone)


def _is_worth_keeping(studio: Studio) -> bool:
    with checks.looked_at(studio.file) as connection:
        counts = checks.counts(connection)
    return bool(counts["judgement"] or counts["track"])


def _time_of(backup: Backup, clock: Clock) -> datetime:
    try:
        return datetime.fromisoformat(backup.made_at)
    except ValueError:
        return clock() - 2 * EVERY
