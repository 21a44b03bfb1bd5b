"""What a search needs to be told: the library's file does not know what networks and heads say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tagstudio.library.search.terms import (
    All,
    AnyOf,
    Disagree,
    HasState,
    Not,
    Saved,
    Scored,
    Similar,
    Stored,
    Suggested,
    Term,
    Unreviewed,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Which tracks were heard, and which ones each scored term of a query finds; ids, (tracks,), in any order.

    ``texts`` are those of all tracks in which a bare word is looked for, in order of id; they are optional, and quicker
    than the library's file for words that its full-text index cannot find. ``remembered`` is optional as well: it
    answers a stored term for all tracks in order of id, (tracks,), or gives None when the file must be asked.
    """

    heard: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    answers: Mapping[Scored, NDArray[np.int64]] = field(default_factory=dict)
    texts: Sequence[str] | None = None
    remembered: Callable[[Stored], NDArray[np.bool_] | None] | None = None


NO_FACTS = Facts()


def scored_terms(term: Term) -> list[Scored]:
    """Return the terms that need an answer in ``Facts.answers``."""
    return [each for each in leaves(term) if isinstance(each, Suggested | Similar | Disagree)]


def needs_heard(term: Term) -> bool:
    """Tell whether it matters which tracks were heard."""
    return any(
        isinstance(each, Unreviewed) or (isinstance(each, HasState) and each.state in ("new", "heard"))
        for each in leaves(term)
    )


def leaves(term: Term) -> list[Term]:
    """Return the conditions that a term is joined from; those of a saved search once."""
    return list(_leaves(term, set()))


def _leaves(term: Term, seen: set[str]) -> Iterator[Term]:
    if isinstance(term, Saved):
        if term.name not in seen:
            seen.add(term.name)
            yield from _leaves(term.term, seen)
    elif isinstance(term, Not):
        yield from _leaves(term.term, seen)
    elif isinstance(term, All | AnyOf):
        for each in term.terms:
            yield from _leaves(each, seen)
    else:
        yield term
