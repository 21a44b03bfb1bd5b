"""What every format exports: one row per (track, tag) with a verdict or a suggestion."""

from collections.abc import Iterator
from dataclasses import dataclass

from tagstudio.domain.tracks import Track
from tagstudio.library import judgements
from tagstudio.services import find
from tagstudio.services.studio import Studio
from tagstudio.services.suggest import track_suggestions


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRow:
    """One tag of one track: the verdict (or "unknown"), what is suggested, and since when."""

    tag: str
    facet: str
    state: str
    source: str
    score: float | None
    updated: str


def export_rows(studio: Studio, query: str, *, minimum: float) -> Iterator[tuple[Track, list[TagRow]]]:
    """Yield every track of ``query`` in order of path, with its judged tags and open suggestions by name."""
    found = find.found(studio, query, order="path")
    with studio.library.read() as session:
        made_at = judgements.made_at(session, [track.id for track in found])
    for track in found:
        suggestions = track_suggestions(studio, track.id, top=1000, minimum=minimum)
        rows = [
            TagRow(
                tag=each.tag,
                facet=each.facet,
                state=str(each.verdict) if each.verdict else "unknown",
                source="curator" if each.verdict else each.source,
                score=round(each.score, 4) if each.source else None,
                updated=made_at.get((track.id, each.tag_id), ""),
            )
            for each in suggestions
        ]
        yield track, sorted(rows, key=lambda row: (row.state == "unknown", row.tag.casefold(), row.tag))
