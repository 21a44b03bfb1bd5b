"""Opening a library for the window, on a thread: what it needs takes longer to load than a window may take to show."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagstudio.domain.jobs import Job
    from tagstudio.services.studio import Studio


def opened(file: Path | None) -> "Job[Studio]":
    """Open a library, the usual one by default."""
    import tagstudio.gui.workplace  # noqa: F401
    from tagstudio.services.windows import open_in_window

    return (yield from open_in_window(file))


def opened_demo() -> "Job[Studio]":
    """Open a fresh copy of the demo library."""
    import tagstudio.gui.workplace  # noqa: F401
    from tagstudio.services.windows import open_demo_in_window

    return (yield from open_demo_in_window())
