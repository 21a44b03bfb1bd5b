"""ID3v2 tags, frame by frame: what is not ours keeps its bytes, and the tag its version and, if it can, its size."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from mutagen import id3

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Piece, Span, length
from tagstudio.filetags.items import Item, Splice, Tag, damaged, read_at
from tagstudio.filetags.places import JOINT, Place

PADDING = 1024
HEADER = 10
LARGEST = (1 << 28) - 1
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_OLD_NAMES = {"TCON": "TCO", "TIT1": "TT1", "GRP1": "GP1", "COMM": "COM", "TXXX": "TXX"}
_NEW_NAMES = {old: new for new, old in _OLD_NAMES.items()}
# Untyped in mutagen; it knows the genres by number.
_GENRE: Any = id3.TCON
_TEXTS = ("TCON", "TMOO", "TIT1", "GRP1")


@dataclass(slots=True)
class Id3(Tag):
    """The ID3v2 tag at ``start``; ``size`` is 0 when there is none yet."""

    start: int = 0
    size: int = 0
    version: int = 4
    flags: int = 0
    grouping_frame: str = "TIT1"
    mood_name: str = "MOOD"
    revision: int = 0

    @property
    def title(self) -> str:  # type: ignore[override]
        """What people call this tag."""
        return f"ID3v2.{self.version}"

    def keys(self, place: Place) -> tuple[str, ...]:
        """Return the keys of a place."""
        return (_key(*self._frame(place)),)

    def name(self, place: Place) -> str:
        """Return ``TCON`` or ``TXXX:INSTRUMENT``."""
        frame, description = self._frame(place)
        return f"{frame}:{description}" if description else frame

    def rendered(self, key: str, name: str, values: Sequence[str]) -> bytes:
        """Return one frame."""
        _, _, description = name.partition(":")
        text = self._text(values)
        return self._frame_of(name, text, 3 if self.version == 4 else 0 if (description + text).isascii() else 1)

    def carried(self, frame: str, values: Sequence[str]) -> Item:
        """Return a frame with what another tag says; its letters keep their bytes, as some programs guess at them."""
        if frame == "TCON":
            values = _GENRE(encoding=3, text=list(values)).genres
        if frame == "TDRC" and self.version == 3:
            frame = "TYER"
        text = self._text(values)
        encoding = 0 if all(ord(letter) < 256 for letter in text) else 3 if self.version == 4 else 1
        key = frame if frame in ("TCON", "COMM") else ""
        return Item(self._frame_of(frame, text, encoding), key, frame, tuple(text.split("\0")))

    def _text(self, values: Sequence[str]) -> str:
        return "\0".join(values) if self.version == 4 else JOINT.join(values)

    def _frame_of(self, name: str, text: str, encoding: int) -> bytes:
        frame, _, description = name.partition(":")
        start, end = bytes([encoding]), b"\0\0" if encoding == 1 else b"\0"
        if frame == "COMM":
            body = start + b"eng" + _encoded("", encoding) + end + _encoded(text, encoding)
        elif frame == "TXXX":
            body = start + _encoded(description, encoding) + end + _encoded(text, encoding)
        else:
            body = start + _encoded(text, encoding)
        return self._framed(frame, body)

    def elsewhere(self, place: Place) -> str:
        """Say so where both frames for moods are there: only one is written."""
        if place.field != "mood":
            return ""
        usual, other = self._mood_frames()
        if not (self._has(usual) and self._has(other)):
            return ""
        return f"It has moods in two fields; those in {':'.join(filter(None, other))} stay as they are."

    def splices(self, pieces: Sequence[Piece]) -> list[Splice]:
        """Return the new tag; it keeps its size where the frames fit."""
        body, flags = list(pieces), self.flags
        if flags & _UNSYNCHRONISED and self.version < 4:
            body = [unsynchronised(b"".join(piece for piece in body if isinstance(piece, bytes)))]
        used = HEADER + length(body)
        size = self.size if used <= self.size else used + PADDING
        if size - HEADER > LARGEST:
            raise WriteRefusedError("its tag would become larger than ID3 allows")
        header = b"ID3" + bytes([self.version, self.revision, flags]) + synchsafe(size - HEADER)
        return [Splice(self.start, self.start + self.size, (header, *body, bytes(size - used)))]

    def _frame(self, place: Place) -> tuple[str, str]:
        if place.field == "custom":
            return "TXXX", place.name
        if place.field == "mood":
            usual, other = self._mood_frames()
            # A program that has put the moods elsewhere looks for them there.
            return other if self._has(other) and not self._has(usual) else usual
        return {"genre": "TCON", "grouping": self.grouping_frame, "comment": "COMM"}[place.field], ""

    def _mood_frames(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Return where moods belong in this version of ID3, and where some programs put them."""
        frames = ("TMOO", ""), ("TXXX", self.mood_name)
        return frames if self.version == 4 else frames[::-1]

    def _has(self, frame: tuple[str, str]) -> bool:
        key = _key(*frame)
        return any(item.key == key for item in self.items)

    def _framed(self, frame: str, body: bytes) -> bytes:
        if self.version == 2:
            return _OLD_NAMES[frame].encode() + len(body).to_bytes(3, "big") + body
        size = synchsafe(len(body)) if self.version == 4 else len(body).to_bytes(4, "big")
        return frame.encode() + size + b"\0\0" + body


