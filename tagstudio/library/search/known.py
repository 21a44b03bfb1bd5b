"""The names that a library knows and a search may use: tags, facets, fields of files, saved searches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tagstudio.domain.vocabulary import tag_key
from tagstudio.library.schema import FacetRow, SavedSearchRow, TagAliasRow, TagRow
from tagstudio.library.texts import clean, searchable

# Jumps from name to name through the index; a plain DISTINCT would walk half a million rows.
_STORED = text("""
    WITH RECURSIVE found(name) AS (
        SELECT min(name) FROM track_field
        UNION ALL
        SELECT (SELECT min(name) FROM track_field WHERE name > found.name) FROM found WHERE found.name IS NOT NULL
    )
    SELECT name FROM found WHERE name IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class Known:
    """Names of a library: ids of tags by name or alias, ids of a facet's tags, stored fields, saved searches.

    All are folded, and stand there once more as they are spelled but for case: ``named`` looks names up.
    ``spelled`` gives the tags as their curator writes them, by folded name.
    """

    tags: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    facets: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    saved: Mapping[str, str] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)


NOTHING = Known()


def named(names: Mapping[str, object], text: str) -> str | None:
    """Return under which of some names a text is found; accents matter only where names differ by nothing else."""
    return next((name for name in (_spelled(text), searchable(text)) if name in names), None)


def known(session: Session) -> Known:
    """Read every name of the library."""
    query = select(TagRow.id, TagRow.name, TagRow.is_hidden, FacetRow.name).join(FacetRow).order_by(TagRow.id)
    rows = session.execute(query).all()
    aliases = session.execute(select(TagAliasRow.name, TagAliasRow.tag_id).order_by(TagAliasRow.key)).all()
    tags = [(name, tag_id) for tag_id, name, _, _ in rows] + [(name, tag_id) for name, tag_id in aliases]
    facets = _by_name((facet, tag_id) for tag_id, _, is_hidden, facet in rows if not is_hidden)
    empty = {searchable(name): () for name in session.scalars(select(FacetRow.name))}
    saved = session.execute(select(SavedSearchRow.name, SavedSearchRow.query).order_by(SavedSearchRow.id.desc())).all()
    return Known(
        tags=_by_name(tags),
        facets={**empty, **facets},
        fields=frozenset(session.scalars(_STORED)),
        saved={searchable(name): query for name, query in saved} | {_spelled(name): query for name, query in saved},
        spelled={searchable(name): name for name, _ in reversed(tags)},
    )


def _by_name(named_ids: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    folded: dict[str, list[int]] = {}
    exact: dict[str, list[int]] = {}
    for name, number in named_ids:
        for names, key in ((folded, searchable(name)), (exact, _spelled(name))):
            if number not in names.setdefault(key, []):
                names[key].append(number)
    return {name: tuple(ids) for name, ids in (folded | exact).items()}


def _spelled(text: str) -> str:
    return tag_key(" ".join(clean(text).split()))
