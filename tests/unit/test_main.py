"""What starting the program does before there is a window."""

from pathlib import Path

import pytest

from tagstudio.__main__ import _open_window
from tagstudio.library.windows import WindowClaim


def test_a_folder_for_a_library_that_a_window_has_open_is_said_not_to_be_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library, folder = tmp_path / "library.sqlite3", tmp_path / "music"
    claim = WindowClaim(library)
    try:
        assert _open_window(library, folder, is_demo=False) == 0
    finally:
        claim.release()
    said = capsys.readouterr().out
    assert "open in a window already" in said
    assert f"“{folder}” was not added" in said
