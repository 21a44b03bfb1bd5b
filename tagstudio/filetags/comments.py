"""Vorbis comments, found and read without a library: they are the greater part of a large collection.

References
----------
RFC 9639, section 8.6; "Ogg Vorbis I format specification: comment field and header specification"; RFC 7845, section
5.2.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

# A cover in Base64 may be in it.
LARGEST = 32 << 20
_COMMENT_BLOCK, _MOST_BLOCKS = 4, 1000
_OGG_HEAD = 27
_STARTS = (b"\x03vorbis", b"OpusTags")


def entries(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield (name in lower case, value) of a comment; what is cut off is left out."""
    at = 4 + int.from_bytes(raw[:4], "little")
    (count,) = struct.unpack_from("<I", raw, at) if at + 4 <= len(raw) else (0,)
    at += 4
    for _ in range(count):
        if at + 4 > len(raw):
            return
        end = at + 4 + int.from_bytes(raw[at : at + 4], "little")
        name, is_pair, value = raw[at + 4 : end].partition(b"=")
        if is_pair and end <= len(raw):
            yield name.decode("ascii", "replace").lower(), value.decode("utf-8", "replace")
        at = end


def of_flac(file: BinaryIO, start: int) -> bytes:
    """Return the comment of a FLAC stream that starts here; empty without one."""
    at = start + 4
    for _ in range(_MOST_BLOCKS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4:
            break
        size = int.from_bytes(head[1:], "big")
        if head[0] & 0x7F == _COMMENT_BLOCK:
            return file.read(size)
        if head[0] & 0x80:
            break
        at += 4 + size
    return b""


def of_ogg(file: BinaryIO, start: int) -> bytes | None:
    """Return the comment of the Vorbis or Opus stream that starts here; None when it is anything else."""
    file.seek(start)
    packets = _packets(file)
    next(packets, None)
    second = next(packets, b"")
    return next((second[len(start) :] for start in _STARTS if second.startswith(start)), None)


def _packets(file: BinaryIO) -> Iterator[bytes]:
    # The packets of the first stream.
    parts: list[bytes] = []
    serial, got = None, 0
    while got < LARGEST:
        head = file.read(_OGG_HEAD)
        if len(head) < _OGG_HEAD or head[:4] != b"OggS":
            return
        lacing = file.read(head[26])
        body = file.read(sum(lacing))
        serial = head[14:18] if serial is None else serial
        if head[14:18] != serial:
            continue
        got += len(body)
        at = 0
        for size, is_whole in _pieces(lacing):
            parts.append(body[at : at + size])
            at += size
            if is_whole:
                yield b"".join(parts)
                parts = []


def _pieces(lacing: bytes) -> Iterator[tuple[int, bool]]:
    # Sizes of packets on a page; the last one may go on on the next page.
    size = 0
    for value in lacing:
        size += value
        if value < 255:
            yield size, True
            size = 0
    if lacing and lacing[-1] == 255:
        yield size, False