def tag_size(head: bytes) -> int:
    """Return how long the ID3v2 tag is that these 10 bytes begin; 0 without one."""
    if len(head) < HEADER or head[:3] != b"ID3" or max(head[6:10]) > 127:
        return 0
    return HEADER + number(head[6:10]) + (HEADER if head[5] & _FOOTER else 0)


def read_id3(file: BinaryIO, start: int, stop: int) -> Id3:
    """Read the tag at ``start``, which must end before ``stop``; an empty one where there is none.

    Raises
    ------
    WriteRefusedError
        If there is one that cannot be kept exactly as it is.
    """
    file.seek(start)
    head = file.read(HEADER)
    size = tag_size(head)
    if not size:
        if head[:3] == b"ID3":
            raise damaged("its ID3 tag is damaged")
        return Id3(start=start)
    version, revision, flags = head[3], head[4], head[5]
    _refuse_odd(version, flags)
    if start + size > stop:
        raise damaged("its ID3 tag claims to be longer than the file")
    tag = Id3(start=start, size=size, version=version, flags=flags, is_joined=version < 4, revision=revision)
    raw = read_at(file, start + HEADER, size - HEADER)
    at: int | None = start + HEADER
    if flags & _UNSYNCHRONISED and version < 4:
        raw, at = raw.replace(b"\xff\x00", b"\xff"), None
    tag.items = _items(raw, version, at)
    if not tag.items and raw.strip(b"\0"):
        raise damaged("it has an ID3 tag that cannot be read")
    return tag


def number(four: bytes) -> int:
    """Return a number that is written with seven bits a byte."""
    return four[0] << 21 | four[1] << 14 | four[2] << 7 | four[3]


def synchsafe(value: int) -> bytes:
    """Return a number written with seven bits a byte."""
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def unsynchronised(raw: bytes) -> bytes:
    """Return bytes in which nothing looks like the start of sound.

    References
    ----------
    ID3v2.3, section 5.
    """
    found = re.sub(rb"\xff(?=[\xe0-\xff\x00])", b"\xff\x00", raw)
    return found + b"\0" if found.endswith(b"\xff") else found


def _refuse_odd(version: int, flags: int) -> None:
    if version not in (2, 3, 4):
        raise damaged(f"its ID3 tag has the unknown version 2.{version}")
    if flags & _EXTENDED:
        raise WriteRefusedError("its ID3 tag has an extended header or is compressed, which TagStudio does not write")
    if flags & _FOOTER and version == 4:
        raise WriteRefusedError("its ID3 tag has a footer, which TagStudio does not write")


