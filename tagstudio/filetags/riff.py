"""The INFO list of WAV files, which mutagen does not read."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

_LARGEST_LIST = 1 << 20
_MOST_CHUNKS = 1000


def info_values(file: BinaryIO) -> Iterator[tuple[bytes, str]]:
    """Yield the entries of a WAV file's ``LIST INFO`` chunks; nothing from any other file.

    The text has no declared encoding: UTF-8 where it is valid, else Windows-1252.
    """
    file.seek(0)
    head = file.read(12)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        return
    for _ in range(_MOST_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            return
        name, size = struct.unpack("<4sI", header)
        end = file.tell() + size + size % 2
        if name == b"LIST" and size <= _LARGEST_LIST:
            yield from _entries(file.read(size))
        file.seek(end)


def _entries(chunk: bytes) -> Iterator[tuple[bytes, str]]:
    if chunk[:4] != b"INFO":
        return
    at = 4
    while at + 8 <= len(chunk):
        name, size = struct.unpack_from("<4sI", chunk, at)
        yield name, _text(chunk[at + 8 : at + 8 + size])
        at += 8 + size + size % 2


def _text(raw: bytes) -> str:
    raw = raw.split(b"\0", 1)[0]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
