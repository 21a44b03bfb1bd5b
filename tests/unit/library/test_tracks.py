import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagstudio.domain.errors import LibraryError, NothingFoundError
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import roots, tracks


def test_a_track_comes_back_as_it_was_added(library, facts):
    with library.write() as session:
        root = roots.add(session, b"/music")
        track_id = tracks.add(
            session, root_id=root.id, path=b"a/b\xff.mp3", size=5, mtime_ns=7,
            facts=facts("abc", title=("Clair\nde lune",), artist=("Debussy",), genre=("Piano", "Calm"), mood=("sad",)),
        )  # fmt: skip
    with library.read() as session:
        (track,) = tracks.rows(session, [track_id])
        assert tracks.known(session, root.id) == {b"a/b\xff.mp3": (track_id, 5, 7)}
        assert tracks.fields(session, [track_id])[track_id] == {
            "title": ("Clair\nde lune",), "artist": ("Debussy",), "genre": ("Piano", "Calm"), "mood": ("sad",),
        }  # fmt: skip
    assert (track.root, track.path, track.display) == (b"/music", b"a/b\xff.mp3", "a/b\N{REPLACEMENT CHARACTER}.mp3")
    assert (track.title, track.genre, track.duration_s, track.audio_hash) == (
        "Clair\N{REPLACEMENT CHARACTER}de lune", "Piano; Calm", 180.0, "abc",
    )  # fmt: skip
    assert os.fsencode(track.file) == b"/music/a/b\xff.mp3"


def test_rows_keep_the_order_that_was_asked_for(filled):
    with filled.read() as session:
        assert [track.id for track in tracks.rows(session, [7, 2, 99, 5])] == [7, 2, 5]
        assert tracks.rows(session, []) == []
        assert len(tracks.rows(session, list(range(1, 11)) * 4_000)) == 40_000


def test_a_track_that_could_not_be_read_says_why(library):
    with library.write() as session:
        root = roots.add(session, b"/music")
        track_id = tracks.add(session, root_id=root.id, path=b"x.mp3", size=0, mtime_ns=0, last_error="it is empty")
        assert tracks.failed(session) == {track_id: "it is empty"}
        assert tracks.rows(session, [track_id])[0].last_error == "it is empty"
        assert tracks.hashes(session) == {}
        tracks.mark_failed(session, track_id, "")
        assert tracks.failed(session) == {}


def test_a_moved_track_keeps_its_id_and_what_is_known_of_it(filled, found):
    with filled.write() as session:
        tracks.mark_missing(session, [4])
        assert tracks.missing(session) == {4}
        assert tracks.ids(session, present_only=True) == [1, 2, 3, 5, 6, 7, 8, 9, 10]
        (moved,) = tracks.by_hash(session, "hash4")
        tracks.update(session, moved.id, size=4, mtime_ns=5, path=b"new/place.mp3")
        assert tracks.missing(session) == set()
        (track,) = tracks.rows(session, [4])
        assert (track.path, track.title) == (b"new/place.mp3", "Title 4")
        assert found(session, "path:new/place") == [4]
        assert found(session, '"title 4"') == [4]
        assert found(session, "path:4.mp3") == []


def test_a_retagged_track_forgets_its_old_fields(filled, facts, found):
    with filled.write() as session:
        tracks.update(session, 1, size=1, mtime_ns=2, facts=facts("hash1", artist=("Someone",)))
        assert tracks.fields(session, [1]) == {1: {"artist": ("Someone",)}}
        assert found(session, '"title 1"') == [10]
        assert tracks.rows(session, [1])[0].name == "Someone – 1.mp3"


def test_new_fields_count_as_a_change_when_the_row_says_the_same(filled, facts):
    def version(session):
        return session.connection().exec_driver_sql("SELECT value FROM info WHERE name = 'tracks'").scalar_one()

    for mood in ("dark", "calm"):
        with filled.write() as session:
            before = version(session)
            tracks.update(session, 1, size=1, mtime_ns=1, facts=facts("same", mood=(mood,)))
        with filled.read() as session:
            assert version(session) != before


def test_missing_is_a_flag_and_nothing_is_deleted(filled):
    with filled.write() as session:
        tracks.mark_missing(session, range(1, 11))
        assert tracks.count(session) == 10
        tracks.mark_missing(session, [1, 2], missing=False)
        assert tracks.missing(session, root_id=1) == set(range(3, 11))


