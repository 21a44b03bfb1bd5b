"""Terms are put into a search and taken out of it without changing what the rest of it means."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tagstudio.library.search import Known, parse
from tagstudio.library.search.terms import All
from tagstudio.services.terms import has_or, has_term, with_term, without_term

KNOWN = Known(tags={"night drive": (1,), "day drive": (2,)})
TERMS = (
    "low", "genre:=jazz", 'genre:="hip hop"', 'tag:"night drive"', 'suggest:"day drive">0.8', '"a ( b"', '" | "',
    "bpm:120..130", '"not"', "year:1990..1999", r'"say \"hi\""', "a-b",
)  # fmt: skip
terms = st.sampled_from(TERMS)
written = st.one_of(
    terms,
    terms.map("-{}".format),
    terms.map("not {}".format),
    st.builds("({} OR {})".format, terms, terms),
    st.builds("-({} {})".format, terms, terms),
    st.builds("not({} | {})".format, terms, terms),
)
joints = st.sampled_from([" ", "  ", " AND "])


def meant(*each):
    """Return what terms ask for that must all be found."""
    found = tuple(parse(text, KNOWN).term for text in each)
    return found[0] if len(found) == 1 else All(found)


@given(parts=st.lists(written, min_size=1, max_size=5), joint=joints, taken=terms)
def test_a_search_without_a_term_means_all_else(parts, joint, taken):
    query = joint.join(parts)
    assert parse(without_term(query, taken), KNOWN).term == meant(*(each for each in parts if each != taken))
    assert has_term(query, taken) is (taken in parts)


@given(parts=st.lists(written, min_size=1, max_size=5), joint=joints, added=terms)
def test_a_search_with_a_term_means_both(parts, joint, added):
    assume(added not in parts)
    query = joint.join(parts)
    assert parse(with_term(query, added), KNOWN).term == meant(*parts, added)
    assert without_term(with_term(query, added), added) == query


@pytest.mark.parametrize("query", [
    "a OR b", "a | b", "low not", "low AND", "OR low", "(a OR b) low", "AND low", "-not", "not NOT",
])  # fmt: skip
def test_what_was_asked_for_is_still_asked_for_with_one_term_more(query):
    both = with_term(query, "genre:=jazz")
    before, added = parse(query).term, parse("genre:=jazz").term
    parts = before.terms if isinstance(before, All) and not both.startswith(f"({query})") else (before,)
    assert parse(both).term == All((*parts, added))
    assert has_term(both, "genre:=jazz")


def test_a_term_left_out_or_in_parentheses_or_one_of_several_choices_does_not_stand_by_itself():
    for query in ("low -genre:=jazz", "low not genre:=jazz", "(genre:=jazz low)", "genre:=jazz OR low", '"genre:=jazz'):
        assert not has_term(query, "genre:=jazz")
        assert without_term(query, "genre:=jazz") == query
    assert has_term("(a OR b) genre:=jazz", "genre:=jazz")
    assert (has_or("a OR b"), has_or("(a OR b) c"), has_or('"OR"')) == (True, False, False)


def test_excluding_twice_keeps_the_first():
    once = with_term(without_term("", 'tag:"night drive"'), '-tag:"night drive"')
    assert with_term(without_term(once, 'tag:"day drive"'), '-tag:"day drive"') == f'{once} -tag:"day drive"'
