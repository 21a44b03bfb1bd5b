import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.vocabulary import ModelTag
from tagstudio.library import tags
from tagstudio.library.store import open_library


@pytest.fixture
def session(library):
    with library.write() as opened:
        yield opened


def test_one_word_is_one_tag_however_it_is_spelled(session):
    jazz = tags.add(session, "  Jazz  ", "genre")
    assert tags.add(session, "jazz", "mood") == jazz
    assert (jazz.name, jazz.facet) == ("Jazz", "genre")
    assert tags.add(session, "Béla") != tags.add(session, "Bela")
    assert len(tags.all_tags(session)) == 3


@pytest.mark.parametrize("name", ["", "  ", "x" * 300, "a\x07b"])
def test_a_name_that_cannot_be_shown_is_refused(session, name):
    with pytest.raises(TagStudioError):
        tags.add(session, name)
    assert tags.all_tags(session) == []


def test_tags_are_listed_by_facet_then_name(session):
    for name, facet in (("sad", "mood"), ("rock", "genre"), ("happy", "mood"), ("Élan", "mood"), ("own", "my facet")):
        tags.add(session, name, facet)
    assert [tag.name for tag in tags.all_tags(session)] == ["Élan", "happy", "sad", "rock", "own"]
    assert tags.facets(session) == ["mood", "genre", "my facet"]


def test_a_renamed_tag_stays_itself(session):
    tag = tags.add(session, "jaz")
    assert tags.rename(session, tag.id, "Jazz").id == tag.id
    assert tags.rename(session, tag.id, "JAZZ").name == "JAZZ"
    assert tags.by_name(session, "jazz").id == tag.id
    with pytest.raises(NothingFoundError):
        tags.by_name(session, "jaz tune")


def test_a_name_that_is_taken_is_refused(session):
    one, other = tags.add(session, "calm"), tags.add(session, "jazz")
    with pytest.raises(TagStudioError, match="already a tag “jazz”"):
        tags.rename(session, one.id, "Jazz")
    assert tags.one(session, one.id).name == "calm"
    assert tags.one(session, other.id).name == "jazz"


def test_a_tag_moves_to_another_facet(session):
    tag = tags.add(session, "calm")
    assert tags.move(session, tag.id, "mood").facet == "mood"


def test_a_tag_is_found_without_its_accents_but_an_exact_name_comes_first(session):
    exact, other = tags.add(session, "Café"), tags.add(session, "resume")
    tags.add(session, "résumé")
    assert tags.by_name(session, "cafe") == exact
    assert tags.by_name(session, "  RESUME ") == other
    assert tags.by_name(session, "résumé").name == "résumé"


def test_an_unknown_name_is_answered_with_near_ones(session):
    for name in ("female vocal", "male vocal", "guitar"):
        tags.add(session, name)
    with pytest.raises(NothingFoundError) as caught:
        tags.by_name(session, "femal vocals")
    assert "“female vocal”" in caught.value.advice
    with pytest.raises(NothingFoundError, match="no tag number 99"):
        tags.one(session, 99)


def test_many_model_words_make_one_tag_and_one_word_many_tags(session):
    silent, calm = tags.add(session, "no vocals"), tags.add(session, "calm")
    for name in ("no voice", "no vocal", "no vocal"):
        tags.map_model_tag(session, ModelTag("mtt-musicnn", name), silent.id)
    tags.map_model_tag(session, ModelTag("mtt-musicnn", "no voice"), calm.id)
    assert tags.model_tags(session) == {
        silent.id: (ModelTag("mtt-musicnn", "no vocal"), ModelTag("mtt-musicnn", "no voice")),
        calm.id: (ModelTag("mtt-musicnn", "no voice"),),
    }
    tags.unmap_model_tag(session, ModelTag("mtt-musicnn", "no voice"), calm.id)
    assert calm.id not in tags.model_tags(session)


def test_seeding_twice_changes_nothing_and_keeps_what_the_curator_made(session):
    tags.add(session, "No Vocals", "mine")
    vocabulary = [
        {"name": "no vocals", "facet": "voice", "model_tags": {"mtt-musicnn": ["no vocal", "no voice"]}},
        {"name": "jazz", "facet": "genre"},
    ]
    tags.seed(session, vocabulary)
    before = tags.all_tags(session), tags.model_tags(session)
    tags.seed(session, vocabulary)
    assert (tags.all_tags(session), tags.model_tags(session)) == before
    assert [(tag.name, tag.facet) for tag in before[0]] == [("No Vocals", "mine"), ("jazz", "genre")]


def test_tags_are_named_by_id(session):
    tag = tags.add(session, "jazz")
    assert tags.named(session, [tag.id, 99]) == {tag.id: tag}


@given(names=st.lists(st.text(max_size=110), max_size=6))
@settings(max_examples=50, deadline=None)
def test_every_accepted_name_is_found_by_itself(tmp_path_factory, names):
    with open_library(tmp_path_factory.getbasetemp() / "names.sqlite3") as library, library.write() as session:
        for name in names:
            try:
                tag = tags.add(session, name)
            except TagStudioError:
                continue
            assert tags.by_name(session, name) == tag
            assert tags.by_name(session, tag.name) == tag
