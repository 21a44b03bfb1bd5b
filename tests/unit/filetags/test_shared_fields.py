"""Several facets in one field or one comment: none takes away another's words or a person's text."""

import io
from dataclasses import replace

import mutagen
import pytest
from changes import change, wish

from tagstudio.filetags.wishes import fulfilled

SHARED = wish("genre", "genre", "jazz"), wish("era", "genre", "1990s")


@pytest.mark.parametrize("name", ["dressed.flac", "v23.mp3", "dressed.m4a"])
@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(
    ("jazz", "era", "kept"),
    [({}, {"words": ("1990s", "Jazz")}, {"rock"}), ({}, {"unwanted": frozenset({"jazz", "rock"})}, set()),
     ({}, {"mode": "replace"}, set()), ({"mode": "replace"}, {"mode": "replace"}, set())],
)  # fmt: skip
def test_facets_that_share_a_field_do_not_take_away_each_others_words(name, turn, jazz, era, kept, music_file):
    wishes = [replace(SHARED[0], **jazz), replace(SHARED[1], **era)][::turn]
    _, edit = change(music_file(name).read_bytes(), wishes)
    words = [word.casefold() for value in edit.fields[0].after for word in value.split("; ") if word != "Pop"]
    assert sorted(words) == sorted({"jazz", "1990s"} | kept)
    assert edit.fields[0].facets == tuple(each.facet for each in wishes)


def test_facets_that_share_a_bracket_do_not_take_away_each_others_words(music_file):
    wishes = wish("mood", "comment:M", "calm", mode="replace"), wish("use", "comment:M", "bar", mode="replace")
    _, edit = change(music_file("plain.flac").read_bytes(), wishes)
    assert edit.fields[0].after == ("[M: calm; bar]",)


def test_a_bracket_leaves_the_rest_of_the_comment_alone(music_file):
    raw = music_file("plain.flac").read_bytes()
    opened = mutagen.File(io.BytesIO(raw))
    opened["comment"] = ["great [Key: 4A]  track", "second"]
    out = io.BytesIO(raw)
    opened.save(out)
    new, _ = change(out.getvalue(), [wish("mood", "comment:MOOD", "calm", "dark")])
    assert mutagen.File(io.BytesIO(new))["comment"] == ["great [Key: 4A]  track [MOOD: calm; dark]", "second"]
    newer, _ = change(new, [wish("mood", "comment:MOOD", "bright", mode="replace"), wish("use", "comment:USE", "bar")])
    assert mutagen.File(io.BytesIO(newer))["comment"][0] == "great [Key: 4A]  track [MOOD: bright] [USE: bar]"
    gone, _ = change(new, [wish("mood", "comment:MOOD", mode="replace")])
    assert mutagen.File(io.BytesIO(gone))["comment"][0] == "great [Key: 4A]  track"


@pytest.mark.parametrize("text", ["one\n\ntwo\n\n", "trailing  ", " ", "two\t", "[USE: bar]", "a [USE: bar]  "])
def test_a_bracket_that_goes_leaves_the_text_as_it_was_before_it_came(text, music_file):
    raw = music_file("plain.flac").read_bytes()
    out, opened = io.BytesIO(raw), mutagen.File(io.BytesIO(raw))
    opened["comment"] = [text]
    opened.save(out)
    new, _ = change(out.getvalue(), [wish("mood", "comment:MOOD", "calm")])
    gone, _ = change(new, [wish("mood", "comment:MOOD", mode="replace")])
    assert mutagen.File(io.BytesIO(gone))["comment"] == [text]


@pytest.mark.parametrize(
    ("before", "after"),
    [("[MOOD: x] track", "track"), ("a [MOOD: x] b", "a b"), ("a[MOOD: x] b", "a b"), ("[MOOD: x]", None)],
)
def test_a_bracket_goes_with_one_blank_at_most(before, after):
    gone = fulfilled(wish("mood", "comment:MOOD", mode="replace"), (before,), is_joined=False)
    assert gone == ((after,) if after else ())