def _items(raw: bytes, version: int, start: int | None) -> list[Item]:
    """Cut a tag into its frames; ``start`` is where it stands in the file, None if it stands there otherwise."""
    head = 6 if version == 2 else 10
    name_size = 3 if version == 2 else 4
    items, at = [], 0
    while at + head <= len(raw) and raw[at] != 0:
        name = raw[at : at + name_size]
        size = _frame_size(raw[at : at + head], version)
        end = at + head + size
        if not re.fullmatch(rb"[A-Z0-9]+ ?", name) or end > len(raw):
            raise damaged("its ID3 tag is damaged")
        piece: Piece = raw[at:end] if start is None else Span(start + at, start + end)
        flags = raw[at + 9] if version > 2 else 0
        items.append(_item(piece, name.decode("ascii"), raw[at + head : end], flags, version))
        at = end
    if raw[at:].strip(b"\0"):
        raise damaged("its ID3 tag holds something that cannot be read")
    return items


def _frame_size(head: bytes, version: int) -> int:
    if version == 2:
        return int.from_bytes(head[3:6], "big")
    if version == 3:
        return int.from_bytes(head[4:8], "big")
    if max(head[4:8]) > 127:
        raise damaged("the sizes in its ID3 tag are not written as ID3v2.4 demands")
    return number(head[4:8])


def _item(piece: Piece, name: str, body: bytes, flags: int, version: int) -> Item:
    frame = _NEW_NAMES.get(name, name)
    if frame in _TEXTS:
        texts = None if flags else _texts(body)
        if texts is not None and frame == "TCON":
            texts = tuple(_GENRE(encoding=3, text=list(texts)).genres)
        return Item(piece, frame, frame, texts)
    if frame == "TXXX" and not flags:
        found = _texts(body, is_described=True)
        if found:
            return Item(piece, _key("TXXX", found[0]), f"TXXX:{found[0]}", found[1:])
    if frame == "COMM" and not flags and body[1:4].lower() == b"eng":
        found = _texts(body[:1] + body[4:], is_described=True)
        if found and not found[0]:
            return Item(piece, "COMM", "COMM", found[1:])
    return Item(piece)


def _texts(body: bytes, *, is_described: bool = False) -> tuple[str, ...] | None:
    """Return the texts of a frame, a description first if it has one; None if they cannot be read."""
    if not body or body[0] not in _ENCODINGS:
        return None
    wide = 2 if body[0] in (1, 2) else 1
    parts = _parts(body[1:], wide)
    try:
        texts = [_decoded(part, body[0], parts[0]) for part in parts]
    except UnicodeDecodeError:
        return None
    while len(texts) > 1 + is_described and not texts[-1]:
        texts.pop()
    return tuple(texts) if is_described or any(texts) else ()


def _parts(raw: bytes, wide: int) -> list[bytes]:
    if wide == 1:
        return raw.split(b"\0")
    parts, start = [], 0
    for at in range(0, len(raw) - 1, 2):
        if raw[at : at + 2] == b"\0\0":
            parts.append(raw[start:at])
            start = at + 2
    return [*parts, raw[start:]]


def _decoded(part: bytes, encoding: int, first: bytes) -> str:
    if encoding == 1 and part[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        # Some programs write the byte order mark once for all texts of a frame.
        return part.decode("utf-16-be" if first[:2] == b"\xfe\xff" else "utf-16-le")
    return part.decode(_ENCODINGS[encoding])


def _encoded(text: str, encoding: int) -> bytes:
    if encoding == 1:
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(_ENCODINGS[encoding])


def _key(frame: str, description: str = "") -> str:
    return f"{frame}:{description.casefold()}" if frame == "TXXX" else frame
