"""What exporting, importing and merging read and write in bulk: all that holds, and all that tracks are known by."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tagstudio.domain.judgements import Origin, Verdict
from tagstudio.domain.vocabulary import Tag, tag_key
from tagstudio.library.judgements import Key
from tagstudio.library.schema import (
    FacetRow,
    InfoRow,
    JudgementRow,
    RootRow,
    SavedSearchRow,
    StandingRow,
    TagRow,
    TrackRow,
    now,
)
from tagstudio.library.texts import among


class Held(NamedTuple):
    """A verdict that holds, on a track or on one segment of it."""

    track_id: int
    tag_id: int
    verdict: Verdict
    origin: Origin
    made_at: str
    start_s: float | None = None
    end_s: float | None = None

    @property
    def key(self) -> Key:
        """What a later verdict must share to replace this one."""
        return self.track_id, self.tag_id, self.start_s, self.end_s


class KnownTrack(NamedTuple):
    """What a track can be recognised by; ``root`` and ``path`` are as in ``Track``."""

    id: int
    root: bytes
    path: bytes
    audio_hash: str
    title: str
    artist: str
    duration_s: float
    is_missing: bool = False


def library_id(session: Session) -> str:
    """Return the name of this library among its copies and exports."""
    return session.scalar(select(InfoRow.value).where(InfoRow.name == "id")) or ""


def held(session: Session, track_ids: Iterable[int] | None = None) -> list[Held]:
    """Return every verdict that holds for tracks (all without ``track_ids``), by track, tag and time in the track."""
    ids = None if track_ids is None else list(track_ids)
    found = [*_on_tracks(session, ids), *_on_segments(session, ids)]
    return sorted(found, key=lambda each: (each.track_id, each.tag_id, each.start_s or 0.0, each.end_s or 0.0))


def _on_tracks(session: Session, ids: list[int] | None) -> Iterator[Held]:
    query = select(
        StandingRow.track_id, StandingRow.tag_id, StandingRow.verdict, StandingRow.origin, StandingRow.made_at
    )
    query = query if ids is None else query.where(StandingRow.track_id.in_(among(ids)))
    for track_id, tag_id, verdict, origin, made_at in session.execute(query):
        yield Held(track_id, tag_id, Verdict(verdict), Origin(origin), made_at)


def _on_segments(session: Session, ids: list[int] | None) -> Iterator[Held]:
    latest = select(func.max(JudgementRow.id)).where(JudgementRow.start_s.is_not(None))
    latest = latest if ids is None else latest.where(JudgementRow.track_id.in_(among(ids)))
    latest = latest.group_by(JudgementRow.track_id, JudgementRow.tag_id, JudgementRow.start_s, JudgementRow.end_s)
    query = select(
        JudgementRow.track_id, JudgementRow.tag_id, JudgementRow.verdict, JudgementRow.origin, JudgementRow.made_at,
        JudgementRow.start_s, JudgementRow.end_s,
    ).where(JudgementRow.id.in_(latest), JudgementRow.verdict != Verdict.CLEARED.value)  # fmt: skip
    for track_id, tag_id, verdict, origin, made_at, start_s, end_s in session.execute(query):
        yield Held(track_id, tag_id, Verdict(verdict), Origin(origin), made_at, start_s, end_s)


def known_tracks(session: Session) -> list[KnownTrack]:
    """Return every track with what it can be recognised by, in order of their ids."""
    query = select(
        TrackRow.id, RootRow.path, TrackRow.path, TrackRow.audio_hash, TrackRow.title, TrackRow.artist,
        TrackRow.duration_s, TrackRow.is_missing,
    ).join(RootRow, RootRow.id == TrackRow.root_id)  # fmt: skip
    return [KnownTrack(*row) for row in session.execute(query.order_by(TrackRow.id))]


def every_tag(session: Session) -> dict[int, Tag]:
    """Return all tags by id, hidden ones too: what was judged with them still holds."""
    query = select(TagRow.id, TagRow.name, FacetRow.name).join(FacetRow, FacetRow.id == TagRow.facet_id)
    return {tag_id: Tag(tag_id, name, facet) for tag_id, name, facet in session.execute(query.order_by(TagRow.id))}


def used_tags(session: Session) -> set[int]:
    """Return the ids of the tags with a verdict that holds on a whole track."""
    return set(session.scalars(select(StandingRow.tag_id).distinct()))


def searches(session: Session) -> list[tuple[str, str]]:
    """Return (name, search text) of the saved searches in their order."""
    query = select(SavedSearchRow.name, SavedSearchRow.query).order_by(SavedSearchRow.position, SavedSearchRow.id)
    return [(name, text) for name, text in session.execute(query)]


def free_searches(session: Session, wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the searches whose names are free yet; of two with one name the first."""
    taken = set(session.scalars(select(SavedSearchRow.key)))
    free: dict[str, tuple[str, str]] = {}
    for name, text in wanted:
        if (key := tag_key(name)) not in taken:
            free.setdefault(key, (name, text))
    return list(free.values())


def add_searches(session: Session, wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Save searches under names that are free yet, behind the others; returns the new names."""
    free = free_searches(session, wanted)
    last: int = session.scalar(select(func.max(SavedSearchRow.position))) or 0
    for position, (name, text) in enumerate(free, last + 1):
        session.add(SavedSearchRow(name=name, key=tag_key(name), query=text, position=position, made_at=now()))
    session.flush()
    return [name for name, _ in free]
