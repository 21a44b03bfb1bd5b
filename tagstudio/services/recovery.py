"""What can be offered when a library is damaged or gone, and putting it back."""

import glob
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tagstudio import paths
from tagstudio.domain.errors import LibraryError, NothingFoundError, TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.settings import load_settings
from tagstudio.library import backups, checks, damage, restoring
from tagstudio.library.backups import Backup, Clock, all_backups, backup_folder, utc_now
from tagstudio.library.histories import History, Line
from tagstudio.library.mirror import Mirror
from tagstudio.library.owners import alone, real_file

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The best that can be put back; without a ``backup`` the library is whole, but lacks ``newer`` judgements.

    ``passed_over`` says of each newer backup why it is no good.
    """

    backup: Backup | None
    newer: int
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What restoring did; ``kept_as`` is what the library's file of before is called now."""

    backup: Backup | None
    judgements: int
    new_tracks: int = 0
    new_tags: int = 0
    not_replayed: tuple[str, ...] = field(default=())
    kept_as: Path | None = None
    passed_over: tuple[str, ...] = ()


def choices(file: Path) -> list[Backup]:
    """Return the backups of a library, newest first, those in the second place among them.

    Those of another library of the same name are left out. Where nothing says which library it was, all are there, and
    ``restore`` wants to be told which one.
    """
    file = real_file(file)
    own = all_backups(file)
    library = _identity(file, own)
    found = [each for each in own if each.library in ("", library)]
    known = {each.file.name for each in found}
    for folder in _other_places(file):
        for each in all_backups(file, folder):
            is_own = not library or (each.library == library if each.library else _is_named_for(folder, library))
            if is_own and each.file.name not in known:
                found.append(each)
                known.update([each.file.name] if library else [])
    return sorted(found, key=lambda each: (each.number, each.made_at), reverse=True)


def offer(file: Path) -> Job[Offer | None]:
    """Find the newest good backup, or judgements that a whole library lacks; None when there is neither."""
    file = real_file(file)
    yield Progress(0, 0, "looking at the library")
    lacking = _lacking(file)
    if lacking:
        return Offer(backup=None, newer=_count(lacking))
    found, passed = yield from _newest_good(file)
    if found is None:
        return None
    return Offer(backup=found, newer=_count(newer_than(file, found)), passed_over=tuple(passed))


def newer_than(file: Path, backup: Backup) -> list[Line]:
    """Return the lines of the mirror that follow a backup."""
    return Mirror(real_file(file)).since(*_end_of(backup))


def restore(
    file: Path, backup: Backup | None = None, *, with_newer: bool = True, clock: Clock = utc_now
) -> Job[RestoreReport]:
    """Put a backup back, by default the newest good one, with the judgements made since.

    What was there is kept under another name. A library that only lacks judgements gets those, and no backup.

    Raises
    ------
    NothingFoundError
        If there is no good backup.
    LibraryError
        If the backup that was asked for is damaged, the library is open, or the disk is full.
    """
    file = real_file(file)
    backup, passed = yield from _best(file) if backup is None else _named(backup)
    # What was judged since is read when nobody can judge any more.
    with restoring.replacing(file):
        yield Progress(0, 0, "putting it back")
        _keep_current(file, clock)
        lines = _newer(file, backup) if with_newer else []
        done = restoring.put_back(file, backup.file if backup else None, lines, clock=clock)
        _keep_restored(file, clock)
    return RestoreReport(
        backup=backup, judgements=done.replayed.judgements, new_tracks=done.replayed.new_tracks,
        new_tags=done.replayed.new_tags, not_replayed=tuple(done.replayed.not_replayed), kept_as=done.kept_as,
        passed_over=tuple(passed),
    )  # fmt: skip


def go_on_without(file: Path) -> None:
    """Let a whole library be opened as it is, without the judgements that its mirror has and it lacks.

    Raises
    ------
    LibraryError
        If it is not whole, or the mirror cannot be written.
    """
    file = real_file(file)
    with checks.looked_at(file) as connection:
        if wrong := next(checks.full(connection), None):
            raise LibraryError(f"“{file.name}” is damaged. {wrong.what}", "Restore a backup.")
        try:
            mirror = Mirror(file)
            library = checks.identity(connection) or mirror.library()
            mirror.accept(checks.end(connection), checks.newest_batch(connection), library)
        except OSError as error:
            raise LibraryError("That cannot be noted.", f"Allow writing in “{backup_folder(file)}”.") from error


def start_anew(file: Path, *, clock: Clock = utc_now) -> Path:
    """Move the backups of a library that is gone out of the way, so that a new one can be made; return where to.

    A journal that is left of it is kept, too, under another name.

    Raises
    ------
    LibraryError
        If the library is there, or is being restored, or the folder cannot be moved.
    """
    file = real_file(file)
    folder = backup_folder(file)
    try:
        with alone(file):
            if file.exists():
                raise LibraryError(f"“{file.name}” is there.", "Open it, or choose another name for a new library.")
            aside = next(free for n in range(1, 1000) if not (free := folder.with_name(f"{folder.name}-{n}")).exists())
            folder.rename(aside)
            damage.set_journal_aside(file, damage.free_name(file, clock()))
    except BlockingIOError as error:
        raise LibraryError(f"“{file.name}” is open or being restored.", "Wait until that has ended.") from error
    except OSError as error:
        raise LibraryError(f"“{folder}” cannot be moved: {error.strerror}.", "Choose another library.") from error
    return aside


def _named(backup: Backup) -> "Job[tuple[Backup | None, list[str]]]":
    """Look at the backup that was asked for."""
    yield Progress(0, 0, "looking at the backup")
    if why := backups.problem(backup):
        raise LibraryError(f"“{backup.file.name}” cannot be put back. {why}", "Choose another backup.")
    return backup, []


