"""A root that was renamed and added anew: its tracks and their judgements go to where the audio is."""

import shutil

import mutagen
import pytest

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.library import checks
from tagstudio.services import browse, roots
from tagstudio.services.judge import judge
from tagstudio.services.scan import rescan, scan


@pytest.fixture
def renamed(studio, music):
    """The new name of a folder of which every track was judged, added again."""
    run(scan(studio, [music]))
    judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
    new = music.parent / "Musik"
    music.rename(new)
    assert run(scan(studio, [new])).new == 3
    return new


def test_a_renamed_root_that_was_added_anew_gets_its_judgements_back(studio, music, renamed):
    moved = roots.move(studio, music, renamed)
    assert moved.sentence == (
        f"3 tracks are in “{renamed}” now, with all that was said of them; "
        f"“{music}” is no folder of the library any more."
    )
    assert [each.folder for each in roots.views(studio)] == [renamed]
    judged = [browse.track(studio, each) for each in browse.track_ids(studio, "tag:beep")]
    assert sorted((each.id, each.file.name, each.is_missing) for each in judged) == [
        (1, "a.wav", False), (2, "b.flac", False), (3, "c.ogg", False),
    ]  # fmt: skip
    report = run(rescan(studio))
    assert (report.unchanged, report.new, report.missing, report.failed) == (3, 0, 0, ())
    assert browse.summary(studio).missing == 3
    with studio.library.read() as session:
        assert list(checks.full(session.connection().connection.dbapi_connection)) == []


def test_what_files_say_now_is_known_of_the_tracks_that_get_their_places(studio, music):
    run(scan(studio, [music]))
    judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
    new = music.parent / "Musik"
    music.rename(new)
    opened = mutagen.File(new / "one" / "b.flac")
    opened["title"], opened["genre"] = "Another", ["Dub", "Ambient"]
    opened.save()
    run(scan(studio, [new]))
    roots.move(studio, music, new)
    assert (
        browse.track_ids(studio, "tag:beep title:another") == browse.track_ids(studio, "tag:beep genre:ambient") == [2]
    )
    assert run(rescan(studio)).unchanged == 3


def test_a_folder_of_another_root_takes_a_root_in(studio, music, tone):
    run(scan(studio, [music]))
    judge(studio, [1], {"beep": Verdict.YES})
    shelf = music.parent / "shelf"
    tone(shelf / "other.wav", hz=900)
    shutil.copytree(music, shelf / "in" / "it")
    shutil.copy(music / "one" / "a.wav", shelf / "a.wav")
    shutil.rmtree(music)
    run(scan(studio, [shelf]))
    assert roots.move(studio, music, shelf / "in" / "it").sentence.startswith("3 tracks are in")
    assert browse.track(studio, 1).file == shelf / "in" / "it" / "one" / "a.wav"


def test_tracks_that_were_judged_in_both_roots_stay_as_they_are(studio, music, renamed):
    (again,) = (
        each for each in browse.track_ids(studio) if browse.track(studio, each).file == renamed / "one" / "a.wav"
    )
    judge(studio, [again], {"beep": Verdict.NO})
    moved = roots.move(studio, music, renamed)
    assert moved.sentence == (
        f"2 tracks are in “{renamed}” now, with all that was said of them; "
        f"1 track was left in “{music}” because those in “{renamed}” were judged."
    )
    assert browse.track_ids(studio, "tag:beep") == [1, 2, 3]
    assert browse.track(studio, again).file == renamed / "one" / "a.wav"
    assert browse.track(studio, 1).file == music / "one" / "a.wav"


def test_tracks_whose_audio_is_nowhere_stay_in_their_root(studio, music):
    run(scan(studio, [music]))
    new = music.parent / "Musik"
    music.rename(new)
    (new / "two" / "c.ogg").unlink()
    run(scan(studio, [new]))
    assert roots.move(studio, music, new).sentence.endswith("of them; 1 track was not found there.")
    assert [(each.folder, each.tracks) for each in roots.views(studio)] == [(music, 1), (new, 4)]


def test_a_root_that_is_there_is_not_taken_in(studio, music, renamed, tone):
    tone(music / "back.wav")
    with pytest.raises(TagStudioError, match="still there"):
        roots.move(studio, music, renamed)
    assert len(roots.views(studio)) == 2


def test_a_root_none_of_whose_audio_is_found_is_not_taken_in(studio, music, tone):
    run(scan(studio, [music]))
    tone(music.parent / "other" / "x.wav", hz=900)
    run(scan(studio, [music.parent / "other"]))
    shutil.rmtree(music)
    with pytest.raises(TagStudioError, match="None of the tracks"):
        roots.move(studio, music, music.parent / "other")
    with pytest.raises(NothingFoundError):
        roots.move(studio, music.parent / "never", music.parent / "other")


def test_a_scan_says_that_the_audio_of_a_root_that_is_not_there_was_found(studio, music, tone):
    run(scan(studio, [music]))
    new = music.parent / "my Musik"
    music.rename(new)
    (found,) = run(scan(studio, [new])).elsewhere
    assert found.sentence == (
        f"“{music}” is not there, and 3 of its tracks were found in “{new}”: "
        f"\"tagstudio roots move {music} '{new}'\" keeps their judgements."
    )
    assert run(scan(studio, [new])).elsewhere == ()
    tone(new / "other.wav", hz=900)
    assert run(scan(studio, [new])).elsewhere == ()


def test_an_emptied_root_inside_another_does_not_keep_that_one_from_being_read(studio, music):
    inner = music / "one"
    run(scan(studio, [inner]))
    judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
    for file in list(inner.iterdir()):
        file.rename(music / "two" / file.name)
    report = run(scan(studio, [music]))
    assert (report.new, report.missing) == (3, 0)
    assert report.elsewhere[0].sentence.startswith(f"“{inner}” holds no audio, and 2 of its tracks were found in")
    assert [each.folder for each in roots.views(studio)] == [inner, music]
    roots.move(studio, inner, music)
    assert [each.folder for each in roots.views(studio)] == [music]
    assert {browse.track(studio, each).file for each in browse.track_ids(studio, "tag:beep")} == {
        music / "two" / "a.wav", music / "two" / "b.flac",
    }  # fmt: skip


def test_a_root_inside_another_is_taken_in_once_it_holds_audio_again(studio, music):
    inner, aside = music / "one", music.parent / "aside"
    run(scan(studio, [inner]))
    inner.rename(aside)
    assert run(scan(studio, [music])).new == 1
    assert run(rescan(studio)).missing == 0
    aside.rename(inner)
    report = run(rescan(studio))
    assert (report.new, report.unchanged, report.missing, report.failed) == (0, 3, 0, ())
    assert [each.folder for each in roots.views(studio)] == [music]
