"""The demo library: a dozen short real tracks that come with the program."""

import shutil
from pathlib import Path

from tagstudio import paths
from tagstudio.domain.errors import TagStudioError
from tagstudio.library.backups import backup_folder
from tagstudio.library.owners import alone
from tagstudio.library.store import cache_folder
from tagstudio.services.studio import Studio, open_studio


def demo_folder() -> Path:
    """Return the folder of the demo tracks."""
    return paths.resources() / "demo"


def fresh_demo() -> Path:
    """Copy the demo tracks beside a library file that does not exist yet, and return that file.

    The library, its side files and the tracks of an earlier demo are replaced: the demo starts fresh each time.

    Raises
    ------
    TagStudioError
        If the copy cannot be made, or the demo is open.
    """
    file = paths.demo_library()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with alone(file):
            _clear(file)
            shutil.copytree(demo_folder(), _music(file))
    except BlockingIOError as error:
        raise TagStudioError("The demo is open already.", "Use that window, or close it first.") from error
    except OSError as error:
        raise TagStudioError(
            f"The demo could not be copied to “{file.parent}”: {error.strerror or error}.",
            "Free some space there, or allow writing.",
        ) from error
    return file


def open_demo() -> Studio:
    """Open a fresh copy of the demo library; its tracks are still to be scanned and listened to."""
    return open_studio(fresh_demo())


def demo_music(studio: Studio) -> Path:
    """Return the folder of the tracks of an opened demo."""
    return _music(studio.file)


def _music(file: Path) -> Path:
    return file.parent / "music"


def _clear(file: Path) -> None:
    # By name, and nothing else: whatever lies beside an earlier demo is somebody's.
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    for folder in (cache_folder(file), backup_folder(file), _music(file)):
        if folder.exists():
            shutil.rmtree(folder)
