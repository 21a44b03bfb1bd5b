"""How many of the tracks found there are of each kind: live facets beside the table.

Counting goes over arrays in memory, read again when a track has changed; a count is what the term it stands for finds.
"""

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.tracks import shown
from tagstudio.library import gathered, tags
from tagstudio.library.gathered import Gathered
from tagstudio.library.search import Suggested
from tagstudio.library.search.meaning import SUGGESTED_FROM
from tagstudio.library.texts import searchable
from tagstudio.services import find
from tagstudio.services.listing import Listing
from tagstudio.services.scored import suggested
from tagstudio.services.scores import TagScores, tag_scores
from tagstudio.services.studio import Studio
from tagstudio.services.tallies import tallies
from tagstudio.services.terms import term

SHOWN = 8
# While a scan adds tracks all the time, reading their values again may take this share of the time and no more.
RELOAD_SHARE = 0.2
SOON_S = 0.001
# So many tags may be without scores before counting their suggestions has to wait for them.
UNSCORED = 4


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value, the term of the search language that asks for it, and how many of the tracks found have it."""

    label: str
    term: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The most frequent values of one kind; ``more`` are left out."""

    name: str
    values: tuple[FacetValue, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many tracks were found, and of which kinds they are; kinds nothing has are left out.

    ``again_in_s`` is when counting anew will know what files say by now; 0 when all counts do already.
    """

    found: int
    groups: tuple[FacetGroup, ...]
    again_in_s: float = 0.0


def facet_counts(studio: Studio, query: str = "", *, limit: int = SHOWN) -> FacetCounts:
    """Count the tracks that a search finds by state, tag, waiting suggestion, and what their files say.

    Waiting suggestions are left out while most tags have no scores yet: those may take many times as long as the rest.
    ``limit`` is how many values a kind lists.

    Raises
    ------
    QueryError
        If the search cannot be understood.
    """
    listing, mask = find.marked(studio, query)
    kept = _columns(studio, listing)
    groups = [_states(studio, listing, mask, kept)]
    groups += _tags(studio, listing, mask, limit)
    if is_scored(studio):
        groups.append(_waiting(studio, listing, mask, limit))
    for name, field_name, column in (("Genre in the file", "genre", kept.genres), ("Codec", "codec", kept.codecs)):
        groups.append(_valued(studio, name, field_name, column.count(listing, mask), column.values.names, limit))
    groups.append(_decades(listing, mask, kept))
    again_in_s = 0.0 if kept.version == listing.version else max(kept.renewable_at - time.monotonic(), SOON_S)
    return FacetCounts(int(np.count_nonzero(mask)), tuple(group for group in groups if group.values), again_in_s)


def is_scored(studio: Studio) -> bool:
    """Tell whether the scores of nearly all tags are in memory; a verdict takes that of its tag away for a moment."""
    scores = tag_scores(studio)
    return len(scores.tags) - len(scores.columns) <= UNSCORED


def score_all(studio: Studio) -> None:
    """Work out the scores of every tag, so that suggestions can be counted."""
    scores = tag_scores(studio)
    for tag_id in scores.tags:
        scores.column(tag_id)


@dataclass
class _Column:
    """Values of tracks and their rows in a listing."""

    values: Gathered
    _rows: tuple[Listing, NDArray[np.intp], NDArray[np.int32]] | None = None

    def count(self, listing: Listing, mask: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return how many of the tracks that ``mask`` picks have each value, (names,)."""
        if self._rows is None or self._rows[0] is not listing:
            is_known = np.isin(self.values.track_ids, listing.ids)
            self._rows = listing, listing.rows(self.values.track_ids), self.values.codes[is_known]
        _, rows, codes = self._rows
        return np.bincount(codes[mask[rows]], minlength=len(self.values.names))


@dataclass
class _Columns:
    version: str
    genres: _Column
    codecs: _Column
    decades: _Column
    is_failed: NDArray[np.bool_]
    listing: Listing
    loaded_at: float
    load_s: float
    spelled: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def renewable_at(self) -> float:
        """From when on they may be read again, on the monotonic clock."""
        return self.loaded_at + self.load_s / RELOAD_SHARE


def _columns(studio: Studio, listing: Listing) -> _Columns:
    with studio.memory_lock:
        kept: _Columns | None = studio.memory.get("facet columns")
        start = time.monotonic()
        if kept is not None:
            is_early = start < kept.renewable_at
            if kept.version == listing.version or (is_early and np.array_equal(kept.listing.ids, listing.ids)):
                return kept
        with studio.library.read() as session:
            genres = _Column(_once(gathered.field_values(session, "genre")))
            codecs, decades = _Column(gathered.codecs(session)), _Column(_once(gathered.decades(session)))
            failed = np.zeros(len(listing.ids), np.bool_)
            failed[listing.rows(gathered.failed(session))] = True
        made = _Columns(
            listing.version, genres, codecs, decades, failed & ~listing.is_missing, listing, start,
            time.monotonic() - start,
        )  # fmt: skip
        studio.memory["facet columns"] = made
        return made


def _once(values: Gathered) -> Gathered:
    """Return values with those left out that a track has twice."""
    pairs = np.unique(np.stack([values.codes.astype(np.int64), values.track_ids]), axis=1)
    return Gathered(pairs[1], pairs[0].astype(np.int32), values.names)


def _states(studio: Studio, listing: Listing, mask: NDArray[np.bool_], kept: _Columns) -> FacetGroup:
    heard = np.zeros(len(listing.ids), np.bool_)
    heard[listing.rows(studio.embeddings().track_ids)] = True
    is_failed = kept.is_failed if len(kept.is_failed) == len(mask) else np.zeros(len(mask), np.bool_)
    whole = ~listing.is_missing & ~is_failed
    states = (
        ("Heard", "heard", whole & heard), ("Not heard yet", "new", whole & ~heard),
        ("Failed", "failed", is_failed), ("File is gone", "missing", listing.is_missing),
    )  # fmt: skip
    counted = [FacetValue(label, f"is:{state}", int(np.count_nonzero(mask & those))) for label, state, those in states]
    return FacetGroup("State", tuple(value for value in counted if value.count))


def _tags(studio: Studio, listing: Listing, mask: NDArray[np.bool_], limit: int) -> list[FacetGroup]:
    with studio.library.read() as session:
        vocabulary = tags.all_tags(session)
    found = tallies(studio).yes_among(listing, mask)
    by_facet: dict[str, list[FacetValue]] = {}
    for tag in vocabulary:
        if found.get(tag.id):
            by_facet.setdefault(tag.facet, []).append(FacetValue(shown(tag.name), term("tag", tag.name), found[tag.id]))
    return [_most(facet.capitalize(), values, limit) for facet, values in by_facet.items()]


@dataclass
class _Waiting:
    """For which tracks a suggestion of one tag waits, and what that was worked out from."""

    column: NDArray[np.float32] | None
    verdicts: object
    ids: NDArray[np.int64]
    rows: tuple[Listing, NDArray[np.intp]] | None = None


def _waiting(studio: Studio, listing: Listing, mask: NDArray[np.bool_], limit: int) -> FacetGroup:
    scores = tag_scores(studio)
    # Not under the lock of the memory: the first time all tags are scored here, and searches must not wait for that.
    kept: dict[int, _Waiting] = studio.memory.setdefault("waiting", {})
    values = []
    for tag_id, tag in scores.tags.items():
        each = kept[tag_id] = _still_waiting(scores, tag_id, kept.get(tag_id))
        rows = each.rows
        if rows is None or rows[0] is not listing:
            rows = each.rows = listing, listing.rows(each.ids)
        if count := int(np.count_nonzero(mask[rows[1]])):
            values.append(FacetValue(shown(tag.name), term("suggest", tag.name), count))
    return _most("Suggestions waiting", values, limit)


def _still_waiting(scores: TagScores, tag_id: int, old: _Waiting | None) -> _Waiting:
    column, verdicts = scores.column(tag_id), scores.verdicts.get(tag_id)
    if old is not None and old.column is column and old.verdicts is verdicts:
        return old
    return _Waiting(column, verdicts, suggested(scores, Suggested((tag_id,), SUGGESTED_FROM)))


def _valued(
    studio: Studio, name: str, field_name: str, counts: NDArray[np.intp], names: list[str], limit: int
) -> FacetGroup:
    best = np.argsort(-counts, kind="stable")[:limit]
    spelled = _spellings(studio, field_name, [names[each] for each in best if counts[each]])
    values = [
        FacetValue(shown(label), term(field_name, _asked(folded, label), is_whole=True), int(counts[each]))
        for each, (folded, label) in zip(best, spelled.items(), strict=False)
    ]
    return FacetGroup(name, tuple(values), int(np.count_nonzero(counts)) - len(values))


def _asked(folded: str, label: str) -> str:
    """Return a spelling that a search folds to this value; an accent by itself becomes a space, which is not one."""
    return folded if searchable(folded) == folded else label


def _spellings(studio: Studio, field_name: str, names: list[str]) -> dict[str, str]:
    """Return values by their folded form as one of the files writes them."""
    kept: _Columns = studio.memory["facet columns"]
    unknown = [name for name in names if (field_name, name) not in kept.spelled]
    if unknown:
        with studio.library.read() as session:
            for name in unknown:
                label = name if field_name == "codec" else gathered.spelled(session, field_name, name)
                kept.spelled[field_name, name] = " ".join(label.split()) or name
    return {name: kept.spelled[field_name, name] for name in names}


def _decades(listing: Listing, mask: NDArray[np.bool_], kept: _Columns) -> FacetGroup:
    counts = kept.decades.count(listing, mask)
    values = [
        FacetValue(f"{name}s", f"year:{name}..{int(name) + 9}", int(count))
        for name, count in zip(kept.decades.values.names, counts, strict=True)
        if count
    ]
    return FacetGroup("Decade", tuple(reversed(values)))


def _most(name: str, values: list[FacetValue], limit: int) -> FacetGroup:
    ranked = sorted(values, key=lambda value: (-value.count, value.label.casefold()))
    return FacetGroup(name, tuple(ranked[:limit]), max(0, len(ranked) - limit))
