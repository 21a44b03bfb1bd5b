"""What is looked at before a library is opened, so that damage is told and nothing is written over it."""

import contextlib
import logging
import time
from datetime import datetime
from pathlib import Path

from tagstudio.domain.errors import DamagedLibraryError, LibraryError
from tagstudio.library import checks
from tagstudio.library.backups import all_backups, backup_folder, keep_folder
from tagstudio.library.mirror import Mirror

log = logging.getLogger(__name__)

# What SQLite keeps beside a file, and plays into whatever file has that name.
BESIDE = ("-wal", "-shm", "-journal")
KEPT = "The file was left as it is."
RESTORED = "-restored.part"
# A library that takes longer to be made than this was given up.
STALE_S = 600.0


def refuse_vanished(file: Path) -> None:
    """Refuse to make a fresh library where the backups of another one lie.

    Raises
    ------
    DamagedLibraryError
        If there are any.
    """
    if all_backups(file) or Mirror(file).files():
        raise DamagedLibraryError(
            f"The library “{file.name}” is gone, but its backups are in “{backup_folder(file).name}”.",
            f"{offer(file)} To start anew, move that folder away.",
        )


def offer(file: Path) -> str:
    """Return in a sentence what can be put back, by what the backups say of themselves."""
    newest = next((each for each in all_backups(file) if not each.is_cut), None)
    if newest is None:
        return "There is no backup of it; copies of your own can be put in its place."
    made = newest.made_at[:16].replace("T", " ")
    return (
        f"“tagstudio library restore”, or the window, puts back the backup of {made} UTC ({newest.judgements:,} "
        "judgements) and what was judged since."
    )


def with_offer(file: Path, error: LibraryError) -> LibraryError:
    """Return a refusal as damage where there are backups of the library that should have been there."""
    if isinstance(error, DamagedLibraryError) or (error.is_foreign and all_backups(file)):
        return DamagedLibraryError(error.what, f"{offer(file)} {KEPT}")
    return error


def require_whole(file: Path, mirror: Mirror, *, is_first: bool) -> None:
    """Look at a library quickly, or at all of it when its last program did not end well.

    Raises
    ------
    DamagedLibraryError
        If something is not as it was written, or judgements are missing that the mirror has.
    """
    _refuse_half_restored(file)
    with checks.looked_at(file) as connection:
        # A journal that nobody is writing may be another file's, or a part of what it was.
        looked = checks.full(connection) if is_first and has_journal(file) else checks.quick(connection)
        wrong = next(iter(looked), None)
        lacking = 0 if wrong else mirror.lacking(connection)
    if wrong is not None:
        raise DamagedLibraryError(f"“{file.name}” is damaged. {wrong.what}", f"{offer(file)} {KEPT}")
    if lacking:
        raise DamagedLibraryError(
            f"“{file.name}” lacks {lacking:,} {'judgement' if lacking == 1 else 'judgements'} that were saved.",
            f"“tagstudio library restore” puts them back. {KEPT}",
            lacking=lacking,
        )


def has_journal(file: Path) -> bool:
    """Whether a journal with something in it lies beside a file."""
    beside = (file.with_name(file.name + suffix) for suffix in ("-wal", "-journal"))
    return any(each.exists() and each.stat().st_size for each in beside)


def sweep(file: Path) -> int:
    """Delete what dead processes have left beside a library that this process owns; return how much."""
    swept = 0
    for part in leftovers(file):
        with contextlib.suppress(OSError):
            # Another process may be making this very library right now, and lose to the one that is there.
            if part.name.endswith(RESTORED) or time.time() - part.stat().st_mtime > STALE_S:
                part.unlink()
                swept += 1
    return swept


def leftovers(file: Path) -> list[Path]:
    """Return the hidden files that making or restoring this library has left."""
    return [each for each in file.parent.glob(".*") if each.name.startswith(f".{file.name[:100]}-")]


def aside(file: Path) -> list[Path]:
    """Return the damaged libraries that were put aside when backups of this one were restored."""
    return [each for each in file.parent.glob("*") if each.name.startswith(f"{file.name}.corrupt-")]


def free_name(file: Path, now: datetime) -> Path:
    """Return the name under which a library and its journal can be put aside."""
    stamp = f"{file.name}.corrupt-{now:%Y%m%dT%H%M%S}"
    names = (file.with_name(stamp if not n else f"{stamp}-{n}") for n in range(1000))
    return next(free for free in names if not any(each.exists() for each in (free, *_beside(free))))


def set_journal_aside(file: Path, kept_as: Path) -> None:
    """Take the journal away from beside a file that is put aside under a name, or gone; call it ``alone``."""
    for beside, kept in zip(_beside(file), _beside(kept_as), strict=True):
        if beside.exists():
            beside.replace(kept)
    keep_folder(file.parent)


def is_journal_left(file: Path) -> bool:
    """Whether anything that SQLite keeps beside a file is there."""
    return any(each.exists() for each in _beside(file))


def _beside(file: Path) -> list[Path]:
    return [file.with_name(file.name + suffix) for suffix in BESIDE]


def _refuse_half_restored(file: Path) -> None:
    if any(each.samefile(file) for each in aside(file) if not each.name.endswith(BESIDE)):
        raise DamagedLibraryError(f"Restoring “{file.name}” was interrupted.", f"{offer(file)} {KEPT}")
