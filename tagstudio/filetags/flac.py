"""FLAC files: the block of comments among blocks that stay, and padding that takes up the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Piece, Span, length
from tagstudio.filetags.id3 import tag_size
from tagstudio.filetags.items import Document, Splice, damaged, read_at
from tagstudio.filetags.vorbis import Vorbis, read_comments

PADDING = 4096
_STREAMINFO, _PADDING, _COMMENTS = 0, 1, 4
_LARGEST = (1 << 24) - 1
_MOST_BLOCKS = 10_000


@dataclass(frozen=True, slots=True)
class _Block:
    kind: int
    start: int
    size: int
    is_last: bool

    @property
    def stop(self) -> int:
        return self.start + 4 + self.size


class FlacFile(Document):
    """A FLAC file, with or without an ID3 tag in front, which stays as it is."""


def read_flac(file: BinaryIO, size: int) -> FlacFile:
    """Read the tags of a FLAC file; see ``documents.read_document``."""
    at = tag_size(read_at(file, 0, 10))
    notes = ["An ID3 tag stands before the music; it stays as it is, and some programs read it first."] if at else []
    if read_at(file, at, 4) != b"fLaC":
        raise damaged("it is not in order as a FLAC file")
    blocks = _blocks(file, at + 4, size)
    comments = [block for block in blocks if block.kind == _COMMENTS]
    if len(comments) > 1:
        raise WriteRefusedError("it has two blocks of tags, and no rule says which one holds")
    if not blocks or blocks[0].kind != _STREAMINFO:
        raise damaged("it is not in order as a FLAC file")
    if comments:
        start = comments[0].start + 4
        tag = read_comments(read_at(file, start, comments[0].size), start)
        if tag.rest:
            raise damaged("its block of tags has something behind its end")
    else:
        tag = Vorbis(vendor=b"\x09\0\0\0TagStudio")
    tag.wrap = lambda pieces: _splices(blocks, comments[0] if comments else None, pieces)
    return FlacFile([tag], size, notes)


def _blocks(file: BinaryIO, start: int, size: int) -> list[_Block]:
    found: list[_Block] = []
    while len(found) < _MOST_BLOCKS:
        head = read_at(file, start, 4)
        block = _Block(head[0] & 0x7F, start, int.from_bytes(head[1:], "big"), bool(head[0] & 0x80))
        if block.stop > size or block.kind == 127:
            raise damaged("its blocks of tags and pictures are damaged")
        found.append(block)
        start = block.stop
        if block.is_last:
            return found
    raise damaged("its blocks of tags and pictures never end")


def _splices(blocks: list[_Block], old: _Block | None, pieces: Sequence[Piece]) -> list[Splice]:
    size = length(pieces)
    if size > _LARGEST:
        raise WriteRefusedError("its tags would become larger than FLAC allows")
    padding = next((block for block in blocks if block.kind == _PADDING), None)
    room = _room(padding.size if padding else -4, size - (old.size if old else -4))
    row: list[tuple[int, Sequence[Piece]]] = []
    for block in blocks:
        if block is old:
            row.append((_COMMENTS, pieces))
        elif block is not padding:
            row.append((block.kind, [Span(block.start + 4, block.stop)]))
        elif room >= 0:
            row.append((_PADDING, [bytes(room)]))
    if old is None:
        row.insert(1, (_COMMENTS, pieces))
    if padding is None and room >= 0:
        row.append((_PADDING, [bytes(room)]))
    new: list[Piece] = []
    for number, (kind, content) in enumerate(row, 1):
        new += [_head(kind, length(content), is_last=number == len(row)), *content]
    return [Splice(blocks[0].start, blocks[-1].stop, tuple(new))]


def _room(before: int, grown: int) -> int:
    """Return how much padding there will be; -4 means no block of it, which has a head of four bytes."""
    left = before - grown
    return min(left, _LARGEST) if grown == 0 or left >= 0 or left == -4 else PADDING


def _head(kind: int, size: int, *, is_last: bool) -> bytes:
    return bytes([kind | (0x80 if is_last else 0)]) + size.to_bytes(3, "big")
