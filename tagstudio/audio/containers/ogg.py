"""Ogg with one Vorbis or Opus stream: page after page up to the last, with times that its packets can have.

References
----------
RFC 3533, section 6 (pages); RFC 7845 (Opus); "Vorbis I specification", section 4.2 and appendix A.
"""

import hashlib
import struct

from tagstudio.audio.facts import HASH_DIGITS, Facts

_PAGE = struct.Struct("<4sBBqIIIB")
_FIRST, _LAST, _UNKNOWN_TIME = 2, 4, -1
_OPUS_RATE, _OPUS_PACKET, _VORBIS_PACKET = 48_000, 5760, 8192


def facts(data: bytes, start: int, end: int) -> Facts | None:
    """Read the facts of an Ogg file; None when it holds several streams, or anything but whole pages in order."""
    head = _page(data, start, end)
    if head is None or not head[0] & _FIRST:
        return None
    what = _codec(data[head[5] : head[6]])
    if what is None:
        return None
    codec, rate, channels, skipped, headers, longest = what
    at = _after_headers(data, head[6], end, head[2], headers - 1)
    if at is None:
        return None
    read = _audio(data, at, end, head[2], longest)
    if read is None or read[1] <= skipped:
        return None
    return Facts(read[0], (read[1] - skipped) / rate, codec, rate, channels)


def _page(data: bytes, at: int, end: int) -> tuple[int, int, int, int, int, int, int] | None:
    # Flags, time, stream, number of segments and of packets that end here, where the body begins and ends.
    if at + _PAGE.size > end:
        return None
    magic, version, flags, time, serial, _number, _crc, count = _PAGE.unpack_from(data, at)
    begin = at + _PAGE.size + count
    segments = data[at + _PAGE.size : begin]
    finish = begin + sum(segments)
    if magic != b"OggS" or version or finish > end:
        return None
    return flags, time, serial, count, count - segments.count(255), begin, finish


def _codec(head: bytes) -> tuple[str, int, int, int, int, int] | None:
    # Name, rate, channels, samples to skip, header packets, the most samples that a packet can have.
    if head.startswith(b"OpusHead") and len(head) >= 19:
        return "opus", _OPUS_RATE, head[9], int.from_bytes(head[10:12], "little"), 2, _OPUS_PACKET
    if head.startswith(b"\x01vorbis") and len(head) >= 30:
        rate = int.from_bytes(head[12:16], "little")
        return ("vorbis", rate, head[11], 0, 3, _VORBIS_PACKET) if rate else None
    return None


def _after_headers(data: bytes, at: int, end: int, stream: int, packets: int) -> int | None:
    # The audio begins on a page of its own.
    while packets > 0:
        page = _page(data, at, end)
        if page is None or page[2] != stream or page[0] & _FIRST:
            return None
        packets -= page[4]
        is_complete = data[page[5] - 1] < 255
        at = page[6]
        if packets == 0 and not is_complete:
            return None
    return at if packets == 0 else None


def _audio(data: bytes, at: int, end: int, stream: int, longest: int) -> tuple[str, int] | None:
    # Digest of all packets, and the time of the last one.
    digest, view, last, waiting, is_over = hashlib.sha256(), memoryview(data), 0, 0, False
    while at < end:
        page = _page(data, at, end)
        if page is None or is_over or page[2] != stream or page[0] & _FIRST:
            return None
        flags, time, _, _, packets, begin, at = page
        digest.update(view[begin:at])
        waiting += packets
        is_over = bool(flags & _LAST)
        if time == _UNKNOWN_TIME:
            continue
        if not 0 <= time - last <= waiting * longest:
            return None
        last, waiting = time, 0
    return (digest.hexdigest()[:HASH_DIGITS], last) if last else None
