"""Giving a file new contents so that at every moment there is either the whole old file or the whole new one.

The new file is made beside the old one under a hidden name, goes to the disk, and takes the old one's place in one
step.
"""

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Recipe, file_sha256, made, sha256

TEMP_PREFIX = b".tagstudio-"
ROOM_TO_SPARE = 8_000_000
CHANGED = "it has changed since the last scan"
# Who may read a file besides its owner and group; a folder can give one to all that is made in it.
_ACCESS_LIST = "system.posix_acl_access"
LOOK_AGAIN = "Look for changes (F5, or “tagstudio scan”), then write again."


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file stands at a path, and in which state."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


def identity(path: bytes) -> Identity:
    """Return what stands at a path now; links are not followed."""
    return _identity(os.lstat(path))


def target_of(path: bytes, roots: Sequence[bytes]) -> bytes:
    """Return the file to write: a link's target where that lies in one of the library's folders.

    Raises
    ------
    WriteRefusedError
        If a link leads elsewhere.
    """
    if not os.path.islink(path):  # noqa: PTH114 -- bytes
        return path
    real = os.path.realpath(path)
    for root in roots:
        if real.startswith(os.path.join(os.path.realpath(root), b"")):  # noqa: PTH118 -- bytes
            return real
    raise WriteRefusedError("it is a link to a file outside the library's folders", "Scan the folder it points to.")


@contextmanager
def opened(path: bytes) -> Iterator[tuple[BinaryIO, Identity]]:
    """Open a file that may be replaced.

    Raises
    ------
    WriteRefusedError
        If it is not there, no ordinary file, has a second name, or may not be written.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError as error:
        raise WriteRefusedError("it is not there any more", LOOK_AGAIN) from error
    except OSError as error:
        raise WriteRefusedError(f"it could not be opened ({error.strerror})", "Look at its permissions.") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        _refuse_unsafe(path, status)
        yield file, _identity(status)


def write_copy(source: BinaryIO, recipe: Recipe, temp: bytes, like: bytes, *, mtime_ns: int | None) -> tuple[str, str]:
    """Make the new file under a name that nobody has; return the digests of the old and the new one.

    Parameters
    ----------
    like : bytes
        The file whose owner, permissions and attributes it gets.
    mtime_ns : int or None
        The time of change it gets; None means now.

    Raises
    ------
    WriteRefusedError
        If the disk is full, the folder may not be written, or the file cannot be given to its owner.
    """
    try:
        descriptor = os.open(temp, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as out:
            new = sha256(made(recipe, source), out.write)
            out.flush()
            _dress(out.fileno(), temp, like, mtime_ns)
            os.fsync(out.fileno())
    except OSError as error:
        raise WriteRefusedError(
            f"its new version could not be written ({error.strerror})", "Free some space, or mend the permissions."
        ) from error
    return file_sha256(source), new


def swap(temp: bytes, path: bytes, known: Identity) -> os.stat_result:
    """Let the finished file take the old one's place, if that is still the one that was read; return its status.

    Raises
    ------
    WriteRefusedError
        If the file has changed meanwhile, or the system refuses.
    """
    try:
        if identity(path) != known:
            raise WriteRefusedError("it changed while it was being written", LOOK_AGAIN)
        status = os.lstat(temp)
        os.replace(temp, path)  # noqa: PTH105 -- bytes
    except OSError as error:
        raise WriteRefusedError(
            f"the new version could not take its place ({error.strerror})", "Look at its permissions."
        ) from error
    # It is done; a folder that refuses this, as some network folders do, changes nothing about that.
    with suppress(OSError):
        _sync_folder(path)
    return status


def digest(path: bytes) -> str:
    """Return the digest of an ordinary file, whatever its permissions.

    Raises
    ------
    OSError
        If it is not there, not ordinary, or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is not an ordinary file")
        return file_sha256(file)


def drop_attributes(temp: bytes, like: bytes) -> None:
    """Take from a new file, or folder, the extended attributes that the old one lacks: its folder may have given them.

    Raises
    ------
    OSError
        If a list of others who may read it cannot be taken away.
    """
    if not hasattr(os, "listxattr"):
        return
    for name in set(_attributes(temp)) - set(_attributes(like)):
        try:
            os.removexattr(temp, name, follow_symlinks=False)
        except OSError:
            # Some belong to the system.
            if name == _ACCESS_LIST:
                raise


def _attributes(path: bytes) -> list[str]:
    try:
        return os.listxattr(path, follow_symlinks=False)
    except OSError:
        # Not every disk has them.
        return []


def _sync_folder(path: bytes) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)  # noqa: PTH120 -- bytes
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def temp_beside(path: bytes, mark: str) -> bytes:
    """Return the hidden name under which a file's new version is made; ``mark`` tells whose it is."""
    folder, name = os.path.split(path)
    ending = os.path.splitext(name)[1][:16]  # noqa: PTH122 -- bytes
    return os.path.join(folder, TEMP_PREFIX + mark.encode("ascii") + ending)  # noqa: PTH118 -- bytes


def remove_temp(temp: bytes) -> bool:
    """Remove an unfinished version; return whether there was one."""
    assert os.path.basename(temp).startswith(TEMP_PREFIX)  # noqa: PTH119 -- bytes
    with suppress(OSError):
        os.unlink(temp)  # noqa: PTH108 -- bytes
        return True
    return False


def _refuse_unsafe(path: bytes, status: os.stat_result) -> None:
    folder = os.path.dirname(path)  # noqa: PTH120 -- bytes
    if not stat.S_ISREG(status.st_mode):
        raise WriteRefusedError("it is not an ordinary file")
    if status.st_nlink > 1:
        raise WriteRefusedError("it has a second name (a hard link), which would keep the old version")
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise WriteRefusedError("it is read-only", "Allow writing to it if you want tags in it.")
    if not os.access(folder, os.W_OK):
        raise WriteRefusedError("its folder is read-only", "Allow writing to the folder if you want tags in its files.")
    try:
        free = shutil.disk_usage(os.fsdecode(folder)).free
    except OSError:
        return
    if free < status.st_size + ROOM_TO_SPARE:
        raise WriteRefusedError("the disk has no room for a second version of it", "Free some space.")


def _dress(handle: int, temp: bytes, like: bytes, mtime_ns: int | None) -> None:
    """Give the new file what belongs to the old one besides its contents."""
    status = os.lstat(like)
    if hasattr(os, "fchown"):
        mine = os.fstat(handle)
        if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
            os.fchown(handle, status.st_uid, status.st_gid)
    # Before the permissions, which would wake a list of the folder.
    drop_attributes(temp, like)
    # Permissions, attributes and times.
    shutil.copystat(Path(os.fsdecode(like)), Path(os.fsdecode(temp)), follow_symlinks=False)
    if mtime_ns is None:
        os.utime(temp)
    else:
        os.utime(temp, ns=(status.st_atime_ns, mtime_ns))


def _identity(status: os.stat_result) -> Identity:
    return Identity(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
