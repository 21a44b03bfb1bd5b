"""Tracks: the audio files of the roots and what is known of them without listening."""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, not_, or_, select
from sqlalchemy import update as update_rows
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import FIELDS, Track, TrackFacts, shown
from tagstudio.library import roots, track_texts
from tagstudio.library.arrivals import Arrival, add_all, described, joined, place, search_texts, store_fields
from tagstudio.library.schema import InfoRow, RootRow, StandingRow, TrackFieldRow, TrackRow
from tagstudio.library.search import Subject
from tagstudio.library.texts import among, clean

ORDERS: dict[str, tuple[Any, ...]] = {
    "id": (),
    "path": (TrackRow.path_search,),
    "title": (func.lower(TrackRow.title),),
    "artist": (func.lower(TrackRow.artist), func.lower(TrackRow.album), TrackRow.path_search),
    "album": (func.lower(TrackRow.album), TrackRow.path_search),
    "genre": (func.lower(TrackRow.genre),),
    "duration": (TrackRow.duration_s,),
    "added": (TrackRow.added_at,),
}


def add(
    session: Session, *, root_id: int, path: bytes, size: int, mtime_ns: int, facts: TrackFacts | None = None,
    last_error: str = "",
) -> int:  # fmt: skip
    """Add one track and return its id; see ``arrivals.add_all``."""
    return add_all(session, [Arrival(root_id, path, size, mtime_ns, facts=facts, last_error=last_error)])[0]


def update(
    session: Session, track_id: int, *, size: int, mtime_ns: int, path: bytes | None = None,
    root_id: int | None = None, facts: TrackFacts | None = None, last_error: str = "", deaths: int = 0,
) -> None:  # fmt: skip
    """Record that a file is there with this size and time, perhaps elsewhere, perhaps with other contents.

    The track is not missing any more. Without ``facts`` what was known of its contents stays; ``deaths`` are added to
    those that the same file has cost before.
    """
    row = session.get_one(TrackRow, track_id)
    is_same = (row.size, row.mtime_ns) == (size, mtime_ns)
    row.deaths = deaths + (row.deaths if deaths and is_same else 0)
    row.size, row.mtime_ns, row.is_missing = size, mtime_ns, False
    row.last_error = shown(clean(last_error))
    row.root_id = row.root_id if root_id is None else root_id
    for name, value in ({} if path is None else place(path)).items():
        setattr(row, name, value)
    if facts is None:
        texts = list(session.scalars(_texts(track_id)))
    else:
        for name, value in described(facts).items():
            setattr(row, name, value)
        # Written even when the row stays as it is: whoever keeps fields in memory looks at the changes of rows.
        flag_modified(row, "audio_hash")
        texts = search_texts(facts)
        session.execute(delete(TrackFieldRow).where(TrackFieldRow.track_id == track_id))
        store_fields(session, [(track_id, facts)])
    old, row.search = row.search, joined(row.path_search, texts)
    session.flush()
    track_texts.change(session, row.id, old, row.search)


def known(session: Session, root_id: int) -> dict[bytes, tuple[int, int, int]]:
    """Return (id, size, mtime_ns) of every track of a root by path, missing ones too."""
    query = select(TrackRow.path, TrackRow.id, TrackRow.size, TrackRow.mtime_ns).where(TrackRow.root_id == root_id)
    return {path: (track_id, size, mtime_ns) for path, track_id, size, mtime_ns in session.execute(query)}


