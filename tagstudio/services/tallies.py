"""What holds for every tag, in memory: which tracks have which verdict; read again only for tags judged since."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.judgements import Verdict
from tagstudio.library import gathered, judgements
from tagstudio.library.judgements import Counts
from tagstudio.services.listing import Listing
from tagstudio.services.studio import Studio

VERDICTS = ("yes", "no", "unsure")
Ids = NDArray[np.int64]


@dataclass
class Tallies:
    """Ids of the tracks with each verdict by tag id, and how many have it."""

    judged_to: int
    said: dict[int, dict[str, Ids]] = field(default_factory=dict)
    counts: dict[int, Counts] = field(default_factory=dict)
    _rows: tuple[Listing, list[int], NDArray[np.intp], NDArray[np.intp]] | None = None
    _judged: tuple[Listing, NDArray[np.bool_]] | None = None
    _places: tuple[Listing, dict[tuple[int, str], NDArray[np.intp]]] | None = None

    def yes_among(self, listing: Listing, mask: NDArray[np.bool_]) -> dict[int, int]:
        """Return how many of the tracks that ``mask`` (tracks,) picks have a yes, by tag id."""
        if self._rows is None or self._rows[0] is not listing:
            tag_ids = list(self.said)
            rows = [listing.rows(self.said[tag_id]["yes"]) for tag_id in tag_ids]
            owners = np.repeat(np.arange(len(tag_ids)), [len(each) for each in rows])
            self._rows = listing, tag_ids, np.concatenate([*rows, np.empty(0, np.intp)]), owners
        _, tag_ids, rows_of_all, owners = self._rows
        found = np.bincount(owners[mask[rows_of_all]], minlength=len(tag_ids))
        return dict(zip(tag_ids, found.tolist(), strict=True))

    def mask(self, listing: Listing, tag_ids: Sequence[int], verdict: Verdict | None) -> NDArray[np.bool_]:
        """Tell which tracks have a verdict (any, if None) on one of the tags (any, if there are none), (tracks,)."""
        if tag_ids or verdict is not None:
            return self._mask(listing, tag_ids or list(self.said), verdict)
        judged = self._judged
        if judged is None or judged[0] is not listing:
            judged = self._judged = listing, self._mask(listing, list(self.said), None)
        return judged[1].copy()

    def _mask(self, listing: Listing, tag_ids: Sequence[int], verdict: Verdict | None) -> NDArray[np.bool_]:
        mask = np.zeros(len(listing.ids), np.bool_)
        wanted = VERDICTS if verdict is None else (verdict.value,)
        for tag_id in tag_ids:
            for each in wanted:
                mask[self._rows_of(listing, tag_id, each)] = True
        return mask

    def _rows_of(self, listing: Listing, tag_id: int, verdict: str) -> NDArray[np.intp]:
        places = self._places
        if places is None or places[0] is not listing:
            places = self._places = listing, {}
        if (tag_id, verdict) not in places[1]:
            ids = self.said.get(tag_id, {}).get(verdict, np.empty(0, np.int64))
            places[1][tag_id, verdict] = listing.rows(ids)
        return places[1][tag_id, verdict]


def tallies(studio: Studio) -> Tallies:
    """Return what holds now."""
    with studio.memory_lock:
        old: Tallies | None = studio.memory.get("tallies")
        with studio.library.read() as session:
            judged_to, touched = judgements.touched_since(session, old.judged_to if old else 0)
            if old is not None and not touched:
                return old
            new = Tallies(judged_to, dict(old.said) if old else {}, dict(old.counts) if old else {})
            for tag_id in touched:
                track_ids, said = gathered.standing(session, tag_id)
                new.said[tag_id] = {each: track_ids[said == each] for each in VERDICTS}
                new.counts[tag_id] = Counts(**{each: len(ids) for each, ids in new.said[tag_id].items()})
        studio.memory["tallies"] = new
        return new


def known_tallies(studio: Studio) -> Tallies | None:
    """Return what holds now if most of it is in memory already; None when reading it would take longer than asking."""
    return tallies(studio) if "tallies" in studio.memory else None
