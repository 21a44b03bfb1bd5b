"""Which files are audio: by name for a scan, by content before decoding; and opening them without being trapped."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from tagstudio.domain.errors import DecodeError

SNIFFED_BYTES = 65_536

# What people call the formats, and the extensions they use.
FORMATS: dict[str, tuple[str, ...]] = {
    "MP3": ("mp3", "mp2", "mpga"),
    "FLAC": ("flac",),
    "Ogg Vorbis": ("ogg", "oga"),
    "Opus": ("opus",),
    "Speex": ("spx",),
    "AAC and ALAC (MP4)": ("m4a", "m4b", "mp4", "aac"),
    "WAV": ("wav", "wave", "w64"),
    "AIFF": ("aif", "aiff", "aifc"),
    "Core Audio": ("caf",),
    "Sun audio": ("au", "snd"),
    "Windows Media": ("wma", "asf"),
    "WavPack": ("wv",),
    "True Audio": ("tta",),
    "Monkey's Audio": ("ape",),
    "Musepack": ("mpc",),
    "DSD": ("dsf",),
    "Matroska and WebM": ("mka", "webm"),
    "AC-3": ("ac3",),
}
EXTENSIONS = frozenset(b"." + ending.encode() for endings in FORMATS.values() for ending in endings)

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "FLAC"),
    (0, b"OggS", "Ogg Vorbis"),
    (4, b"ftyp", "AAC and ALAC (MP4)"),
    (8, b"WAVE", "WAV"),
    (0, b"riff\x2e\x91\xcf\x11", "WAV"),
    (8, b"AIFF", "AIFF"),
    (8, b"AIFC", "AIFF"),
    (0, b"caff", "Core Audio"),
    (0, b".snd", "Sun audio"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
    (0, b"wvpk", "WavPack"),
    (0, b"TTA1", "True Audio"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"DSD ", "DSD"),
    (0, b"\x1a\x45\xdf\xa3", "Matroska and WebM"),
    (0, b"\x0b\x77", "AC-3"),
)


def is_audio_name(name: bytes) -> bool:
    """Tell by its extension, in any case, whether a scan should look into a file; hidden files are left alone."""
    return not name.startswith(b".") and os.path.splitext(name)[1].lower() in EXTENSIONS  # noqa: PTH122 -- bytes


def readable_formats() -> str:
    """Return one line for people that lists what can be read."""
    return ", ".join(f"{name} ({', '.join(endings)})" for name, endings in FORMATS.items())


def id3_bytes(file: BinaryIO) -> int:
    """Return how many bytes of ID3v2 tags stand in front of a file; 0 where the tag claims the whole file."""
    size, at = file.seek(0, os.SEEK_END), 0
    while True:
        file.seek(at)
        length = _tag_bytes(file.read(10))
        if not length:
            return at
        at += length
        if at >= size:
            return 0


def sniffed(head: bytes) -> str | None:
    """Name the format that a file's first bytes belong to; None where nothing known is there.

    Parameters
    ----------
    head : bytes
        The first 64 KB. ID3v2 tags in front are stepped over where they end inside it.
    """
    while length := _tag_bytes(head):
        head = head[length:]
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return "Opus" if name == "Ogg Vorbis" and b"OpusHead" in head[:512] else name
    return "MP3" if _is_mpeg_frame(head[:4]) else None


def open_regular(path: bytes | str | Path) -> BinaryIO:
    """Open a regular file for reading; refuse what could hang or mislead a decoder.

    Raises
    ------
    FileNotFoundError
        If nothing is there.
    DecodeError
        If it is empty, a link, a folder, a device or a pipe, or may not be read.
    """
    try:
        # A pipe without a writer would block an ordinary open for ever.
        descriptor = os.open(path, os.O_RDONLY | _flag("O_NONBLOCK") | _flag("O_NOFOLLOW") | _flag("O_BINARY"))
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise DecodeError(_text(path), _why_not_opened(error)) from error
    status = os.fstat(descriptor)
    reason = "" if stat.S_ISREG(status.st_mode) else "it is not a regular file"
    if not reason and not status.st_size:
        reason = "the file is empty"
    if reason:
        os.close(descriptor)
        raise DecodeError(_text(path), reason)
    return os.fdopen(descriptor, "rb", buffering=0)


def _why_not_opened(error: OSError | ValueError) -> str:
    if getattr(error, "errno", None) == errno.ELOOP:
        return "it is a link; add the file it points to"
    return f"it could not be opened ({getattr(error, 'strerror', None) or error})"


def _flag(name: str) -> int:
    return int(getattr(os, name, 0))  # Windows lacks some, other systems lack others


def _text(path: bytes | str | Path) -> str:
    return os.fsdecode(path)


def _tag_bytes(head: bytes) -> int:
    # Length of an ID3v2 tag by its header, 0 without one.
    if len(head) < 10 or head[:3] != b"ID3":
        return 0
    a, b, c, d = head[6:10]
    has_footer = bool(head[5] & 0x10)
    return 10 + (a << 21 | b << 14 | c << 7 | d) + 10 * has_footer


def _is_mpeg_frame(head: bytes) -> bool:
    # Sync word, a legal version, layer and bit rate; or ADTS AAC, which shares the sync word with layer 0.
    return len(head) == 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08 and head[2] < 0xF0
