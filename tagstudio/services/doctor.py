"""What works on this machine, and why the rest does not."""

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tagstudio import __version__, paths
from tagstudio.audio import formats
from tagstudio.audio.soundcard import PortAudio
from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.settings import load_settings
from tagstudio.library.backups import all_backups
from tagstudio.library.owners import real_file
from tagstudio.library.store import open_library, sqlite_version
from tagstudio.nn.catalogue import cards
from tagstudio.services import display, upkeep
from tagstudio.services.demo import demo_folder
from tagstudio.services.listen import listen
from tagstudio.services.networks import asked, network_worker

ROOM_BYTES = 500 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding; without what ``is_essential`` names, tagging does not work at all."""

    name: str
    is_ok: bool
    detail: str
    advice: str = ""
    is_essential: bool = False


def checks(library: Path | None = None) -> Iterator[Check]:
    """Try everything the program needs, one finding after another; nothing is changed."""
    yield Check(
        name="TagStudio", is_ok=True, detail=f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
    )
    yield from (
        _tried("settings", lambda: _settings(), is_essential=False),
        _tried("models", _models, is_essential=True),
        _tried("networks", _networks, is_essential=True),
        _tried("decoding", _decoding, is_essential=True),
        _tried("library", lambda: _library(library or paths.default_library()), is_essential=True),
        _room(library or paths.default_library()),
        _tried("sound", _sound, is_essential=False),
        _window(),
    )


def _tried(name: str, look: Callable[[], str], *, is_essential: bool) -> Check:
    try:
        return Check(name=name, is_ok=True, detail=look(), is_essential=is_essential)
    except TagStudioError as error:
        return Check(name=name, is_ok=False, detail=error.what, advice=error.advice, is_essential=is_essential)


def _settings() -> str:
    file = paths.settings_file()
    load_settings(file)
    return str(file) if file.exists() else "defaults"


def _models() -> str:
    return ", ".join(card.id for card in cards())


def _networks() -> str:
    with network_worker() as networks:
        described = asked(networks, "describe")
    notice = described["notice"]
    return f"run on {described['device']}" + (f" ({notice})" if notice else "")


def _decoding() -> str:
    file = next(each for each in sorted(demo_folder().iterdir()) if formats.is_audio_name(each.name.encode()))
    job = listen([file], cards()[0].id)
    try:
        while True:
            next(job)
    except StopIteration as stop:
        if stop.value.failed:
            raise stop.value.failed[0] from None
    return f"{formats.readable_formats()}; heard “{file.name}”"


def _library(file: Path) -> str:
    file = real_file(file)
    if not file.exists() and not all_backups(file):
        return f"none yet at {file}; SQLite {sqlite_version()}"
    for looked in upkeep.check(file):
        if not looked.is_ok and not looked.is_harmless:
            raise TagStudioError(looked.what, looked.advice)
    with open_library(file, create=False) as library:
        if library.warning:
            raise TagStudioError(library.warning)
    return f"{file}, SQLite {sqlite_version()}"


def _room(file: Path) -> Check:
    place = next(folder for folder in real_file(file).parents if folder.exists())
    free = shutil.disk_usage(place).free
    is_ok = free >= ROOM_BYTES
    return Check(
        name="disk",
        is_ok=is_ok,
        detail=f"{free / 2**30:.1f} GiB free at {place}",
        advice="" if is_ok else "Free some space, or choose another place with --library.",
    )


def _sound() -> str:
    return PortAudio().name()


def _window() -> Check:
    found = display.obstacle()
    if found is None:
        return Check(name="window", is_ok=True, detail="can be shown")
    return Check(name="window", is_ok=False, detail=found[0], advice=found[1])
