"""The names that a library knows and a search may use: tags, facets, fields of files, saved searches."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tagstudio.library.schema import FacetRow, SavedSearchRow, TagAliasRow, TagRow
from tagstudio.library.texts import searchable

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
    """Names of a library, folded: ids of tags by name or alias, ids of a facet's tags, stored fields, saved searches.

    ``spelled`` gives the tags as their curator writes them.
    """

    tags: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    facets: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    saved: Mapping[str, str] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)


NOTHING = Known()


def known(session: Session) -> Known:
    """Read every name of the library."""
    tags: dict[str, list[int]] = defaultdict(list)
    facets: dict[str, list[int]] = {searchable(name): [] for name in session.scalars(select(FacetRow.name))}
    spelled: dict[str, str] = {}
    query = select(TagRow.id, TagRow.name, TagRow.search, TagRow.is_hidden, FacetRow.name)
    for tag_id, name, search, is_hidden, facet in session.execute(query.join(FacetRow).order_by(TagRow.id)):
        tags[search].append(tag_id)
        spelled.setdefault(search, name)
        if not is_hidden:
            facets[searchable(facet)].append(tag_id)
    for name, tag_id in session.execute(select(TagAliasRow.name, TagAliasRow.tag_id).order_by(TagAliasRow.key)):
        if tag_id not in tags[searchable(name)]:
            tags[searchable(name)].append(tag_id)
        spelled.setdefault(searchable(name), name)
    saved = session.execute(select(SavedSearchRow.name, SavedSearchRow.query).order_by(SavedSearchRow.id.desc()))
    return Known(
        tags={name: tuple(ids) for name, ids in tags.items()},
        facets={name: tuple(ids) for name, ids in facets.items()},
        fields=frozenset(session.scalars(_STORED)),
        saved={searchable(name): query for name, query in saved},
        spelled=spelled,
    )
