"""Which files can be written, told by their first bytes, and reading all of their tags for that."""

from typing import BinaryIO

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.filetags.ape import has_id3v1, read_ape
from tagstudio.filetags.carrying import carry_over, said_by_ape, said_by_id3v1
from tagstudio.filetags.flac import read_flac
from tagstudio.filetags.id3 import read_id3, tag_size
from tagstudio.filetags.iff import read_iff
from tagstudio.filetags.items import Document, damaged, read_at
from tagstudio.filetags.mp4 import read_mp4
from tagstudio.filetags.ogg import read_ogg
from tagstudio.filetags.profiles import Profile

__all__ = ["read_document"]

WRITTEN = "MP3, FLAC, Ogg Vorbis, Opus, MP4, WAV, AIFF, WavPack, Monkey's Audio and Musepack files can be written."


class Mpeg(Document):
    """An MP3 file: an ID3v2 tag in front, and perhaps an APEv2 and an ID3v1 tag at the end."""


class ApeTagged(Document):
    """A file whose only tag is an APEv2 tag at the end."""


def read_document(file: BinaryIO, profile: Profile) -> Document:
    """Read the tags of a file so that they can be changed without touching anything else.

    Raises
    ------
    WriteRefusedError
        If the file is of a kind that is not written, or not in order.
    """
    size = file.seek(0, 2)
    if size < 12:
        raise damaged("it is too short to be music")
    document = _read(file, size)
    for tag in document.tags:
        for name in ("grouping_frame", "mood_name"):
            if hasattr(tag, name):
                setattr(tag, name, getattr(profile, name))
    return document


def _read(file: BinaryIO, size: int) -> Document:
    head = read_at(file, 0, 12)
    if head[4:8] == b"ftyp":
        return read_mp4(file, size)
    if head[:4] in (b"RIFF", b"FORM") and head[8:] in (b"WAVE", b"AIFF", b"AIFC"):
        return read_iff(file, size, order="little" if head[:4] == b"RIFF" else "big")
    if head[:4] == b"OggS":
        return read_ogg(file, size)
    if head[:4] in (b"wvpk", b"MAC ", b"MPCK") or head[:3] == b"MP+":
        return _ape_tagged(file, size)
    return _framed(file, size, head)


def _framed(file: BinaryIO, size: int, head: bytes) -> Document:
    after = tag_size(head[:10])
    sound = read_at(file, after, min(4, size - after)) if after < size else b""
    if sound == b"fLaC":
        return read_flac(file, size)
    return _mpeg(file, size, after)


def _mpeg(file: BinaryIO, size: int, after: int) -> Mpeg:
    tag = read_id3(file, 0, size)
    sound = _first_sound(file, after, size)
    if sound[:3] == b"ID3":
        raise WriteRefusedError("it has two ID3 tags, and no rule says which one holds")
    if len(sound) < 2 or sound[0] != 0xFF or sound[1] & 0xE0 != 0xE0:
        raise WriteRefusedError("it is of a kind that TagStudio does not write", WRITTEN)
    if sound[1] & 0x06 == 0:
        raise WriteRefusedError("it is bare AAC sound, in which tags would disturb some players", WRITTEN)
    ape = read_ape(file, size)
    ape.is_second = True
    end = ape.start
    if end >= after + 10 and read_at(file, end - 10, 3) == b"3DI":
        raise WriteRefusedError("it has a second ID3 tag at its end, and no rule says which one holds")
    if not tag.items and tag.version > 2:
        carry_over(tag, said_by_ape(ape) | said_by_id3v1(file, size), ape)
    notes = []
    if ape.items:
        notes.append("It also has an APEv2 tag; fields that stand in both are written to both.")
    return Mpeg([tag, ape], size, notes + _id3v1_notes(file, size, is_read=tag.is_carried))


def _first_sound(file: BinaryIO, start: int, size: int) -> bytes:
    """Return the first bytes behind a tag; some programs leave zeros there that the tag does not count."""
    file.seek(start)
    return file.read(min(65536, size - start)).lstrip(b"\0")[:4]


def _ape_tagged(file: BinaryIO, size: int) -> ApeTagged:
    tag = read_ape(file, size)
    if not tag.items:
        carry_over(tag, said_by_id3v1(file, size))
    return ApeTagged([tag], size, _id3v1_notes(file, size, is_read=tag.is_carried))


def _id3v1_notes(file: BinaryIO, size: int, *, is_read: bool) -> list[str]:
    """Return what to say of an ID3v1 tag; it is read where it is the only tag that says anything."""
    if not has_id3v1(file, size):
        return []
    genre = said_by_id3v1(file, size).get("Genre")
    says = f", which says “{genre}”," if genre else ""
    rest = "" if is_read else "; few programs read it"
    return [f"The old ID3v1 tag at its end{says} stays as it is{rest}."]
