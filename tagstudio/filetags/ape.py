"""APEv2 tags at the end of a file, item by item."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.id3v1 import ID3V1_BYTES, ends_with_id3v1
from tagstudio.domain.recipes import Piece, Span, length
from tagstudio.filetags.items import Item, Splice, Tag, damaged, read_at
from tagstudio.filetags.places import Place

FOOTER = 32
_MAGIC = b"APETAGEX"
_HAS_HEADER, _IS_HEADER, _KIND = 1 << 31, 1 << 29, 6
# Where the flags stand in a header or footer; eight reserved bytes follow them.
_FLAGS = 20
_LARGEST = 1 << 24
_NAMES = {"genre": "Genre", "mood": "Mood", "grouping": "Grouping", "comment": "Comment"}


@dataclass(slots=True)
class Ape(Tag):
    """The APEv2 tag that takes the bytes ``start`` to before ``stop``; both are equal when there is none yet.

    ``header`` and ``footer`` are the flags and reserved bytes of both; the header's are empty where it has none.
    """

    start: int = 0
    stop: int = 0
    header: bytes = struct.pack("<I", _HAS_HEADER | _IS_HEADER) + bytes(8)
    footer: bytes = struct.pack("<I", _HAS_HEADER) + bytes(8)

    @property
    def title(self) -> str:  # type: ignore[override]
        """What people call this tag."""
        return "APEv2"

    def keys(self, place: Place) -> tuple[str, ...]:
        """Return the keys of a place."""
        return (self.name(place).casefold(),)

    def name(self, place: Place) -> str:
        """Return ``Genre`` or the custom name."""
        return place.name if place.field == "custom" else _NAMES[place.field]

    def rendered(self, key: str, name: str, values: Sequence[str]) -> bytes:
        """Return one item of text."""
        raw = "\0".join(values).encode()
        return struct.pack("<II", len(raw), 0) + name.encode("ascii") + b"\0" + raw

    def splices(self, pieces: Sequence[Piece]) -> list[Splice]:
        """Return the new tag; no tag where nothing is in it and none was."""
        if not pieces and self.start == self.stop:
            return []
        size, count = length(pieces) + FOOTER, len(pieces)
        if size > _LARGEST:
            raise WriteRefusedError("its APEv2 tag would become too large")
        header = _edge(size, count, self.header) if self.header else b""
        return [Splice(self.start, self.stop, (header, *pieces, _edge(size, count, self.footer)))]


def read_ape(file: BinaryIO, size: int) -> Ape:
    """Read the APEv2 tag at the end of a file, or before its ID3v1 tag; an empty one where there is none.

    Raises
    ------
    WriteRefusedError
        If there is one that cannot be kept exactly as it is.
    """
    stop = size - ID3V1_BYTES if has_id3v1(file, size) else size
    if stop < FOOTER:
        return Ape(start=stop, stop=stop)
    if stop >= 9 and read_at(file, stop - 9, 9) in (b"LYRICS200", b"LYRICSEND"):
        raise WriteRefusedError("a Lyrics3 tag stands at its end, which TagStudio does not write")
    footer = read_at(file, stop - FOOTER, FOOTER)
    if footer[:8] != _MAGIC:
        return Ape(start=stop, stop=stop)
    version, length_, count, flags = struct.unpack_from("<IIII", footer, 8)
    if version != 2000:
        raise WriteRefusedError("its APE tag is not of version 2, which TagStudio does not write")
    has_header = bool(flags & _HAS_HEADER)
    first = stop - length_
    if not FOOTER <= length_ <= min(_LARGEST, stop) or (has_header and first < FOOTER):
        raise damaged("its APEv2 tag is damaged")
    start = first - FOOTER if has_header else first
    header = read_at(file, start, FOOTER) if has_header else b""
    if has_header and header[:8] != _MAGIC:
        raise damaged("its APEv2 tag is damaged")
    tag = Ape(start=start, stop=stop, header=header[_FLAGS:], footer=footer[_FLAGS:])
    tag.items = _items(read_at(file, first, length_ - FOOTER), first, count)
    return tag


def has_id3v1(file: BinaryIO, size: int) -> bool:
    """Whether the file ends with an ID3v1 tag."""
    return size >= ID3V1_BYTES and ends_with_id3v1(read_at(file, size - ID3V1_BYTES, ID3V1_BYTES))


def _items(raw: bytes, start: int, count: int) -> list[Item]:
    items, at = [], 0
    for _ in range(count):
        end = raw.find(b"\0", at + 8)
        if at + 8 > len(raw) or not at + 10 <= end <= at + 8 + 255:
            raise damaged("its APEv2 tag is damaged")
        size, flags = struct.unpack_from("<II", raw, at)
        stop = end + 1 + size
        if stop > len(raw):
            raise damaged("its APEv2 tag is damaged")
        name = raw[at + 8 : end].decode("latin-1")
        items.append(Item(Span(start + at, start + stop), name.casefold(), name, _values(raw[end + 1 : stop], flags)))
        at = stop
    if at != len(raw):
        raise damaged("its APEv2 tag is damaged")
    return items


def _values(raw: bytes, flags: int) -> tuple[str, ...] | None:
    if flags & _KIND:
        return None
    try:
        return tuple(raw.decode().split("\0")) if raw else ()
    except UnicodeDecodeError:
        return None


def _edge(size: int, count: int, rest: bytes) -> bytes:
    return _MAGIC + struct.pack("<III", 2000, size, count) + rest
