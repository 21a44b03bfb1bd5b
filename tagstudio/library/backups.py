"""Verified copies of a library file, each with a side file that says what is in it.

They are told apart and ordered by a number of their own, never by the clock, which may jump.
"""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tagstudio.domain.disk_faults import reason as why
from tagstudio.domain.errors import DamagedLibraryError, LibraryError
from tagstudio.library import checks, seals
from tagstudio.library.faults import explained
from tagstudio.library.owners import real_file

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# What a copy leaves free on the disk.
ROOM_BYTES = 8 << 20
USUAL_SUFFIX = ".sqlite3"
_NUMBER = re.compile(r"-(\d{6,})-")
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One copy; ``number`` counts them.

    ``end`` is the newest judgement's id and hash, ``batch`` the newest batch's id, ``state`` digests the seals.
    ``made_at`` is UTC, ISO 8601. ``sha256`` is empty where the side file is lost.
    """

    file: Path
    number: int
    reason: str = ""
    made_at: str = ""
    size: int = 0
    sha256: str = ""
    library: str = ""
    state: str = ""
    end: tuple[int, str] = (0, "")
    batch: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def judgements(self) -> int:
        """How many judgements are in it."""
        return self.counts.get("judgement", 0)

    def agrees_with(self, counts: dict[str, int]) -> bool:
        """Whether a library has as many rows as the side file says; a newer schema has tables that it does not name."""
        return counts | self.counts == counts

    @property
    def is_cut(self) -> bool:
        """Whether the copy has not the size that its side file says."""
        try:
            return bool(self.size) and self.file.stat().st_size != self.size
        except OSError:
            return True


def backup_folder(file: Path) -> Path:
    """Return where the backups of a library lie: ``library.sqlite3`` has ``library.backups/``.

    Of another name nothing is left out: ``music.jazz`` and ``music.live`` have a folder each.
    """
    return file.with_suffix(".backups") if file.suffix == USUAL_SUFFIX else file.with_name(f"{file.name}.backups")


def side_file(copy: Path) -> Path:
    """Return the side file of a copy: a line for ``sha256sum -c``, and what is in the copy as a comment."""
    return copy.with_name(copy.name + ".sha256")


def utc_now() -> datetime:
    """Return the time by the computer's clock."""
    return datetime.now(UTC)


def all_backups(file: Path, folder: Path | None = None) -> list[Backup]:
    """Return the backups of a library, the newest first; ``folder`` is another place where copies lie."""
    folder = folder or backup_folder(real_file(file))
    try:
        copies = [each for each in folder.iterdir() if each.suffix == ".sqlite3" and not each.name.startswith(".")]
    except OSError:
        return []
    return sorted(map(_described, copies), key=lambda each: (each.number, each.made_at, each.file.name), reverse=True)


def back_up(file: Path, reason: str, *, clock: Clock = utc_now) -> Path:
    """Copy a library, with what its journal holds, into ``<library>.backups/``; return the copy.

    The copy is checked before it gets its name, so whatever bears such a name is whole.

    Raises
    ------
    LibraryError
        If the copy is damaged, which means that the library is; or it cannot be written.
    """
    file = real_file(file)
    try:
        with _alone(backup_folder(file)) as folder, explained(file):
            _require_room(file, folder)
            number = 1 + max((each.number for each in all_backups(file)), default=0)
            made = clock()
            name = f"{file.stem}-{number:06}-{_slug(reason)}-{made:%Y%m%dT%H%M%S}.sqlite3"
            part = folder / f".{name}.part"
            try:
                _copy(file, part)
                copy = Backup(
                    file=folder / name, number=number, reason=reason, made_at=made.isoformat(timespec="milliseconds"),
                    size=part.stat().st_size, sha256=digest(part), **_contents(part),
                )  # fmt: skip
                publish(part, copy)
            finally:
                _drop(part)
            return copy.file
    except OSError as error:
        raise LibraryError(
            f"The backup could not be made: {why(error)}.",
            f"Free some space, or allow writing in “{backup_folder(file)}”.",
        ) from error


def problem(copy: Backup) -> str:
    """Return what is wrong with a copy in a sentence, after looking at every byte; empty when nothing is."""
    try:
        if copy.is_cut:
            return "It is cut short."
        if copy.sha256 and digest(copy.file) != copy.sha256:
            return "It is not as it was written."
        with checks.looked_at(copy.file, is_alone=True) as connection:
            found = next(checks.full(connection), None)
            if found is None and not copy.agrees_with(checks.counts(connection)):
                return "It has not the contents that its side file says."
    except (OSError, sqlite3.Error) as error:
        return f"It cannot be read: {error}."
    return found.what if found else ""


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    total = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            total.update(piece)
    return total.hexdigest()


