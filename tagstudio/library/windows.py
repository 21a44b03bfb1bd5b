"""One window per library: the second one asks the first to come forward, without a socket.

The first window holds a lock on ``<library>-window``, which ends with its process however that ends. Touching that file
is the request: the first window watches its time of change.
"""

import contextlib
import getpass
import os
import platform
import time
from pathlib import Path

from tagstudio.domain.errors import LibraryError
from tagstudio.library.owners import lock, locked, real_file

_TRIES = 5
_WAIT_S = 0.05


class OpenElsewhereError(LibraryError):
    """Another window has the library open."""


class WindowClaim:
    """The claim of a window on a library; it ends with its process.

    Where nothing can be written or locked there is no claim to be had, and none is needed to look.

    Raises
    ------
    OpenElsewhereError
        If another window has it; that window was asked to come forward.
    """

    def __init__(self, file: Path) -> None:
        self._handle: int | None = None
        place = request_file(file)
        for tries_left in reversed(range(_TRIES)):
            try:
                self._handle = locked(place)
                break
            except BlockingIOError as error:
                # Somebody may only be looking whether it is free.
                if not tries_left:
                    raise _open_elsewhere(file) from error
                time.sleep(_WAIT_S)
            except OSError:
                return
        with contextlib.suppress(OSError):
            assert self._handle is not None
            os.ftruncate(self._handle, 0)
            os.write(self._handle, "\n".join((platform.node(), _me())).encode())

    def release(self) -> None:
        """Give the claim up."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def request_file(file: Path) -> Path:
    """Return the file that is locked by the window of a library, and touched to ask for that window."""
    file = real_file(file)
    return file.with_name(file.name + "-window")


def refuse_second(file: Path) -> None:
    """Ask the window that has a library open, if any, to come forward.

    Raises
    ------
    OpenElsewhereError
        If there is one.
    """
    try:
        handle = os.open(request_file(file), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        lock(handle, is_shared=True)
    except BlockingIOError as error:
        raise _open_elsewhere(file) from error
    except OSError:
        return
    finally:
        os.close(handle)


def _open_elsewhere(file: Path) -> OpenElsewhereError:
    computer, person = _holder(file)
    if computer != platform.node() and computer:
        where, advice = f"on the computer “{computer}”", "Close it there first."
    elif person != _me() and person:
        where, advice = f"of “{person}”", "Ask for it to be closed first."
    else:
        with contextlib.suppress(OSError):
            os.utime(request_file(file))
        where, advice = "already", "That window was asked to come to the front."
    return OpenElsewhereError(f"“{file.name}” is open in a window {where}.", advice)


def _holder(file: Path) -> tuple[str, str]:
    try:
        computer, person = request_file(file).read_text("utf-8").split("\n")
    except (OSError, ValueError):
        return "", ""
    return computer, person


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
