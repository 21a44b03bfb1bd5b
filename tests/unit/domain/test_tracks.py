"""Texts of tracks: safe to show, and folded for search."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tagstudio.domain.tracks import TEXT_SHOWN, Track, folded, shown, shown_path

# Around the cut and around what is not printable; long random text is slow to make.
texts = st.one_of(st.text(max_size=60), st.text(max_size=20).map(lambda text: text + "x" * 190))
BIDI = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]))


@given(texts)
def test_shown_text_is_one_short_printable_line(text):
    safe = shown(text)
    assert len(safe) <= TEXT_SHOWN
    assert safe.isprintable()
    assert not set(safe) & set(BIDI)
    assert shown(safe) == safe


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=TEXT_SHOWN))
def test_ordinary_text_is_shown_as_it_is(text):
    assert shown(text) == text


def test_long_text_is_cut_with_a_sign_of_it():
    assert shown("x" * 200) == "x" * 200
    assert shown("x" * 201) == "x" * 199 + "…"


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\u202eb", "a\u2028b", "a\x1bb"])
def test_what_disguises_a_name_becomes_visible(text):
    assert shown(text) == "a\ufffdb"


@given(st.binary(max_size=400))
def test_a_shown_path_is_printable_whatever_its_bytes(path):
    assert shown_path(path).isprintable()


def test_a_shown_path_is_never_cut():
    assert shown_path(b"x" * 3000) == "x" * 3000
    assert shown_path(b"a\xffb\nc") == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Béla Bartók", "BELA BARTOK"),
        ("Straße", "STRASSE"),
        ("e\u0301", "é"),
        ("ﬁn", "FIN"),
        ("Ångström", "angstrom"),
        ("™", "tm"),
        ("𝐀", "a"),
        ("ᾳ", "ΑΙ"),
        ("İ", "i"),
        ("Mørk Æon", "mork aeon"),
        ("ŁÓDŹ, Đorđe, ILGIN ılgın", "lodz, dorde, ilgin ilgin"),
        ("Cœur", "coeur"),
    ],
)
def test_spellings_that_differ_in_case_or_accents_fold_alike(one, other):
    assert folded(one) == folded(other)


@given(st.text(max_size=50))
@example("ϓ™𝐀")
def test_normal_forms_fold_alike_and_folding_twice_changes_nothing(text):
    once = folded(text)
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text))
    assert folded(once) == once


def test_a_track_is_called_by_artist_and_title_where_it_has_them():
    track = Track(id=1, root=b"/m", path=b"a/b.mp3", display="a/b.mp3")
    assert track.name == "b.mp3"
    assert Track(id=1, root=b"/m", path=b"b", display="b", title="Song", artist="Who").name == "Who – Song"
    assert Track(id=1, root=b"/m", path=b"b", display="b", title="Song").name == "Song"


def test_a_track_finds_its_file_even_when_the_name_is_no_text():
    assert Track(id=1, root=b"/m", path=b"\xff.mp3", display="?").file == Path("/m/\udcff.mp3")


def test_japanese_letters_that_are_voiced_are_letters_of_their_own():
    assert folded("ガラス") == folded("ｶﾞﾗｽ") == folded(unicodedata.normalize("NFD", "ガラス")) != folded("カラス")
    assert folded("パ") != folded("ハ") != folded("バ")
