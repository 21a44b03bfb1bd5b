"""What a search may go on with: fields, tags, facets, values that files have, saved searches."""

import re
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.tracks import shown
from tagstudio.domain.wording import counted
from tagstudio.library import gathered, saved_searches, tags, tracks
from tagstudio.library.search.fields import ALL, BY_NAME, STATES, Field
from tagstudio.library.texts import leading_number, searchable
from tagstudio.services.studio import Studio
from tagstudio.services.tallies import tallies
from tagstudio.services.terms import quoted

OFFERED = 12
RELOAD_SHARE = 0.2
# Bare words go on as one of these, if files have such values.
OF_FILES = ("artist", "album", "genre")
# Values of these are all different, so that offering the most frequent ones is of no help.
UNOFFERED = ("title", "comment", "date")
OF_TAGS = ("tag", "no", "unsure", "judged", "suggest", "unreviewed")
_PART = re.compile(r'(-?)([^\s":()|<>=-][^\s":()|<>=]*:)?(=?"(?:[^"\\]|\\.)*"?|[^\s"()|]*)', re.DOTALL)
_TIMES = (("today", "today"), ("yesterday", "yesterday"), ("..7d", "the last 7 days"), ("..4w", "the last 4 weeks"))


@dataclass(frozen=True, slots=True)
class Completion:
    """Put ``replacement`` in place of the text from ``start`` to ``end``; ``label`` and ``detail`` are for people."""

    replacement: str
    start: int
    end: int
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The part of a search that the cursor is in."""

    start: int
    end: int
    field: str
    value: str
    is_name: bool = False  # the cursor is in the field's name


def complete(studio: Studio, text: str, cursor: int) -> list[Completion]:
    """Return how the part of a search around the cursor may go on, the most useful first."""
    asked = _asked(text, min(max(cursor, 0), len(text)))
    found = _bare(studio, asked) if not asked.field else _values(studio, asked)
    return list(islice((each for each in found if text[each.start : each.end] != each.replacement), OFFERED))


def _asked(text: str, cursor: int) -> _Asked:
    for found in _PART.finditer(text):
        start, end = found.start() + len(found[1]), found.end()
        if start <= cursor <= end and end > found.start():
            name, value = (found[2] or "")[:-1], text[found.start(3) : max(cursor, found.start(3))]
            if cursor < found.start(3):  # in the field's name
                return _Asked(start, found.start(3), "", text[start:cursor], is_name=True)
            if name:
                return _asked_value(name, found[3], found.start(3), cursor)
            return _Asked(start, end, "", searchable(value.removeprefix("=").strip('"')))
    return _Asked(cursor, cursor, "", "")


def _asked_value(name: str, written: str, start: int, cursor: int) -> _Asked:
    """Return the value of a field without the equals sign before it and how likely it is meant after it."""
    end, field = start + len(written), BY_NAME.get(searchable(name))
    typed = written[: max(0, cursor - start)]
    if written.startswith("=") and (field is None or field.kind in ("text", "number", "codec")):
        start += 1
    if field is not None and field.kind == "suggest" and (likely := re.search(r'^[^"]*?([<>=:])', written)):
        end = start + likely.start(1)
    return _Asked(start, end, name, searchable(typed.removeprefix("=").strip('"')))


def _bare(studio: Studio, asked: _Asked) -> Iterator[Completion]:
    typed = searchable(asked.value.strip('"'))
    yield from (
        Completion(f"{field.name}:", asked.start, asked.end, f"{field.name}:", field.detail)
        for field in ALL
        if field.name.startswith(typed)
    )
    if not typed or asked.is_name:
        return
    yield from (
        Completion(f"tag:{each.replacement}", each.start, each.end, f"tag:{each.label}", each.detail)
        for each in _tags(studio, asked, typed, with_facets=False)
    )
    for name in OF_FILES:
        yield from (
            Completion(f"{name}:{each.replacement}", each.start, each.end, f"{name}:{each.label}", each.detail)
            for each in islice(_frequent(studio, name, asked, typed), 4)
        )


def _values(studio: Studio, asked: _Asked) -> Iterable[Completion]:
    name = searchable(asked.field)
    field = BY_NAME.get(name) or Field(name, "text", "", name)
    if field.kind in OF_TAGS:
        times = _plain(asked, _TIMES, written=str) if field.kind == "judged" and asked.value else ()
        return [*_tags(studio, asked, asked.value, with_facets=True, facets_first=field.kind == "unreviewed"), *times]
    if field.kind == "added":
        return _plain(asked, _TIMES, written=str)
    if field.kind in ("state", "in", "codec"):
        return _plain(asked, _listed(studio, field))
    if field.kind == "missing":
        texts = _plain(asked, ((each.name, each.detail) for each in ALL if each.kind == "text"))
        return [*texts, *_facets(studio, asked)]
    if field.stored in ("", *UNOFFERED):
        return ()
    return (_numbers if field.kind == "number" else _frequent)(studio, field.stored, asked, asked.value)


def _listed(studio: Studio, field: Field) -> Iterable[tuple[str, str]]:
    """Return all values of a field that has few, with what they mean."""
    if field.kind == "state":
        return ((state, "") for state in STATES)
    with studio.library.read() as session:
        if field.kind == "codec":
            return [(name, "") for name in gathered.codecs(session).names]
        return [(each.name, each.query) for each in saved_searches.all_saved(session)]


def _plain(
    asked: _Asked, offered: Iterable[tuple[str, str]], written: Callable[[str], str] = quoted
) -> list[Completion]:
    """Return those that begin with what was typed, then those that hold it; ``written`` is how they are typed."""
    named = [(searchable(name), name, detail) for name, detail in offered]
    starting = [each for each in named if each[0].startswith(asked.value)]
    holding = [each for each in named if asked.value in each[0] and each not in starting]
    return [
        Completion(written(name), asked.start, asked.end, shown(name), shown(detail))
        for _, name, detail in (*starting, *holding)
    ]


def _tags(
    studio: Studio, asked: _Asked, typed: str, *, with_facets: bool, facets_first: bool = False
) -> list[Completion]:
    with studio.library.read() as session:
        vocabulary = tags.all_tags(session)
    counts = tallies(studio).counts
    ranked = sorted(vocabulary, key=lambda tag: (-(counts[tag.id].yes if tag.id in counts else 0), tag.name.casefold()))
    narrowed = _Asked(asked.start, asked.end, asked.field, typed)
    words = _plain(
        narrowed,
        ((tag.name, f"{tag.facet}, {counts[tag.id].yes} yes" if tag.id in counts else tag.facet) for tag in ranked),
    )
    facets = _facets(studio, narrowed) if with_facets else []
    return [*facets, *words] if facets_first else [*words, *facets]


def _facets(studio: Studio, asked: _Asked) -> list[Completion]:
    with studio.library.read() as session:
        return _plain(asked, ((name, "facet") for name in tags.facets(session)))


def _frequent(studio: Studio, name: str, asked: _Asked, typed: str) -> Iterator[Completion]:
    """Yield the most frequent values of a field that begin with what was typed."""
    values = _known_values(studio, name)
    low, high = values.beginning(typed)
    best = low + np.argsort(-values.counts[low:high], kind="stable")[:OFFERED]
    with studio.library.read() as session:
        for place in best.tolist():
            label = " ".join(gathered.spelled(session, name, values.names[place]).split())
            detail = counted(int(values.counts[place]), "track")
            yield Completion(quoted(label), asked.start, asked.end, shown(label), detail)


def _numbers(studio: Studio, name: str, asked: _Asked, typed: str) -> Iterator[Completion]:
    """Yield the numbers that the most frequent values of a field begin with: 128 for ``128 BPM``."""
    values = _known_values(studio, name)
    low, high = values.beginning(typed)
    typed_numbers, typed_counts = values.numbers[low:high], values.counts[low:high]
    is_number = ~np.isnan(typed_numbers)
    numbers, places = np.unique(typed_numbers[is_number], return_inverse=True)
    counts = np.bincount(places, typed_counts[is_number], minlength=len(numbers)).astype(np.intp)
    for place in np.argsort(-counts, kind="stable")[:OFFERED].tolist():
        written = np.format_float_positional(numbers[place], trim="-")
        yield Completion(written, asked.start, asked.end, written, counted(int(counts[place]), "track"))


@dataclass(frozen=True)
class _Values:
    """The values of a field, folded and in order, and how often each is there, (values,)."""

    version: str
    names: list[str]
    counts: NDArray[np.intp]
    loaded_at: float
    load_s: float

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """With which number each begins, (values,); NaN for none."""
        found = (leading_number(name) for name in self.names)
        return np.array([np.nan if number is None else number for number in found], np.float64)

    def beginning(self, typed: str) -> tuple[int, int]:
        """Return from where and until before where the names begin with what was typed."""
        return bisect_left(self.names, typed), bisect_left(self.names, typed + chr(0x10FFFF))


def _known_values(studio: Studio, name: str) -> _Values:
    """Return what is in memory; while tracks change all the time, reading it again takes a small share of it."""
    kept: dict[str, _Values] = studio.memory.setdefault("completion values", {})
    old, start = kept.get(name), time.monotonic()
    with studio.library.read() as session:
        version = tracks.version(session)
        if old is not None and (old.version == version or (start - old.loaded_at) * RELOAD_SHARE < old.load_s):
            return old
        values = gathered.field_values(session, name)
    # In the order of Python's texts, as bisecting wants it; SQLite's is that of UTF-8, which is the same.
    counts = np.bincount(values.codes, minlength=len(values.names))
    new = kept[name] = _Values(version, values.names, counts, time.monotonic(), time.monotonic() - start)
    return new
