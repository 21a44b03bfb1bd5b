"""An export never costs anything that was there."""

import shutil

import pytest

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.services.exchange import export
from tagstudio.services.files import written_whole
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
