"""What the table and the commands show of tracks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import Track, shown
from tagstudio.library import gathered, judgements, roots, tracks
from tagstudio.library.search.terms import HasState
from tagstudio.services import find
from tagstudio.services.listing import Listing, listing
from tagstudio.services.remembered import remembered
from tagstudio.services.scores import TagScores, tag_scores
from tagstudio.services.studio import Studio

SUGGESTED = 3
SUGGEST_ABOVE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRow:
    """One row of the table; texts are safe to show, ``tags`` are those with a yes."""

    id: int
    name_title: str
    artist: str
    album: str
    genre: str
    length_s: float
    tags: tuple[str, ...]
    suggested: tuple[tuple[str, float], ...]
    state: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySummary:
    """What a library holds; every track is one of analysed, unheard, missing and failed."""

    tracks: int
    analysed: int
    unheard: int
    missing: int
    failed: int
    judgements: int
    roots: tuple[str, ...]


def track_ids(studio: Studio, query: str = "") -> list[int]:
    """Return the ids of the tracks that match, in order of path; raises QueryError."""
    return find.track_ids(studio, query, order="path")


def track(studio: Studio, track_id: int) -> Track:
    """Return one track; raises NothingFoundError."""
    with studio.library.read() as session:
        return tracks.one(session, str(track_id))


def find_track(studio: Studio, text: str) -> Track:
    """Return the track named by a path or an id; raises NothingFoundError."""
    with studio.library.read() as session:
        return tracks.one(session, text)


def rows(studio: Studio, ids: Sequence[int]) -> list[TrackRow]:
    """Return the table's rows of these tracks, in the order asked for."""
    with studio.library.read() as session:
        found = tracks.rows(session, ids)
        verdicts = judgements.verdicts_of(session, ids)
    scores = tag_scores(studio)  # after the verdicts: it knows every word they may be about
    names = {tag_id: tag.name for tag_id, tag in scores.tags.items()}
    said: dict[int, dict[int, Verdict]] = {}
    for (track_id, tag_id), verdict in verdicts.items():
        said.setdefault(track_id, {})[tag_id] = verdict
    suggested = _best(scores, [each.id for each in found], said)
    return [
        TrackRow(
            id=each.id,
            name_title=shown(each.title or each.display.rsplit("/", 1)[-1]),
            artist=shown(each.artist),
            album=shown(each.album),
            genre=shown(each.genre),
            length_s=each.duration_s,
            tags=tuple(names[tag_id] for tag_id, verdict in said.get(each.id, {}).items() if verdict is Verdict.YES),
            suggested=suggested.get(each.id, ()),
            state=_state(each, is_heard=scores.embeddings.has(each.id)),
            error=shown(each.last_error),
        )
        for each in found
    ]


def _best(
    scores: TagScores, ids: list[int], said: dict[int, dict[int, Verdict]]
) -> dict[int, tuple[tuple[str, float], ...]]:
    row_numbers = [(track_id, scores.embeddings.row(track_id)) for track_id in ids]
    heard = [(track_id, row) for track_id, row in row_numbers if row is not None]
    if not heard:
        return {}
    tag_ids, table = scores.table([row for _, row in heard])
    order = np.argsort(-table, axis=1, kind="stable")
    best: dict[int, tuple[tuple[str, float], ...]] = {}
    for (track_id, _), columns, values in zip(heard, order, table, strict=True):
        open_columns = (c for c in columns if tag_ids[c] not in said.get(track_id, {}) and values[c] >= SUGGEST_ABOVE)
        best[track_id] = tuple(
            (scores.tags[tag_ids[c]].name, float(values[c]))
            for c, _ in zip(open_columns, range(SUGGESTED), strict=False)
        )
    return best


def _state(each: Track, *, is_heard: bool) -> str:
    if each.is_missing:
        return "missing"
    if each.last_error:
        return "failed"
    return "heard" if is_heard else "new"


def _failed(studio: Studio, all_tracks: Listing) -> NDArray[np.bool_]:
    known = remembered(studio, all_tracks).mask(HasState("failed"))
    if known is not None:
        return known
    mask = np.zeros(len(all_tracks.ids), np.bool_)
    with studio.library.read() as session:
        mask[all_tracks.rows(gathered.failed(session))] = True
    return mask


def _judged(studio: Studio) -> int:
    """Count the judgements; they are only ever added, so that the newer ones are enough."""
    kept: tuple[int, int] = studio.memory.get("judgement count", (0, 0))
    newest, known = kept
    with studio.library.read() as session:
        last, known = judgements.newest(session), known + judgements.count(session, after=newest)
    studio.memory["judgement count"] = last, known
    return known


def summary(studio: Studio) -> LibrarySummary:
    """Count what the library holds."""
    all_tracks = listing(studio)
    heard = np.zeros(len(all_tracks.ids), np.bool_)
    heard[all_tracks.rows(studio.embeddings().track_ids)] = True
    failed, judged = _failed(studio, all_tracks), _judged(studio)
    with studio.library.read() as session:
        folders = tuple(root.display for root in roots.all_roots(session))
    whole = ~(all_tracks.is_missing | failed)
    return LibrarySummary(
        tracks=len(all_tracks.ids),
        analysed=int(np.count_nonzero(heard & whole)),
        unheard=int(np.count_nonzero(~heard & whole)),
        missing=int(np.count_nonzero(all_tracks.is_missing)),
        failed=int(np.count_nonzero(failed & ~all_tracks.is_missing)),
        judgements=judged,
        roots=folders,
    )
