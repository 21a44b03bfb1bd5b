"""Facets, completion and saved searches say what a search finds."""

import time

import pytest

from tagstudio.domain.errors import QueryError
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import judgements, roots, tags, tracks
from tagstudio.services import find, saved_searches
from tagstudio.services.completion import complete
from tagstudio.services.facets import facet_counts, score_all
from tagstudio.services.tallies import tallies
from tagstudio.services.terms import has_term, term, with_term, without_term

MUSIC = (
    ("Low", "Hip Hop", "1997-05-01"), ("High", "hip hop", "1991"), ("Café", "Jazz", ""), ('Say "hi"', "Jazz", "2014"),
)  # fmt: skip


@pytest.fixture
def filled(studio):
    with studio.library.write() as session:
        root = roots.add(session, b"/m")
        for n, (title, genre, date) in enumerate(MUSIC):
            fields = {"title": (title,), "genre": (genre,), **({"date": (date,)} if date else {})}
            facts = TrackFacts(audio_hash=str(n), duration_s=60, codec="flac", rate=1, channels=1, fields=fields)
            tracks.add(session, root_id=root.id, path=b"m/%d.flac" % n, size=1, mtime_ns=1, facts=facts)
        tracks.add(session, root_id=root.id, path=b"broken.mp3", size=1, mtime_ns=1, last_error="broken")
        tag = tags.add(session, "night drive")
        judgements.record(session, [Judgement(track_id=t, tag_id=tag.id, verdict=Verdict.YES) for t in (1, 3)])
    return studio


@pytest.mark.parametrize("query", ["", "jazz", "-jazz", "nothing at all", "year:1990..1999"])
def test_the_count_of_a_facet_is_what_its_term_finds(filled, query):
    score_all(filled)
    counts = facet_counts(filled, query)
    assert counts.found == len(find.track_ids(filled, query))
    for group in counts.groups:
        for value in group.values:
            assert find.count(filled, with_term(query, value.term)) == value.count, value


@pytest.mark.parametrize("query", [
    "length:>0:59", "length:60", "rate:1", "channels:>1", "size:>0", "codec:fla", "codec:=flac", "codec:mp3",
    "added:..1d", "added:<2000", "is:failed", "is:missing", "is:new", "is:judged", "is:unjudged", "genre:hip",
    'genre:="hip hop"', "title:low", "date:199", "missing:date", "missing:genre", "missing:use", "path:1.flac",
    "folder:m", 'tag:"night drive"', '-tag:"night drive"', 'no:"night drive"', 'judged:"night drive"', "missing:bpm",
])  # fmt: skip
def test_memory_says_what_the_librarys_file_says(filled, query):
    tallies(filled)
    listing, mask = find.marked(filled, query)
    asked = find.understood(filled, query)
    with filled.library.read() as session:
        assert mask.tolist() == asked.found(session, listing.ids).tolist()


def test_a_verdict_and_a_new_track_show_in_the_next_count(filled):
    before = facet_counts(filled)
    with filled.library.write() as session:
        tag = tags.by_name(session, "night drive")
        judgements.record(session, [Judgement(track_id=2, tag_id=tag.id, verdict=Verdict.YES)])
        tracks.add(session, root_id=1, path=b"new.flac", size=1, mtime_ns=1)
    after = facet_counts(filled)
    assert (before.found, after.found) == (5, 6)
    assert find.count(filled, 'tag:"night drive"') == 3
    (value,) = (each for group in after.groups for each in group.values if each.label == "night drive")
    assert value.count == 3


@pytest.mark.parametrize(("text", "first"), [
    ("gen", "genre:"), ("genre:hip", '"Hip Hop"'), ('genre:"hip h', '"Hip Hop"'), ("tag:nig", '"night drive"'),
    ("is:fa", "failed"), ("-tag:nig", '"night drive"'), ("x nig", 'tag:"night drive"'),
])  # fmt: skip
def test_a_search_can_be_completed_and_then_finds_something_or_is_a_field(filled, text, first):
    found = complete(filled, text, len(text))
    assert found[0].replacement.casefold() == first.casefold()
    completed = text[: found[0].start] + found[0].replacement + text[found[0].end :]
    if not completed.endswith(":"):
        find.track_ids(filled, completed)


