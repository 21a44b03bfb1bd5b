"""Saved searches: keep a query under a name, use it again, know how much it finds."""

from dataclasses import dataclass

from tagstudio.domain.errors import QueryError
from tagstudio.library import saved_searches, search
from tagstudio.library.saved_searches import SavedSearch
from tagstudio.services import find
from tagstudio.services.studio import Studio
from tagstudio.services.terms import term

__all__ = ["Counted", "SavedSearch", "all_saved", "as_query", "counted", "remove", "rename", "save"]


@dataclass(frozen=True, slots=True)
class Counted:
    """A saved search and how many tracks it finds; None and a ``problem`` when it cannot be understood any more."""

    saved: SavedSearch
    count: int | None
    problem: str = ""


def save(studio: Studio, name: str, query: str, *, replaces: bool = True) -> SavedSearch:
    """Keep a query; the one that has this name already is replaced if it may be.

    Raises
    ------
    QueryError
        If the query cannot be understood, or leads to itself.
    NameTakenError
        If another query has the name and may not be replaced.
    TagStudioError
        If the name is not usable.
    """
    with studio.library.write() as session:
        search.parse(query, search.known(session))
        saved = saved_searches.save(session, name, query, replaces=replaces)
        # A search that names itself is found out by reading it now; nothing is kept then.
        search.parse(as_query(saved), search.known(session))
        return saved


def rename(studio: Studio, name: str, new: str) -> SavedSearch:
    """Give a saved search another name; raises NothingFoundError, or TagStudioError when the name is taken."""
    with studio.library.write() as session:
        return saved_searches.rename(session, name, new)


def remove(studio: Studio, name: str) -> SavedSearch:
    """Forget a saved search; raises NothingFoundError."""
    with studio.library.write() as session:
        return saved_searches.remove(session, name)


def all_saved(studio: Studio) -> list[SavedSearch]:
    """Return every saved search, the oldest first."""
    with studio.library.read() as session:
        return saved_searches.all_saved(session)


def counted(studio: Studio) -> list[Counted]:
    """Return every saved search with how many tracks it finds now."""
    return [_counted(studio, each) for each in all_saved(studio)]


def as_query(saved: SavedSearch) -> str:
    """Return the term that finds what a saved search finds."""
    return term("in", saved.name)


def _counted(studio: Studio, saved: SavedSearch) -> Counted:
    try:
        return Counted(saved, find.count(studio, saved.query))
    except QueryError as error:
        return Counted(saved, None, f"{error.what} {error.advice}".strip())
