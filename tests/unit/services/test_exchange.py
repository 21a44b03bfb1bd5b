"""An export never costs anything that was there."""

import os
import shutil
import stat

import pytest

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.services.exchange import export
from tagstudio.services.files import folder_written_whole, written_whole
from tagstudio.services.scan import scan


@pytest.mark.parametrize("name", ["library.sqlite3", "one/a.wav", "renamed music", "new.mp3", ".", "one"])
def test_music_libraries_and_folders_are_never_written_over(studio, music, name):
    run(scan(studio, [music]))
    shutil.copy(studio.file, music / "library.sqlite3")
    (music / "renamed music").write_bytes((music / "one" / "b.flac").read_bytes())
    before = {file: file.read_bytes() for file in music.rglob("*") if file.is_file()}
    with pytest.raises(TagStudioError):
        run(export(studio, music / name, file_format="json"))
    assert {file: file.read_bytes() for file in music.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "no/such/folder/tags.csv", "file.txt/tags.csv"])
def test_a_place_that_cannot_be_written_is_one_sentence(studio, tmp_path, name):
    (tmp_path / "file.txt").touch()
    with pytest.raises(TagStudioError, match="could not be written"):
        run(export(studio, tmp_path / name))


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "tags.csv").write_text("old")

    def fail():
        with written_whole(tmp_path / "tags.csv") as stream:
            stream.write(b"new")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("name", ["tags.csv", "tags.sqlite"])
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_an_export_over_another_one_keeps_its_permissions_and_attributes(name, studio, music, tmp_path):
    run(scan(studio, [music]))
    file = tmp_path / name
    run(export(studio, file))
    (tmp_path / "usual").touch()
    assert file.stat().st_mode == (tmp_path / "usual").stat().st_mode
    file.chmod(0o600)
    has_attributes = hasattr(os, "setxattr")
    if has_attributes:
        os.setxattr(file, "user.mine", b"1")
    os.utime(file, (1, 1))
    before = file.stat()
    run(export(studio, file))
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
    assert after.st_mtime > 1
    assert not has_attributes or os.getxattr(file, "user.mine") == b"1"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_what_is_written_over_a_private_file_is_private_from_the_start(tmp_path):
    file = tmp_path / "tags.csv"
    file.touch(mode=0o600)
    with written_whole(file) as stream:
        stream.write(b"new")
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
    empty = tmp_path / "empty"
    empty.mkdir(0o700)
    with folder_written_whole(empty) as write:
        write("a.csv", b"new")
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir() if each.is_dir()} == {0o700}
    assert stat.S_IMODE(empty.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_a_group_that_cannot_be_kept_gives_another_one_no_more_than_everybody(tmp_path, monkeypatch):
    file = tmp_path / "tags.csv"
    file.write_text("old")
    file.chmod(0o664)
    os.chown(file, -1, 12345)

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "chown", refuse)
    with written_whole(file) as stream:
        stream.write(b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
