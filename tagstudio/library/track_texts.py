"""The full-text index over ``track.search``: follows every change of it, in the same transaction.

By hand and not by triggers: a library that came from elsewhere could bring its own, so SQLite lets none of them touch a
virtual table (``trusted_schema = OFF``).
"""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

_ADD = text("INSERT INTO track_text (rowid, search) VALUES (:id, :search)")
_DROP = text("INSERT INTO track_text (track_text, rowid, search) VALUES ('delete', :id, :search)")


def gain(session: Session, texts: Iterable[tuple[int, str]]) -> None:
    """Index tracks that are new, given as (id, what is in ``search``)."""
    rows = [{"id": track_id, "search": search} for track_id, search in texts]
    if rows:
        session.execute(_ADD, rows)


def change(session: Session, track_id: int, old: str, new: str) -> None:
    """Index a track whose text has changed; ``old`` must be exactly what was indexed."""
    if old != new:
        session.execute(_DROP, {"id": track_id, "search": old})
        session.execute(_ADD, {"id": track_id, "search": new})


def rebuild(session: Session) -> None:
    """Make the index anew from the tracks."""
    session.execute(text("INSERT INTO track_text (track_text) VALUES ('rebuild')"))