def test_a_saved_search_is_a_term_and_may_not_lead_to_itself(filled):
    saved_searches.save(filled, "Nineties jazz or so", "jazz OR year:1990..1999")
    assert find.track_ids(filled, 'in:"nineties jazz or so" -low') == [2, 3, 4]
    assert [each.count for each in saved_searches.counted(filled)] == [4]
    with pytest.raises(QueryError, match="leads back"):
        saved_searches.save(filled, "Nineties jazz or so", 'in:"nineties jazz or so" low')
    with pytest.raises(QueryError):
        saved_searches.save(filled, "broken", "(a")
    saved_searches.rename(filled, "nineties JAZZ or so", "all")
    assert saved_searches.remove(filled, "All").query == "jazz OR year:1990..1999"
    assert saved_searches.all_saved(filled) == []


def test_terms_are_added_once_and_taken_out_again():
    added = with_term("low", term("genre", "hip hop", is_whole=True))
    assert added == 'low genre:="hip hop"'
    assert has_term(added, 'genre:="hip hop"')
    assert with_term(added, 'genre:="hip hop"') == added
    assert without_term(added, 'genre:="hip hop"') == "low"
    assert with_term("a OR b", "c") == "(a OR b) c"


def test_names_that_differ_by_accents_alone_are_told_apart(filled):
    with filled.library.write() as session:
        made = [tags.add(session, name) for name in ("Café", "Cafe", "Olé")]
        said = [Judgement(track_id=n, tag_id=tag.id, verdict=Verdict.YES) for n, tag in enumerate(made, 1)]
        judgements.record(session, said)
    found = {text: find.track_ids(filled, text) for text in ("tag:café", "tag:CAFE", "tag:Cafe\u0301", "tag:ole")}
    assert found == {"tag:café": [1], "tag:CAFE": [2], "tag:Cafe\u0301": [1], "tag:ole": [3]}
    saved_searches.save(filled, "cafe", "low")
    saved_searches.save(filled, "café", "hip")
    saved_searches.save(filled, "Olé", "jazz")
    assert [find.track_ids(filled, f"in:{name}") for name in ("cafe", "CAFÉ", "ole")] == [[1], [1, 2], [3, 4]]
    saved_searches.save(filled, "cafe", "in:café high")
    assert find.track_ids(filled, "in:cafe") == [2]
    with pytest.raises(QueryError, match="leads back"):
        saved_searches.save(filled, "café", "in:cafe")
    assert find.track_ids(filled, "in:cafe") == [2]


def test_a_saved_search_is_read_and_answered_once_however_often_others_lead_to_it(filled):
    saved_searches.save(filled, "s0", "hip -low")
    for n in range(1, 10):
        saved_searches.save(filled, f"s{n}", " ".join([f"in:s{n - 1}"] * 6))
    start = time.monotonic()
    assert find.track_ids(filled, "in:s9 OR -in:s8") == [1, 2, 3, 4, 5]
    asked = find.understood(filled, "in:s9")
    with filled.library.read() as session:
        assert [each.id for each in tracks.subjects(session, range(1, 6)) if asked.matches(each)] == [2]
    assert time.monotonic() - start < 5


def test_saved_searches_that_lead_too_far_are_refused_in_one_sentence(filled):
    saved_searches.save(filled, "s0", "low")
    for n in range(1, 10):
        saved_searches.save(filled, f"s{n}", f"in:s{n - 1}")
    for query in ("in:s9", "in:s5 in:s9"):
        with pytest.raises(QueryError) as raised:
            saved_searches.save(filled, "s10", query)
        assert raised.value.what == "Saved searches lead to one another over more than 10 steps."
    assert find.track_ids(filled, "in:s9") == [1]
