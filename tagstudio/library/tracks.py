"""Tracks: the audio files of the roots and what is known of them without listening."""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select
from sqlalchemy import update as update_rows
from sqlalchemy.orm import Session

from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import FIELDS, Track, TrackFacts, shown, shown_path
from tagstudio.library import roots, track_texts
from tagstudio.library.schema import InfoRow, RootRow, StandingRow, TrackFieldRow, TrackRow, now
from tagstudio.library.search import Subject
from tagstudio.library.texts import among, clean, leading_number, searchable

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
    """Add a track and return its id; without ``facts`` it is one that could not be read, and ``last_error`` says why.

    Parameters
    ----------
    path : bytes
        Relative to the root.
    size : int
        Of the file, in bytes.
    """
    row = TrackRow(root_id=root_id, size=size, mtime_ns=mtime_ns, added_at=now(), **_place(path))
    row.last_error = shown(clean(last_error))
    texts: list[str] = [] if facts is None else _describe(row, facts)
    row.search = _joined(row.path_search, texts)
    session.add(row)
    session.flush()
    track_texts.gain(session, [(row.id, row.search)])
    if facts is not None:
        _store_fields(session, row.id, facts)
    return row.id


def update(
    session: Session, track_id: int, *, size: int, mtime_ns: int, path: bytes | None = None,
    root_id: int | None = None, facts: TrackFacts | None = None, last_error: str = "",
) -> None:  # fmt: skip
    """Record that a file is there with this size and time, perhaps elsewhere, perhaps with other contents.

    The track is not missing any more. Without ``facts`` what was known of its contents stays.
    """
    row = session.get_one(TrackRow, track_id)
    row.size, row.mtime_ns, row.is_missing = size, mtime_ns, False
    row.last_error = shown(clean(last_error))
    row.root_id = row.root_id if root_id is None else root_id
    for name, value in ({} if path is None else _place(path)).items():
        setattr(row, name, value)
    if facts is None:
        texts = list(session.scalars(_texts(track_id)))
    else:
        texts = _describe(row, facts)
        session.execute(delete(TrackFieldRow).where(TrackFieldRow.track_id == track_id))
        _store_fields(session, track_id, facts)
    old, row.search = row.search, _joined(row.path_search, texts)
    session.flush()
    track_texts.change(session, row.id, old, row.search)


def known(session: Session, root_id: int) -> dict[bytes, tuple[int, int, int]]:
    """Return (id, size, mtime_ns) of every track of a root by path, missing ones too."""
    query = select(TrackRow.path, TrackRow.id, TrackRow.size, TrackRow.mtime_ns).where(TrackRow.root_id == root_id)
    return {path: (track_id, size, mtime_ns) for path, track_id, size, mtime_ns in session.execute(query)}


def missing(session: Session, root_id: int | None = None) -> set[int]:
    """Return the ids of tracks whose files were not there at the last scan."""
    query = select(TrackRow.id).where(TrackRow.is_missing.is_(True))
    return set(session.scalars(query if root_id is None else query.where(TrackRow.root_id == root_id)))


def failed(session: Session) -> dict[int, str]:
    """Return why tracks could not be read or heard, by id."""
    query = select(TrackRow.id, TrackRow.last_error).where(TrackRow.last_error != "")
    return dict(session.execute(query).all())


def mark_missing(session: Session, ids: Iterable[int], missing: bool = True) -> None:
    """Flag tracks whose files are not there, or are there again; nothing is deleted."""
    session.execute(update_rows(TrackRow).where(TrackRow.id.in_(among(ids))).values(is_missing=missing))


def mark_failed(session: Session, track_id: int, reason: str) -> None:
    """Record why a track could not be heard; an empty reason means that it could."""
    reason = shown(clean(reason))
    session.execute(update_rows(TrackRow).where(TrackRow.id == track_id).values(last_error=reason))


def by_hash(session: Session, *audio_hashes: str) -> list[Track]:
    """Return the tracks with this audio: copies, and where moved files were before."""
    wanted = select(func.json_each(json.dumps(audio_hashes)).table_valued("value").c.value)
    query = _tracks().where(TrackRow.audio_hash.in_(wanted), TrackRow.audio_hash != "")
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


def fields(session: Session, ids: Iterable[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    """Return every descriptive field of tracks, with all its values in order, by track id."""
    query = select(TrackFieldRow.track_id, TrackFieldRow.name, TrackFieldRow.value)
    order = TrackFieldRow.track_id, TrackFieldRow.name, TrackFieldRow.position
    found: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for track_id, name, value in session.execute(query.where(TrackFieldRow.track_id.in_(among(ids))).order_by(*order)):
        found[track_id][name] = (*found[track_id].get(name, ()), value)
    return dict(found)


def _place(path: bytes) -> dict[str, Any]:
    display = shown_path(path)
    return {"path": path, "display": display, "path_search": searchable(display)}


def _describe(row: TrackRow, facts: TrackFacts) -> list[str]:
    """Put what a file says of itself into its row; return the texts to search in."""
    row.audio_hash, row.duration_s, row.codec = facts.audio_hash, facts.duration_s, clean(facts.codec)
    row.rate, row.channels = facts.rate, facts.channels
    for name in FIELDS:
        setattr(row, name, shown(clean("; ".join(facts.fields.get(name, ())))))
    return [searchable(value) for name in FIELDS for value in facts.fields.get(name, ())]


def _texts(track_id: int) -> Select[Any]:
    return select(TrackFieldRow.search).where(TrackFieldRow.track_id == track_id, TrackFieldRow.name.in_(FIELDS))


def _joined(path: str, texts: Iterable[str]) -> str:
    # No text holds a line end, so no search finds something across two of them.
    return "\n".join([path, *texts])


def _store_fields(session: Session, track_id: int, facts: TrackFacts) -> None:
    values = [
        {
            "track_id": track_id,
            "name": clean(name),
            "position": i,
            "value": clean(value),
            "search": searchable(value),
            "number": leading_number(clean(value)),
        }
        for name, texts in facts.fields.items()
        for i, value in enumerate(texts)
    ]
    if values:
        session.execute(insert(TrackFieldRow), values)


def _paths(session: Session, text: str) -> Iterable[tuple[ColumnElement[bool], ...]]:
    """Return the ways to read a path, the most literal first; none when no file can be called so."""
    try:
        path = os.fsencode(text)
        places = dict.fromkeys((os.path.abspath(path), os.path.realpath(path)))  # noqa: PTH100 -- bytes
    except ValueError:
        return
    for place in places:
        for root in roots.all_roots(session):
            if (inside := roots.relative(root, place)) != place:
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
