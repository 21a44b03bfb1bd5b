"""Files of every kind that can be written, made once."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import written_music


@pytest.fixture(scope="session")
def made_music(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return written_music.make_all(tmp_path_factory.mktemp("kinds"))


@pytest.fixture
def music_file(made_music: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Return a copy of a file, by name, that a test may spoil."""

    def copy(name: str) -> Path:
        file = tmp_path / name
        file.write_bytes(made_music[name].read_bytes())
        return file

    return copy
