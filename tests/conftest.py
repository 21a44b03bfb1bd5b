"""Fixtures that several parts share: small generated music, and the demo library, heard once."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import settings

from tagstudio.domain.jobs import run
from tagstudio.services.analyse import analyse
from tagstudio.services.demo import demo_folder
from tagstudio.services.scan import scan
from tagstudio.services.studio import Studio, open_studio

# A busy machine is slow, not wrong: no deadline per example.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

RATE = 22_050


def write_tone(file: Path, *, hz: float = 440.0, seconds: float = 4.0) -> Path:
    """Write a tone with a slow beat in the format that the file's ending names."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = 0.4 * np.sin(2 * np.pi * hz * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time))
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, wave.astype(np.float32), RATE)
    return file


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep settings, logs and libraries of whoever runs the tests out of them."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(home / name))
        patch.delenv("TAGSTUDIO_LIBRARY", raising=False)
        yield


@pytest.fixture
def real_music() -> Path:
    """Real tracks: the folder that ``make accept MUSIC=folder`` names, else those of the demo."""
    named = os.environ.get("TAGSTUDIO_MUSIC")
    return Path(named) if named else demo_folder()


@pytest.fixture
def tone() -> Callable[..., Path]:
    return write_tone


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder of three tracks in two albums."""
    folder = tmp_path / "music"
    for number, name in enumerate(("one/a.wav", "one/b.flac", "two/c.ogg")):
        write_tone(folder / name, hz=220.0 * (number + 1))
    return folder


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """An empty library with the starting vocabulary."""
    with open_studio(tmp_path / "library.sqlite3") as opened:
        yield opened


@pytest.fixture(scope="session")
def heard_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the demo tracks that both musicnn networks have listened to; copy it, do not change it."""
    folder = tmp_path_factory.mktemp("demo")
    with open_studio(folder / "library.sqlite3") as opened:
        run(scan(opened, [demo_folder()]))
        report = run(analyse(opened, excerpts=3))
        assert report.analysed == 12, report
    return folder


@pytest.fixture
def demo(heard_demo: Path, tmp_path: Path) -> Iterator[Studio]:
    """A library of its own for one test: the demo tracks, scanned and heard."""
    folder = tmp_path / "library of the demo"
    shutil.copytree(heard_demo, folder)
    with open_studio(folder / "library.sqlite3") as opened:
        yield opened
