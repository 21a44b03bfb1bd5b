"""Other spellings of tags: words in files and in other programs that mean a tag of the vocabulary."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from tagstudio.domain.vocabulary import tag_key, tag_name
from tagstudio.library.schema import TagAliasRow, TagRow
from tagstudio.library.texts import clean


def learn(session: Session, word: str, tag_id: int) -> None:
    """Let a word mean a tag from now on, whatever it meant before.

    Raises
    ------
    TagStudioError
        If the word could be no tag's name.
    """
    name = tag_name(clean(word))
    row = {"key": tag_key(name), "name": name, "tag_id": tag_id}
    session.execute(insert(TagAliasRow).values(row).on_conflict_do_update(index_elements=["key"], set_=row))


def meanings(session: Session) -> dict[str, int]:
    """Return which tag each other spelling means: tag ids by the spelling's key."""
    return dict(session.execute(select(TagAliasRow.key, TagAliasRow.tag_id)).all())


def spellings(session: Session) -> dict[str, tuple[str, int]]:
    """Return (spelling, tag id) of all other spellings by their key."""
    query = select(TagAliasRow.key, TagAliasRow.name, TagAliasRow.tag_id).order_by(TagAliasRow.key)
    return {key: (name, tag_id) for key, name, tag_id in session.execute(query)}


def add(session: Session, wanted: Mapping[str, int]) -> list[str]:
    """Let spellings stand for tags; those that mean a tag already are left alone. Returns the new ones."""
    taken = {*meanings(session), *session.scalars(select(TagRow.key))}
    added = []
    for name, tag_id in wanted.items():
        key = tag_key(clean(name))
        if key not in taken:
            taken.add(key)
            session.add(TagAliasRow(key=key, name=clean(name), tag_id=tag_id))
            added.append(name)
    session.flush()
    return added