def publish(part: Path, copy: Backup) -> None:
    """Give a finished copy its name, after its side file."""
    keep(part)
    side = side_file(copy.file)
    side_part = side.with_name(f".{side.name}.part")
    contents = {name: value for name, value in asdict(copy).items() if name != "file"}
    try:
        side_part.write_text(f"{copy.sha256}  {copy.file.name}\n# {json.dumps(contents)}\n", "utf-8")
        keep(side_part)
        side_part.replace(side)
    finally:
        side_part.unlink(missing_ok=True)
    part.replace(copy.file)
    keep_folder(copy.file.parent)


def remove(copy: Backup) -> None:
    """Delete a copy and its side file."""
    copy.file.unlink(missing_ok=True)
    side_file(copy.file).unlink(missing_ok=True)


@contextmanager
def trial_folder(file: Path) -> Iterator[Path]:
    """Make a folder among the backups to try one in; it is not swept while this process uses it."""
    with ExitStack() as stack:
        # Nobody sweeps between making the folder and locking it.
        with _alone(backup_folder(file)) as folder:
            made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".test-", dir=folder)))
            stack.enter_context(_alone(made))
        yield made


def sweep(file: Path) -> int:
    """Delete what interrupted work has left among the backups, unless one is being made right now; return how much."""
    folder = backup_folder(file)
    if not folder.is_dir():
        return 0
    swept = 0
    with contextlib.suppress(OSError), _alone(folder, waits=False):
        for each in folder.iterdir():
            is_orphan = each.name.endswith(".sqlite3.sha256") and not each.with_suffix("").exists()
            if is_orphan or (each.name.startswith(".") and each.name != _LOCK):
                swept += _swept(each)
    return swept


def _swept(left: Path) -> bool:
    try:
        if left.is_dir() and not left.is_symlink():
            with _alone(left, waits=False):
                shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)
    except BlockingIOError:
        # A backup is being tried in it.
        return False
    except OSError as error:
        # One that cannot be deleted keeps no other.
        log.warning("could not delete %s: %s", left, why(error))
        return False
    return True


def leftovers(folder: Path) -> list[Path]:
    """Return what interrupted work has left in a folder of backups."""
    return [each for each in folder.glob(".*") if each.name != _LOCK] if folder.is_dir() else []


def keep(file: Path) -> None:
    """Write a file to the disk."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def keep_folder(folder: Path) -> None:
    """Write a folder's entries to the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_LOCK = ".lock"


@contextmanager
def _alone(folder: Path, *, waits: bool = True) -> Iterator[Path]:
    """Be the only one that makes or sweeps copies; the lock ends with its process."""
    folder.mkdir(exist_ok=True)
    with (folder / _LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder


def _require_room(file: Path, folder: Path) -> None:
    needed = file.stat().st_size + ROOM_BYTES
    if shutil.disk_usage(folder).free < needed:
        raise LibraryError(
            f"There is no room for a backup in “{folder}”.", f"Free {needed / 2**20:,.0f} MB there; nothing was lost."
        )


def _copy(file: Path, part: Path) -> None:
    """Copy and check."""
    with checks.looked_at(file) as source, closing(sqlite3.connect(part)) as copy:
        # One state of the library, whoever writes meanwhile.
        source.execute("BEGIN")
        expected = checks.counts(source)
        source.backup(copy)
        source.execute("COMMIT")
        # One file, without a journal beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        wrong = next(checks.full(copy), None)
        if wrong is None and checks.counts(copy) != expected:
            wrong = checks.Finding("file", "Rows are missing in the copy.")
        if wrong is not None:
            raise DamagedLibraryError(f"“{file.name}” is damaged: {wrong.what}", "Restore a backup of it.")


def _contents(part: Path) -> dict[str, Any]:
    with checks.looked_at(part, is_alone=True) as copy:
        return {
            "library": checks.identity(copy), "state": seals.state(copy), "end": checks.end(copy),
            "batch": checks.newest_batch(copy),
            "counts": checks.counts(copy),
        }  # fmt: skip


def _described(copy: Path) -> Backup:
    number = int(found[1]) if (found := _NUMBER.search(copy.name)) else 0
    try:
        side = json.loads(side_file(copy).read_text("utf-8").partition("\n# ")[2])
        return Backup(file=copy, **{**side, "end": tuple(side["end"]), "number": int(side["number"])})
    except (OSError, ValueError, TypeError, KeyError):
        return Backup(file=copy, number=number, reason="", made_at=_time_of(copy))


def _time_of(copy: Path) -> str:
    try:
        return datetime.fromtimestamp(copy.stat().st_mtime, UTC).isoformat(timespec="milliseconds")
    except (OSError, ValueError, OverflowError):
        return ""


def _slug(reason: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", reason.lower()).strip("-")[:40] or "backup"


def _drop(part: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
