from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagstudio.domain.errors import QueryError
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import judgements, roots, search, tags, tracks
from tagstudio.library.store import Library, open_library

SONGS: list[tuple[bytes, dict[str, tuple[str, ...]]]] = [
    (b"Bart\xc3\xb3k/Concerto.flac", {"artist": ("Béla Bartók",), "title": ("Concerto for Orchestra",)}),
    (b"rock/acdc.mp3", {"artist": ("AC/DC",), "album": ("100% Rock",), "genre": ("Hard Rock", "Blues")}),
    (b"x/100_a.ogg", {"title": ("Straße nach ÅLAND  by night",), "genre": ("Folk",)}),
    (b"odd/\xff'quote\" \\back.wav", {"title": ('She said "hi"',), "album": ("AND OR NOT title:x",)}),
    (b"empty.mp3", {}),
    (b"jazz.mp3", {"title": ("jazz",), "genre": ("Jazz; Funk",)}),
]
TAGS = ("Jazz", "café", "hard rock", "unjudged")


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with open_library(tmp_path_factory.mktemp("search") / "library.sqlite3") as library:
        with library.write() as session:
            root = roots.add(session, b"/m")
            for path, fields in SONGS:
                facts = TrackFacts(audio_hash="", duration_s=1, codec="", rate=1, channels=1, fields=fields)
                tracks.add(session, root_id=root.id, path=path, size=1, mtime_ns=1, facts=facts)
            jazz, cafe, hard, _ = [tags.add(session, name) for name in TAGS]
            for track_id, tag, verdict in (
                (1, jazz, "no"), (2, hard, "yes"), (3, cafe, "yes"), (4, jazz, "yes"), (4, jazz, "cleared"),
                (5, jazz, "no"), (5, jazz, "yes"), (6, jazz, "unsure"),
            ):  # fmt: skip
                judgements.record(
                    session, [Judgement(track_id=track_id, tag_id=tag.id, verdict=Verdict(verdict))], text=verdict
                )
        yield library


def found(library, text, facts=search.NO_FACTS):
    with library.read() as session:
        everything = np.asarray(tracks.ids(session), np.int64)
        return everything[search.parse(text, search.known(session)).found(session, everything, facts)].tolist()


@pytest.mark.parametrize(("text", "expected"), [
    ("", [1, 2, 3, 4, 5, 6]),
    ("   ", [1, 2, 3, 4, 5, 6]),
    ("bela", [1]),
    ("BARTÓK concerto", [1]),
    ("concerto missing", []),
    ("artist:bela title:orchestra", [1]),
    ('artist:"béla bartok"', [1]),
    ('"for orchestra"', [1]),
    ("path:rock", [2]),
    ("genre:blues", [2]),
    ("genre:folk", [3]),
    ("Artist:AC/DC", [2]),
    ("100%", [2]),
    ("100_", [3]),
    ("strasse", [3]),
    ('"åland by NIGHT"', [3]),
    (r'"said \"hi\""', [4]),
    (r'"\\back"', [4]),
    ('"title:x"', [4]),
    ("album:title:x", [4]),
    ("'quote", [4]),
    ('"OR"', [1, 4]),
    ("not", [4]),
    ("bela OR jazz", [1, 6]),
    ("bela | jazz", [1, 6]),
    ("bela|jazz|blues", [1, 2, 6]),
    ("-jazz", [1, 2, 3, 4, 5]),
    ("not jazz", [1, 2, 3, 4, 5]),
    ("--jazz", [6]),
    ("NOT (jazz OR rock)", [1, 3, 4, 5]),
    ("-(jazz | rock) -empty", [1, 3, 4]),
    ("mp3 AND -jazz", [2, 5]),
    ("mp3 (jazz OR blues)", [2, 6]),
    ("rock blues OR folk night", [2, 3]),
    ('-"said"', [1, 2, 3, 5, 6]),
    ("genre:=blues", [2]),
    ("genre:=blue", []),
    ('genre:="hard rock"', [2]),
    ("folder:rock", [2]),
    ("folder:acdc", []),
    ("path:acdc", [2]),
    ("missing:genre", [1, 4, 5]),
    ("-missing:genre", [2, 3, 6]),
    ("missing:title", [2, 5]),
    ("no:jazz", [1]),
    ("unsure:jazz", [6]),
    ("judged:jazz", [1, 5, 6]),
    ("-tag:jazz", [1, 2, 3, 4, 6]),
    ("tag:use", [2, 3, 5]),
    ("is:judged", [1, 2, 3, 5, 6]),
    ("is:unjudged", [4]),
    ("is:new", [1, 2, 3, 4, 5, 6]),
    ("is:failed", []),
    ("length:1", [1, 2, 3, 4, 5, 6]),
    ("length:>0:01", []),
    ("channels:1 rate:1", [1, 2, 3, 4, 5, 6]),
    ("added:today", [1, 2, 3, 4, 5, 6]),
    ("added:..1h", [1, 2, 3, 4, 5, 6]),
    ("added:1d..", []),
    ("added:<2000", []),
    ("judged:..1h", [1, 2, 3, 5, 6]),
    ("title:1..2", []),
    ("tag:jazz", [5]),
    ("tag:CAFE", [3]),
    ('tag:"Hard  rock"', [2]),
    ("tag:unjudged", []),
    ("id:3", [3]),
    ("id:99", []),
])  # fmt: skip
def test_a_search_finds(music, text, expected):
    assert found(music, text) == expected


