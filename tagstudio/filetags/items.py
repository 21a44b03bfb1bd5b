"""What every kind of tag is to a writer: a row of items whose bytes are kept, save those of the fields to change."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Piece, Recipe, Span, joined
from tagstudio.filetags.places import Place

DAMAGED = "Mend it with the program that made it, then scan the folder again."


@dataclass(frozen=True, slots=True)
class Item:
    """One frame, comment or atom as it stands in the file.

    ``key`` is the same for all spellings of one field and empty for what is never written; ``name`` is its spelling in
    this file. ``values`` is None where the text cannot be read.
    """

    piece: Piece
    key: str = ""
    name: str = ""
    values: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes ``start`` to before ``stop`` of the file give way to other ones."""

    start: int
    stop: int
    pieces: tuple[Piece, ...]


@dataclass(slots=True)
class Tag(ABC):
    """One tag of a file.

    ``is_joined``: it holds several values of a field as one text. ``is_second``: another tag is the file's main one,
    and only fields that this one has already are kept in step. ``is_carried``: it holds nothing yet, and its items are
    what another tag says, which stays; they are written if anything is.
    """

    items: list[Item] = field(default_factory=list)
    is_joined: bool = False
    is_second: bool = False
    is_carried: bool = False

    title = ""

    @abstractmethod
    def keys(self, place: Place) -> tuple[str, ...]:
        """Return the keys of a place: the one to write first, then those that it replaces."""

    @abstractmethod
    def name(self, place: Place) -> str:
        """Return how a new field of a place is spelled."""

    @abstractmethod
    def rendered(self, key: str, name: str, values: Sequence[str]) -> bytes:
        """Return the bytes of a field with these values, at least one."""

    def elsewhere(self, place: Place) -> str:
        """Return a sentence about another field that says the same and is left alone; empty without one."""
        return ""

    @abstractmethod
    def splices(self, pieces: Sequence[Piece]) -> list[Splice]:
        """Return the changes to the file when these pieces are the items."""


@dataclass(slots=True)
class Document(ABC):
    """A file that can be written: its tags, the main one first, and what a person should know of it.

    ``others`` are bytes beside the items that stay as they are, for comparing.
    """

    tags: list[Tag]
    size: int
    notes: list[str] = field(default_factory=list)

    def recipe(self, bodies: Sequence[Sequence[Piece] | None]) -> Recipe:
        """Return how the new file is made of this one; ``bodies`` are the items of each tag, None where it stays."""
        rows = zip(self.tags, bodies, strict=True)
        splices = [splice for tag, body in rows if body is not None for splice in tag.splices(body)]
        return spliced(splices, self.size)


Splices: TypeAlias = Iterable[Splice]


def spliced(splices: Splices, size: int) -> Recipe:
    """Return the recipe for a file of ``size`` bytes with some of them replaced."""
    pieces: list[Piece] = []
    at = 0
    for splice in sorted(splices, key=lambda each: each.start):
        pieces += [Span(at, splice.start), *splice.pieces]
        at = splice.stop
    return joined([*pieces, Span(at, size)])


def read_at(file: BinaryIO, start: int, size: int) -> bytes:
    """Read exactly so many bytes.

    Raises
    ------
    WriteRefusedError
        If the file ends before.
    """
    file.seek(start)
    found = file.read(size)
    if len(found) != size:
        raise WriteRefusedError("it is cut off or damaged", DAMAGED)
    return found


def damaged(what: str) -> WriteRefusedError:
    """Return the refusal of a file whose tags are not in order."""
    return WriteRefusedError(what, DAMAGED)