def sample_paths(session: Session, root_id: int, count: int) -> list[bytes]:
    """Return paths of tracks of a root that are not missing, spread over it, relative to it."""
    query = select(TrackRow.path).where(TrackRow.root_id == root_id, TrackRow.is_missing.is_(False))
    paths = list(session.scalars(query.order_by(TrackRow.id)))
    return paths[:: max(1, len(paths) // count)][:count]


def missing(session: Session, root_id: int | None = None) -> set[int]:
    """Return the ids of tracks whose files were not there at the last scan."""
    query = select(TrackRow.id).where(TrackRow.is_missing.is_(True))
    return set(session.scalars(query if root_id is None else query.where(TrackRow.root_id == root_id)))


def present_by_root(session: Session) -> dict[bytes, int]:
    """Return how many tracks of each root are not flagged as missing, by the root's path."""
    query = select(RootRow.path, func.count()).join(TrackRow, TrackRow.root_id == RootRow.id)
    return dict(session.execute(query.where(TrackRow.is_missing.is_(False)).group_by(RootRow.path)).all())


def failed(session: Session) -> dict[int, str]:
    """Return why tracks could not be read or heard, by id."""
    query = select(TrackRow.id, TrackRow.last_error).where(TrackRow.last_error != "")
    return dict(session.execute(query).all())


def deaths(session: Session) -> dict[int, int]:
    """Return how many readers died of tracks since their files last changed, by id; those without are left out."""
    return dict(session.execute(select(TrackRow.id, TrackRow.deaths).where(TrackRow.deaths > 0)).all())


def mark_missing(session: Session, ids: Iterable[int], missing: bool = True) -> None:
    """Flag tracks whose files are not there, or are there again; nothing is deleted."""
    session.execute(update_rows(TrackRow).where(TrackRow.id.in_(among(ids))).values(is_missing=missing))


def mark_failed(session: Session, track_id: int, reason: str) -> None:
    """Record why a track could not be heard; an empty reason means that it could."""
    reason = shown(clean(reason))
    session.execute(update_rows(TrackRow).where(TrackRow.id == track_id).values(last_error=reason))


def by_hash(session: Session, *audio_hashes: str, outside: Iterable[tuple[int, bytes]] = ()) -> list[Track]:
    """Return the tracks with this audio: copies, and where moved files were before.

    Parameters
    ----------
    outside : iterable of (root id, path)
        Tracks below these folders, given relative to their root (empty for the root itself), are left out.
    """
    wanted = select(func.json_each(json.dumps(audio_hashes)).table_valued("value").c.value)
    query = _tracks().where(TrackRow.audio_hash.in_(wanted), TrackRow.audio_hash != "")
    below = [_is_below(root_id, folder) for root_id, folder in outside]
    query = query.where(not_(or_(*below))) if below else query
    return [_track(found) for found in session.execute(query.order_by(TrackRow.id))]


def rows(session: Session, ids: Sequence[int]) -> list[Track]:
    """Return tracks in the order of ``ids``; unknown ids are left out."""
    found = {row.id: row for row in session.execute(_tracks().where(TrackRow.id.in_(among(ids))))}
    return [_track(found[track_id]) for track_id in ids if track_id in found]


def ids(session: Session, *, order: str = "id", descending: bool = False, present_only: bool = False) -> list[int]:
    """Return the ids of all tracks; missing tracks too unless ``present_only``.

    ``order`` is one of ``ORDERS``; equal tracks follow their ids. What a search finds: ``services/find.py``.
    """
    wanted = select(TrackRow.id)
    if present_only:
        wanted = wanted.where(TrackRow.is_missing.is_(False))
    by = [column.desc() if descending else column.asc() for column in (*ORDERS[order], TrackRow.id)]
    return list(session.scalars(wanted.order_by(*by)))


def count(session: Session) -> int:
    """Return how many tracks there are."""
    return session.scalar(select(func.count()).select_from(TrackRow)) or 0


def texts(session: Session) -> list[str]:
    """Return the folded texts of every track in which words are searched, in order of id."""
    return list(session.scalars(select(TrackRow.search).order_by(TrackRow.id)))


def version(session: Session) -> str:
    """Return a text that is another one after every change of any track, by whatever program."""
    return session.scalar(select(InfoRow.value).where(InfoRow.name == "tracks")) or ""


def subjects(session: Session, ids: Iterable[int]) -> list[Subject]:
    """Return tracks with all that a search can ask about, for the Python face of queries; in no order."""
    wanted = list(ids)
    described = fields(session, wanted)
    said: dict[int, dict[int, tuple[Verdict, str]]] = defaultdict(dict)
    standing = select(StandingRow.track_id, StandingRow.tag_id, StandingRow.verdict, StandingRow.made_at)
    for track_id, tag_id, verdict, made in session.execute(standing.where(StandingRow.track_id.in_(among(wanted)))):
        said[track_id][tag_id] = Verdict(verdict), made
    return [
        Subject(
            id=row.id,
            display=row.display,
            fields=described.get(row.id, {}),
            duration_s=row.duration_s,
            codec=row.codec,
            rate=row.rate,
            channels=row.channels,
            size=row.size,
            added_at=row.added_at,
            is_missing=row.is_missing,
            last_error=row.last_error,
            verdicts=said.get(row.id, {}),
        )
        for row in session.scalars(select(TrackRow).where(TrackRow.id.in_(among(wanted))))
    ]  # fmt: skip


def one(session: Session, text: str) -> Track:
    """Return a track by id, by absolute or current path, or by its path inside a root.

    Raises
    ------
    NothingFoundError
        If there is none.
    """
    if text.isascii() and text.isdigit() and len(text) < 19:  # what fits in 64 bits
        found = rows(session, [int(text)])
        if found:
            return found[0]
    for condition in _paths(session, text):
        if row := session.execute(_tracks().where(*condition).limit(1)).first():
            return _track(row)
    raise NothingFoundError(
        f"“{shown(clean(text))}” is not a track of the library.", "Give a track's path or number, or scan its folder."
    )


def hashes(session: Session, ids: Iterable[int] | None = None) -> dict[int, str]:
    """Return the audio hash of tracks by id, all without ``ids``; tracks without one are left out."""
    query = select(TrackRow.id, TrackRow.audio_hash).where(TrackRow.audio_hash != "")
    query = query if ids is None else query.where(TrackRow.id.in_(among(ids)))
    return dict(session.execute(query).all())


def stands(session: Session, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return (size, mtime_ns) of the files of tracks at the last scan, by id."""
    query = select(TrackRow.id, TrackRow.size, TrackRow.mtime_ns).where(TrackRow.id.in_(among(ids)))
    return {track_id: (size, mtime_ns) for track_id, size, mtime_ns in session.execute(query)}


def fields(session: Session, ids: Iterable[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    """Return every descriptive field of tracks, with all its values in order, by track id."""
    query = select(TrackFieldRow.track_id, TrackFieldRow.name, TrackFieldRow.value)
    order = TrackFieldRow.track_id, TrackFieldRow.name, TrackFieldRow.position
    found: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for track_id, name, value in session.execute(query.where(TrackFieldRow.track_id.in_(among(ids))).order_by(*order)):
        found[track_id][name] = (*found[track_id].get(name, ()), value)
    return dict(found)


def _texts(track_id: int) -> Select[Any]:
    return select(TrackFieldRow.search).where(TrackFieldRow.track_id == track_id, TrackFieldRow.name.in_(FIELDS))


def _is_below(root_id: int, folder: bytes) -> ColumnElement[bool]:
    if not folder:
        return TrackRow.root_id == root_id
    # "0" follows "/", so this is every path that begins with the folder.
    return and_(TrackRow.root_id == root_id, TrackRow.path > folder + b"/", TrackRow.path < folder + b"0")


def _paths(session: Session, text: str) -> Iterable[tuple[ColumnElement[bool], ...]]:
    """Return the ways to read a path, the most literal first; none when no file can be called so."""
    try:
        path = os.fsencode(text)
        literal_first = dict.fromkeys((os.path.abspath(path), os.path.realpath(path)))  # noqa: PTH100 -- bytes
    except ValueError:
        return
    for file in literal_first:
        for root in roots.all_roots(session):
            if (inside := roots.relative(root, file)) != file:
                yield TrackRow.root_id == root.id, TrackRow.path == inside
    yield (TrackRow.path == path,)


def _tracks() -> Select[Any]:
    columns: tuple[Any, ...] = (
        TrackRow.id, RootRow.path.label("root"), TrackRow.path, TrackRow.display, TrackRow.title, TrackRow.artist,
        TrackRow.album, TrackRow.genre, TrackRow.duration_s, TrackRow.audio_hash, TrackRow.is_missing,
        TrackRow.last_error,
    )  # fmt: skip
    return select(*columns).join(RootRow, RootRow.id == TrackRow.root_id)


def _track(row: Row[Any]) -> Track:
    return Track(**row._mapping)