@pytest.mark.parametrize(("text", "position", "says"), [
    ('one "two', 4, "not closed"),
    ('  title:"two', 8, "not closed"),
    ('"', 0, "not closed"),
    (r'"a\"', 0, "not closed"),
    ("colour:red", 0, "no field “colour”"),
    ("a genre:b 12:30", 10, "no field “12”"),
    ("title:", 6, "followed by nothing"),
    ("title: x", 6, "followed by nothing"),
    ("a  artist:", 10, "followed by nothing"),
    ('""', 0, "nothing between"),
    ('a title:"  "', 8, "nothing between"),
    ("id:abc", 3, "not a track's number"),
    ("id:-1", 3, "not a track's number"),
    ("id:99999999999999999999", 3, "not a track's number"),
    ("titel:x", 0, "no field “titel”"),
    ("a tag:unknown", 6, "no tag “unknown”"),
    ("tag:hard", 4, "no tag “hard”"),
    ("bela -no:jaz", 9, "no tag “jaz”"),
    ("unreviewed:nothing", 11, "no facet or tag"),
    ("missing:nothing", 8, "no field or facet"),
    ("is:purple", 3, "no state"),
    ("in:nowhere", 3, "no saved search"),
    ("a OR", 2, "both sides"),
    ("a | | b", 4, "both sides"),
    ("(a b", 0, "parenthesis is not closed"),
    ("(a (b)", 0, "parenthesis is not closed"),
    ("a) b", 1, "closes what was not opened"),
    ("a ()", 3, "nothing between the parentheses"),
    ("bpm:fast", 4, "not a number"),
    ("length:3:00..soon", 7, "not a number"),
    ("added:soon", 6, "not a time"),
    ("added:2026-02-31", 6, "not a time"),
    ("added:7d..2026", 6, "not a time"),
    ("added:999999y", 6, "not a time"),
    ("suggest:jazz>lots", 8, "how likely"),
    ("disagree:vgg", 9, "Two networks"),
    ('tag:"jazz">0.5', 10, "space is missing"),
    ("tag:=jazz", 4, "no tag"),
    ("-" * 51 + "x", 0, "nests deeper"),
    ("(x " * 52 + ")" * 52, 0, "nests deeper"),
    ("x" * 10_001, 10_000, "is the most"),
    ("x " * 501, 0, "is the most"),
    ('one"two"', 3, "space is missing"),
    ('"one""two"', 5, "space is missing"),
])  # fmt: skip
def test_a_mistake_is_pointed_at(music, text, position, says):
    with pytest.raises(QueryError, match=says) as caught:
        found(music, text)
    assert caught.value.position == position
    assert caught.value.advice


def test_the_fields_are_named_when_one_is_unknown():
    with pytest.raises(QueryError) as caught:
        search.parse("colour:red")
    for name in ("path", "title", "artist", "album", "genre", "tag", "id"):
        assert name in caught.value.advice


@given(text=st.text(st.characters(codec=None), max_size=30) | st.text('ab: "\\', max_size=12))
@settings(max_examples=200, deadline=None)
@example("\udcff")
@example("a\0b")
def test_any_text_is_a_query_or_a_mistake_inside_it(text):
    try:
        understood, position = search.parse(text).text, 0
    except QueryError as error:
        understood, position = text, error.position
    assert understood == text
    assert 0 <= position <= len(text)


@pytest.mark.parametrize(
    "text", ["(" * 500 + "a" + ")" * 500, "-(" * 500 + "a" + ")" * 500, "a " * 50_000, '"' * 100_000, "(" * 100_000,
             "x" * 100_000, "\0" * 9, "\ud800", "a" * 9_999, "(" * 5_000 + "a" + ")" * 4_999, "- " * 499 + "|"],
    ids=range(11),
)  # fmt: skip
def test_hostile_text_is_found_nowhere_or_explained_in_one_sentence(music, text):
    problem = ""
    try:
        ids = found(music, text)
    except QueryError as error:
        ids, problem = [], error.what
    assert set(ids) < {1, 2, 3, 4, 5, 6}
    assert len(problem) < 300
    assert not problem or problem.endswith(".")


@pytest.mark.parametrize(("text", "advice"), [
    ("titel:x", "“title:”"), ("tag:jaz", "“Jazz”"), ("tag:hardrock", "“hard rock”"), ("missing:genr", "“genre”"),
])  # fmt: skip
def test_a_slip_of_the_keyboard_is_answered_with_what_may_be_meant(music, text, advice):
    with pytest.raises(QueryError) as caught:
        found(music, text)
    assert f"Did you mean {advice}" in caught.value.advice


def test_ages_and_dates_mean_moments_of_this_computers_clock():
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)

    def asked(text):
        term = search.parse(f"added:{text}", now=now).term
        return term.since, term.until

    assert asked("..7d") == ("2026-03-03T12:00:00.000+00:00", None)
    assert asked("7d..") == (None, "2026-03-03T12:00:00.000+00:00")
    assert asked("1d..2d") == ("2026-03-08T12:00:00.000+00:00", "2026-03-09T12:00:00.000+00:00")
    assert asked("<2h") == asked("2h") == ("2026-03-10T10:00:00.000+00:00", None)
    assert asked(">2h") == (None, "2026-03-10T10:00:00.000+00:00")
    midnight = [local(2026, 1, 1), local(2026, 2, 1), local(2027, 1, 1)]
    assert asked("2026-01") == (midnight[0], midnight[1])
    assert asked("2026") == (midnight[0], midnight[2])
    assert asked("2026-01..") == (midnight[0], None)
    assert asked("..2026-01") == (None, midnight[1])
    assert asked("<2026-02") == (None, midnight[1])
    assert asked(">2026-01") == (midnight[1], None)


def local(year, month, day):
    return datetime(year, month, day).astimezone(UTC).isoformat(timespec="milliseconds")
