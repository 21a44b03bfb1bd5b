"""Terms of the search language, written so that they mean one thing: for facets, completion and the window."""

import re

from tagstudio.library.search.grammar import outline

_BARE = re.compile(r"[\w.'/&+!?*#%][\w.'/&+!?*#%-]*")
# Such a word is looked for at the end, and means something else once a term follows.
_OPERATOR_AT_END = re.compile(r"(?:^|[\s()|\"-])(?:not|NOT|AND)$")


def term(field: str, value: str, *, is_whole: bool = False) -> str:
    """Return ``field:value``, in quotes where it needs them; ``is_whole`` asks for exactly this value."""
    return f"{field}:{'=' if is_whole else ''}{quoted(value)}"


def quoted(value: str) -> str:
    """Return a value as it can stand in a search."""
    if _BARE.fullmatch(value) and ".." not in value:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def with_term(query: str, added: str) -> str:
    """Return a search narrowed by one more term, or the search as it is when it has that term."""
    query = query.strip()
    if not query or has_term(query, added):
        return query or added
    kept = f"({query})" if has_or(query) or _OPERATOR_AT_END.search(query) else query
    return f"{kept} {added}"


def without_term(query: str, taken: str) -> str:
    """Return a search without a term that stands by itself in it; all else stays as it is written."""
    for place in reversed(_places(query, taken)):
        query = _cut(query, place)
    return query


def has_term(query: str, asked: str) -> bool:
    """Tell whether a term stands by itself in a search: not in parentheses, not as a choice, not left out."""
    return bool(_places(query, asked))


def has_or(query: str) -> bool:
    """Tell whether a search offers choices outside of parentheses and quotes."""
    return outline(query).has_choices


def _places(query: str, asked: str) -> list[int]:
    return [place for place, (start, end) in enumerate(outline(query).spans) if query[start:end] == asked]


def _cut(query: str, place: int) -> str:
    """Take one term out of a search, and an AND beside it."""
    spans = outline(query).spans
    if place == 0:
        return query[spans[1][0] :] if len(spans) > 1 else ""
    before, after = query[: spans[place - 1][1]], query[spans[place][1] :]
    return before + after if not after or after[0].isspace() else f"{before} {after}"