def test_one_file_is_one_track(filled):
    with pytest.raises(LibraryError), filled.write() as session:
        tracks.add(session, root_id=1, path=b"1.mp3", size=1, mtime_ns=1)
    with filled.read() as session:
        assert tracks.count(session) == 10


@pytest.mark.parametrize("duration_s", [float("nan"), float("inf"), -1.0])
def test_a_duration_that_is_no_number_is_never_stored(library, duration_s):
    wrong = TrackFacts(audio_hash="a", duration_s=duration_s, codec="mp3", rate=1, channels=1)
    with library.write() as session:
        root = roots.add(session, b"/music")
    with pytest.raises(LibraryError), library.write() as session:
        tracks.add(session, root_id=root.id, path=b"x", size=1, mtime_ns=1, facts=wrong)
    with library.read() as session:
        assert tracks.count(session) == 0


def test_tracks_are_ordered_by_what_is_asked(library, facts):
    with library.write() as session:
        root = roots.add(session, b"/music")
        for path, artist in ((b"b.mp3", "Zoe"), (b"A.mp3", "anna"), (b"c.mp3", "Ben")):
            tracks.add(session, root_id=root.id, path=path, size=1, mtime_ns=1, facts=facts(artist=(artist,)))
        assert tracks.ids(session) == [1, 2, 3]
        assert tracks.ids(session, order="path") == [2, 1, 3]
        assert tracks.ids(session, order="artist") == [2, 3, 1]
        assert tracks.ids(session, order="artist", descending=True) == [1, 3, 2]
        assert all(sorted(tracks.ids(session, order=each)) == [1, 2, 3] for each in tracks.ORDERS)


def test_a_track_is_found_by_id_by_path_and_by_path_below_its_root(library, tmp_path, monkeypatch):
    folder = tmp_path / "music"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to(folder)
    with library.write() as session:
        root = roots.add(session, folder)
        track_id = tracks.add(session, root_id=root.id, path=b"sub/7.mp3", size=1, mtime_ns=1)
        bare = tracks.add(session, root_id=root.id, path=b"7", size=1, mtime_ns=1)
    monkeypatch.chdir(folder)
    with library.read() as session:
        for name in (str(track_id), str(folder / "sub/7.mp3"), "sub/7.mp3", "./sub/../sub/7.mp3", "../link/sub/7.mp3"):
            assert tracks.one(session, name).id == track_id
        assert tracks.one(session, "7").id == bare
        for name in ("99", "other.mp3", "", "9" * 40, "a\0b", "\udcff", "\ud800"):
            with pytest.raises(NothingFoundError, match="not a track"):
                tracks.one(session, name)


def test_the_innermost_root_contains_a_path(library):
    with library.write() as session:
        outer, inner = roots.add(session, b"/music"), roots.add(session, Path("/music/jazz"))
        assert roots.add(session, b"/music/") == outer
        assert roots.all_roots(session) == [outer, inner]
        assert roots.containing(session, b"/music/jazz/a.mp3") == inner
        assert roots.containing(session, b"/music/jazzy") == outer
        assert roots.containing(session, b"/music") == outer
        assert roots.containing(session, b"/other") is None
        assert roots.relative(outer, b"/music/jazz/a.mp3") == b"jazz/a.mp3"


@given(
    title=st.text(st.characters(codec=None), max_size=300), path=st.binary(min_size=1, max_size=60),
    values=st.lists(st.text(max_size=20), max_size=5),
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_any_text_and_any_path_can_be_stored(tmp_path_factory, title, path, values):
    from tagstudio.library.store import open_library

    file = tmp_path_factory.getbasetemp() / "any-text.sqlite3"
    given_facts = TrackFacts(
        audio_hash="", duration_s=1.0, codec="\udcff", rate=1, channels=1,
        fields={"title": (title,), "genre": tuple(values)},
    )  # fmt: skip
    with open_library(file) as library, library.write() as session:
        root = roots.add(session, b"/music")
        known = tracks.known(session, root.id)
        if path not in known:
            track_id = tracks.add(session, root_id=root.id, path=path, size=1, mtime_ns=1, facts=given_facts)
            (track,) = tracks.rows(session, [track_id])
            assert track.path == path
            assert len(track.title) <= 200
            assert len(tracks.fields(session, [track_id])[track_id].get("genre", ())) == len(values)
