"""Who has a library open: which process may checkpoint, and whether this one has it open already."""

import contextlib
import fcntl
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_open_here: Counter[tuple[int, int]] = Counter()
_guard = threading.Lock()


class Owner:
    """A claim on a library; it ends with its process.

    Processes may take turns writing, but only the one whose claim holds may move the journal into the file: SQLite
    before 3.51.3 can damage a file when two do so at the same moment.

    References
    ----------
    https://www.sqlite.org/wal.html, section "The WAL-Reset Bug".
    """

    def __init__(self, file: Path) -> None:
        self._handle: int | None = None
        self._lock_file = lock_file(file)
        self._identity = _identity(file)
        with _guard:
            _open_here[self._identity] += 1
        self.claim()

    @property
    def is_first(self) -> bool:
        """Whether the claim holds."""
        return self._handle is not None

    def claim(self) -> bool:
        """Take the claim if nobody holds it; return whether it is new."""
        if self.is_first:
            return False
        with contextlib.suppress(OSError):
            self._handle = locked(self._lock_file)
        return self.is_first

    def release(self) -> None:
        """Give the claim up."""
        with _guard:
            _open_here[self._identity] -= 1
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def lock_file(file: Path) -> Path:
    """Return the file that a claim is held on; it stays when the claim ends."""
    return file.with_name(file.name + "-owner")


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold the claim on a library that may not exist, so that its files can be replaced.

    Raises
    ------
    BlockingIOError
        If somebody has it open, this process included.
    OSError
        If its folder cannot be written.
    """
    handle = locked(lock_file(file))
    try:
        yield
    finally:
        os.close(handle)


def locked(file: Path) -> int:
    """Return a handle on a file, made if need be, that nobody else holds a lock on; closing it ends the lock.

    Raises
    ------
    BlockingIOError
        If somebody does.
    OSError
        If the file cannot be made or locked.
    """
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError:
        # Another person made it; locking it takes no right to write it.
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        lock(handle)
    except BaseException:
        os.close(handle)
        raise
    return handle


def lock(handle: int, *, is_shared: bool = False) -> None:
    """Lock an open file without waiting; raises BlockingIOError if somebody else holds a lock against it."""
    fcntl.flock(handle, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def is_open_here(file: Path) -> bool:
    """Whether this process has the library open.

    Then the file may be touched through SQLite only: closing any other handle on it would drop SQLite's locks.

    References
    ----------
    https://www.sqlite.org/howtocorrupt.html, section 2.2.
    """
    with _guard:
        return _open_here[_identity(file)] > 0


def _identity(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_dev, status.st_ino
