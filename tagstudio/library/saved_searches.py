"""Saved searches: queries under a name, in the order in which they were saved."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tagstudio.domain.errors import NameTakenError, NothingFoundError, TagStudioError
from tagstudio.domain.tracks import shown
from tagstudio.domain.vocabulary import tag_key
from tagstudio.library.schema import SavedSearchRow, now
from tagstudio.library.texts import clean

NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query and its name."""

    id: int
    name: str
    query: str


def save(session: Session, name: str, query: str, *, replaces: bool = True) -> SavedSearch:
    """Keep a query; the one that has this name already, but for case, is replaced if it may be.

    Raises
    ------
    NameTakenError
        If another query has the name and may not be replaced.
    TagStudioError
        If the name is blank, too long or not printable.
    """
    name = search_name(name)
    row = session.scalar(select(SavedSearchRow).where(SavedSearchRow.key == tag_key(name)))
    if row is None:
        last = session.scalar(select(func.max(SavedSearchRow.position))) or 0
        row = SavedSearchRow(name=name, key=tag_key(name), query="", position=last + 1, made_at=now())
        session.add(row)
    elif not replaces and row.query != clean(query):
        raise _taken(row)
    row.name, row.query = name, clean(query)
    session.flush()
    return _saved(row)


def rename(session: Session, name: str, new: str) -> SavedSearch:
    """Give a saved search another name.

    Raises
    ------
    NothingFoundError
        If there is none of that name.
    NameTakenError
        If another one has the new name.
    TagStudioError
        If the new name is not usable.
    """
    row, new = _row(session, name), search_name(new)
    other = session.scalar(select(SavedSearchRow).where(SavedSearchRow.key == tag_key(new)))
    if other is not None and other.id != row.id:
        raise _taken(other)
    row.name, row.key = new, tag_key(new)
    session.flush()
    return _saved(row)


def remove(session: Session, name: str) -> SavedSearch:
    """Forget a saved search; raises NothingFoundError if there is none of that name."""
    row = _row(session, name)
    removed = _saved(row)
    session.delete(row)
    session.flush()
    return removed


def all_saved(session: Session) -> list[SavedSearch]:
    """Return every saved search, the oldest first."""
    rows = session.scalars(select(SavedSearchRow).order_by(SavedSearchRow.position, SavedSearchRow.id))
    return [_saved(row) for row in rows]


def search_name(text: str) -> str:
    """Return the name of a saved search as it is kept: in one line, without what cannot be stored.

    Raises
    ------
    TagStudioError
        If it is blank, too long or not printable.
    """
    name = " ".join(clean(text).split())
    if not name:
        raise TagStudioError("A saved search needs a name.", "Type at least one letter.")
    if len(name) > NAME_LENGTH:
        raise TagStudioError(
            f"The name has {len(name)} characters; {NAME_LENGTH} is the most.", "Choose a shorter one."
        )
    if not name.isprintable():
        raise TagStudioError("The name holds characters that cannot be shown.", "Type it again by hand.")
    return name


def _row(session: Session, name: str) -> SavedSearchRow:
    key = tag_key(" ".join(clean(name).split()))
    row = session.scalar(select(SavedSearchRow).where(SavedSearchRow.key == key))
    if row is None:
        names = ", ".join(f"“{each.name}”" for each in all_saved(session)[:8])
        advice = f"There is {names}." if names else "None was saved yet."
        raise NothingFoundError(f"There is no saved search “{shown(clean(name))}”.", advice)
    return row


def _taken(row: SavedSearchRow) -> NameTakenError:
    return NameTakenError(f"There is already a saved search “{row.name}”.", "Choose another name.")


def _saved(row: SavedSearchRow) -> SavedSearch:
    return SavedSearch(row.id, row.name, row.query)
