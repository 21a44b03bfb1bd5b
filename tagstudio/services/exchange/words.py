"""What the words of a file mean in this library."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.tracks import folded
from tagstudio.domain.vocabulary import DEFAULT_FACET, Tag, tag_key, tag_name
from tagstudio.library import exchange as table
from tagstudio.library import tag_aliases, tags
from tagstudio.services.exchange.content import Reading
from tagstudio.services.exchange.plans import AddTag, Choice, Choices, FileWord, LeaveOut, MapTo

NEAR = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which tag each word stands for, by the word's key, and what had to be added for it."""

    tags: Mapping[str, Tag]
    new_tags: tuple[str, ...]
    new_aliases: tuple[str, ...]


class Vocabulary:
    """The library's tags and their other spellings, as an import looks at them."""

    def __init__(self, session: Any) -> None:
        self.by_id = table.every_tag(session)
        self.by_key = {tag_key(tag.name): tag for tag in self.by_id.values()}
        self.aliases = {key: self.by_id[tag_id] for key, (_, tag_id) in tag_aliases.spellings(session).items()}
        self._folded: dict[str, Tag] = {}
        for tag in self.by_id.values():
            self._folded.setdefault(folded(tag.name), tag)

    def look_up(self, key: str) -> Tag | None:
        """Return the tag that is spelled so, or that has such an alias; accents matter."""
        return self.by_key.get(key) or self.aliases.get(key)

    def named(self, text: str) -> Tag:
        """Return the tag a person means; raises NothingFoundError."""
        found = self.look_up(tag_key(" ".join(text.split()))) or self._folded.get(folded(" ".join(text.split())))
        if found is None:
            raise NothingFoundError(f"There is no tag “{text[:60]}”.", "Name one that “tagstudio tags list” shows.")
        return found

    def near(self, text: str) -> tuple[Tag, ...]:
        """Return up to three tags that are spelled alike, the nearest first."""
        names = difflib.get_close_matches(folded(text), self._folded, NEAR)
        return tuple(self._folded[name] for name in names)


def file_words(vocabulary: Vocabulary, reading: Reading) -> tuple[FileWord, ...]:
    """Return the words of a file with what they mean here, in the file's order."""
    rows = Counter(claim.word for claim in reading.claims)
    return tuple(_file_word(vocabulary, key, reading, rows[key]) for key in reading.words)


def _file_word(vocabulary: Vocabulary, key: str, reading: Reading, rows: int) -> FileWord:
    word = reading.words[key]
    tag = vocabulary.look_up(key)
    return FileWord(
        key=key, text=word.tag, facet=word.facet, rows=rows, tag=tag, is_alias=key not in vocabulary.by_key,
        near=() if tag else vocabulary.near(word.tag), aliases=word.aliases,
        # A file that knows the facet comes from somebody who means a tag by it.
        proposed=AddTag(usable_facet(word.facet)) if word.facet else LeaveOut(),
    )  # fmt: skip


def usable_facet(facet: str) -> str:
    """Return a facet's name as the library takes it, the usual facet for what can be none."""
    try:
        return tag_name(facet).casefold()
    except TagStudioError:
        return DEFAULT_FACET


def foreseen(vocabulary: Vocabulary, words: Iterable[FileWord], choices: Choices) -> Meaning:
    """Return what the words will stand for; tags that are not there yet have ids below 0."""
    found: dict[str, Tag] = {}
    new_tags, new_aliases = [], []
    for number, word in enumerate(words, 1):
        if word.tag is not None:
            found[word.key] = word.tag
            continue
        choice = chosen(word, choices)
        if isinstance(choice, AddTag):
            found[word.key] = Tag(-number, word.text, choice.facet)
            new_tags.append(word.text)
        elif isinstance(choice, MapTo):
            found[word.key] = vocabulary.named(choice.tag)
            new_aliases.append(word.text)
    return Meaning(found, tuple(new_tags), tuple(new_aliases))


def chosen(word: FileWord, choices: Choices) -> Choice:
    """Return what happens to an unknown word; one that no track has is only taken with the file's vocabulary."""
    if word.key in choices.words:
        return choices.words[word.key]
    return word.proposed if word.rows or choices.vocabulary else LeaveOut()


def take_in(session: Any, words: Iterable[FileWord], choices: Choices) -> Meaning:
    """Add the words that the person wants to the vocabulary, and return what all of them stand for now."""
    vocabulary = Vocabulary(session)
    found: dict[str, Tag] = {}
    new_tags: list[str] = []
    spellings: dict[str, int] = {}
    for word in words:
        # Looked up again: a scan or a person may have added it since the preview.
        tag = vocabulary.look_up(word.key)
        choice = chosen(word, choices)
        if tag is None and isinstance(choice, AddTag):
            tag = tags.add(session, word.text, choice.facet)
            new_tags.append(tag.name)
        elif tag is None and isinstance(choice, MapTo):
            tag = vocabulary.named(choice.tag)
            spellings[word.text] = tag.id
        if tag is not None:
            found[word.key] = tag
            if choices.vocabulary:
                spellings.update(dict.fromkeys(_usable(word.aliases), tag.id))
    return Meaning(found, tuple(new_tags), tuple(tag_aliases.add(session, spellings)))


def _usable(aliases: Iterable[str]) -> list[str]:
    usable = []
    for alias in aliases:
        try:
            usable.append(tag_name(alias))
        except TagStudioError:
            continue
    return usable
