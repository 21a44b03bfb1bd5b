"""Ogg Vorbis, Opus and Speex files: the packet of comments, on pages that are numbered and summed anew."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Piece
from tagstudio.filetags.items import Document, Splice, damaged, read_at
from tagstudio.filetags.vorbis import read_comments

PADDING = 1024
SHARED = "its tags share a page with sound"
_MOST_PAGES = 5_000_000
_ENDS = 4
# Ogg's checksum takes the bits of a byte in the other order than the usual one.
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
# What the first packet of a stream begins with: what stands before the comments, and how many packets of heads follow.
_STREAMS = ((b"\x01vorbis", b"\x03vorbis", 3), (b"OpusHead", b"OpusTags", 2), (b"Speex   ", b"", 2))


@dataclass(frozen=True, slots=True)
class _Page:
    start: int
    flags: int
    position: bytes
    serial: int
    number: int
    lacing: bytes

    @property
    def head(self) -> int:
        return 27 + len(self.lacing)

    @property
    def size(self) -> int:
        return self.head + sum(self.lacing)

    @property
    def stop(self) -> int:
        return self.start + self.size


class OggFile(Document):
    """An Ogg file with one stream of sound."""


def read_ogg(file: BinaryIO, size: int) -> OggFile:
    """Read the tags of an Ogg file; see ``documents.read_document``."""
    first = _page(file, 0)
    start = read_at(file, first.head, min(8, sum(first.lacing)))
    found = next((each for each in _STREAMS if start.startswith(each[0])), None)
    if found is None:
        raise WriteRefusedError("it is an Ogg file of a kind that TagStudio does not write")
    _, before, count = found
    pages = _head_pages(file, first, count - 1, size)
    packets = _packets(file, pages)
    if len(packets) < count - 1 or not packets[0].startswith(before):
        raise damaged("it is not in order as an Ogg file")
    # A comment in one piece on its page could be kept by position; on pages anew it is cheaper to give its bytes.
    tag = read_comments(packets[0][len(before) :], None)
    frame, tail = _ending(before, tag.rest)

    def wrap(pieces: Sequence[Piece]) -> list[Splice]:
        row = before + b"".join(piece for piece in pieces if isinstance(piece, bytes)) + frame
        return _splices(file, pages, [_padded(row, tail, len(packets[0])), *packets[1:]], count - 1, size)

    tag.wrap = wrap
    return OggFile([tag], size)


def _ending(before: bytes, rest: bytes) -> tuple[bytes, bytes]:
    """Return what ends the comments, and what follows and must stay: Opus may keep data there, others only zeros.

    References
    ----------
    RFC 7845, section 5.2.
    """
    frame = b"\x01" if before == b"\x03vorbis" else b""
    if frame and not rest.startswith(frame):
        raise damaged("its tags are cut off")
    rest = rest[len(frame) :]
    if before == b"OpusTags" and rest[:1] and rest[0] & 1:
        return frame, rest
    if rest.strip(b"\0"):
        raise WriteRefusedError("something unknown stands behind its tags")
    return frame, b""


def _padded(row: bytes, tail: bytes, old_size: int) -> bytes:
    if tail:
        return row + tail
    return row + bytes(old_size - len(row) if len(row) <= old_size else PADDING)


def _head_pages(file: BinaryIO, first: _Page, packets: int, size: int) -> list[_Page]:
    """Return the pages after the first one that hold so many packets; some old programs put sound on the last one."""
    pages: list[_Page] = []
    at, ended = first.stop, 0
    while ended < packets:
        page = _page(file, at)
        if page.serial != first.serial or page.stop > size:
            raise WriteRefusedError("it holds several streams, which TagStudio does not write")
        ended += sum(length < 255 for length in page.lacing)
        pages.append(page)
        at = page.stop
    if pages[-1].lacing[-1:] == b"\xff":
        raise WriteRefusedError(SHARED)
    return pages


def _packets(file: BinaryIO, pages: list[_Page]) -> list[bytes]:
    packets, open_ = [], b""
    for page in pages:
        at = page.start + page.head
        for length in page.lacing:
            open_ += read_at(file, at, length)
            at += length
            if length < 255:
                packets.append(open_)
                open_ = b""
    return packets


def _splices(file: BinaryIO, old: list[_Page], packets: list[bytes], heads: int, size: int) -> list[Splice]:
    new = list(_paged(packets, old[0], old[-1], heads))
    splices = [Splice(old[0].start, old[-1].stop, (b"".join(new),))]
    shift = len(new) - len(old)
    if shift:
        splices += _renumbered(file, old[-1], shift, size)
    return splices


def _renumbered(file: BinaryIO, last: _Page, shift: int, size: int) -> Iterator[Splice]:
    at = last.stop
    for _ in range(_MOST_PAGES):
        if at == size:
            return
        page = _page(file, at)
        if page.serial != last.serial or page.stop > size:
            raise WriteRefusedError("it holds several streams or ends in the middle, which TagStudio does not write")
        raw = bytearray(read_at(file, at, page.size))
        struct.pack_into("<II", raw, 18, (page.number + shift) & 0xFFFFFFFF, 0)
        yield Splice(at + 18, at + 26, (bytes(raw[18:22]) + _sum(bytes(raw)),))
        at = page.stop
    raise damaged("it has too many pages")


def _paged(packets: list[bytes], first: _Page, last: _Page, heads: int) -> Iterator[bytes]:
    """Yield pages, filled as far as they go, with packets of heads, whose position is 0, and with sound behind them.

    How far the sound goes is known only of ``last``, so all of it must end on the last page.
    """
    laced = [_laced(len(packet)) for packet in packets]
    lacing, data, at = b"".join(laced), b"".join(packets), 0
    of_heads = len(b"".join(laced[:heads]))
    for start in range(0, len(lacing), 255):
        part = lacing[start : start + 255]
        is_last = start + 255 >= len(lacing)
        if not is_last and any(length < 255 for length in lacing[max(start, of_heads) : start + 255]):
            raise WriteRefusedError(SHARED)
        flags = int(start > 0 and lacing[start - 1] == 255) | (last.flags & _ENDS if is_last else 0)
        position = last.position if is_last else bytes(8) if any(length < 255 for length in part) else b"\xff" * 8
        head = struct.pack("<4sBB8sIII", b"OggS", 0, flags, position, first.serial, first.number + start // 255, 0)
        page = head + bytes([len(part)]) + part + data[at : at + sum(part)]
        at += sum(part)
        yield page[:22] + _sum(page) + page[26:]


def _laced(size: int) -> bytes:
    return b"\xff" * (size // 255) + bytes([size % 255])


def _page(file: BinaryIO, at: int) -> _Page:
    head = read_at(file, at, 27)
    magic, version, flags, position, serial, number, _, segments = struct.unpack("<4sBB8sIIIB", head)
    if magic != b"OggS" or version != 0:
        raise damaged("it is not in order as an Ogg file")
    return _Page(at, flags, position, serial, number, read_at(file, at + 27, segments))


def _sum(page: bytes) -> bytes:
    """Return the checksum of a page whose own field for it is zero.

    References
    ----------
    RFC 3533, section 6.
    """
    found = ~zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) & 0xFFFFFFFF
    return found.to_bytes(4, "big").translate(_MIRRORED)
