"""Writing files and folders that are complete or not there at all."""

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tagstudio.audio.formats import SNIFFED_BYTES, is_audio_name, sniffed
from tagstudio.domain.disk_faults import reason
from tagstudio.domain.errors import TagStudioError
from tagstudio.filetags.safely import drop_attributes
from tagstudio.library.exchange_file import is_export

_DATABASE = b"SQLite format 3\0"
_PART = re.compile(r"\.tagstudio-([0-9]{1,10})-.*\.part", re.DOTALL)
_NAME_BYTES = 100


@contextmanager
def written_whole(file: Path) -> Iterator[BinaryIO]:
    """Write to a hidden neighbour, which takes the file's place when the block has ended and all is on the disk.

    Raises
    ------
    TagStudioError
        If the disk refuses, or the file is music, a database or a folder; whatever was there before is still there.
    """
    refuse_precious(file)
    with _part(file) as part:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            _dress(part, file)
            os.fsync(stream.fileno())
        _publish(part, file)


@contextmanager
def file_built_whole(file: Path, *, replaces_exports: bool = False) -> Iterator[Path]:
    """Give the path of a hidden neighbour to whoever builds a file by name; as ``written_whole``."""
    refuse_precious(file, replaces_exports=replaces_exports)
    with _part(file) as part:
        yield part
        with part.open("rb+") as stream:
            _dress(part, file)
            os.fsync(stream.fileno())
        _publish(part, file)


@contextmanager
def folder_written_whole(folder: Path) -> Iterator[Callable[[str, bytes], None]]:
    """Write files into a hidden folder, which gets its name when the block has ended and all is on the disk.

    Gives a function that takes a file's name and its bytes.

    Raises
    ------
    TagStudioError
        If the disk refuses, or there is already something of that name that is not an empty folder.
    """
    if not folder.name or "\0" in str(folder) or _is_taken(folder):
        raise TagStudioError(
            f"“{folder}” is there already, and a folder is never written over.", "Name a folder that is new or empty."
        )
    with _part(folder) as part:
        part.mkdir(0o700 if folder.exists() else 0o777)

        def write(name: str, contents: bytes) -> None:
            with (part / name).open("xb") as stream:
                stream.write(contents)
                stream.flush()
                os.fsync(stream.fileno())

        yield write
        _dress(part, folder)
        _keep(part)
        _publish(part, folder)


def refuse_precious(file: Path, *, replaces_exports: bool = False) -> None:
    """Raise for a name that must not be replaced: nothing this program writes may cost music or a library.

    Databases are refused, too; with ``replaces_exports`` those that this program exported are not.
    """
    # os.path and not pathlib, which raises for a name that is too long.
    is_other = os.path.lexists(file) and os.path.exists(file) and not os.path.isfile(file)  # noqa: PTH110, PTH113
    if not file.name or "\0" in str(file) or is_other:
        raise TagStudioError(f"“{file}” is no name for a file.", "Name a file to write.")
    try:
        with file.open("rb") as stream:
            head = stream.read(SNIFFED_BYTES)
    except (OSError, ValueError):
        head = b""
    is_music = is_audio_name(os.fsencode(file.name)) or sniffed(head) is not None
    is_database = head.startswith(_DATABASE) and not (replaces_exports and is_export(head))
    if is_music or is_database or ".sqlite3" in file.name:
        kind = "music" if is_music else "a library"
        raise TagStudioError(f"“{file.name}” is {kind}, which is never written over.", "Choose another name.")


@contextmanager
def _part(target: Path) -> Iterator[Path]:
    # The file a link leads to is replaced, not the link.
    target = Path(os.path.realpath(target))
    kept = os.fsencode(target.name)[:_NAME_BYTES].decode("utf-8", "ignore")
    part = target.with_name(f".tagstudio-{os.getpid()}-{kept}.part")
    try:
        _sweep(target.parent)
        if target.is_file():
            # Until it has the permissions of the old one nobody else may look into it.
            _remove(part)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
    except OSError as error:
        raise TagStudioError(
            f"“{target}” could not be written: {reason(error)}.", "Choose another place, or free some space."
        ) from error
    finally:
        _remove(part)


def _dress(part: Path, target: Path) -> None:
    """Give the new file, or folder, the owner, permissions and attributes of the one that it replaces, if any."""
    like = Path(os.path.realpath(target))
    try:
        old = like.stat()
    except FileNotFoundError:
        return
    mode = stat.S_IMODE(old.st_mode)
    if hasattr(os, "chown") and not _is_given(part, old):
        # Another group now: it may do what everybody may.
        mode = mode & 0o707 | (mode & 0o007) << 3
    drop_attributes(os.fsencode(part), os.fsencode(like))
    shutil.copystat(like, part)
    part.chmod(mode)
    os.utime(part)


def _is_given(part: Path, old: os.stat_result) -> bool:
    """Give it to the old one's owner and group as far as that is allowed; return whether it has the group."""
    for owner in (old.st_uid, -1):
        with suppress(OSError):
            os.chown(part, owner, old.st_gid)
            break
    return part.stat().st_gid == old.st_gid


def _publish(part: Path, target: Path) -> None:
    part.replace(os.path.realpath(target))
    _keep(target.parent)


def _keep(folder: Path) -> None:
    """Write a folder's entries to the disk, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_taken(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except FileNotFoundError:
        return False
    except OSError:
        return os.path.lexists(folder)


def _sweep(folder: Path) -> None:
    """Remove what processes left that died while they wrote here."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            found = _PART.fullmatch(entry.name)
            if found and not _is_alive(int(found[1])):
                _remove(Path(entry.path))


def _remove(part: Path) -> None:
    with suppress(OSError):
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
