"""Words in files are offered, taken only when asked, and never replace what a curator said."""

import mutagen
import pytest

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.library import judgements, tags
from tagstudio.services import browse, file_words
from tagstudio.services.judge import judge, undo
from tagstudio.services.scan import scan


@pytest.fixture
def tagged(studio, music):
    """Three tracks: rock and jazz, jazz and an unknown word, AC/DC."""
    for name, genres in (("one/b.flac", ["Rock, Jazz"]), ("two/c.ogg", ["JAZZ", "Zydeco"])):
        opened = mutagen.File(music / name)
        opened["genre"] = genres
        opened.save()
    with studio.library.write() as session:
        for word in ("rock", "jazz"):
            tags.add(session, word, "genre")
    run(scan(studio, [music]))
    return studio


def origins(studio):
    with studio.library.read() as session:
        return session.connection().exec_driver_sql("SELECT origin, count(*) FROM standing GROUP BY 1").fetchall()


def test_words_are_counted_with_what_they_mean(tagged):
    found = {
        (each.word.casefold(), each.tracks, each.tag.name if each.tag else None) for each in file_words.words(tagged)
    }
    assert found == {("jazz", 2, "jazz"), ("rock", 1, "rock"), ("zydeco", 1, None)}


def test_taking_words_is_one_batch_that_can_be_taken_back_and_is_not_taken_twice(tagged):
    taken = file_words.take(tagged)
    assert (taken.judged, taken.new_tags) == (3, ())
    assert origins(tagged) == [("file", 3)]
    assert file_words.take(tagged).judged == 0
    undo(tagged, taken.batch)
    assert origins(tagged) == []


def test_a_curators_verdict_is_never_replaced(tagged):
    (track_id,) = browse.track_ids(tagged, "path:c.ogg")
    judge(tagged, [track_id], {"jazz": Verdict.NO})
    assert file_words.take(tagged).judged == 2
    with tagged.library.read() as session:
        assert Verdict.NO in judgements.verdicts_of(session, [track_id]).values()


def test_unknown_words_are_added_only_when_asked_and_under_the_facet_of_their_field(tagged):
    taken = file_words.take(tagged, add=True)
    assert (taken.judged, taken.new_tags) == (4, ("Zydeco",))
    with tagged.library.read() as session:
        assert tags.by_name(session, "zydeco").facet == "genre"


def test_a_word_that_was_mapped_means_its_tag_from_then_on(tagged):
    file_words.map_word(tagged, "Zydeco", "rock")
    assert file_words.take(tagged).judged == 4
    with pytest.raises(TagStudioError, match="is a tag itself"):
        file_words.map_word(tagged, "jazz", "rock")
    with pytest.raises(NothingFoundError):
        file_words.map_word(tagged, "Polka", "no such tag at all")


def test_one_track_tells_its_words_with_what_holds(tagged):
    (track_id,) = browse.track_ids(tagged, "path:c.ogg")
    judge(tagged, [track_id], {"jazz": Verdict.NO})
    here = {
        each.word: (each.tag.name if each.tag else None, each.verdict) for each in file_words.of_track(tagged, track_id)
    }
    assert here == {"JAZZ": ("jazz", Verdict.NO), "Zydeco": (None, None)}


def test_only_one_field_can_be_asked_for_and_others_are_refused(tagged):
    assert file_words.words(tagged, fields=["mood"]) == []
    with pytest.raises(TagStudioError, match="no field"):
        file_words.words(tagged, fields=["colour"])
