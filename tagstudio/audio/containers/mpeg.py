"""MP3: whole frames from the first to the last one, all of one sampling rate.

References
----------
ISO/IEC 11172-3, section 2.4.1.3, and 13818-3 (header of a frame); "Xing variable bit rate MP3 SDK" and "mp3 info tag
rev 1" (the frame that encoders put in front).
"""

import hashlib
import struct
from functools import lru_cache
from itertools import accumulate

from tagstudio.audio.facts import HASH_DIGITS, Facts

_KBPS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_LAYER_3, _MONO = 1, 3
_MOST_ZEROS = 1 << 16


def facts(data: bytes, start: int, end: int) -> Facts | None:
    """Read the facts of an MP3 file; None unless frame follows frame up to the end."""
    first = _first_frame(data, start, end)
    if first is None:
        return None
    version, rate, samples = _kind(data, first)
    lengths = _lengths(version, (data[first + 2] >> 2) & 3)
    ahead, unheard = _announcement(data, first, end, version)
    if ahead:
        first += lengths[data[first + 1] << 8 | data[first + 2]]
        if not (first + 4 <= end and data[first] == 0xFF and lengths[data[first + 1] << 8 | data[first + 2]]):
            return None
    count = _count(data, first, end, lengths)
    if count is None:
        return None
    digest = hashlib.sha256(memoryview(data)[first:end]).hexdigest()[:HASH_DIGITS]
    duration = max(count * samples - unheard, 0) / rate
    return Facts(digest, duration, "mp3", rate, 1 if data[first + 3] >> 6 == _MONO else 2)


def _first_frame(data: bytes, start: int, end: int) -> int | None:
    # Some programs leave zeros between the tag and the audio.
    while start < end and data[start] == 0:
        zeros = data[start : min(end, start + _MOST_ZEROS)]
        start += len(zeros) - len(zeros.lstrip(b"\0"))
    if start + 4 > end or data[start] != 0xFF or data[start + 1] & 0xE6 != 0xE2:
        return None
    version, rate_index = (data[start + 1] >> 3) & 3, (data[start + 2] >> 2) & 3
    if version not in _RATES or rate_index == 3 or not _lengths(version, rate_index)[_key(data, start)]:
        return None
    return start


def _kind(data: bytes, at: int) -> tuple[int, int, int]:
    # Version, sampling rate, samples a frame.
    version = (data[at + 1] >> 3) & 3
    return version, _RATES[version][(data[at + 2] >> 2) & 3], 1152 if version == 3 else 576


def _key(data: bytes, at: int) -> int:
    return data[at + 1] << 8 | data[at + 2]


def _count(data: bytes, at: int, end: int, lengths: list[int]) -> int | None:
    # How many frames there are; None when something else is between them. The last one may be cut off.
    count = 0
    try:
        while at < end:
            length = lengths[data[at + 1] << 8 | data[at + 2]]
            if not length or data[at] != 0xFF:
                return None
            at += length
            count += 1
    except IndexError:
        return None
    return count if count > 1 else None


@lru_cache(maxsize=16)
def _lengths(version: int, rate_index: int) -> list[int]:
    """Return the length of a frame, in bytes, by the second and third byte of its header; 0 for any other header."""
    lengths = [0] * 65_536
    rate, slots = _RATES[version][rate_index], 144 if version == 3 else 72
    for is_unprotected in (0, 1):
        for index, kbps in enumerate(_KBPS[version == 3]):
            for padding in (0, 1):
                for private in (0, 1):
                    second = 0xE0 | version << 3 | _LAYER_3 << 1 | is_unprotected
                    third = index << 4 | rate_index << 2 | padding << 1 | private
                    lengths[second << 8 | third] = kbps and slots * 1000 * kbps // rate + padding
    return lengths


def _announcement(data: bytes, at: int, end: int, version: int) -> tuple[bool, int]:
    # Whether the first frame only says what follows, and how many samples are not to be heard.
    is_mono = data[at + 3] >> 6 == _MONO
    side = (17 if is_mono else 32) if version == 3 else (9 if is_mono else 17)
    xing = at + 4 + side
    if data[xing : xing + 4] in (b"Xing", b"Info") and xing + 8 <= end:
        flags = int.from_bytes(data[xing + 4 : xing + 8], "big")
        sizes = [4 * bool(flags & 1), 4 * bool(flags & 2), 100 * bool(flags & 4), 4 * bool(flags & 8)]
        places = list(accumulate(sizes, initial=xing + 8))
        numbers = [data[place : place + size] for place, size in zip(places[:2], sizes[:2], strict=True)]
        return any(int.from_bytes(each, "big") for each in numbers), _padding(data, places[-1])
    vbri = at + 36
    if data[vbri : vbri + 4] == b"VBRI" and vbri + 18 <= end:
        size, frames = struct.unpack_from(">II", data, vbri + 10)
        return bool(size or frames), 0
    return False, 0


def _padding(data: bytes, at: int) -> int:
    # What the encoder put in front and behind, 12 bits each.
    if data[at : at + 4] not in (b"LAME", b"Lavf", b"Lavc"):
        return 0
    both = int.from_bytes(data[at + 21 : at + 24], "big")
    return (both >> 12) + (both & 0xFFF)
