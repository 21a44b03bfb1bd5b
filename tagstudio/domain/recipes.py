"""Recipes: how one file is made out of another by copying spans of it and putting new bytes between them.

A change of tags is a small recipe, because the audio is copied; turned round it is what brings the old file back.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

BLOCK = 1 << 20
_MAGIC = b"TSR1"
_COPY, _NEW = 0, 1


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of the other file from ``start`` to before ``stop``."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many bytes these are."""
        return self.stop - self.start


# In order: spans never go back, so that both directions need every byte once.
Piece: TypeAlias = Span | bytes
Recipe: TypeAlias = tuple[Piece, ...]


def length(pieces: Iterable[Piece]) -> int:
    """Return how many bytes the pieces make."""
    return sum(piece.size if isinstance(piece, Span) else len(piece) for piece in pieces)


def joined(pieces: Iterable[Piece]) -> Recipe:
    """Return the same recipe with neighbours made one and empty pieces left out.

    Raises
    ------
    ValueError
        If a span goes back in the other file.
    """
    found: list[Piece] = []
    end = 0
    for piece in pieces:
        if isinstance(piece, Span):
            if piece.start < end or piece.stop < piece.start:
                raise ValueError(f"a span goes back: {piece} after {end}")
            end = piece.stop
        last = found[-1] if found else None
        if isinstance(piece, Span) and isinstance(last, Span) and last.stop == piece.start:
            found[-1] = Span(last.start, piece.stop)
        elif isinstance(piece, bytes) and isinstance(last, bytes):
            found[-1] = last + piece
        elif not (isinstance(piece, Span) and not piece.size) and piece != b"":
            found.append(piece)
    return tuple(found)


def made(recipe: Recipe, source: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of the new file, a megabyte at most at a time.

    Raises
    ------
    ValueError
        If the other file is too short for the recipe.
    """
    for piece in recipe:
        if isinstance(piece, bytes):
            yield piece
            continue
        source.seek(piece.start)
        left = piece.size
        while left:
            block = source.read(min(BLOCK, left))
            if not block:
                raise ValueError("the file is shorter than it was")
            left -= len(block)
            yield block


def turned(recipe: Recipe, source: BinaryIO, size: int) -> Recipe:
    """Return the recipe that makes ``source``, which has ``size`` bytes, out of what ``recipe`` makes of it."""
    back: list[Piece] = []
    here = there = 0
    for piece in recipe:
        if isinstance(piece, Span):
            back += [_read(source, here, piece.start), Span(there, there + piece.size)]
            here = piece.stop
        there += length([piece])
    return joined([*back, _read(source, here, size)])


def sha256(blocks: Iterable[bytes], also: Callable[[bytes], object] | None = None) -> str:
    """Return the digest of bytes; ``also`` gets each block, to write it for instance."""
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
        if also is not None:
            also(block)
    return digest.hexdigest()


def file_sha256(source: BinaryIO) -> str:
    """Return the digest of a whole file."""
    source.seek(0)
    return sha256(iter(lambda: source.read(BLOCK), b""))


def packed(recipe: Recipe) -> bytes:
    """Return a recipe as compressed bytes."""
    parts = []
    for piece in recipe:
        if isinstance(piece, Span):
            parts.append(struct.pack("<BQQ", _COPY, piece.start, piece.stop))
        else:
            parts.append(struct.pack("<BQ", _NEW, len(piece)) + piece)
    return _MAGIC + zlib.compress(b"".join(parts), 6)


def unpacked(data: bytes) -> Recipe:
    """Read what ``packed`` wrote.

    Raises
    ------
    ValueError
        If it is something else, or damaged.
    """
    if not data.startswith(_MAGIC):
        raise ValueError("not a recipe")
    try:
        raw = zlib.decompress(data[len(_MAGIC) :])
        return joined(_pieces(raw))
    except (zlib.error, struct.error) as error:
        raise ValueError("a damaged recipe") from error


def _pieces(raw: bytes) -> Iterator[Piece]:
    at = 0
    while at < len(raw):
        kind, first = struct.unpack_from("<BQ", raw, at)
        at += 9
        if kind == _COPY:
            (stop,) = struct.unpack_from("<Q", raw, at)
            at += 8
            yield Span(first, stop)
        elif kind == _NEW and at + first <= len(raw):
            yield raw[at : at + first]
            at += first
        else:
            raise ValueError("a damaged recipe")


def _read(source: BinaryIO, start: int, stop: int) -> bytes:
    source.seek(start)
    found = source.read(stop - start)
    if len(found) != stop - start:
        raise ValueError("the file is shorter than it was")
    return found
