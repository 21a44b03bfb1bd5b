"""Settings: frozen, with label, unit and limits in the metadata; only differences are saved."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from tagstudio.domain.disk_faults import reason
from tagstudio.domain.errors import TagStudioError


def setting(default: Any, title: str, *, low: float | None = None, high: float | None = None) -> Any:
    """Declare one setting: its default, its name for people (with unit) and its limits."""
    return field(default=default, metadata={"title": title, "low": low, "high": high})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a curator can change; analysis settings are read by the command line too."""

    excerpts: int = setting(6, "Windows of 3 s heard per track (0: everything)", low=0, high=1000)
    workers: int = setting(2, "Decoding processes", low=1, high=64)
    watches_folders: bool = setting(False, "Watch the folders for changes")
    volume: float = setting(1.0, "Volume (0 to 1)", low=0.0, high=1.0)
    may_write_tags: bool = setting(False, "Allow TagStudio to write tags into files")
    show_facets: bool = setting(True, "Show saved searches and kinds of tracks beside the table")
    second_backup_folder: str = setting("", "Folder that gets a second copy of every backup (empty: none)")

    def __post_init__(self) -> None:
        for each in fields(self):
            value, low, high = getattr(self, each.name), each.metadata["low"], each.metadata["high"]
            if isinstance(each.default, bool | str):
                if type(value) is not type(each.default):
                    kind = "a text" if isinstance(each.default, str) else "true or false"
                    raise ValueError(f"{each.name} must be {kind}, got {value!r}")
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{each.name} must be a number, got {value!r}")
            if isinstance(each.default, int) and not isinstance(value, int):
                raise ValueError(f"{each.name} must be a whole number, got {value!r}")
            if low is not None and not low <= value <= high:
                raise ValueError(f"{each.name} must be between {low} and {high}, got {value!r}")


def load_settings(file: Path) -> Settings:
    """Read settings; a missing file means the defaults, an unreadable one is explained.

    Raises
    ------
    TagStudioError
        If the file is not JSON, or a value is out of its limits.
    """
    try:
        changes = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise TagStudioError(
            f"The settings in “{file}” cannot be read: {error}.", "Mend or delete that file."
        ) from error
    known = {each.name for each in fields(Settings)}
    try:
        return replace(Settings(), **{name: value for name, value in changes.items() if name in known})
    except (AttributeError, TypeError, ValueError) as error:
        raise TagStudioError(
            f"The settings in “{file}” are not usable: {error}.", "Mend or delete that file."
        ) from error


def save_settings(file: Path, settings: Settings) -> None:
    """Write only what differs from the defaults; the old file stays whole until the new one is complete.

    Raises
    ------
    TagStudioError
        If the file cannot be written.
    """
    changes = {name: value for name, value in asdict(settings).items() if value != getattr(Settings(), name)}
    part = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as opened:
            opened.write(json.dumps(changes, indent=2) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise TagStudioError(
            f"The settings could not be saved to “{file}”: {reason(error)}.", "They hold until the program ends."
        ) from error
