"""Other spellings of tags: words in files and in other programs that mean a tag of the vocabulary."""

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from tagstudio.domain.vocabulary import tag_key, tag_name
from tagstudio.library.schema import TagAliasRow
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
