"""Columns of the whole library for counting: one value per track, or as many as it has."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tagstudio.library.schema import StandingRow, TrackFieldRow, TrackRow
from tagstudio.library.search.sql_face import ids_of

# What begins with any other number is a date written another way round.
YEARS = (1000, 3000)


@dataclass(frozen=True)
class Gathered:
    """Values of tracks as numbers of names: ``track_ids`` and ``codes`` side by side, (values,)."""

    track_ids: NDArray[np.int64]
    codes: NDArray[np.int32]
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Measured:
    """What the library measured of every track, in order of id, each (tracks,); ``codecs`` are places in the names.

    ``added`` are times as the library writes them, in bytes, so that they compare quickly.
    """

    duration_s: NDArray[np.float64]
    rate: NDArray[np.float64]
    channels: NDArray[np.float64]
    size: NDArray[np.float64]
    codec_names: list[str]
    codecs: NDArray[np.intp]
    added: NDArray[np.bytes_]
    is_failed: NDArray[np.bool_]


def measured(session: Session) -> Measured:
    """Read what the library measured of every track; codecs are in small letters, as searches are."""
    query = select(
        TrackRow.duration_s, TrackRow.rate, TrackRow.channels, TrackRow.size, func.lower(TrackRow.codec),
        TrackRow.added_at, TrackRow.last_error != "",
    ).order_by(TrackRow.id)  # fmt: skip
    rows = _rows(session, query)
    columns: Any = list(zip(*rows, strict=True)) or [()] * 7
    places: dict[str, int] = {}
    codecs = [places.setdefault(codec, len(places)) for codec in columns[4]]
    durations, rates, channels, sizes = (np.array(column, np.float64) for column in columns[:4])
    added = np.array([text.encode() for text in columns[5]], np.bytes_)
    failed = np.array(columns[6], np.bool_)
    return Measured(durations, rates, channels, sizes, list(places), np.array(codecs, np.intp), added, failed)


def paths(session: Session) -> list[str]:
    """Return the folded paths of all tracks inside their roots, in order of id."""
    return [path for (path,) in _rows(session, select(TrackRow.path_search).order_by(TrackRow.id))]


def says(session: Session, name: str) -> NDArray[np.int64]:
    """Return the ids of tracks whose files say something in a descriptive field; in no order, some twice."""
    return ids_of(session, select(TrackFieldRow.track_id).where(TrackFieldRow.name == name, TrackFieldRow.search > ""))


def field_values(session: Session, name: str) -> Gathered:
    """Return what files say in one descriptive field, folded; a track has as many values as its file."""
    query = select(TrackFieldRow.search, TrackFieldRow.track_id).where(TrackFieldRow.name == name)
    return _coded(session, query.where(TrackFieldRow.search > "").order_by(TrackFieldRow.search))


def codecs(session: Session) -> Gathered:
    """Return the codec of every track that has one, in small letters, as searches are."""
    codec = func.lower(TrackRow.codec)
    return _coded(session, select(codec, TrackRow.id).where(TrackRow.codec != "").order_by(codec))


def decades(session: Session) -> Gathered:
    """Return the decades of the tracks' dates, named by their first year."""
    query = select(TrackFieldRow.number, TrackFieldRow.track_id).where(
        TrackFieldRow.name == "date", TrackFieldRow.number.is_not(None),
        TrackFieldRow.number >= YEARS[0], TrackFieldRow.number < YEARS[1],
    )  # fmt: skip
    pairs = _pairs(session, query)
    years = np.fromiter((number for number, _ in pairs), np.float64, len(pairs))
    found, codes = np.unique(np.floor(years / 10).astype(np.int32) * 10, return_inverse=True)
    track_ids = np.fromiter((track_id for _, track_id in pairs), np.int64, len(pairs))
    return Gathered(track_ids, codes.astype(np.int32), [str(year) for year in found])


def failed(session: Session) -> NDArray[np.int64]:
    """Return the ids of tracks that could not be read or heard."""
    return ids_of(session, select(TrackRow.id).where(TrackRow.last_error != ""))


def standing(session: Session, tag_id: int) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Return the tracks for which a verdict on a tag holds, and the verdicts, both (tracks,)."""
    pairs = _pairs(session, select(StandingRow.track_id, StandingRow.verdict).where(StandingRow.tag_id == tag_id))
    track_ids = np.fromiter((track_id for track_id, _ in pairs), np.int64, len(pairs))
    return track_ids, np.array([verdict for _, verdict in pairs], "U7")


def spelled(session: Session, name: str, search: str) -> str:
    """Return one way in which files write a folded value."""
    wanted = select(TrackFieldRow.value).where(TrackFieldRow.name == name, TrackFieldRow.search == search)
    return session.scalar(wanted.limit(1)) or search


def _coded(session: Session, query: Any) -> Gathered:
    """Return what a query gives as (value, track id) in order of value."""
    pairs = _pairs(session, query)
    names: list[str] = []
    codes = np.empty(len(pairs), np.int32)
    last = None
    for place, (value, _) in enumerate(pairs):
        if value != last:
            names.append(value)
            last = value
        codes[place] = len(names) - 1
    return Gathered(np.fromiter((track_id for _, track_id in pairs), np.int64, len(pairs)), codes, names)


def _pairs(session: Session, query: Any) -> list[tuple[Any, int]]:
    return _rows(session, query)


def _rows(session: Session, query: Any) -> list[Any]:
    # Past the wrapping of each row, which costs more than reading.
    cursor = session.connection().execute(query).cursor
    assert cursor is not None
    return list(cursor.fetchall())
