"""Reading the descriptive fields of audio files, whatever wrote them; nothing here writes."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import mutagen
from mutagen import apev2, asf, id3, mp4
from mutagen._vorbis import VComment

from tagstudio.domain.id3v1 import ID3V1_BYTES, ends_with_id3v1
from tagstudio.filetags import aliases
from tagstudio.filetags.comments import LARGEST, entries, of_flac, of_ogg
from tagstudio.filetags.frames import Frame, OddTagError, text_frames
from tagstudio.filetags.riff import info_values

MOST_VALUES = 64
MOST_FIELDS = 256
LONGEST_VALUE = 1000
# Fields of which a file has several; old programs joined them into one text.
SEVERAL = frozenset({"genre", "mood", "instrument", "grouping"})
_JOINTS = ("\0", ";", "\\\\")
_LONGEST_REASON = 200
_HEAD_BYTES = 10
# ID3v1 and Lyrics3 may stand between the end of an APE tag and that of the file.
_TAIL_BYTES = ID3V1_BYTES + 32 + 6 + 9

# Untyped in mutagen.
_APE_TAG: Any = apev2.APEv2
_ID3_TAG: Any = id3.ID3
_GENRE_FRAME: Any = id3.TCON

Pairs = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FileFields:
    """Descriptive fields by lower-case name, and why they could not be read, if so (else empty)."""

    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reason: str = ""


def read_fields(path: bytes | Path, *, own: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return the fields of a file; none when there are none, or when they cannot be read."""
    return read(path, own=own).fields


