"""The text frames of plain ID3v2.3 and ID3v2.4 tags, read without a library; odd ones are left to it.

References
----------
"ID3 tag version 2.4.0 - Main Structure" and "- Native Frames"; the same of version 2.3.0.
"""

from collections.abc import Iterator
from typing import NamedTuple

_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_WIDE = (1, 2)
_MOST_FRAMES = 20_000
_HEAD = 10


class Frame(NamedTuple):
    """A text or comment frame: its kind, its description (empty where it has none), and its values."""

    kind: str
    description: str
    values: tuple[str, ...]


class OddTagError(Exception):
    """The tag is not of the plain kind."""


def text_frames(tag: bytes) -> Iterator[Frame]:
    """Yield the text frames of a whole tag, its header included.

    Raises
    ------
    OddTagError
        If there is anything in it that a plain tag has not: another version, flags, sizes that do not fit.
    """
    if tag[3] not in (3, 4) or tag[5]:
        raise OddTagError
    is_24, at = tag[3] == 4, _HEAD
    for _ in range(_MOST_FRAMES):
        kind = tag[at : at + 4]
        if len(kind) < 4 or not kind.strip(b"\0"):
            return
        if at + _HEAD > len(tag) or not kind.isalnum():
            raise OddTagError
        size = _size(tag[at + 4 : at + 8], is_24=is_24)
        begin, at = at + _HEAD, at + _HEAD + size
        _require_frame_or_end(tag, at)
        if kind[:1] == b"T" or kind in (b"COMM", b"GRP1"):
            if tag[begin - 1]:
                raise OddTagError
            if size > 1:
                yield _frame(kind.decode("ascii"), tag[begin:at])
    raise OddTagError


def _size(raw: bytes, *, is_24: bool) -> int:
    if not is_24:
        return int.from_bytes(raw, "big")
    a, b, c, d = raw
    if (a | b | c | d) & 0x80:  # some programs write plain numbers
        raise OddTagError
    return a << 21 | b << 14 | c << 7 | d


def _require_frame_or_end(tag: bytes, at: int) -> None:
    following = tag[at : at + 4]
    if at > len(tag) or (following.strip(b"\0") and not following.isalnum()):
        raise OddTagError


def _frame(kind: str, body: bytes) -> Frame:
    encoding = body[0]
    if encoding >= len(_ENCODINGS):
        raise OddTagError
    body = body[4:] if kind == "COMM" else body[1:]
    texts = _texts(body, encoding)
    if kind in ("COMM", "TXXX"):
        return Frame(kind, texts[0], tuple(texts[1:]))
    return Frame(kind, "", tuple(texts))


def _texts(body: bytes, encoding: int) -> list[str]:
    if encoding in _WIDE:
        return [_wide(part, encoding) for part in _split_wide(body)]
    return [part.decode(_ENCODINGS[encoding], "replace") for part in body.split(b"\0")]


def _split_wide(body: bytes) -> list[bytes]:
    parts, start, at = [], 0, 0
    while (at := body.find(b"\0\0", at)) >= 0:
        if at % 2 == start % 2:
            parts.append(body[start:at])
            start = at = at + 2
        else:
            at += 1
    return [*parts, body[start:]]


def _wide(part: bytes, encoding: int) -> str:
    if len(part) % 2:
        part += b"\0"
    # Without a mark, what the machine has; nearly all are written by machines that begin with the low byte.
    name = "utf-16-le" if encoding == 1 and part[:2] not in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS[encoding]
    return part.decode(name, "replace")
