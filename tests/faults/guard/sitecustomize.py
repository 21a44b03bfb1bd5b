"""Tells of every network call and every change to files in a folder; Python imports this at the start of each process.

It never stops anything: it writes a line to the pipe ``TAGSTUDIO_GUARD``, since a reader process may write no files.
"""

import contextlib
import os
import sys

_PIPE = os.environ.get("TAGSTUDIO_GUARD")
_FOLDER = os.fsencode(os.environ.get("TAGSTUDIO_GUARD_FOLDER", ""))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NETWORK = ("connect", "bind", "sendto", "sendmsg", "getaddrinfo", "gethostbyname", "gethostbyaddr", "getnameinfo")
_CHANGES = ("remove", "rename", "rmdir", "mkdir", "chmod", "chown", "truncate", "utime", "link", "symlink", "setxattr")


def _is_local(family: int) -> bool:
    return family == 1  # AF_UNIX: the pipes between our own processes


def _finding(event: str, arguments: tuple) -> str:
    if event == "socket.__new__":
        return "" if _is_local(arguments[1]) else f"socket {arguments[1:]}"
    if event.startswith("socket.") and event[7:] in _NETWORK:
        return f"{event} {arguments[1:]}"
    if event == "open" and _is_writing(*arguments[1:3]):
        return f"open {arguments[0]!a} {arguments[1:3]}" if _is_inside(arguments[0]) else ""
    if event.startswith("os.") and event[3:] in _CHANGES:
        return f"{event} {arguments!a}" if any(map(_is_inside, arguments)) else ""
    return ""


def _is_writing(mode: object, flags: object) -> bool:
    by_mode = isinstance(mode, str) and any(sign in mode for sign in "wax+")
    return by_mode or (isinstance(flags, int) and bool(flags & _WRITING))


def _is_inside(path: object) -> bool:
    if not _FOLDER or not isinstance(path, str | bytes | os.PathLike):
        return False
    whole = os.path.abspath(os.fsencode(path))  # noqa: PTH100 -- bytes
    return whole == _FOLDER or whole.startswith(_FOLDER + b"/")


def _watch(pipe: str) -> None:
    out = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    os.set_inheritable(out, False)

    def tell(line: str) -> None:
        with contextlib.suppress(OSError):
            os.write(out, line.encode("ascii", "backslashreplace")[:500] + b"\n")

    def audit(event: str, arguments: tuple) -> None:
        try:
            found = _finding(event, arguments)
        except Exception as error:  # noqa: BLE001 -- told, never raised
            found = f"guard failed: {error!r} at {event}"
        if found:
            tell(f"! {found}")

    tell(f"watching {os.getpid()}")
    sys.addaudithook(audit)


if _PIPE:
    _watch(_PIPE)
