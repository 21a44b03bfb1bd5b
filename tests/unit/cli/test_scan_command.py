"""``scan`` and ``listen`` refuse what they cannot read in a sentence, and leave nothing behind."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tagstudio.cli.app import run


def tagstudio(*arguments: object) -> int:
    return run([str(each) for each in arguments], lambda *_: 0)


@pytest.mark.parametrize("name", ["no such folder", "", " "])
def test_a_folder_that_cannot_be_used_leaves_no_library_behind(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    library = tmp_path / "library.sqlite3"
    assert tagstudio("--library", library, "scan", name) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not library.exists()


@pytest.mark.parametrize("command", [("scan", "{}"), ("listen", "{}", "--model", "mtt-musicnn")])
def test_what_may_not_be_read_is_no_wrong_usage(tmp_path, monkeypatch, capsys, command):
    denied = tmp_path / "denied"
    denied.mkdir(mode=0)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, *more: Path(path) != denied and access(path, *more))
    words = [each.format(denied) for each in command]
    assert tagstudio("--library", tmp_path / "library.sqlite3", *words) == 1
    assert "denied" in capsys.readouterr().err


def test_the_way_out_for_a_renamed_folder_is_said_and_works(tmp_path, capsys, music):
    library = tmp_path / "library.sqlite3"
    assert tagstudio("--library", library, "scan", music) == 0
    new = music.rename(tmp_path / "Musik")
    twin = shutil.copy(library, tmp_path / "twin.sqlite3")
    assert tagstudio("--library", library, "scan", new) == 0
    assert f'"tagstudio roots move {music} {new}" keeps their judgements.' in capsys.readouterr().out
    assert tagstudio("--library", library, "roots", "move", music, new) == 0
    assert capsys.readouterr().out.startswith(f"3 tracks are in “{new}” now")
    assert tagstudio("--library", twin, "scan", new, "--json") == 0
    told = json.loads(capsys.readouterr().out)["elsewhere"]
    assert told == [{"old": str(music), "new": str(new), "tracks": 3}]