def _best(file: Path) -> "Job[tuple[Backup | None, list[str]]]":
    """Find the newest good backup; None where the library is whole and only lacks judgements."""
    yield Progress(0, 0, "looking at the library")
    if _lacking(file):
        return None, []
    backup, passed = yield from _newest_good(file)
    if backup is None and len(found := _libraries(choices(file))) > 1:
        raise NothingFoundError(
            f"There are backups of {len(found)} libraries named “{file.stem}”; nothing says which is meant.",
            "Name the file: “tagstudio library restore --list” shows them, “tagstudio library restore FILE” "
            "puts one back.",
        )
    if backup is None:
        raise NothingFoundError(
            f"There is no good backup of “{file.name}”.", f"Backups lie in “{backup_folder(file)}”."
        )
    return backup, passed


def _newer(file: Path, backup: Backup | None) -> list[Line]:
    """Return what was judged since a backup, or what the library lacks."""
    return _lacking(file) if backup is None else newer_than(file, backup)


def _lacking(file: Path) -> list[Line]:
    """Return what a whole library lacks; nothing when it is not whole."""
    try:
        with checks.looked_at(file) as connection:
            return [] if next(checks.full(connection), None) else Mirror(file).ahead(connection)
    except Exception:  # noqa: BLE001 -- whatever it is, the library is not whole
        return []


def _newest_good(file: Path) -> "Job[tuple[Backup | None, list[str]]]":
    passed: list[str] = []
    found = choices(file)
    if len(_libraries(found)) > 1:
        return None, passed
    for backup in _by_worth(file, found):
        yield Progress(len(passed), 0, f"looking at {backup.file.name}")
        if not (why := backups.problem(backup)):
            return backup, passed
        passed.append(f"{backup.file.name}: {why}")
    return None, passed


def _by_worth(file: Path, found: list[Backup]) -> list[Backup]:
    """Return backups of the history that holds first, each the newest first; those of one that was given up last."""
    mirror = Mirror(file)
    try:
        history = mirror.history(next(iter(_libraries(found)), "") or mirror.library())
    except OSError:
        history = None
    return found if history is None else sorted(found, key=lambda each: not _is_of(each, history, mirror))


def _is_of(backup: Backup, history: History, mirror: Mirror) -> bool:
    try:
        end, _, _ = _end_of(backup)
        if (is_in := history.has(end)) is not None:
            return is_in
        # Judgements that the mirror lacks: it may be behind.
        with checks.looked_at(backup.file, is_alone=True) as connection:
            return mirror.is_of(connection)
    except (OSError, checks.DatabaseError):
        return False


def _end_of(backup: Backup) -> tuple[tuple[int, str], int, str]:
    """Return the newest judgement, the newest batch and the library of a backup."""
    if backup.library:
        return backup.end, backup.batch, backup.library
    with checks.looked_at(backup.file, is_alone=True) as connection:
        return checks.end(connection), checks.newest_batch(connection), checks.identity(connection)


def _keep_current(file: Path, clock: Clock) -> None:
    """Keep what a whole library has, that an older state takes the place of; a damaged one is kept as it is anyway.

    It gets a backup, and the mirror what a crash may have kept from it.
    """
    if not file.exists() or _wrong(file):
        return
    try:
        with checks.looked_at(file) as connection:
            if (mirror := Mirror(file)).is_of(connection):
                mirror.follow(connection)
        backups.back_up(file, "before restore", clock=clock)
    except (TagStudioError, OSError, checks.DatabaseError) as error:
        log.warning("no backup before restoring: %s", error)


def _keep_restored(file: Path, clock: Clock) -> None:
    """Let the mirror go on from what was put back, and make that the newest backup; neither fails what is done."""
    try:
        with checks.looked_at(file) as connection:
            Mirror(file).follow(connection)
        backups.back_up(file, "after restore", clock=clock)
    except (TagStudioError, OSError, checks.DatabaseError) as error:
        log.warning("no backup after restoring: %s", error)


def _wrong(file: Path) -> list[str]:
    try:
        with checks.looked_at(file) as connection:
            return [found.what for found in checks.full(connection)]
    except Exception as error:  # noqa: BLE001 -- whatever it is, the library is not whole
        return [str(error)]


def _identity(file: Path, own: Sequence[Backup]) -> str:
    """Return the id of the library that lies, or lay, in a file; empty when nothing is left that has it."""
    beside = [each.library for each in own if each.library]
    written_last = Mirror(file).library()
    beside += [written_last] if written_last else []
    try:
        with checks.looked_at(file) as connection:
            of_file = checks.identity(connection)
    except (OSError, checks.DatabaseError):
        of_file = ""
    # Another library may lie there by mistake, or the id be damaged.
    return of_file if of_file in beside or not beside else beside[0]


def _other_places(file: Path) -> list[Path]:
    """Return the folders that may have backups of a library, besides its own."""
    # Earlier, libraries whose names differed in their last part only shared a folder.
    shared = file.with_suffix(".backups")
    found = [] if shared == backup_folder(file) else [shared]
    try:
        named = load_settings(paths.settings_file()).second_backup_folder
        return found + (sorted(Path(named).glob(f"{glob.escape(file.stem)}-*.backups")) if named else [])
    except (TagStudioError, OSError):
        return found


def _is_named_for(folder: Path, library: str) -> bool:
    return folder.name.endswith(f"-{library[:8]}.backups")


def _libraries(found: Sequence[Backup]) -> set[str]:
    return {each.library for each in found if each.library}


def _count(lines: Sequence[Line]) -> int:
    return sum("prev_hash" in line for line in lines)
