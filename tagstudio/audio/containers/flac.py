"""FLAC: one stream whose last frame ends where the header says.

References
----------
RFC 9639, sections 8.2 (STREAMINFO) and 9.1 (header of a frame).
"""

import hashlib

from tagstudio.audio.facts import HASH_DIGITS, Facts

_STREAMINFO_BYTES = 34
_MOST_CANDIDATES = 64
_FIXED, _VARIABLE = b"\xff\xf8", b"\xff\xf9"


def facts(data: bytes, start: int, end: int) -> Facts | None:
    """Read the facts of a FLAC file; None when header and last frame do not agree on its length."""
    at, info = _after_metadata(data, start + 4, end)
    if len(info) != _STREAMINFO_BYTES or data[at : at + 2] not in (_FIXED, _VARIABLE):
        return None
    packed = int.from_bytes(info[10:18], "big")
    rate, channels, total = packed >> 44, (packed >> 41 & 7) + 1, packed & (1 << 36) - 1
    block = int.from_bytes(info[2:4], "big")
    if not rate or not total or _last_sample(data, at, end, block) != total:
        return None
    digest = hashlib.sha256(memoryview(data)[at:end]).hexdigest()[:HASH_DIGITS]
    return Facts(digest, total / rate, "flac", rate, channels)


def _after_metadata(data: bytes, at: int, end: int) -> tuple[int, bytes]:
    # Where the frames begin, and what the first block holds.
    info, is_last = b"", False
    while not is_last and at + 4 <= end:
        is_last, size = bool(data[at] & 0x80), int.from_bytes(data[at + 1 : at + 4], "big")
        if not info and not data[at] & 0x7F:
            info = data[at + 4 : at + 4 + size]
        at += 4 + size
    return at, info


def _last_sample(data: bytes, start: int, end: int, block: int) -> int | None:
    # Where the last frame ends, in samples. Its beginning is looked for from behind.
    magic = data[start : start + 2]
    at = end
    for _ in range(_MOST_CANDIDATES):
        at = data.rfind(magic, start, at + 1)
        if at < 0:
            return None
        if (found := _frame_end(data, at, block)) is not None:
            return found
    return None


def _frame_end(data: bytes, at: int, block: int) -> int | None:
    # None when no header of a frame is here.
    sizes, rates = data[at + 2] >> 4, data[at + 2] & 15
    if not sizes or rates == 15 or data[at + 3] & 1:
        return None
    number, length = _number(data, at + 4)
    behind = at + 4 + length
    extra = (sizes == 6) + 2 * (sizes == 7)
    size = _block_size(sizes, int.from_bytes(data[behind : behind + extra], "big"))
    check = behind + extra + (rates == 12) + 2 * (rates in (13, 14))
    if not length or check >= len(data) or _crc8(data[at:check]) != data[check]:
        return None
    return (number if data[at + 1] & 1 else number * block) + size


def _block_size(code: int, extra: int) -> int:
    if code == 1:
        return 192
    if code < 6:
        return 576 << (code - 2)
    return extra + 1 if code < 8 else 256 << (code - 8)


def _number(data: bytes, at: int) -> tuple[int, int]:
    # A number in the way of UTF-8, and how many bytes it takes; 0 when it is none.
    first = data[at]
    if first < 0x80:
        return first, 1
    length = 8 - (first ^ 0xFF).bit_length()
    rest = data[at + 1 : at + length]
    if not 2 <= length <= 7 or len(rest) != length - 1 or any(each & 0xC0 != 0x80 for each in rest):
        return 0, 0
    number = first & (1 << (7 - length)) - 1
    for each in rest:
        number = number << 6 | each & 0x3F
    return number, length


def _crc8_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value << 1 ^ 0x07 if value & 0x80 else value << 1) & 0xFF
        table.append(value)
    return table


_CRC8 = _crc8_table()


def _crc8(data: bytes) -> int:
    crc = 0
    for each in data:
        crc = _CRC8[crc ^ each]
    return crc
