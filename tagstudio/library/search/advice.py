"""Looking up names in a search, with near ones offered when there is none."""

import difflib
import re
from collections.abc import Iterable

from tagstudio.domain.errors import QueryError
from tagstudio.domain.tracks import shown
from tagstudio.library.search.fields import ALL, BY_NAME, Field
from tagstudio.library.search.grammar import Part
from tagstudio.library.search.known import Known, named
from tagstudio.library.texts import clean, searchable

NEAR = 3


def asked_field(part: Part, known: Known) -> Field:
    """Return the field of a part: one of the language, else one that files of this library have.

    Raises
    ------
    QueryError
        If there is none of that name.
    """
    name = searchable(part.field)
    if name in BY_NAME:
        return BY_NAME[name]
    if name in known.fields:
        return Field(name, "text", "", name)
    advice = _did_you_mean(f"{each}:" for each in _near(name, [field.name for field in ALL]))
    advice = advice or f"The fields are {', '.join(field.name for field in ALL)}; "
    raise QueryError(
        f"There is no field “{shown(clean(part.field))}” to search in.",
        f"{advice}{'To' if advice.endswith('? ') else 'to'} search for a colon, put the word in quotes.",
        position=part.start,
    )


def tag_ids_of(text: str, known: Known, *, is_facet_first: bool = False) -> tuple[int, ...] | None:
    """Return the tags that a name means: a tag's name or alias, else a facet's name; None when neither."""
    for names in (known.facets, known.tags) if is_facet_first else (known.tags, known.facets):
        if (name := named(names, text)) is not None:
            return names[name]
    return None


def asked_tags(part: Part, text: str, known: Known, *, is_facet_first: bool = False) -> tuple[int, ...]:
    """Return the tags that a part asks for; as ``tag_ids_of``.

    Raises
    ------
    QueryError
        If no tag and no facet is called so.
    """
    found = tag_ids_of(text, known, is_facet_first=is_facet_first)
    if found is None:
        raise not_a(part, "facet or tag" if is_facet_first else "tag", [*known.spelled.values(), *known.facets])
    # A facet without any tag means none of them; no ids at all would mean every tag.
    return found or (0,)


def not_a(part: Part, what: str, names: Iterable[str]) -> QueryError:
    """Return the error that there is no such name, with those that come near it."""
    by_fold = {searchable(name): name for name in names}
    written = re.split("[<>=]", part.value)[0] if what == "tag" else part.value
    near = [by_fold[each] for each in _near(searchable(written), by_fold)]
    advice = _did_you_mean(near) or (f"There is {', '.join(list(by_fold)[:8])}." if by_fold else "There is none yet.")
    return QueryError(f"There is no {what} “{shown(clean(part.value))}”.", advice.strip(), position=part.at)


def _near(name: str, names: Iterable[str]) -> list[str]:
    known = list(names)
    starting = sorted(each for each in known if name and each.startswith(name))[:NEAR]
    close = difflib.get_close_matches(name[:100], known, NEAR)
    return list(dict.fromkeys([*close, *starting]))[:NEAR]


def _did_you_mean(names: Iterable[str]) -> str:
    offered = " or ".join(f"“{name}”" for name in names)
    return f"Did you mean {offered}? " if offered else ""
