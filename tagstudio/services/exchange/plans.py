"""What an import will do, before it does it: the words, the tracks, and what the person decides about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tagstudio.domain.judgements import Judged, Verdict
from tagstudio.domain.vocabulary import Tag
from tagstudio.services.exchange.content import BadRow, Claim
from tagstudio.services.exchange.matching import Way


@dataclass(frozen=True, slots=True)
class AddTag:
    """Add a word to the vocabulary, under a facet."""

    facet: str


@dataclass(frozen=True, slots=True)
class MapTo:
    """Let a word stand for a tag, now and later."""

    tag: str


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Do nothing with a word."""


Choice: TypeAlias = AddTag | MapTo | LeaveOut


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWord:
    """A word of the file.

    ``tag`` is what it means here, if anything does, and ``is_alias`` tells that it is another spelling; ``near`` are
    tags that are spelled alike. ``proposed`` is what happens to an unknown word unless the person chooses.
    """

    key: str
    text: str
    facet: str
    rows: int
    tag: Tag | None = None
    is_alias: bool = False
    near: tuple[Tag, ...] = ()
    aliases: tuple[str, ...] = ()
    proposed: Choice = field(default_factory=LeaveOut)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A track of the file that is not in the library, why, and how many verdicts it would have brought."""

    name: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What a file holds for this library; ``track_ids`` goes by the numbers in the claims, None for unmatched ones."""

    file: Path
    kind: str
    format: str
    loses: str
    claims: tuple[Claim, ...]
    track_ids: tuple[int | None, ...]
    ways: Mapping[Way, int]
    other_audio: int
    unmatched: tuple[Unmatched, ...]
    words: tuple[FileWord, ...]
    searches: tuple[tuple[str, str], ...]
    bad_rows: tuple[BadRow, ...]
    n_bad: int
    guesses: int
    notices: tuple[str, ...]

    @property
    def matched(self) -> int:
        """How many tracks of the file are in the library."""
        return sum(self.ways.values())

    @property
    def unknown(self) -> list[FileWord]:
        """The words with verdicts that mean nothing here yet, the most used first."""
        return sorted((word for word in self.words if word.tag is None and word.rows), key=lambda word: -word.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the person decides: per word by its key, and whether the file's verdicts win over the own ones.

    ``vocabulary`` also takes the file's words that no track has, its spellings and its saved searches.
    """

    words: Mapping[str, Choice] = field(default_factory=dict)
    theirs: bool = False
    vocabulary: bool = True


@dataclass(frozen=True, slots=True)
class Conflict:
    """A verdict of the file against one that holds."""

    track_id: int
    track: str
    tag: str
    mine: Verdict
    theirs: Verdict
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import would do with some choices; ``conflicts`` is cut, ``n_conflicts`` counts them all."""

    new: int
    same: int
    conflicts: tuple[Conflict, ...]
    n_conflicts: int
    left_out: int
    unmatched: int
    contradictions: tuple[BadRow, ...]
    n_contradictions: int
    new_tags: tuple[str, ...]
    new_aliases: tuple[str, ...]
    new_searches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; the batch is 0 when there was nothing to record, the backup lies beside the library."""

    judged: Judged
    preview: Preview
    backup: Path | None
