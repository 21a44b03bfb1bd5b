"""The words that files bring along in genre, mood and the like: offered as judgements, never taken unasked."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.domain.vocabulary import DEFAULT_FACET, Tag, tag_key, tag_name
from tagstudio.filetags.read import SEVERAL, split_known
from tagstudio.library import file_words, judgements, tag_aliases, tags
from tagstudio.services import find
from tagstudio.services.studio import Studio

# The facet of a word by the field that holds it; "grouping" can hold anything.
GROUPING = "grouping"


@dataclass(frozen=True, slots=True)
class FileWord:
    """A word in files: in which field, in how many tracks, and the tag it means, if any."""

    word: str
    field: str
    tracks: int
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class WordHere:
    """A word in one track's file; ``verdict`` is what holds for its tag, None where nobody said anything."""

    word: str
    field: str
    tag: Tag | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken over: verdicts, their batch (0 for none), and the words that are new to the vocabulary."""

    judged: int
    batch: int
    new_tags: tuple[str, ...]


class Dictionary:
    """Which tag a word means: by its name, by another spelling, or by the spelling of a model that is mapped to it."""

    def __init__(self, session: Any) -> None:
        everything = tags.all_tags(session)
        by_id = {tag.id: tag for tag in everything}
        self.fields = frozenset({*SEVERAL, *(name.casefold() for name in tags.facets(session))})
        self._meanings: dict[str, Tag] = {}
        spoken = Counter(tag_key(word.name) for words in tags.model_tags(session).values() for word in set(words))
        for tag_id, words in tags.model_tags(session).items():
            for word in words:
                if tag_id in by_id and spoken[tag_key(word.name)]:
                    self._meanings.setdefault(tag_key(word.name), by_id[tag_id])
        for key, tag_id in tag_aliases.meanings(session).items():
            if tag_id in by_id:
                self._meanings[key] = by_id[tag_id]
        self._meanings |= {tag_key(tag.name): tag for tag in everything}
        self._known = {key.casefold() for key in self._meanings}

    def words(self, value: str) -> tuple[str, ...]:
        """Return the words of a value; commas and slashes part them only where every part is known."""
        return split_known([value], self._known)

    def meaning(self, word: str) -> Tag | None:
        """Return the tag that a word means."""
        return self._meanings.get(tag_key(" ".join(word.split())))


def words(studio: Studio, query: str = "", *, fields: Sequence[str] = ()) -> list[FileWord]:
    """Return the words in the files of the tracks that match, the most frequent first.

    Parameters
    ----------
    fields : sequence of str
        Only of these fields, for example ``genre``; of all without.
    """
    ids = find.track_ids(studio, query) if query.strip() else None
    with studio.library.read() as session:
        dictionary = Dictionary(session)
        found = file_words.counted(session, _wanted(dictionary, fields), ids)
    counts: Counter[tuple[str, str]] = Counter()
    shown: dict[tuple[str, str], str] = {}
    for field, value, tracks in found:
        for word in dictionary.words(value):
            key = field, tag_key(word)
            counts[key] += tracks
            shown.setdefault(key, word)  # the most frequent spelling comes first
    return [
        FileWord(shown[field, key], field, tracks, dictionary.meaning(shown[field, key]))
        for (field, key), tracks in counts.most_common()
    ]


def of_track(studio: Studio, track_id: int) -> list[WordHere]:
    """Return the words in one track's file, each once, with what holds for their tags."""
    with studio.library.read() as session:
        dictionary = Dictionary(session)
        found = file_words.of_tracks(session, dictionary.fields, [track_id])
        standing = judgements.verdicts_of(session, [track_id])
    here: dict[str, WordHere] = {}
    for _, field, value in found:
        for word in dictionary.words(value):
            tag = dictionary.meaning(word)
            key = tag_key(tag.name if tag else word)
            here.setdefault(key, WordHere(word, field, tag, standing.get((track_id, tag.id)) if tag else None))
    return list(here.values())


def take(studio: Studio, query: str = "", *, fields: Sequence[str] = (), add: bool = False) -> Taken:
    """Record a yes for every track and tag that a file names, as one batch with origin "file".

    A track and tag that have a verdict are left alone, whoever gave it. Words that mean no tag are left out, unless
    ``add`` puts them into the vocabulary.

    Raises
    ------
    NothingFoundError
        If no track matches.
    """
    ids = find.track_ids(studio, query)
    if not ids:
        raise NothingFoundError("No track matches.", "Try a wider search, or scan a folder first.")
    with studio.library.write() as session:
        dictionary = Dictionary(session)
        found = file_words.of_tracks(session, _wanted(dictionary, fields), ids)
        new = _added(session, dictionary, found) if add else []
        dictionary = Dictionary(session) if new else dictionary
        standing = judgements.verdicts_of(session, {track_id for track_id, _, _ in found})
        pairs = dict.fromkeys(
            (track_id, tag.id)
            for track_id, _, value in found
            for word in dictionary.words(value)
            if (tag := dictionary.meaning(word)) is not None and (track_id, tag.id) not in standing
        )
        made = [
            Judgement(track_id=track_id, tag_id=tag_id, verdict=Verdict.YES, origin=Origin.FILE)
            for track_id, tag_id in pairs
        ]
        text = f"words in files ({len({track_id for track_id, _ in pairs}):,} tracks)"
        recorded = judgements.record(session, made, kind="judge", text=text)
    return Taken(recorded.judged, recorded.batch, tuple(new))


def map_word(studio: Studio, word: str, tag: str) -> Tag:
    """Let a word in files mean a tag from now on.

    Raises
    ------
    NothingFoundError
        If there is no such tag.
    TagStudioError
        If the word is a tag's own name.
    """
    with studio.library.write() as session:
        meant = tags.by_name(session, tag)
        own = next((each for each in tags.all_tags(session) if tag_key(each.name) == tag_key(tag_name(word))), None)
        if own is not None and own.id != meant.id:
            raise TagStudioError(
                f"“{own.name}” is a tag itself, so it cannot mean “{meant.name}”.", "Rename that tag, or choose it."
            )
        tag_aliases.learn(session, word, meant.id)
    return meant


def _wanted(dictionary: Dictionary, fields: Sequence[str]) -> frozenset[str]:
    wanted = frozenset(each.casefold() for each in fields)
    if unknown := wanted - dictionary.fields:
        raise TagStudioError(
            f"“{min(unknown)[:40]}” is no field that holds words.",
            f"The fields are: {', '.join(sorted(dictionary.fields))}.",
        )
    return wanted or dictionary.fields


def _added(session: Any, dictionary: Dictionary, found: Iterable[tuple[int, str, str]]) -> list[str]:
    """Add the words that mean nothing yet, under the facet of their field; those that can be no name are left out."""
    new: dict[str, str] = {}
    for _, field, value in found:
        for word in dictionary.words(value):
            if dictionary.meaning(word) is None:
                new.setdefault(word, DEFAULT_FACET if field == GROUPING else field)
    added = []
    for word, facet in new.items():
        try:
            added.append(tags.add(session, word, facet).name)
        except TagStudioError:
            continue
    return list(dict.fromkeys(added))
