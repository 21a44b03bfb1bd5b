"""Terms of the search language, written so that they mean one thing: for facets, completion and the window."""

import re

_BARE = re.compile(r"[\w.'/&+!?*#%][\w.'/&+!?*#%-]*")
_PART = re.compile(
    r'(?:[^\s":()|<>=-][^\s":()|<>=]*:)?=?"(?:[^"\\]|\\.)*"(?:[<>=:][^\s"()|]+)?|[()|]|[^\s"()|]+', re.DOTALL
)


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
    if not query.strip():
        return added
    if has_term(query, added):
        return query
    kept = f"({query.strip()})" if has_or(query) else query.strip()
    return f"{kept} {added}"


def without_term(query: str, taken: str) -> str:
    """Return a search without one of its terms, wherever it stands."""
    parts = [part for part in _PART.findall(query) if part != taken]
    return " ".join(parts).replace("( ", "(").replace(" )", ")")


def has_term(query: str, asked: str) -> bool:
    """Tell whether a term stands by itself in a search: not in parentheses, not as a choice."""
    return not has_or(query) and "(" not in query and asked in _PART.findall(query)


def has_or(query: str) -> bool:
    """Tell whether a search offers choices outside of quotes."""
    return any(part in ("OR", "|") for part in _PART.findall(query))
