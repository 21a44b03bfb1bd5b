"""Where the tags around a file's audio end and begin: ID3v2 in front, ID3v1, Lyrics3 and APE behind."""

from tagstudio.domain.id3v1 import ID3V1_BYTES, ends_with_id3v1

_LYRICS, _APE = b"LYRICS200", b"APETAGEX"
_APE_HEAD = 32


def audio_span(data: bytes) -> tuple[int, int]:
    """Return where the audio of a file begins and ends; tags that claim more than there is are not believed."""
    start, end = 0, len(data)
    while length := id3v2_bytes(data, start):
        if start + length >= end:
            return 0, end
        start += length
    while (cut := _tag_behind(data, start, end)) < end:
        end = cut
    return start, end


def id3v2_bytes(data: bytes, at: int) -> int:
    """Return the length of an ID3v2 tag, 0 where there is none."""
    if data[at : at + 3] != b"ID3" or len(data) < at + 10:
        return 0
    a, b, c, d = data[at + 6 : at + 10]
    has_footer = bool(data[at + 5] & 0x10)
    return 10 + (a << 21 | b << 14 | c << 7 | d) + 10 * has_footer


def _tag_behind(data: bytes, start: int, end: int) -> int:
    # Where the last tag begins; ``end`` without one.
    found = end
    if ends_with_id3v1(data[max(start, end - ID3V1_BYTES) : end]):
        found = end - ID3V1_BYTES
    elif data.startswith(_APE, end - _APE_HEAD):
        size = int.from_bytes(data[end - 20 : end - 16], "little")
        has_header = bool(data[end - 9] & 0x80)
        found = end - size - _APE_HEAD * has_header
    elif data.startswith(_LYRICS, end - len(_LYRICS)):
        digits = data[end - 15 : end - 9]
        found = end - 15 - int(digits) if digits.isdigit() else end
    return found if start < found else end
