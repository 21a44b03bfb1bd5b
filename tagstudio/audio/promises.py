"""What a header promises and the file does not hold: FFmpeg quietly plays what is there of a WAV or AIFF cut short."""

import os
import struct
from typing import BinaryIO

CUT_SHORT = "The file ends before its header says."

_MOST_PARTS = 1000
# Recorders that could not go back to the header leave zero, or about the largest number there is.
_UNKNOWN = 0x7FFF_0000
# name of the file's kind -> byte order, the part that holds the sound
_KINDS = {b"WAVE": ("<", b"data"), b"AIFF": (">", b"SSND"), b"AIFC": (">", b"SSND")}


def is_cut_short(file: BinaryIO) -> bool:
    """Tell whether a WAV or AIFF file ends before the end of its sound; of other files nothing is known."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(12)
    if head[:4] not in (b"RIFF", b"FORM") or head[8:] not in _KINDS:
        return False
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
