"""Playlists of other programs, and of other systems, name the tracks that they mean."""

import pytest
from exchanged import empty, fill
from sqlalchemy import text

from tagstudio.domain.jobs import run
from tagstudio.services.exchange import ExportOptions, export, plan_import
from tagstudio.services.exchange.matching import Way

NAMES = [b"Band/Album/song.flac", b"Other/Album/song.flac", b"Band/A/song.flac"]


@pytest.fixture
def here(tmp_path):
    with empty(tmp_path / "l.sqlite3") as studio:
        fill(studio, NAMES, has_hashes=False)
        yield studio


def meant(studio, folder, *entries):
    file = folder / "set.m3u8"
    file.write_text("#EXTM3U\n" + "".join(f"{entry}\n" for entry in entries))
    plan = run(plan_import(studio, file))
    return plan.track_ids, [each.name for each in plan.unmatched]


@pytest.mark.parametrize(
    "entry",
    [
        "C:\\Music\\Band\\Album\\song.flac", "C:/Music/Band/Album/song.flac", "C:\\Music/Band\\Album/song.flac",
        "\\\\server\\share\\Band\\Album\\song.flac", "//server/share/Band/Album/song.flac",
        "\\Music\\Band\\Album\\song.flac", "Band\\Album\\song.flac", "..\\Band\\Album\\song.flac",
        "file:///C:/Music/Band/Album/song.flac",
    ],
)  # fmt: skip
def test_a_playlist_of_a_windows_program_means_the_tracks_at_the_same_places(here, tmp_path, entry):
    assert meant(here, tmp_path, entry) == ((1,), [])


def test_a_place_on_another_computer_is_not_looked_for_beside_the_playlist(here, tmp_path):
    entries = ["C:\\Music\\a.flac", "\\\\server\\share\\b.flac", "C:/Music/c.flac"]
    assert meant(here, tmp_path, *entries)[1] == ["C:/Music/a.flac", "//server/share/b.flac", "C:/Music/c.flac"]


@pytest.mark.parametrize("name", ["Band\\A\\song.flac", "A: song.flac", "C:\\song.flac"])
def test_an_entry_that_exists_as_it_stands_is_that_file(tmp_path, name):
    (tmp_path / name).touch()
    with empty(tmp_path / "l.sqlite3") as studio:
        fill(studio, [*NAMES, name.encode()], has_hashes=False)
        with studio.library.write() as session:
            session.execute(text("UPDATE root SET path = :path"), {"path": bytes(tmp_path)})
        assert meant(studio, tmp_path, name) == ((4,), [])


@pytest.mark.parametrize("name", ["Band\\A\\song.flac", "C:\\song.flac"])
def test_our_own_playlists_say_of_names_with_backslashes_that_they_are_names(tmp_path, name):
    with empty(tmp_path / "l.sqlite3") as studio:
        fill(studio, [*NAMES, name.encode()], has_hashes=False)
        # The files themselves are out of reach.
        file = tmp_path / "music" / "set.m3u8"
        file.parent.mkdir()
        with studio.library.write() as session:
            session.execute(text("UPDATE root SET path = :path"), {"path": bytes(file.parent)})
        run(export(studio, file, options=ExportOptions(relative=True)))
        assert run(plan_import(studio, file)).ways == {Way.PATH: 4}
