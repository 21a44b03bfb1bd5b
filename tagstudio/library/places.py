"""Places: where the files of tracks are, how a place comes free for another file, and how a root grows.

A place is a root's id and a path below that root; no two tracks share one.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tagstudio.domain.tracks import shown_path
from tagstudio.library import roots, track_texts
from tagstudio.library.schema import RootRow, TrackRow
from tagstudio.library.texts import searchable

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


def enclose(session: Session, outer: roots.Root, inner: roots.Root) -> None:
    """Give the tracks of one root to another one around it; the inner root is no root any more."""
    below = roots.relative(outer, inner.path) + b"/"
    display = shown_path(below)
    for row in session.scalars(select(TrackRow).where(TrackRow.root_id == inner.id)):
        texts = row.search[len(row.path_search) :]
        row.root_id, row.path, row.display = outer.id, below + row.path, display + row.display
        row.path_search = searchable(row.display)
        old, row.search = row.search, row.path_search + texts
        track_texts.change(session, row.id, old, row.search)
    session.flush()
    session.execute(delete(RootRow).where(RootRow.id == inner.id))
