"""Read TensorFlow checkpoints ("bundles") without TensorFlow; every checksum is verified.

A bundle is an index, which is a LevelDB table of protocol buffers (name to type, shape, place and checksum), and one
file of raw little-endian numbers. Formats: the LevelDB table format document, and TensorFlow's
``tensor_bundle.proto``.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TABLE_MAGIC = 0xDB4775248B80FB57
FOOTER_BYTES = 48
TRAILER_BYTES = 5  # compression type, masked checksum
FLOAT32 = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a variable lies in the data file."""

    dtype: int
    shape: tuple[int, ...]
    offset: int
    size: int
    checksum: int


def entries(index: bytes) -> dict[str, Entry]:
    """Return the variables that an index lists.

    Raises
    ------
    ValueError
        If the table is damaged, compressed, or not a table.
    """
    return {name.decode(): _entry(value) for name, value in _table(index) if name}


def tensor(data: bytes, entry: Entry) -> NDArray[np.float32]:
    """Cut a float32 variable out of the data file.

    Raises
    ------
    ValueError
        If it is of another type, or its checksum is wrong.
    """
    raw = data[entry.offset : entry.offset + entry.size]
    if entry.dtype != FLOAT32 or len(raw) != 4 * int(np.prod(entry.shape)):
        raise ValueError(f"expected {entry.shape} float32 numbers, found {len(raw)} bytes of type {entry.dtype}")
    if masked_crc32c(raw) != entry.checksum:
        raise ValueError("a variable's checksum is wrong")
    return np.frombuffer(raw, "<f4").reshape(entry.shape)


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)  # Castagnoli, reflected
        table.append(value)
    return table


_CRC = _crc_table()


def crc32c(raw: bytes) -> int:
    """Return the Castagnoli checksum (RFC 3720, appendix B.4)."""
    value = 0xFFFFFFFF
    for byte in raw:
        value = _CRC[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


def masked_crc32c(raw: bytes) -> int:
    """Return the checksum as LevelDB stores it: rotated, plus a constant."""
    value = crc32c(raw)
    return (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _table(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    footer = raw[-FOOTER_BYTES:]
    if len(raw) < FOOTER_BYTES or struct.unpack("<Q", footer[-8:])[0] != TABLE_MAGIC:
        raise ValueError("this is not a LevelDB table")
    _, place = _handle(footer, 0)  # the table's meta index, which we do not need
    (offset, size), _ = _handle(footer, place)
    for _, value in _block(raw, offset, size):
        (offset, size), _ = _handle(value, 0)
        yield from _block(raw, offset, size)


def _block(raw: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    end = offset + size
    kind, checksum = struct.unpack("<BI", raw[end : end + TRAILER_BYTES])
    if masked_crc32c(raw[offset : end + 1]) != checksum:
        raise ValueError("a block's checksum is wrong")
    if kind != 0:
        raise ValueError("the table is compressed")
    (n_restarts,) = struct.unpack("<I", raw[end - 4 : end])
    key, place = b"", offset
    while place < end - 4 * (n_restarts + 1):
        shared, place = _varint(raw, place)
        unshared, place = _varint(raw, place)
        length, place = _varint(raw, place)
        key = key[:shared] + raw[place : place + unshared]
        place += unshared
        yield key, raw[place : place + length]
        place += length


def _handle(raw: bytes, place: int) -> tuple[tuple[int, int], int]:
    offset, place = _varint(raw, place)
    size, place = _varint(raw, place)
    return (offset, size), place


def _varint(raw: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    # Protocol buffers: varint, 8 bytes, a counted run of bytes, 4 bytes.
    place = 0
    while place < len(raw):
        key, place = _varint(raw, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, place = _varint(raw, place)
            yield number, value
            continue
        size, place = _varint(raw, place) if wire == 2 else ({1: 8, 5: 4}[wire], place)
        chunk = raw[place : place + size]
        yield number, chunk if wire == 2 else int.from_bytes(chunk, "little")
        place += size


def _entry(raw: bytes) -> Entry:
    found = dict(_fields(raw))
    return Entry(_number(found, 1), _shape(found.get(2, b"")), *(_number(found, field) for field in (4, 5, 6)))


def _number(found: dict[int, int | bytes], field: int) -> int:
    value = found.get(field, 0)
    if not isinstance(value, int):
        raise ValueError("an entry of the index is not understood")
    return value


def _shape(raw: int | bytes) -> tuple[int, ...]:
    if not isinstance(raw, bytes):
        raise ValueError("an entry of the index is not understood")
    sizes = [dict(_fields(dim)) for number, dim in _fields(raw) if number == 2 and isinstance(dim, bytes)]
    return tuple(_number(size, 1) for size in sizes)
