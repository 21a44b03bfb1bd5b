"""Where resources, models, settings, data and caches live, in a checkout and in an installed wheel."""

import os
from pathlib import Path

import platformdirs

# The bare name belongs to another program.
APP_NAME = "tagstudio-music"
LIBRARY_VARIABLE = "TAGSTUDIO_LIBRARY"


def _data(name: str) -> Path:
    package = Path(__file__).parent
    installed = package / "_data" / name
    return installed if installed.is_dir() else package.parent / name


def resources() -> Path:
    """Return the folder of icons, vocabularies and the demo tracks."""
    return _data("resources")


def models() -> Path:
    """Return the folder of model cards and weights."""
    return _data("models")


def config_folder() -> Path:
    """Return the folder of the settings; it may not exist yet."""
    return platformdirs.user_config_path(APP_NAME, appauthor=False)


def settings_file() -> Path:
    """Return the file of the settings; it may not exist yet."""
    return config_folder() / "settings.json"


def log_folder() -> Path:
    """Return the folder of the log; it may not exist yet."""
    return platformdirs.user_log_path(APP_NAME, appauthor=False)


def default_library() -> Path:
    """Return ``$TAGSTUDIO_LIBRARY``, else the library in the platform's data folder."""
    named = os.environ.get(LIBRARY_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path(APP_NAME, appauthor=False) / "library.sqlite3"


def demo_library() -> Path:
    """Return where ``tagstudio demo`` keeps its library."""
    return platformdirs.user_data_path(APP_NAME, appauthor=False) / "demo" / "library.sqlite3"
