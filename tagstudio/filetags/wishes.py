"""What is to stand in a field, and what that makes of the words that stand there already."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from tagstudio.domain.vocabulary import tag_key
from tagstudio.filetags.places import BRACKET, JOINT, Place

Mode: TypeAlias = Literal["merge", "replace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The words that the file of one track shall have for one facet.

    ``merge`` keeps what stands there and adds what is missing; ``replace`` leaves nothing but ``words``.

    Parameters
    ----------
    words : tuple of str
        In the order to write them.
    spellings : dict
        For each word the keys of its other spellings; a file that has one of them has the word.
    unwanted : frozenset of str
        Keys of words that go, even when merging.
    """

    facet: str
    place: Place
    words: tuple[str, ...] = ()
    mode: Mode = "merge"
    spellings: dict[str, frozenset[str]] = field(default_factory=dict)
    unwanted: frozenset[str] = frozenset()


def fulfilled(wish: Wish, before: Sequence[str], *, is_joined: bool) -> tuple[str, ...]:
    """Return the values of a field after a wish; the very same values where nothing is to change.

    Parameters
    ----------
    is_joined : bool
        The kind of tag holds several words as one text.
    """
    if wish.place.form == "bracket":
        return _in_bracket(wish, before)
    old = parts(before)
    new = _words(wish, old)
    if new == old:
        return tuple(before)
    if is_joined or wish.place.form == "joined":
        return (JOINT.join(new),) if new else ()
    # What other programs joined stays joined, as long as it stays at all.
    if wish.mode == "merge" and new[: len(old)] == old:
        return (*before, *new[len(old) :])
    return tuple(new)


def together(wishes: Iterable[Wish]) -> list[Wish]:
    """Return one wish for each place in a field, in the order to fulfil them.

    Facets that share a place cannot be told apart there: their words stand side by side, and what one does not want
    stays if another wants it. Words of the field itself come before brackets, which stand in its text.
    """
    rows: dict[tuple[bool, str], list[Wish]] = {}
    for wish in wishes:
        place = wish.place
        rows.setdefault((place.form == "bracket", place.name if place.form == "bracket" else ""), []).append(wish)
    return [_as_one(rows[key]) for key in sorted(rows, key=lambda key: key[0])]


def parts(values: Iterable[str]) -> list[str]:
    """Return the words of a field: programs that cannot hold several join them with a semicolon."""
    found = (part.strip() for value in values for part in value.split(";"))
    return list(dict.fromkeys(part for part in found if part))


def warnings(wish: Wish) -> list[str]:
    """Return a sentence for each word that others will not read as it is."""
    said = []
    for word in wish.words:
        if ";" in word:
            said.append(f"“{word}” holds a semicolon: other programs, and TagStudio itself, will read it as two words.")
        elif wish.place.form == "bracket" and "]" in word:
            said.append(f"“{word}” cannot stand in a bracket and is not written.")
    return said


def _as_one(wishes: Sequence[Wish]) -> Wish:
    if len(wishes) == 1:
        return wishes[0]
    words: dict[str, str] = {}
    spellings: dict[str, frozenset[str]] = {}
    for wish in wishes:
        for word in wish.words:
            words.setdefault(tag_key(word), word)
        for word, keys in wish.spellings.items():
            spellings[word] = spellings.get(word, frozenset()) | keys
    first = next((wish for wish in wishes if wish.place.form == "joined"), wishes[0])
    return replace(
        first,
        words=tuple(words.values()),
        mode="replace" if any(wish.mode == "replace" for wish in wishes) else "merge",
        spellings=spellings,
        unwanted=frozenset().union(*(wish.unwanted for wish in wishes)) - words.keys(),
    )


def _words(wish: Wish, old: list[str]) -> list[str]:
    words = list(dict.fromkeys(word.strip() for word in wish.words if word.strip()))
    if wish.mode == "replace":
        return words
    kept = [word for word in old if tag_key(word) not in wish.unwanted]
    present = {tag_key(word) for word in kept}
    new = [w for w in words if not present & ({tag_key(w)} | wish.spellings.get(w, frozenset()))]
    # A word that was written with a semicolon comes back as its parts.
    new = [w for w in new if ";" not in w or not {tag_key(part) for part in parts([w])} <= present]
    return kept + new


def _in_bracket(wish: Wish, before: Sequence[str]) -> tuple[str, ...]:
    """Put the words into the bracket of the first value; everything else in it stays, byte for byte."""
    text = before[0] if before else ""
    found = re.search(BRACKET.format(name=re.escape(wish.place.name)), text)
    old = parts([found[1]]) if found else []
    new = [word for word in _words(wish, old) if "]" not in word]
    if new == old:
        return tuple(before)
    bracket = f"[{wish.place.name}: {JOINT.join(new)}]" if new else ""
    if found:
        start, rest = text[: found.start()], text[found.end() :]
        if not bracket and start.endswith(" "):
            # The blank that came with the bracket.
            start = start[:-1]
        elif not bracket and not start:
            rest = rest.removeprefix(" ")
        text = start + bracket + rest
    elif bracket:
        text = f"{text} {bracket}" if text else bracket
    return (*([text] if text else []), *before[1:])
