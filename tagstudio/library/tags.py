"""Tags: the curator's words, their facets, and the models' words that count for them."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.vocabulary import DEFAULT_FACET, ModelTag, Tag, tag_key, tag_name
from tagstudio.library.schema import FacetRow, ModelTagRow, TagRow
from tagstudio.library.texts import among, clean, searchable

NEAR_NAMES = 3


def add(session: Session, name: str, facet: str = DEFAULT_FACET) -> Tag:
    """Add a tag, or return the one that is already spelled so but for case, whatever its facet.

    Raises
    ------
    TagStudioError
        If the name is blank, too long, or not printable.
    """
    name = tag_name(clean(name))
    row = session.scalar(select(TagRow).where(TagRow.key == tag_key(name)))
    if row is None:
        row = TagRow(facet_id=_facet_id(session, facet), name=name, key=tag_key(name), search=searchable(name))
        session.add(row)
        session.flush()
    return one(session, row.id)


def one(session: Session, tag_id: int) -> Tag:
    """Return a tag by id.

    Raises
    ------
    NothingFoundError
        If there is no such tag.
    """
    found = session.execute(_tags().where(TagRow.id == tag_id)).one_or_none()
    if found is None:
        raise NothingFoundError(f"There is no tag number {tag_id}.", "It may have been removed; look at the list.")
    return _tag(found)


def rename(session: Session, tag_id: int, name: str) -> Tag:
    """Give a tag another name; its judgements stay.

    Raises
    ------
    TagStudioError
        If another tag has that name, or the name is not usable.
    """
    name = tag_name(clean(name))
    old = one(session, tag_id)
    other = session.scalar(select(TagRow).where(TagRow.key == tag_key(name), TagRow.id != tag_id))
    if other is not None:
        raise TagStudioError(
            f"“{old.name}” cannot be renamed: there is already a tag “{other.name}”.", "Choose another name."
        )
    row = session.get_one(TagRow, tag_id)
    row.name, row.key, row.search = name, tag_key(name), searchable(name)
    session.flush()
    return one(session, tag_id)


def move(session: Session, tag_id: int, facet: str) -> Tag:
    """Put a tag under another facet."""
    one(session, tag_id)
    session.get_one(TagRow, tag_id).facet_id = _facet_id(session, facet)
    session.flush()
    return one(session, tag_id)


def all_tags(session: Session) -> list[Tag]:
    """Return the vocabulary in the order people read it: by facet, then by name.

    How often each was judged: ``judgements.counts``.
    """
    query = _tags().where(TagRow.is_hidden.is_(False)).order_by(FacetRow.id, TagRow.search, TagRow.id)
    return [_tag(found) for found in session.execute(query)]


def by_name(session: Session, text: str) -> Tag:
    """Return the tag that is spelled so; case and accents matter only where two tags differ by nothing else.

    Raises
    ------
    NothingFoundError
        If there is none; the advice holds the nearest names.
    """
    text = clean(text)
    key = tag_key(" ".join(text.split()))
    query = _tags().where((TagRow.key == key) | (TagRow.search == searchable(text)))
    found = session.execute(query.order_by((TagRow.key != key), TagRow.id)).first()
    if found is None:
        raise NothingFoundError(f"There is no tag “{text[:60]}”.", _near(session, text))
    return _tag(found)


def map_model_tag(session: Session, model_tag: ModelTag, tag_id: int) -> None:
    """Let a model's word count for a tag; a second time changes nothing."""
    row = {"model_id": model_tag.model_id, "name": model_tag.name, "tag_id": tag_id}
    session.execute(insert(ModelTagRow).values(row).on_conflict_do_nothing())


def unmap_model_tag(session: Session, model_tag: ModelTag, tag_id: int) -> None:
    """Let a model's word no longer count for a tag."""
    row = session.get(ModelTagRow, (model_tag.model_id, model_tag.name, tag_id))
    if row is not None:
        session.delete(row)
        session.flush()


def model_tags(session: Session) -> dict[int, tuple[ModelTag, ...]]:
    """Return the models' words behind each tag, by tag id; tags without any are left out."""
    found: dict[int, list[ModelTag]] = defaultdict(list)
    query = select(ModelTagRow.tag_id, ModelTagRow.model_id, ModelTagRow.name)
    for tag_id, model_id, name in session.execute(query.order_by(ModelTagRow.model_id, ModelTagRow.name)):
        found[tag_id].append(ModelTag(model_id, name))
    return {tag_id: tuple(words) for tag_id, words in found.items()}


def named(session: Session, tag_ids: Iterable[int]) -> dict[int, Tag]:
    """Return tags by id; unknown ids are left out."""
    return {found.id: _tag(found) for found in session.execute(_tags().where(TagRow.id.in_(among(tag_ids))))}


def seed(session: Session, vocabulary: Iterable[Mapping[str, Any]]) -> list[Tag]:
    """Add tags with their models' words; what is already there stays as the curator made it.

    Parameters
    ----------
    vocabulary : iterable of dict
        ``{"name": "no vocals", "facet": "voice", "model_tags": {"mtt-musicnn": ["no vocal", "no voice"]}}``;
        ``facet`` and ``model_tags`` may be missing.
    """
    added = []
    for word in vocabulary:
        tag = add(session, word["name"], word.get("facet", DEFAULT_FACET))
        for model_id, names in word.get("model_tags", {}).items():
            for name in names:
                map_model_tag(session, ModelTag(model_id, name), tag.id)
        added.append(tag)
    return added


def facets(session: Session) -> list[str]:
    """Return the names of all facets that were ever used, oldest first."""
    return list(session.scalars(select(FacetRow.name).order_by(FacetRow.id)))


def own_fields(session: Session) -> tuple[str, ...]:
    """Return the names of the fields to keep of a file besides the usual ones: those of all facets, in lower case."""
    return tuple(name.casefold() for name in facets(session))


def _tags() -> Select[Any]:
    columns: tuple[Any, ...] = (TagRow.id, TagRow.name, FacetRow.name.label("facet"))
    return select(*columns).join(FacetRow, FacetRow.id == TagRow.facet_id)


def _tag(row: Row[Any]) -> Tag:
    return Tag(row.id, row.name, row.facet)


def _facet_id(session: Session, facet: str) -> int:
    name = tag_name(clean(facet)).casefold()
    found = session.scalar(select(FacetRow.id).where(FacetRow.name == name))
    if found is not None:
        return found
    row = FacetRow(name=name)
    session.add(row)
    session.flush()
    return row.id


def _near(session: Session, text: str) -> str:
    names = {found.search: found.name for found in session.execute(select(TagRow.search, TagRow.name))}
    near = difflib.get_close_matches(searchable(text), names, NEAR_NAMES)
    if not near:
        return "Add it first: “tagstudio tags add”, or type it in the window."
    return "Did you mean " + ", ".join(f"“{names[each]}”" for each in near) + "?"
