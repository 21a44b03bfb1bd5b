"""Adding many tracks at once, and what a track's row says of its place and of its file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tagstudio.domain.tracks import FIELDS, TrackFacts, shown, shown_path
from tagstudio.library import track_texts
from tagstudio.library.schema import TrackRow, now
from tagstudio.library.texts import clean, leading_number, searchable

_COLUMNS = (
    "id", "root_id", "path", "display", "path_search", "search", "title", "artist", "album", "genre", "size",
    "mtime_ns", "audio_hash", "duration_s", "codec", "rate", "channels", "is_missing", "last_error", "deaths",
    "added_at",
)  # fmt: skip
# Plain statements: going through the mappings takes several times as long as the insertion itself.
_ADD_TRACK = f"INSERT INTO track ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_ADD_FIELD = "INSERT INTO track_field (track_id, name, position, value, search, number) VALUES (?, ?, ?, ?, ?, ?)"
_UNREAD = {
    **dict.fromkeys(FIELDS, ""), "audio_hash": "", "duration_s": 0.0, "codec": "", "rate": 0, "channels": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that becomes a track; without ``facts`` it could not be read, and ``last_error`` says why.

    ``path`` is relative to the root, ``size`` in bytes.
    """

    root_id: int
    path: bytes
    size: int
    mtime_ns: int
    facts: TrackFacts | None = None
    last_error: str = ""
    deaths: int = 0


def add_all(session: Session, arrivals: Sequence[Arrival]) -> list[int]:
    """Add tracks and return their ids, in order."""
    if not arrivals:
        return []
    session.flush()
    # Tracks are never deleted and there is one writer, so these are free.
    first = (session.scalar(select(func.max(TrackRow.id))) or 0) + 1
    ids, at = list(range(first, first + len(arrivals))), now()
    rows = [_row(track_id, each, at) for track_id, each in zip(ids, arrivals, strict=True)]
    session.connection().exec_driver_sql(_ADD_TRACK, [tuple(row[name] for name in _COLUMNS) for row in rows])
    track_texts.gain(session, [(row["id"], row["search"]) for row in rows])
    store_fields(session, [(n, each.facts) for n, each in zip(ids, arrivals, strict=True) if each.facts is not None])
    return ids


def place(path: bytes) -> dict[str, Any]:
    """Return what a row says of a path relative to its root."""
    display = shown_path(path)
    return {"path": path, "display": display, "path_search": searchable(display)}


def described(facts: TrackFacts) -> dict[str, Any]:
    """Return what a row says of a file's contents."""
    shown_fields = {name: shown(clean("; ".join(facts.fields.get(name, ())))) for name in FIELDS}
    return {
        **shown_fields,
        "audio_hash": facts.audio_hash,
        "duration_s": facts.duration_s,
        "codec": clean(facts.codec),
        "rate": facts.rate,
        "channels": facts.channels,
    }


def search_texts(facts: TrackFacts) -> list[str]:
    """Return the texts of a file that are searched in."""
    return [searchable(value) for name in FIELDS for value in facts.fields.get(name, ())]


def joined(path: str, texts: Iterable[str]) -> str:
    """Return what is searched in: a text a line."""
    # No text holds a line end, so no search finds something across two of them.
    return "\n".join([path, *texts])


def store_fields(session: Session, facts: Iterable[tuple[int, TrackFacts]]) -> None:
    """Store the descriptive fields of tracks that have none stored."""
    values = [
        (track_id, clean(name), i, clean(value), searchable(value), leading_number(value))
        for track_id, each in facts
        for name, texts in each.fields.items()
        for i, value in enumerate(texts)
    ]
    if values:
        session.connection().exec_driver_sql(_ADD_FIELD, values)


def _row(track_id: int, arrival: Arrival, added_at: str) -> dict[str, Any]:
    where, facts = place(arrival.path), arrival.facts
    texts = [] if facts is None else search_texts(facts)
    return {
        **where,
        **(_UNREAD if facts is None else described(facts)),
        "id": track_id,
        "root_id": arrival.root_id,
        "search": joined(where["path_search"], texts),
        "size": arrival.size,
        "mtime_ns": arrival.mtime_ns,
        "is_missing": False,
        "last_error": shown(clean(arrival.last_error)),
        "deaths": arrival.deaths,
        "added_at": added_at,
    }
