"""Places: where the files of tracks are, how a place comes free for another file, and how a root grows.

A place is a root's id and a path below that root; no two tracks share one.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from tagstudio.domain.tracks import TrackFacts, shown_path
from tagstudio.library import roots, track_texts, tracks
from tagstudio.library.schema import JudgementRow, RootRow, TrackRow
from tagstudio.library.texts import among, searchable

# Far below the number of parameters that SQLite takes.
PATHS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Seat:
    """The track that the library knows at a place; ``audio_hash`` is empty while nobody could read its file."""

    track_id: int
    audio_hash: str


def places(session: Session, files: Iterable[bytes]) -> dict[bytes, tuple[int, bytes]]:
    """Return the place of each absolute path below the innermost root around it; paths outside are left out."""
    inner_first = sorted(roots.all_roots(session), key=lambda root: -len(root.path))
    found = {}
    for file in files:
        root = next((root for root in inner_first if roots.relative(root, file) != file), None)
        if root is not None:
            found[file] = (root.id, roots.relative(root, file))
    return found


def seats(session: Session, wanted: Mapping[bytes, tuple[int, bytes]]) -> dict[bytes, Seat]:
    """Return the track at each place by the same keys; places without one are left out."""
    keys = {place: key for key, place in wanted.items()}
    by_root: dict[int, list[bytes]] = defaultdict(list)
    for root_id, path in keys:
        by_root[root_id].append(path)
    found = {}
    for root_id, paths in by_root.items():
        remaining = iter(paths)
        while some := list(islice(remaining, PATHS_AT_ONCE)):
            query = select(TrackRow.path, TrackRow.id, TrackRow.audio_hash)
            here = query.where(TrackRow.root_id == root_id, TrackRow.path.in_(some))
            for path, track_id, audio_hash in session.execute(here):
                found[keys[root_id, path]] = Seat(track_id, audio_hash)
    return found


def vacate(session: Session, track_ids: Iterable[int]) -> None:
    """Free the places of tracks for others, and flag them as missing.

    A track that gets no other place keeps the old one to be shown by, and a path that no scan looks at.
    """
    for track_id in track_ids:
        row = session.get_one(TrackRow, track_id)
        row.path = os.path.join(os.path.dirname(row.path), b".replaced-%d" % track_id)  # noqa: PTH118, PTH120 -- bytes
        row.is_missing = True
    session.flush()


@dataclass(frozen=True, slots=True)
class Resident:
    """A track with known audio and its path in its root."""

    track_id: int
    path: bytes
    audio_hash: str
    is_missing: bool


def residents(session: Session, root_id: int) -> list[Resident]:
    """Return the tracks of a root whose audio is known, missing ones too, in order of id."""
    query = select(TrackRow.id, TrackRow.path, TrackRow.audio_hash, TrackRow.is_missing)
    here = query.where(TrackRow.root_id == root_id, TrackRow.audio_hash != "").order_by(TrackRow.id)
    return [Resident(*row) for row in session.execute(here)]


def last_track(session: Session) -> int:
    """Return the newest track's id, 0 when there is none; ids only grow."""
    return session.scalar(select(func.max(TrackRow.id))) or 0


def arrived(session: Session, *, after: int) -> dict[int, int]:
    """Return how many tracks came after an id, by root."""
    query = select(TrackRow.root_id, func.count()).where(TrackRow.id > after)
    return dict(session.execute(query.group_by(TrackRow.root_id)).all())


def found_among(session: Session, root_id: int, *, after: int) -> dict[int, int]:
    """Return how many tracks of a root have the same audio as tracks that came after an id, by the latter's root.

    Those that were judged are left out: they stay what they are.
    """
    new = aliased(TrackRow)
    query = select(new.root_id, func.count(TrackRow.id.distinct())).join(new, new.audio_hash == TrackRow.audio_hash)
    query = query.where(TrackRow.root_id == root_id, TrackRow.audio_hash != "", TrackRow.is_missing.is_(False))
    query = query.where(new.id.not_in(select(JudgementRow.track_id)))
    return dict(session.execute(query.where(new.id > after, new.root_id != root_id).group_by(new.root_id)).all())


def replace(session: Session, heirs: Mapping[int, int]) -> None:
    """Give the places and contents of tracks to others, as {whose place it is: who gets it}.

    The tracks that had the places are flagged as missing; see ``vacate``.
    """
    rows = {each.id: each for each in session.scalars(select(TrackRow).where(TrackRow.id.in_(among(heirs))))}
    fields = tracks.fields(session, heirs)
    before = {track_id: (row.root_id, row.path) for track_id, row in rows.items()}
    vacate(session, heirs)
    for track_id, heir in heirs.items():
        row, (root_id, path) = rows[track_id], before[track_id]
        facts = TrackFacts(
            audio_hash=row.audio_hash, duration_s=row.duration_s, codec=row.codec, rate=row.rate,
            channels=row.channels, fields=fields.get(track_id, {}),
        )  # fmt: skip
        tracks.update(
            session, heir, size=row.size, mtime_ns=row.mtime_ns, path=path, root_id=root_id, facts=facts,
            last_error=row.last_error,
        )  # fmt: skip


def close_if_empty(session: Session, root_id: int) -> int:
    """Return how many tracks a root has; one without any is no root any more."""
    count = session.scalar(select(func.count()).where(TrackRow.root_id == root_id)) or 0
    if not count:
        session.execute(delete(RootRow).where(RootRow.id == root_id))
    return count


def enclose(session: Session, outer: roots.Root, inner: roots.Root) -> None:
    """Give the tracks of one root to another one around it; the inner root is no root any more.

    A track whose place the outer root knows already loses it, see ``vacate``: the scan finds its file by its audio.
    """
    below = roots.relative(outer, inner.path) + b"/"
    display = shown_path(below)
    rows = {row.path: row for row in session.scalars(select(TrackRow).where(TrackRow.root_id == inner.id))}
    taken = seats(session, {path: (outer.id, below + path) for path in rows})
    vacate(session, [rows[path].id for path in taken])
    for row in rows.values():
        texts = row.search[len(row.path_search) :]
        row.root_id, row.path, row.display = outer.id, below + row.path, display + row.display
        row.path_search = searchable(row.display)
        old, row.search = row.search, row.path_search + texts
        track_texts.change(session, row.id, old, row.search)
    session.flush()
    session.execute(delete(RootRow).where(RootRow.id == inner.id))
