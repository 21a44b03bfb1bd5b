"""The tracks that a search finds; every use case that takes a query asks here."""

from tagstudio.domain.tracks import Track
from tagstudio.library import search, tracks
from tagstudio.services.studio import Studio


def track_ids(
    studio: Studio, query: str = "", *, order: str = "id", descending: bool = False, present_only: bool = False
) -> list[int]:
    """Return the ids of the tracks that a search finds, all without one; see ``tracks.ids``.

    Raises
    ------
    QueryError
        If the search cannot be understood.
    """
    with studio.library.read() as session:
        return tracks.ids(session, search.parse(query), order=order, descending=descending, present_only=present_only)


def found(studio: Studio, query: str = "", *, order: str = "id", present_only: bool = False) -> list[Track]:
    """Return the tracks that a search finds; as ``track_ids``."""
    ids = track_ids(studio, query, order=order, present_only=present_only)
    with studio.library.read() as session:
        return tracks.rows(session, ids)
