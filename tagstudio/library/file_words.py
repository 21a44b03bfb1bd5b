"""The words that files hold in their descriptive fields, counted."""

from collections.abc import Collection, Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tagstudio.library.schema import TrackFieldRow
from tagstudio.library.texts import among


def counted(
    session: Session, names: Collection[str], track_ids: Iterable[int] | None = None
) -> list[tuple[str, str, int]]:
    """Return (field, value, how many tracks), the most frequent first; of all tracks without ``track_ids``."""
    n = func.count(TrackFieldRow.track_id.distinct())
    query = select(TrackFieldRow.name, TrackFieldRow.value, n).where(TrackFieldRow.name.in_(names))
    if track_ids is not None:
        query = query.where(TrackFieldRow.track_id.in_(among(track_ids)))
    query = query.group_by(TrackFieldRow.name, TrackFieldRow.value).order_by(n.desc(), TrackFieldRow.value)
    return [(name, value, count) for name, value, count in session.execute(query)]


def of_tracks(session: Session, names: Collection[str], track_ids: Iterable[int]) -> list[tuple[int, str, str]]:
    """Return (track id, field, value) of tracks, in the order of the files."""
    query = select(TrackFieldRow.track_id, TrackFieldRow.name, TrackFieldRow.value)
    query = query.where(TrackFieldRow.name.in_(names), TrackFieldRow.track_id.in_(among(track_ids)))
    query = query.order_by(TrackFieldRow.track_id, TrackFieldRow.name, TrackFieldRow.position)
    return [(track_id, name, value) for track_id, name, value in session.execute(query)]
