"""Who has a library open: which process may checkpoint, whether anybody has it, and whether this one does."""

import contextlib
import fcntl
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tagstudio.domain.errors import LibraryError

_WAIT_S = 0.05
_open_here: Counter[tuple[int, int]] = Counter()
_guard = threading.Lock()


class Owner:
    """A share in an open library, and the claim on it if nobody else holds that; both end with their process.

    While anybody has a share, the file is not replaced by another one. Where nothing can be locked there is none.

    Processes may take turns writing, but only the one whose claim holds may move the journal into the file: SQLite
    before 3.51.3 can damage a file when two do so at the same moment.

    References
    ----------
    https://www.sqlite.org/wal.html, section "The WAL-Reset Bug".

    Raises
    ------
    LibraryError
        If the file is being replaced, and still is after ``busy_s``.
    """

    def __init__(self, file: Path, busy_s: float) -> None:
        self._file = file
        self._busy_s = busy_s
        self._handle: int | None = None
        self._share: int | None = None
        self._take_share()
        try:
            self._identity = _identity(file)
        except OSError:
            self._end()
            raise
        with _guard:
            _open_here[self._identity] += 1
        self.claim()

    @property
    def is_first(self) -> bool:
        """Whether the claim holds."""
        return self._handle is not None

    def claim(self) -> bool:
        """Take the claim if nobody holds it; return whether it is new.

        Raises
        ------
        LibraryError
            If there was no share to be had before, and the file is being replaced now.
        """
        self._take_share()
        if self.is_first:
            return False
        with contextlib.suppress(OSError):
            self._handle = locked(lock_file(self._file))
        return self.is_first

    def release(self) -> None:
        """Give the claim and the share up."""
        with _guard:
            _open_here[self._identity] -= 1
        self._end()

    def _take_share(self) -> None:
        end = time.monotonic() + self._busy_s
        while self._share is None:
            try:
                self._share = locked(share_file(self._file), is_shared=True)
            except BlockingIOError as error:
                if time.monotonic() > end:
                    raise LibraryError(
                        f"“{self._file.name}” is just being restored or compacted.", "Wait until that has ended."
                    ) from error
                time.sleep(_WAIT_S)
            except OSError:
                return

    def _end(self) -> None:
        for handle in (self._handle, self._share):
            if handle is not None:
                os.close(handle)
        self._handle = self._share = None


def real_file(file: Path) -> Path:
    """Return the file that a name leads to: locks, journal, backups and cache of a library lie beside that one."""
    return Path(os.path.realpath(file)) if file.is_symlink() else file.absolute()


def lock_file(file: Path) -> Path:
    """Return the file that a claim is held on; it stays when the claim ends."""
    return file.with_name(file.name + "-owner")


def share_file(file: Path) -> Path:
    """Return the file that everybody who has a library open holds a shared lock on; it stays, too."""
    return file.with_name(file.name + "-open")


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Be the only one to have a library, which may not exist, so that its files can be replaced.

    Raises
    ------
    BlockingIOError
        If somebody has it open, this process included.
    OSError
        If its folder cannot be written.
    """
    with held(file):
        # The claim is not enough: whoever opened second takes it no sooner than when it writes.
        handle = locked(share_file(file))
        try:
            yield
        finally:
            os.close(handle)


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold the claim on a file that may not exist.

    Raises
    ------
    BlockingIOError
        If somebody holds it, this process included.
    OSError
        If its folder cannot be written.
    """
    handle = locked(lock_file(file))
    try:
        yield
    finally:
        os.close(handle)


def locked(file: Path, *, is_shared: bool = False) -> int:
    """Return a handle on a locked file, which is made if need be; closing it ends the lock.

    Raises
    ------
    BlockingIOError
        If somebody else holds a lock against it.
    OSError
        If the file cannot be made or locked.
    """
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError:
        # Another person made it; locking it takes no right to write it.
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        lock(handle, is_shared=is_shared)
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