def fields_of(file: BinaryIO, *, own: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return the fields of an open file, as ``read``; none when they cannot be read."""
    try:
        file.seek(0)
        return _gathered(_pairs(file, own), own)
    except Exception:  # noqa: BLE001 -- as in ``read``
        return {}


def read(path: bytes | Path, *, own: Collection[str] = ()) -> FileFields:
    """Return the fields of a file: title, artist, album, albumartist, composer, date, genre, mood, and more.

    At most 64 values a field, 1000 characters a value and 256 fields; empty and repeated values are dropped. Whatever
    the file holds, this returns. Links are not followed: whoever follows them decides whereto.

    Parameters
    ----------
    own : collection of str
        Names of more fields to keep, in lower case: the curator's own facets.
    """
    try:
        with _open_regular(path) as file:
            return FileFields(_gathered(_pairs(file, own), own))
    # Damaged files raise anything, RecursionError and IndexError among them.
    except Exception as error:  # noqa: BLE001
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = reason.replace(repr(os.fsdecode(path)), "the file")
        return FileFields(reason=f"its tags cannot be read: {reason}"[:_LONGEST_REASON])


def split_known(values: Iterable[str], vocabulary: Collection[str]) -> tuple[str, ...]:
    """Split values at commas and slashes, but only where every part is a known word.

    ``Rock, Jazz`` becomes two words; ``AC/DC`` and ``Folk, World, & Country`` stay whole.

    Parameters
    ----------
    vocabulary : collection of str
        Known words, case folded.
    """
    words: list[str] = []
    for value in values:
        for joint in (",", "/"):
            parts = [part.strip() for part in value.split(joint)]
            if len(parts) > 1 and all(part.casefold() in vocabulary for part in parts):
                words.extend(parts)
                break
        else:
            words.append(value)
    return tuple(dict.fromkeys(words))


def _open_regular(path: bytes | Path) -> BinaryIO:
    """Open a file for reading; a pipe or a device would block or never end."""

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))

    # Text, because mutagen looks at the extension; invalid bytes survive as surrogates.
    file = open(os.fsdecode(path), "rb", opener=opener)  # noqa: SIM115 -- pathlib has no opener
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(0, "it is not a regular file")
    return file


def _pairs(file: BinaryIO, own: Collection[str]) -> Pairs:
    """Yield (field, value) from every kind of tag in the file."""
    head = file.read(_HEAD_BYTES)
    start = _after_id3(head)
    if start is None:
        yield from _by_mutagen(file, own)
        return
    magic = head[start : start + 4] if start + 4 <= len(head) else _at(file, start)
    pairs = list(_id3_in_front(file, start, own)) if start else []
    if magic == b"fLaC":
        pairs += _vorbis(entries(of_flac(file, start)), own)
    elif magic == b"OggS" and (comment := of_ogg(file, start)) is not None:
        pairs += _vorbis(entries(comment), own)
    elif magic[:1] != b"\xff" and magic != bytes(4):  # MP3; some programs leave zeros before it
        yield from _by_mutagen(file, own)
        return
    yield from pairs
    yield from _behind(file, own, {name for name, _ in pairs})


def _after_id3(head: bytes) -> int | None:
    """Return where a tag in front ends, 0 without one; None for what only mutagen may judge."""
    if head[:3] != b"ID3":
        return 0
    if len(head) < _HEAD_BYTES or head[5] & 0x10 or (head[6] | head[7] | head[8] | head[9]) & 0x80:
        return None
    return 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])


def _at(file: BinaryIO, place: int) -> bytes:
    file.seek(place)
    return file.read(4)


def _id3_in_front(file: BinaryIO, size: int, own: Collection[str]) -> Pairs:
    file.seek(0)
    try:
        return iter(list(_frames(text_frames(file.read(min(size, LARGEST))), own)))
    except OddTagError:
        file.seek(0)
        return _id3(_ID3_TAG(file), own)


def _frames(frames: Iterable[Frame], own: Collection[str]) -> Pairs:
    year, day = "", ""
    for kind, description, values in frames:
        if kind == "TYER":
            year = values[0]
        elif kind == "TDAT":
            day = values[0]
        if (name := _frame_name(kind, description, own)) is not None:
            for value in _genres(values) if kind == "TCON" else values:
                yield name, value
    # Version 2.3 keeps day and month apart.
    if year:
        yield "date", f"{year}-{day[2:]}-{day[:2]}" if len(day) == 4 and day.isdigit() else year


def _frame_name(kind: str, description: str, own: Collection[str]) -> str | None:
    if kind == "TXXX":
        return _named(aliases.FREE, description, own)
    # Comments with a description belong to programs (iTunNORM, for instance).
    return None if kind == "COMM" and description else aliases.ID3.get(kind)


def _genres(values: tuple[str, ...]) -> Iterable[str]:
    # Numbers stand for the genres of a list.
    if any("(" in value or value.strip().isdigit() or value in ("RX", "CR") for value in values):
        genres: list[str] = _GENRE_FRAME(encoding=3, text=list(values)).genres
        return genres
    return values


def _named(names: Mapping[str, str], key: str, own: Collection[str]) -> str | None:
    key = key.lower().removeprefix(aliases.FREE_PREFIX)
    return names.get(key) or (key if key in own else None)


def _vorbis(found: Iterable[tuple[str, str]], own: Collection[str]) -> Pairs:
    for key, value in found:
        if (name := _named(aliases.VORBIS, key, own)) is not None:
            yield name, value


def _behind(file: BinaryIO, own: Collection[str], said: Collection[str]) -> Pairs:
    """Yield from the tags behind the audio: all of APE, and of ID3v1 what nothing better has said."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    if b"APETAGEX" in tail:
        found = list(_ape_of(file, own))
        said = {*said, *(name for name, _ in found)}
        yield from found
    if ends_with_id3v1(tail):
        yield from ((name, value) for name, value in _id3v1(tail[-ID3V1_BYTES:]) if name not in said)


def _id3v1(tag: bytes) -> Pairs:
    for name, begin, end in (("title", 3, 33), ("artist", 33, 63), ("album", 63, 93), ("date", 93, 97)):
        yield name, tag[begin:end].partition(b"\0")[0].decode("latin-1")
    if not tag[125] and tag[126]:
        yield "track", str(tag[126])
    if tag[127] < len(id3.TCON.GENRES):
        yield "genre", id3.TCON.GENRES[tag[127]]


def _by_mutagen(file: BinaryIO, own: Collection[str]) -> Pairs:
    file.seek(0)
    found = mutagen.File(file)
    tags = None if found is None else found.tags
    pairs = [] if tags is None else list(_tag_pairs(tags, own))
    yield from pairs
    if found is not None and not isinstance(tags, apev2.APEv2):
        yield from _behind(file, own, {name for name, _ in pairs})
    for name, value in info_values(file):
        if name in aliases.RIFF:
            yield aliases.RIFF[name], value


def _tag_pairs(tags: Any, own: Collection[str]) -> Pairs:
    # By type, not by looking for keys: some kinds raise for a key that they cannot hold.
    if isinstance(tags, id3.ID3):
        return _id3(tags, own)
    if isinstance(tags, VComment):
        return _vorbis(list(tags), own)
    if isinstance(tags, mp4.MP4Tags):
        return _mp4(tags, own)
    if isinstance(tags, asf.ASFTags):
        named = ((_named(aliases.ASF, key, own), str(value)) for key, value in list(tags))
        return ((name, value) for name, value in named if name is not None)
    if isinstance(tags, apev2.APEv2):
        return _ape(tags, own)
    return iter(())


def _id3(tags: Any, own: Collection[str]) -> Pairs:
    for frame in tags.values():
        name = _frame_name(frame.FrameID, getattr(frame, "desc", ""), own)
        if name is not None:
            for value in frame.genres if frame.FrameID == "TCON" else frame.text:
                yield name, str(value)


def _mp4(tags: Any, own: Collection[str]) -> Pairs:
    for key, values in tags.items():
        name = aliases.MP4.get(key)
        if key.startswith(aliases.MP4_FREE):
            name = _named(aliases.FREE, key.rpartition(":")[2], own)
        if name is None:
            continue
        for value in values:
            yield name, _atom_text(value)


def _atom_text(value: Any) -> str:
    if isinstance(value, tuple):  # a number and how many there are
        return str(value[0])
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _ape(tags: Any, own: Collection[str]) -> Pairs:
    for key, values in tags.items():
        name = _named(aliases.APE, key, own)
        if name is not None and isinstance(values, apev2.APETextValue):
            for value in values:
                yield name, value


def _ape_of(file: BinaryIO, own: Collection[str]) -> Pairs:
    file.seek(0)
    try:
        tags = _APE_TAG(file)
    except apev2.error:
        return iter(())
    return _ape(tags, own)


def _gathered(pairs: Pairs, own: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, text in islice(pairs, MOST_VALUES * MOST_FIELDS):
        if name not in found and len(found) == MOST_FIELDS:
            continue
        values = found.setdefault(name, {})
        for value in _parts(text, is_list=name in SEVERAL or name in own):
            if value and len(values) < MOST_VALUES:
                values[value] = None
    return {name: tuple(values) for name, values in found.items() if values}


def _parts(text: str, *, is_list: bool) -> list[str]:
    parts = [text]
    for joint in _JOINTS if is_list else _JOINTS[:1]:
        if joint in text:
            parts = [part for each in parts for part in each.split(joint)]
    return [_clean(part) for part in parts]


def _clean(text: str) -> str:
    # A lone surrogate cannot be stored as text.
    if text.isascii() and len(text) <= LONGEST_VALUE:
        return text.strip()
    return text[: 4 * LONGEST_VALUE].encode("utf-8", "replace").decode("utf-8").strip()[:LONGEST_VALUE]
