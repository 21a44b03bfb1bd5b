"""What a person drops onto the window."""

from pathlib import Path

from PySide6.QtGui import QDropEvent


def dropped_folders(event: QDropEvent) -> list[Path]:
    """Return the folders among what is dropped, to add them."""
    return [path for path in _paths(event) if path.is_dir()]


def dropped_file(event: QDropEvent) -> Path | None:
    """Return the one file that is dropped, to import it."""
    paths = _paths(event)
    return paths[0] if len(paths) == 1 and paths[0].is_file() else None


def _paths(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
