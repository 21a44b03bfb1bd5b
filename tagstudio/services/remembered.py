"""Answers to the terms of a search from memory, where that is quicker than the library's file.

What is asked for is read once and holds until a track changes; verdicts are those that ``tallies`` keeps.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagstudio.library import gathered, tracks
from tagstudio.library.gathered import Gathered, Measured
from tagstudio.library.search.terms import (
    ColumnNumber,
    ColumnText,
    FieldText,
    HasState,
    HasVerdict,
    Lacks,
    Moment,
    PathText,
    Span,
    Stored,
)
from tagstudio.services.listing import Listing
from tagstudio.services.studio import Studio
from tagstudio.services.tallies import known_tallies

Mask = NDArray[np.bool_]
# Fields whose values are short; those of the others stay where they are.
SHORT = (
    "title", "artist", "album", "albumartist", "composer", "genre", "mood", "instrument", "grouping", "key", "date",
)  # fmt: skip


@dataclass
class Remembered:
    """Columns of all tracks of one listing; ``mask`` answers a term, or None when it must be looked up."""

    studio: Studio
    listing: Listing
    _measured: Measured | None = None
    _values: dict[str, tuple[list[str], NDArray[np.int32], NDArray[np.intp]]] = field(default_factory=dict)
    _says: dict[str, Mask] = field(default_factory=dict)
    _paths: dict[str, tuple[list[str], list[str], NDArray[np.intp]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def mask(self, term: Stored) -> Mask | None:
        """Return for every track whether the term holds, (tracks,); None when nothing here knows."""
        answer = _ANSWERS.get(type(term))
        return None if answer is None else answer(self, term)

    def _number(self, term: ColumnNumber) -> Mask | None:
        if (columns := self._columns()) is None:
            return None
        return _inside(getattr(columns, term.column), term.span)

    def _text(self, term: ColumnText) -> Mask | None:
        if (columns := self._columns()) is None:
            return None
        fits = [name == term.value if term.is_whole else term.value in name for name in columns.codec_names]
        found: Mask = np.array(fits, np.bool_)[columns.codecs] if fits else np.zeros(len(self.listing.ids), np.bool_)
        return found

    def _moment(self, term: Moment) -> Mask | None:
        if term.what != "added" or (columns := self._columns()) is None:
            return None
        mask = np.ones(len(self.listing.ids), np.bool_)
        if term.since is not None:
            mask &= columns.added >= term.since.encode()
        if term.until is not None:
            mask &= columns.added < term.until.encode()
        return mask

    def _state(self, term: HasState) -> Mask | None:
        if term.state == "missing":
            return self.listing.is_missing
        if term.state != "failed" or (columns := self._columns()) is None:
            return None
        return columns.is_failed & ~self.listing.is_missing

    def _lacks(self, term: Lacks) -> Mask | None:
        if term.name is None or term.tag_ids:
            return None
        name = term.name
        says = self._once(self._says, name, lambda session: self._marked(gathered.says(session, name)))
        return None if says is None else ~says

    def _field(self, term: FieldText) -> Mask | None:
        if term.name not in SHORT:
            return None
        kept = self._once(self._values, term.name, lambda session: self._coded(session, term.name))
        if kept is None:
            return None
        names, codes, rows = kept
        fits = (name == term.value if term.is_whole else term.value in name for name in names)
        picked = np.fromiter(fits, np.bool_, len(names))
        mask = np.zeros(len(self.listing.ids), np.bool_)
        mask[rows[picked[codes]]] = True
        return mask

    def _path(self, term: PathText) -> Mask | None:
        kept = self._once(self._paths, "", self._read_paths)
        if kept is None:
            return None
        paths, folders, places = kept
        if not term.is_folder:
            return np.fromiter((term.value in path for path in paths), np.bool_, len(paths))
        found: Mask = np.fromiter((term.value in folder for folder in folders), np.bool_, len(folders))[places]
        return found

    def _read_paths(self, session: Any) -> tuple[list[str], list[str], NDArray[np.intp]]:
        paths = gathered.paths(session)
        numbers: dict[str, int] = {}
        places = [numbers.setdefault(path[: path.rfind("/") + 1], len(numbers)) for path in paths]
        return paths, list(numbers), np.array(places, np.intp)

    def _verdict(self, term: HasVerdict) -> Mask | None:
        said = known_tallies(self.studio)
        return None if said is None else said.mask(self.listing, term.tag_ids, term.verdict)

    def _columns(self) -> Measured | None:
        with self._lock:
            if self._measured is None:
                with self.studio.library.read() as session:
                    if tracks.version(session) == self.listing.version:
                        self._measured = gathered.measured(session)
            return self._measured

    def _once(self, kept: dict[str, Any], name: str, read: Callable[[Any], Any]) -> Any:
        with self._lock:
            if name not in kept:
                with self.studio.library.read() as session:
                    if tracks.version(session) != self.listing.version:
                        return None  # a track has changed since
                    kept[name] = read(session)
            return kept[name]

    def _coded(self, session: Any, name: str) -> tuple[list[str], NDArray[np.int32], NDArray[np.intp]]:
        values: Gathered = gathered.field_values(session, name)
        return values.names, values.codes, self.listing.rows(values.track_ids)

    def _marked(self, ids: NDArray[np.int64]) -> Mask:
        mask = np.zeros(len(self.listing.ids), np.bool_)
        mask[self.listing.rows(ids)] = True
        return mask


_ANSWERS: dict[type, Callable[[Remembered, Any], Mask | None]] = {
    ColumnNumber: Remembered._number, ColumnText: Remembered._text, Moment: Remembered._moment,
    HasState: Remembered._state, Lacks: Remembered._lacks, FieldText: Remembered._field,
    HasVerdict: Remembered._verdict, PathText: Remembered._path,
}  # fmt: skip


def remembered(studio: Studio, listing: Listing) -> Remembered:
    """Return what is kept in memory of these tracks."""
    with studio.memory_lock:
        kept: Remembered | None = studio.memory.get("remembered")
        if kept is None or kept.listing is not listing:
            kept = studio.memory["remembered"] = Remembered(studio, listing)
        return kept


def _inside(numbers: NDArray[np.float64], span: Span) -> Mask:
    above = numbers >= span.low if span.with_low else numbers > span.low
    below = numbers <= span.high if span.with_high else numbers < span.high
    both: Mask = above & below
    return both
