"""The words that hold for tracks, facet by facet: what a curator said yes and no to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from tagstudio.library.schema import FacetRow, StandingRow, TagAliasRow, TagRow
from tagstudio.library.texts import among


@dataclass(slots=True)
class Words:
    """What holds for a track in one facet: words with a yes, and keys of words with a no."""

    yes: list[str] = field(default_factory=list)
    no: set[str] = field(default_factory=set)


def of_tracks(session: Session, track_ids: Iterable[int]) -> dict[int, dict[str, Words]]:
    """Return what holds for tracks by facet, in the order of the vocabulary; tracks without verdicts are left out.

    Words that a curator has put away are no words any more.
    """
    query = (
        select(StandingRow.track_id, FacetRow.name, TagRow.name, TagRow.key, StandingRow.verdict, TagRow.id)
        .join(TagRow, TagRow.id == StandingRow.tag_id)
        .join(FacetRow, FacetRow.id == TagRow.facet_id)
        .where(StandingRow.track_id.in_(among(track_ids)), StandingRow.verdict.in_(("yes", "no")))
        .where(TagRow.is_hidden.is_(False))
        .order_by(FacetRow.id, TagRow.search, TagRow.id)
    )
    found: dict[int, dict[str, Words]] = defaultdict(lambda: defaultdict(Words))
    spelled = spellings(session)
    for track_id, facet, name, key, verdict, _ in session.execute(query):
        words = found[track_id][facet]
        if verdict == "yes":
            words.yes.append(name)
        else:
            words.no |= {key, *spelled.get(name, ())}
    return {track_id: dict(facets) for track_id, facets in found.items()}


def spellings(session: Session) -> dict[str, frozenset[str]]:
    """Return the keys of the other spellings of every word that has some."""
    query = select(TagRow.name, TagAliasRow.key).join(TagRow, TagRow.id == TagAliasRow.tag_id)
    found: dict[str, set[str]] = defaultdict(set)
    for name, key in session.execute(query):
        found[name].add(key)
    return {name: frozenset(keys) for name, keys in found.items()}
