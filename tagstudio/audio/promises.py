"""What a header promises and the file does not hold: FFmpeg quietly plays what is there of a file cut short."""

import os
import struct
from typing import BinaryIO

from tagstudio.audio.formats import id3_bytes

CUT_SHORT = "The file ends before its header says."

_MOST_PARTS = 1000
# Recorders that could not go back to the header leave zero, or about the largest number there is.
_UNKNOWN = 0x7FFF_0000
# name of the file's kind -> byte order, the part that holds the sound
_KINDS = {b"WAVE": ("<", b"data"), b"AIFF": (">", b"SSND"), b"AIFC": (">", b"SSND")}
# The first frame of an MP3 file may hold no sound but this, after at most 36 bytes that depend on the channels: a name,
# four bytes that say what follows, the number of frames, the number of bytes.
_LENGTHS = (b"Xing", b"Info")
_HAS_FRAMES, _HAS_BYTES = 1, 2


def is_cut_short(file: BinaryIO) -> bool:
    """Tell whether a WAV, AIFF or MP3 file ends before the end of its sound; of other files nothing is known."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(12)
    if head[:4] not in (b"RIFF", b"FORM") or head[8:] not in _KINDS:
        return _mp3_bytes(file) > size
    order, sound = _KINDS[head[8:]]
    for _ in range(_MOST_PARTS):
        part = file.read(8)
        if len(part) < 8:
            return False
        name, length = struct.unpack(f"{order}4sI", part)
        if name == sound:
            return 0 < int(length) < _UNKNOWN and file.tell() + int(length) > size
        file.seek(length + length % 2, os.SEEK_CUR)
    return False


def _mp3_bytes(file: BinaryIO) -> int:
    """Return how many bytes an MP3 file says it has; 0 when it does not say. Some encoders count tags, too."""
    file.seek(id3_bytes(file))
    frame = file.read(64)
    if frame[:1] != b"\xff":
        return 0
    at = next((place for name in _LENGTHS if (place := frame.find(name, 4)) > 0), 0)
    (flags,) = struct.unpack(">I", frame[at + 4 : at + 8]) if at and len(frame) >= at + 8 else (0,)
    if not flags & _HAS_BYTES:
        return 0
    at += 8 + (4 if flags & _HAS_FRAMES else 0)
    return int.from_bytes(frame[at : at + 4])
