"""Names of tags."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.vocabulary import NAME_LENGTH, tag_key, tag_name


@given(st.text(max_size=150))
def test_a_name_is_refused_or_clean(text):
    try:
        name = tag_name(text)
    except TagStudioError:
        return
    assert 1 <= len(name) <= NAME_LENGTH
    assert name.isprintable()
    assert name == " ".join(name.split())
    assert tag_name(name) == name


@pytest.mark.parametrize("text", ["", "   ", "\t\n", "\u00a0", "\u3000 "])
def test_a_blank_name_is_refused(text):
    with pytest.raises(TagStudioError, match="needs a name") as caught:
        tag_name(text)
    assert caught.value.advice


def test_a_name_of_300_characters_is_refused_and_one_of_100_is_not():
    with pytest.raises(TagStudioError, match="300 characters"):
        tag_name("x" * 300)
    assert tag_name("x" * 100) == "x" * 100


@pytest.mark.parametrize("text", ["a\x00b", "a\u202eb", "a\x1bb"])
def test_characters_that_cannot_be_shown_are_refused(text):
    with pytest.raises(TagStudioError, match="cannot be shown"):
        tag_name(text)


def test_white_space_is_folded():
    assert tag_name("  late\tnight \n jazz ") == "late night jazz"


@pytest.mark.parametrize(("one", "other"), [("Jazz", "jazz"), ("GROSSE", "große"), ("é", "E\u0301")])
def test_spellings_of_one_tag_share_a_key(one, other):
    assert tag_key(tag_name(one)) == tag_key(tag_name(other))


def test_accents_make_another_tag():
    assert tag_key("forró") != tag_key("forro")


@given(st.text(max_size=30))
def test_a_key_does_not_depend_on_the_normal_form(text):
    assert tag_key(unicodedata.normalize("NFC", text)) == tag_key(tag_key(unicodedata.normalize("NFC", text)))
