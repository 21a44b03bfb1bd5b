"""What holds for every tag, in memory: which tracks have which verdict; read again only for tags judged since."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.judgements import Verdict
from tagstudio.library import gathered, judgements
from tagstudio.library.judgements import Counts
from tagstudio.services.listing import Listing
from tagstudio.services.studio import Studio


@dataclass
class Tallies:
    """Ids of the tracks with a yes by tag id, ascending, and how many have each verdict."""

    judged_to: int
    yes: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    counts: dict[int, Counts] = field(default_factory=dict)
    _rows: tuple[Listing, list[int], NDArray[np.intp], NDArray[np.intp]] | None = None

    def yes_among(self, listing: Listing, mask: NDArray[np.bool_]) -> dict[int, int]:
        """Return how many of the tracks that ``mask`` (tracks,) picks have a yes, by tag id."""
        if self._rows is None or self._rows[0] is not listing:
            tag_ids = list(self.yes)
            rows = [listing.rows(self.yes[tag_id]) for tag_id in tag_ids]
            owners = np.repeat(np.arange(len(tag_ids)), [len(each) for each in rows])
            self._rows = listing, tag_ids, np.concatenate([*rows, np.empty(0, np.intp)]), owners
        _, tag_ids, rows_of_all, owners = self._rows
        found = np.bincount(owners[mask[rows_of_all]], minlength=len(tag_ids))
        return dict(zip(tag_ids, found.tolist(), strict=True))


def tallies(studio: Studio) -> Tallies:
    """Return what holds now."""
    with studio.memory_lock:
        old: Tallies | None = studio.memory.get("tallies")
        with studio.library.read() as session:
            judged_to, touched = judgements.touched_since(session, old.judged_to if old else 0)
            if old is not None and not touched:
                return old
            new = Tallies(judged_to, dict(old.yes) if old else {}, dict(old.counts) if old else {})
            for tag_id in touched:
                track_ids, said = gathered.standing(session, tag_id)
                new.yes[tag_id] = track_ids[said == Verdict.YES.value]
                new.counts[tag_id] = Counts(**{each: int(np.count_nonzero(said == each)) for each in VERDICTS})
        studio.memory["tallies"] = new
        return new


VERDICTS = ("yes", "no", "unsure")
