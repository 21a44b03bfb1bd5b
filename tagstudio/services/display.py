"""Whether a window can be shown here; found out without Qt, which ends the process when it cannot."""

import ctypes
import os
import sys

_NEEDED = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
_WITHOUT_X = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")
_NEEDED_FOR_X = {"libxcb-cursor.so.0": "libxcb-cursor0", "libxkbcommon-x11.so.0": "libxkbcommon-x11-0"}


def obstacle() -> tuple[str, str] | None:
    """Return why no window can be shown, and what to do; None when one can."""
    if not sys.platform.startswith("linux"):
        return None
    if missing := _missing(_NEEDED):
        return _install(missing)
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    has_wayland = bool(os.environ.get("WAYLAND_DISPLAY")) and platform != "xcb"
    return None if has_wayland or platform in _WITHOUT_X else _obstacle_of_x()


def _obstacle_of_x() -> tuple[str, str] | None:
    display = os.environ.get("DISPLAY")
    if not display:
        return "There is no display here.", "Start it in a desktop session, or under xvfb-run."
    if missing := _missing(_NEEDED_FOR_X):
        return _install(missing)
    if not _connects():
        return f"The display “{display}” does not answer.", "Check DISPLAY and the rights to use it."
    return None


def _missing(needed: dict[str, str]) -> list[str]:
    missing = []
    for name, package in needed.items():
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(package)
    return missing


def _install(packages: list[str]) -> tuple[str, str]:
    return "System libraries for a window are missing.", f"Run: sudo apt-get install {' '.join(packages)}"


def _connects() -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed
