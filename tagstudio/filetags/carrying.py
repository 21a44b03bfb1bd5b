"""The ID3v1 and APEv2 tags at the end of a file: they stay, but what they say goes into a new tag beside them.

Most programs that find such a tag read no further, so one with nothing but a curator's words would hide the title.
"""

import re
from collections.abc import Mapping
from typing import Any, BinaryIO

from mutagen import id3

from tagstudio.domain.id3v1 import ID3V1_BYTES
from tagstudio.filetags.ape import Ape, has_id3v1
from tagstudio.filetags.id3 import Id3
from tagstudio.filetags.items import Item, Tag, read_at

# Untyped in mutagen.
_PARSED: Any = id3.ParseID3v1

# What APEv2 and ID3v2 call what it holds.
_FRAMES = {
    "Title": "TIT2", "Artist": "TPE1", "Album": "TALB", "Year": "TDRC", "Track": "TRCK", "Comment": "COMM",
    "Genre": "TCON",
}  # fmt: skip
# It cuts these off after 30 letters, and knows genres by number only.
_SHORT = ("Title", "Artist", "Album", "Comment", "Genre")
_UNKNOWN = "Unknown"
_YEAR = re.compile("[0-9]{4}")


def said_by_id3v1(file: BinaryIO, size: int) -> dict[str, str]:
    """Return what the ID3v1 tag at the end of a file says, by the names that APEv2 has for it; nothing without one."""
    if not has_id3v1(file, size):
        return {}
    frames = _PARSED(read_at(file, size - ID3V1_BYTES, ID3V1_BYTES)) or {}
    said = {}
    for name, frame in _FRAMES.items():
        if frame in frames:
            texts = frames[frame].genres if frame == "TCON" else frames[frame].text
            said[name] = str(texts[0])
    # Years that are none, and genres that only later programs have numbered.
    return {name: text for name, text in said.items() if text and (name, text) != ("Genre", _UNKNOWN)}


def said_by_ape(ape: Ape) -> dict[str, str]:
    """Return what an APEv2 tag says in the fields that an ID3v1 tag has as well; the first of several values."""
    texts = {item.key: next(filter(None, item.values or ()), "") for item in ape.items}
    # ID3v2 keeps nothing but dates there.
    year = _YEAR.match(texts.get("year", ""))
    texts["year"] = year[0] if year else ""
    return {name: text for name in _FRAMES if (text := texts.get(name.casefold(), ""))}


def carry_over(tag: Tag, said: Mapping[str, str], ape: Ape | None = None) -> None:
    """Let a tag that is still to be made begin with what the tags at the end say.

    Where an APEv2 tag says the same, its text is taken: it is not cut off.
    """
    longer = {item.key: item.values for item in ape.items if item.values} if ape else {}
    for name, text in said.items():
        values = longer.get(name.casefold()) if name in _SHORT else None
        tag.items.append(_item(tag, name, tuple(filter(None, values or ())) or (text,)))
    tag.is_carried = bool(said)


def _item(tag: Tag, name: str, values: tuple[str, ...]) -> Item:
    if isinstance(tag, Id3):
        return tag.carried(_FRAMES[name], values)
    return Item(tag.rendered(name.casefold(), name, values), name.casefold(), name, values)
