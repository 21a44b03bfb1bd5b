"""WAV and AIFF files: the ID3 tag is one of their parts, and the file's own head counts the bytes of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Piece, length
from tagstudio.filetags.id3 import Id3, read_id3
from tagstudio.filetags.items import Document, Splice, damaged, read_at
from tagstudio.filetags.riff import info_values

_LARGEST = (1 << 32) - 1
_MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class _Part:
    name: bytes
    start: int
    size: int

    @property
    def inside(self) -> int:
        return self.start + 8

    @property
    def stop(self) -> int:
        # Parts begin at even places.
        return self.inside + self.size + self.size % 2


@dataclass(slots=True)
class WrappedId3(Id3):
    """An ID3 tag in a part of its own."""

    order: Literal["little", "big"] = "little"
    part: _Part | None = None
    file_size: int = 0

    def splices(self, pieces: Sequence[Piece]) -> list[Splice]:
        """Return the new part, and the file's own count of its bytes."""
        (tag,) = Id3.splices(self, pieces)
        size = length(tag.pieces)
        content = (*tag.pieces, bytes(size % 2))
        name = self.part.name if self.part else (b"id3 " if self.order == "little" else b"ID3 ")
        head = name + size.to_bytes(4, self.order)
        start, stop = (self.part.start, self.part.stop) if self.part else (self.file_size, self.file_size)
        total = self.file_size - 8 + (8 + size + size % 2) - (stop - start)
        if total > _LARGEST:
            raise WriteRefusedError("it would become larger than its format allows")
        splices = [Splice(start, stop, (head, *content))]
        if total != self.file_size - 8:
            splices.append(Splice(4, 8, (total.to_bytes(4, self.order),)))
        return splices


class IffFile(Document):
    """A WAV or AIFF file."""


def read_iff(file: BinaryIO, size: int, *, order: Literal["little", "big"]) -> IffFile:
    """Read the tags of a WAV (``little``) or AIFF (``big``) file; see ``documents.read_document``."""
    claimed = int.from_bytes(read_at(file, 4, 4), order)
    if claimed + 8 != size:
        raise damaged(f"it is {size:,} bytes long, but says {claimed + 8:,}")
    parts = _parts(file, size, order)
    sound = b"data" if order == "little" else b"SSND"
    if sum(part.name == sound for part in parts) != 1:
        raise damaged("it does not hold exactly one recording")
    found = [part for part in parts if part.name.upper() == b"ID3 "]
    if len(found) > 1:
        raise WriteRefusedError("it has two ID3 tags, and no rule says which one holds")
    tag = WrappedId3(order=order, file_size=size)
    if found:
        inner = read_id3(file, found[0].inside, found[0].inside + found[0].size)
        if not inner.size:
            raise damaged("its ID3 tag is damaged")
        if inner.size != found[0].size:
            raise damaged("its ID3 tag does not fill its place")
        for name in ("items", "is_joined", "start", "size", "version", "flags", "revision"):
            setattr(tag, name, getattr(inner, name))
        tag.part = found[0]
    notes = []
    if order == "little" and (texts := [value for name, value in info_values(file) if name == b"IGNR" and value]):
        notes.append(f"Its INFO list names the genre “{texts[0][:100]}”; that stays as it is.")
    return IffFile([tag], size, notes)


def _parts(file: BinaryIO, size: int, order: Literal["little", "big"]) -> list[_Part]:
    parts: list[_Part] = []
    at = 12
    while at < size:
        head = read_at(file, at, 8)
        part = _Part(head[:4], at, int.from_bytes(head[4:], order))
        # The last part of some files lacks the byte that makes its size even; then nothing can be put behind it.
        if part.stop > size or len(parts) >= _MOST_PARTS:
            raise damaged("it is cut off, or the sizes of its parts are wrong")
        parts.append(part)
        at = part.stop
    return parts
