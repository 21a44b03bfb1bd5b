"""Opening a library for a window: one window per library, and a word when opening takes its time."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tagstudio import paths
from tagstudio.domain.errors import LibraryError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.library.windows import OpenElsewhereError, WindowClaim, refuse_second, request_file

if TYPE_CHECKING:  # imported when a library is opened: the look at other windows must be quick
    from tagstudio.services.studio import Studio

__all__ = ["OpenElsewhereError", "open_demo_in_window", "open_in_window", "refuse_second_window", "request_file"]


def refuse_second_window(file: Path | None, *, demo: bool = False) -> None:
    """Ask the window that has a library open to come forward; the usual library unless one is named.

    Raises
    ------
    OpenElsewhereError
        If there is such a window.
    """
    refuse_second(paths.demo_library() if demo else file or paths.default_library())


def open_in_window(file: Path | None = None) -> "Job[Studio]":
    """Open a library, by default the usual one; says so first when it must be brought to this version.

    Raises
    ------
    OpenElsewhereError
        If another window has it open; that window was asked to come forward.
    TagStudioError
        As ``studio.open_studio``.
    """
    from tagstudio.services.studio import open_studio, upgrade_notice

    if notice := upgrade_notice(file):
        yield Progress(0, 0, notice)
    return _claimed(file or paths.default_library(), lambda: open_studio(file))


def open_demo_in_window() -> "Job[Studio]":
    """Open a fresh copy of the demo library; raises as ``open_in_window``."""
    from tagstudio.services.demo import open_demo

    yield Progress(0, 0)
    refuse_second(paths.demo_library())
    return _claimed(paths.demo_library(), open_demo)


def _claimed(file: Path, opened: "Callable[[], Studio]") -> "Studio":
    file = file.absolute()
    if file.is_dir():
        raise LibraryError(f"“{file.name}” is a folder.", "Choose the file of a library.")
    claim = WindowClaim(file) if file.exists() else None
    try:
        studio = opened()
        claim = claim or WindowClaim(file)
    except BaseException:
        if claim is not None:
            claim.release()
        raise
    studio.at_close.append(claim.release)
    return studio
