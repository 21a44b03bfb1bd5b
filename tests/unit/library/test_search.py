from collections.abc import Iterator

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


def found(library, text):
    with library.read() as session:
        return tracks.ids(session, search.parse(text))


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
    ("OR", [1, 4]),
    ("tag:jazz", [5]),
    ("tag:CAFE", [3]),
    ('tag:"Hard  rock"', [2]),
    ("tag:hard", []),
    ("tag:unjudged", []),
    ("tag:unknown", []),
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
    ('one"two"', 3, "space is missing"),
    ('"one""two"', 5, "space is missing"),
])  # fmt: skip
def test_a_mistake_is_pointed_at(text, position, says):
    with pytest.raises(QueryError, match=says) as caught:
        search.parse(text)
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


words = st.sampled_from(
    ["bela", "BÉLA", "o", "rock", "jazz", "Jazz; Funk", "100%", "_", "'", '"', "\\", "hard rock", "é", "x", "1",
     "title:x", "\u0301", "ÿ", "\N{REPLACEMENT CHARACTER}", "blues"]
) | st.text(max_size=4)  # fmt: skip
terms = st.tuples(st.sampled_from(["", "path", "title", "artist", "album", "genre", "tag"]), words)


def written(field, value):
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field}:"{quoted}"' if field else f'"{quoted}"'


@given(asked=st.lists(terms, max_size=3), track_id=st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_both_faces_of_a_query_agree_on_every_track(music, asked, track_id):
    text = " ".join(written(*term) for term in asked)
    try:
        query = search.parse(text + (f" id:{track_id}" if track_id > 6 else ""))
    except QueryError:
        return
    with music.read() as session:
        by_sql = set(tracks.ids(session, query))
        everything = tracks.rows(session, tracks.ids(session))
        fields = tracks.fields(session, range(1, 7))
        judged = judgements.verdicts_of(session, range(1, 7))
        names = tags.named(session, range(1, 5))
    for track in everything:
        own = {names[tag].name for (each, tag), verdict in judged.items() if each == track.id and verdict == "yes"}
        assert query.matches(track, own, fields.get(track.id, {})) == (track.id in by_sql)
        if all(len(values) == 1 for values in fields.get(track.id, {}).values()):
            assert query.matches(track, own) == (track.id in by_sql)
