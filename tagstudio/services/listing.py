"""All tracks in memory: their ids, which are missing, and their order; read again only when a track has changed."""

import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tagstudio.library import tracks
from tagstudio.services.studio import Studio


@dataclass
class Listing:
    """The tracks of a library at one moment; rows are places in ``ids``.

    Attributes
    ----------
    version : str
        As ``tracks.version``.
    ids : ndarray of int64, shape (tracks,)
        Ascending.
    is_missing : ndarray of bool, shape (tracks,)
    """

    version: str
    ids: NDArray[np.int64]
    is_missing: NDArray[np.bool_]
    _orders: dict[str, NDArray[np.intp]] = field(default_factory=dict)
    _texts: list[str] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the rows of those ids that are tracks; the others are left out."""
        if not len(self.ids):
            return np.empty(0, np.intp)
        rows = np.searchsorted(self.ids, ids)
        rows[rows == len(self.ids)] = 0
        known: NDArray[np.intp] = rows[self.ids[rows] == ids]
        return known

    def ordered(self, studio: Studio, mask: NDArray[np.bool_], order: str, *, descending: bool) -> NDArray[np.int64]:
        """Return the ids that ``mask`` (tracks,) picks, in one of ``tracks.ORDERS``."""
        if order == "id":
            found = self.ids[mask]
        else:
            rows = self._order(studio, order)
            found = self.ids[rows[mask[rows]]]
        return found[::-1] if descending else found

    def texts(self, studio: Studio) -> list[str] | None:
        """Return the folded texts of all tracks, (tracks,); None when a track has come or gone since."""
        with self._lock:
            if self._texts is None:
                with studio.library.read() as session:
                    if tracks.version(session) != self.version:
                        return None
                    self._texts = tracks.texts(session)
            return self._texts

    def _order(self, studio: Studio, order: str) -> NDArray[np.intp]:
        with self._lock:
            if order not in self._orders:
                with studio.library.read() as session:
                    ids = np.asarray(tracks.ids(session, order=order), np.int64)
                # A track that changed since is caught by the next version.
                self._orders[order] = self.rows(ids)
            return self._orders[order]


def listing(studio: Studio) -> Listing:
    """Return all tracks as they are now."""
    with studio.library.read() as session:
        version = tracks.version(session)
        kept: Listing | None = studio.memory.get("listing")
        if kept is not None and kept.version == version:
            return kept
        ids = np.asarray(tracks.ids(session), np.int64)
        missing = np.fromiter(tracks.missing(session), np.int64)
    made = Listing(version, ids, np.zeros(len(ids), np.bool_))
    made.is_missing[made.rows(missing)] = True
    studio.memory["listing"] = made
    return made
