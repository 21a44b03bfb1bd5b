"""The tracks that a search finds; every use case that takes a query asks here."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.tracks import Track
from tagstudio.library import search, tracks
from tagstudio.services.listing import Listing, listing
from tagstudio.services.remembered import remembered
from tagstudio.services.scored import facts_for
from tagstudio.services.studio import Studio


def track_ids(
    studio: Studio, query: str = "", *, order: str = "id", descending: bool = False, present_only: bool = False
) -> list[int]:
    """Return the ids of the tracks that a search finds, all without one; missing tracks too unless ``present_only``.

    ``order`` is one of ``tracks.ORDERS``; equal tracks follow their ids.

    Raises
    ------
    QueryError
        If the search cannot be understood, or names what does not exist.
    """
    found: list[int] = ids(studio, query, order=order, descending=descending, present_only=present_only).tolist()
    return found


def ids(
    studio: Studio, query: str = "", *, order: str = "id", descending: bool = False, present_only: bool = False
) -> NDArray[np.int64]:
    """Return the same as ``track_ids`` as an array, (tracks,)."""
    all_tracks, mask = marked(studio, query)
    if present_only:
        mask = mask & ~all_tracks.is_missing
    return all_tracks.ordered(studio, mask, order, descending=descending)


def found(studio: Studio, query: str = "", *, order: str = "id", present_only: bool = False) -> list[Track]:
    """Return the tracks that a search finds; as ``track_ids``."""
    return tracks_of(studio, track_ids(studio, query, order=order, present_only=present_only))


def tracks_of(studio: Studio, wanted: Sequence[int]) -> list[Track]:
    """Return tracks by their ids, in the order asked for."""
    with studio.library.read() as session:
        return tracks.rows(session, wanted)


def count(studio: Studio, query: str = "") -> int:
    """Return how many tracks a search finds."""
    return int(np.count_nonzero(marked(studio, query)[1]))


def marked(studio: Studio, query: str = "") -> tuple[Listing, NDArray[np.bool_]]:
    """Return all tracks, and for each whether a search finds it, (tracks,); raises QueryError."""
    all_tracks = listing(studio)
    if not query.strip():
        return all_tracks, np.ones(len(all_tracks.ids), np.bool_)
    asked = understood(studio, query)
    texts = all_tracks.texts(studio) if asked.needs_texts else None
    facts = replace(facts_for(studio, asked), texts=texts, remembered=remembered(studio, all_tracks).mask)
    with studio.library.read() as session:
        return all_tracks, asked.found(session, all_tracks.ids, facts)


def understood(studio: Studio, query: str) -> search.Query:
    """Return what a search means in this library; raises QueryError."""
    with studio.library.read() as session:
        return search.parse(query, search.known(session))
