"""Every term that is offered, beside the table or under the field, can be searched for and finds what it says."""

import pytest

from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import judgements, roots, tags, tracks
from tagstudio.services import find, saved_searches
from tagstudio.services.completion import complete
from tagstudio.services.facets import facet_counts
from tagstudio.services.studio import open_studio
from tagstudio.services.terms import with_term

MUSIC = (
    {"title": ("Low",), "genre": ("Rock ´n´ Roll", "Night Jazz"), "date": ("1999.12.31",)},
    {"title": ("´",), "genre": ("rock  'n' roll", "foo bar", "5..8", ">5"), "bpm": ("128 BPM",), "date": ("1999",)},
    {"title": ("OR",), "genre": ("not", "´", "-x", "(live)"), "bpm": ("128", "0.000000000000001"), "date": ("31.12",)},
    {"artist": ("C\\D", 'He "x"', "..x y", "🎸 a"), "genre": ("a:b", "=x", "NOT", "°"), "bpm": ("fast", "128.50")},
    {"artist": ("ガラス", "カラス"), "genre": ("ı", "STRASSE", "Straße"), "date": ("2000-01",)},
)  # fmt: skip
TAGS = (
    "night drive", "... baby", "..7d", "gentle", "a:b", "x,y", 'say "hi"', "today", ">0.8", "not", "Café", "Cafe", "´",
    "genre", "-x",
)  # fmt: skip


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A library in which everything has an awkward name; not to be changed."""
    with open_studio(tmp_path_factory.mktemp("odd") / "library.sqlite3") as studio:
        with studio.library.write() as session:
            root = roots.add(session, b"/m")
            for n, fields in enumerate(MUSIC):
                codec = ("flac", "FLAC", "mp3")[n % 3]
                facts = TrackFacts(audio_hash=str(n), duration_s=60, codec=codec, rate=1, channels=1, fields=fields)
                tracks.add(session, root_id=root.id, path=b"m/%d.flac" % n, size=1, mtime_ns=1, facts=facts)
            made = [tags.add(session, name) for name in TAGS]
            said = [Judgement(track_id=n % 5 + 1, tag_id=tag.id, verdict=Verdict.YES) for n, tag in enumerate(made)]
            judgements.record(session, said)
        for name in ("mine", "..7d", "not", 'a "b"'):
            saved_searches.save(studio, name, "low")
        yield studio


@pytest.mark.parametrize("query", ["", "low", "not low", "low OR flac"])
def test_the_count_of_a_facet_is_what_its_term_finds(odd, query):
    for group in facet_counts(odd, query, limit=100).groups:
        for value in group.values:
            assert find.count(odd, with_term(query, value.term)) == value.count, value


@pytest.mark.parametrize("text", [
    "tag:", "no:", "unsure:", "tag:.", "tag:...", "tag:..", "artist:", "artist:c", "artist:h", "artist:.", "genre:",
    "genre:=", "genre:=n", "-genre:ni", "judged:", "judged:t", "judged:.", "unreviewed:", "missing:", "in:", "in:.",
    "is:", "codec:", "codec:=", "added:", "suggest:", "suggest:n", "bpm:", "bpm:1", "bpm:=1", "year:", "-ni", "x|ni",
    'tag:"nig', '"ga', "ガ", 'tag:"night drive" n', "title:", "tag:=ni", "energy:",
])  # fmt: skip
def test_what_is_offered_can_be_searched_for(odd, text):
    for each in complete(odd, text, len(text)):
        if not each.replacement.endswith(":"):
            find.track_ids(odd, text[: each.start] + each.replacement + text[each.end :])


@pytest.mark.parametrize(("text", "first"), [
    ("genre:=|ni", 'genre:="Night Jazz"'), ("genre:=ni|", 'genre:="Night Jazz"'),
    ("-genre:=ni|", '-genre:="Night Jazz"'),
    ("suggest:nig|>0.8", 'suggest:"night drive">0.8'), ("suggest:nig|:0.4..0.6", 'suggest:"night drive":0.4..0.6'),
    ('suggest:"nig"|>0.8', 'suggest:"night drive">0.8'), ("tag:=nig|", 'tag:"night drive"'), ("bpm:1|", "bpm:128"),
    ("bpm:=1|", "bpm:=128"), ("added:..|", "added:..7d"),
])  # fmt: skip
def test_completing_keeps_what_is_around_the_value(odd, text, first):
    text, cursor = text.replace("|", ""), text.index("|")
    made = [text[: each.start] + each.replacement + text[each.end :] for each in complete(odd, text, cursor)]
    assert first in made
    find.track_ids(odd, first)


def test_only_fields_are_offered_for_the_name_of_a_field(odd):
    assert [each.replacement for each in complete(odd, "gen:rock", 3)] == ["genre:"]
    assert {each.replacement[-1] for each in complete(odd, "g:rock", 1)} == {":"}


@pytest.mark.parametrize(("query", "found"), [
    ("year:1990..1999", [1, 2]), ("year:1999", [1, 2]), ("year:=1999", [1, 2]), ("year:>1999", [5]),
    ("year:..1999", [1, 2, 3]), ("year:<=1999", [1, 2, 3]), ("year:>=1999", [1, 2, 5]), ("year:<1999", [3]),
])  # fmt: skip
def test_a_date_with_dots_is_in_its_year(odd, query, found):
    assert find.track_ids(odd, query) == found
