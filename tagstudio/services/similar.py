"""The tracks nearest to one, by what the networks hear."""

from dataclasses import dataclass

import numpy as np

from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.tracks import Track
from tagstudio.learning.neighbours import nearest
from tagstudio.library import tracks
from tagstudio.services.browse import find_track
from tagstudio.services.studio import Studio


@dataclass(frozen=True, slots=True)
class SimilarTrack:
    """A track and its cosine distance, 0 for the same sound, 2 at most."""

    track: Track
    distance: float


def similar(studio: Studio, text: str, n: int = 10) -> list[SimilarTrack]:
    """Return the ``n`` present tracks nearest to the one that ``text`` (a path or an id) names.

    Raises
    ------
    NothingFoundError
        If there is no such track, or nobody has listened to it yet.
    """
    track = find_track(studio, text)
    embeddings = studio.embeddings()
    row = embeddings.row(track.id)
    if row is None or not embeddings.has_embedding[row]:
        raise NothingFoundError(f"“{track.name}” was not listened to yet.", "Run: tagstudio analyse")
    rows, distances = nearest(
        embeddings.standardised.units, row, n, among=np.flatnonzero(embeddings.is_present & embeddings.has_embedding)
    )
    ids = [int(embeddings.track_ids[each]) for each in rows]
    with studio.library.read() as session:
        found = tracks.rows(session, ids)
    return [SimilarTrack(each, float(distance)) for each, distance in zip(found, distances, strict=True)]
