"""Reading the descriptive fields of audio files, whatever wrote them; nothing here writes."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import mutagen
from mutagen import apev2, asf, id3, mp4
from mutagen._vorbis import VComment

from tagstudio.filetags import aliases
from tagstudio.filetags.riff import info_values

MOST_VALUES = 64
LONGEST_VALUE = 1000
# Fields of which a file has several; old programs joined them into one text.
SEVERAL = frozenset({"genre", "mood", "instrument", "grouping"})
_JOINTS = ("\0", ";", "\\\\")
_LONGEST_REASON = 200

# Untyped in mutagen.
_APE_TAG: Any = apev2.APEv2

Pairs = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FileFields:
    """Descriptive fields by lower-case name, and why they could not be read, if so (else empty)."""

    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reason: str = ""


def read_fields(path: bytes | Path) -> dict[str, tuple[str, ...]]:
    """Return the fields of a file; none when there are none, or when they cannot be read."""
    return read(path).fields


def read(path: bytes | Path) -> FileFields:
    """Return the fields of a file: title, artist, album, albumartist, composer, date, genre, mood, and more.

    At most 64 values a field and 1000 characters a value; empty and repeated values are dropped. Whatever the file
    holds, this returns. Links are not followed: whoever follows them decides whereto.
    """
    try:
        with _open_regular(path) as file:
            return FileFields(_gathered(_pairs(file)))
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


def _pairs(file: BinaryIO) -> Pairs:
    """Yield (field, value) from every kind of tag in the file."""
    found = mutagen.File(file)
    tags = None if found is None else found.tags
    if tags is not None:
        yield from _tag_pairs(tags)
    elif found is not None:
        yield from _ape_only(file)
    for name, value in info_values(file):
        if name in aliases.RIFF:
            yield aliases.RIFF[name], value


def _tag_pairs(tags: Any) -> Pairs:
    # By type, not by looking for keys: some kinds raise for a key that they cannot hold.
    if isinstance(tags, id3.ID3):
        return _id3(tags)
    if isinstance(tags, VComment):
        return ((aliases.VORBIS[key.lower()], value) for key, value in list(tags) if key.lower() in aliases.VORBIS)
    if isinstance(tags, mp4.MP4Tags):
        return _mp4(tags)
    if isinstance(tags, asf.ASFTags):
        return ((aliases.ASF[key.lower()], str(value)) for key, value in list(tags) if key.lower() in aliases.ASF)
    if isinstance(tags, apev2.APEv2):
        return _ape(tags)
    return iter(())


def _id3(tags: Any) -> Pairs:
    for frame in tags.values():
        name = aliases.ID3.get(frame.FrameID)
        if frame.FrameID == "TXXX":
            name = aliases.FREE.get(frame.desc.lower())
        # Comments with a description belong to programs (iTunNORM, for instance).
        if name is None or (frame.FrameID == "COMM" and frame.desc):
            continue
        for value in frame.genres if frame.FrameID == "TCON" else frame.text:
            yield name, str(value)


def _mp4(tags: Any) -> Pairs:
    for key, values in tags.items():
        name = aliases.MP4.get(key)
        if key.lower().startswith(aliases.MP4_FREE):
            name = aliases.FREE.get(key.lower().removeprefix(aliases.MP4_FREE))
        if name is None:
            continue
        for value in values:
            yield name, value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _ape(tags: Any) -> Pairs:
    for key, values in tags.items():
        if key.lower() in aliases.APE and isinstance(values, apev2.APETextValue):
            for value in values:
                yield aliases.APE[key.lower()], value


def _ape_only(file: BinaryIO) -> Pairs:
    """Yield from an APE tag in a file whose kind usually has another."""
    file.seek(0)
    try:
        tags = _APE_TAG(file)
    except apev2.error:
        return iter(())
    return _ape(tags)


def _gathered(pairs: Pairs) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, text in pairs:
        values = found.setdefault(name, {})
        for value in _parts(name, text):
            if value and len(values) < MOST_VALUES:
                values[value] = None
    return {name: tuple(values) for name, values in found.items() if values}


def _parts(name: str, text: str) -> list[str]:
    parts = [text]
    for joint in _JOINTS if name in SEVERAL else _JOINTS[:1]:
        parts = [part for each in parts for part in each.split(joint)]
    return [_clean(part) for part in parts]


def _clean(text: str) -> str:
    # A lone surrogate cannot be stored as text.
    return text[: 4 * LONGEST_VALUE].encode("utf-8", "replace").decode("utf-8").strip()[:LONGEST_VALUE]
