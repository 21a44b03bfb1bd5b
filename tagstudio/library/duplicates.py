"""Which tracks have the same audio hash."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tagstudio.library.schema import TrackRow
from tagstudio.library.texts import among


def groups(session: Session, limit: int) -> dict[str, list[int]]:
    """Return the ids of tracks with the same audio by hash, the largest groups first; missing ones are left out."""
    present = (TrackRow.audio_hash != "", TrackRow.is_missing.is_(False))
    several = (
        select(TrackRow.audio_hash)
        .where(*present)
        .group_by(TrackRow.audio_hash)
        .having(func.count() > 1)
        .order_by(func.count().desc(), TrackRow.audio_hash)
        .limit(limit)
    )
    found: dict[str, list[int]] = {audio_hash: [] for audio_hash in session.scalars(several)}
    query = select(TrackRow.audio_hash, TrackRow.id).where(*present, TrackRow.audio_hash.in_(several))
    for audio_hash, track_id in session.execute(query.order_by(TrackRow.path_search, TrackRow.id)):
        found[audio_hash].append(track_id)
    return found


def sizes(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Return the size of files, in bytes, by track id."""
    return dict(session.execute(select(TrackRow.id, TrackRow.size).where(TrackRow.id.in_(among(ids)))).all())
