"""Vorbis comments, entry by entry; FLAC and Ogg put them into different wrappings."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tagstudio.domain.recipes import Piece, Span
from tagstudio.filetags.items import Item, Splice, Tag, damaged
from tagstudio.filetags.places import Place

_NAMES = {"genre": "GENRE", "mood": "MOOD", "grouping": "GROUPING", "comment": "COMMENT"}


def _unwrapped(_pieces: Sequence[Piece]) -> list[Splice]:
    raise NotImplementedError


@dataclass(slots=True)
class Vorbis(Tag):
    """A row of comments after the name of the program that made them; ``rest`` follows the last one.

    ``wrap`` makes the changes to the file out of the new row with its counts.
    """

    vendor: Piece = b"\x00\x00\x00\x00"
    rest: bytes = b""
    wrap: Callable[[Sequence[Piece]], list[Splice]] = _unwrapped

    @property
    def title(self) -> str:  # type: ignore[override]
        """What people call this tag."""
        return "Vorbis comment"

    def keys(self, place: Place) -> tuple[str, ...]:
        """Return the keys of a place."""
        return (self.name(place).casefold(),)

    def name(self, place: Place) -> str:
        """Return ``GENRE`` or the custom name."""
        return place.name if place.field == "custom" else _NAMES[place.field]

    def rendered(self, key: str, name: str, values: Sequence[str]) -> bytes:
        """Return one entry for each value."""
        entries = [f"{name}={value}".encode() for value in values]
        return b"".join(struct.pack("<I", len(entry)) + entry for entry in entries)

    def splices(self, pieces: Sequence[Piece]) -> list[Splice]:
        """Return the new row of comments in its wrapping."""
        count = sum(_count(piece) for piece in pieces)
        return self.wrap([self.vendor, struct.pack("<I", count), *pieces])


def read_comments(raw: bytes, start: int | None) -> Vorbis:
    """Read a row of comments; ``start`` is where it stands in the file, None if its bytes are not in one piece there.

    Raises
    ------
    WriteRefusedError
        If it is damaged.
    """
    try:
        (size,) = struct.unpack_from("<I", raw)
        at = 4 + size
        (count,) = struct.unpack_from("<I", raw, at)
        tag = Vorbis(vendor=_piece(raw, 0, at, start))
        at += 4
        for _ in range(count):
            (size,) = struct.unpack_from("<I", raw, at)
            stop = at + 4 + size
            if stop > len(raw):
                raise damaged("its tags are cut off")
            tag.items.append(_item(_piece(raw, at, stop, start), raw[at + 4 : stop]))
            at = stop
    except struct.error as error:
        raise damaged("its tags are cut off") from error
    tag.rest = raw[at:]
    return tag


def _piece(raw: bytes, start: int, stop: int, at: int | None) -> Piece:
    return raw[start:stop] if at is None else Span(at + start, at + stop)


def _item(piece: Piece, entry: bytes) -> Item:
    name, equals, value = entry.partition(b"=")
    if not equals or not name:
        return Item(piece)
    text = name.decode("latin-1")
    try:
        return Item(piece, text.casefold(), text, (value.decode(),))
    except UnicodeDecodeError:
        return Item(piece, text.casefold(), text, None)


def _count(piece: Piece) -> int:
    # A kept piece is one entry; a new one may hold several.
    if isinstance(piece, Span):
        return 1
    at = found = 0
    while at < len(piece):
        at += 4 + int.from_bytes(piece[at : at + 4], "little")
        found += 1
    return found
