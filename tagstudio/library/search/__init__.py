"""The search language: one for the search field, the commands and saved searches.

``parse`` gives a Query with two faces that agree on every track: ``found`` asks SQLite about the whole library,
``matches`` looks at one track that is at hand. What the language can say is in ``docs/search.md``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from tagstudio.domain.errors import QueryError
from tagstudio.library.search import python_face, sql_face
from tagstudio.library.search.facts import NO_FACTS, Facts, leaves, needs_heard, scored_terms
from tagstudio.library.search.known import NOTHING, Known, known
from tagstudio.library.search.meaning import Meaning
from tagstudio.library.search.python_face import Subject
from tagstudio.library.search.terms import AnyText, Disagree, Scored, Similar, Suggested, Term

__all__ = [
    "NO_FACTS", "Disagree", "Facts", "Known", "Query", "Scored", "Similar", "Subject", "Suggested", "Term", "known",
    "parse",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """What a search text asks for, in one library at one time."""

    text: str
    term: Term

    @property
    def scored(self) -> list[Scored]:
        """The terms whose answers ``Facts`` must hold."""
        return scored_terms(self.term)

    @property
    def needs_heard(self) -> bool:
        """Whether ``Facts`` must say which tracks were heard."""
        return needs_heard(self.term)

    @property
    def needs_texts(self) -> bool:
        """Whether ``Facts.texts`` would make the search quicker."""
        return any(isinstance(each, AnyText) and sql_face.is_scanned(each.value) for each in leaves(self.term))

    def found(self, session: Session, everything: NDArray[np.int64], facts: Facts = NO_FACTS) -> NDArray[np.bool_]:
        """Tell which of all tracks are found; ``everything`` are their ids, ascending, (tracks,)."""
        return sql_face.found(session, self.term, everything, facts)

    def matches(self, subject: Subject, facts: Facts = NO_FACTS) -> bool:
        """Tell whether a track is found."""
        return python_face.holds(self.term, subject, facts)


def parse(text: str, known: Known = NOTHING, *, now: datetime | None = None) -> Query:
    r"""Understand a search text, e.g. ``béla artist:"de la" -tag:jazz``; ``\"`` is a quote inside quotes.

    ``known`` are the names of the library that is searched, ``now`` is what ages count back from.

    Raises
    ------
    QueryError
        If the text does not follow the grammar, or names what does not exist; ``position`` is the character.
    """
    try:
        return Query(text, Meaning(known, now or datetime.now(UTC)).of_text(text))
    except QueryError as error:
        error.query = text
        raise
