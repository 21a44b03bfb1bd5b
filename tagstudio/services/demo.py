"""The demo library: a dozen short real tracks that come with the program."""

import shutil
from pathlib import Path

from tagstudio import paths
from tagstudio.domain.errors import TagStudioError
from tagstudio.services.studio import Studio, open_studio


def demo_folder() -> Path:
    """Return the folder of the demo tracks."""
    return paths.resources() / "demo"


def fresh_demo(place: Path | None = None) -> Path:
    """Copy the demo tracks beside a library file that does not exist yet, and return that file.

    Whatever an earlier demo left there is replaced: the demo starts fresh each time.

    Raises
    ------
    TagStudioError
        If the copy cannot be made.
    """
    file = place or paths.demo_library()
    folder = file.parent
    try:
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(demo_folder(), folder / "music")
    except OSError as error:
        raise TagStudioError(
            f"The demo could not be copied to “{folder}”: {error.strerror}.", "Free some space."
        ) from error
    return file


def open_demo() -> Studio:
    """Open a fresh copy of the demo library; its tracks are still to be scanned and listened to."""
    return open_studio(fresh_demo())


def demo_music(studio: Studio) -> Path:
    """Return the folder of the tracks of an opened demo."""
    return studio.file.parent / "music"
