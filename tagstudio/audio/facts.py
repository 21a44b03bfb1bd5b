"""What a scan wants to know of the audio in a file; a module of its own, so that it is known without a decoder."""

from typing import NamedTuple

HASH_DIGITS = 32


class Facts(NamedTuple):
    """What a scan wants to know of the audio in a file.

    ``audio_hash`` is made of the compressed packets: renaming, moving and retagging do not change it.
    """

    audio_hash: str
    duration_s: float
    codec: str
    rate: int
    channels: int
