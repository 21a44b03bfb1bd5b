"""Decoding with soundfile: the second choice, for files that FFmpeg refuses."""

from collections.abc import Iterator
from typing import BinaryIO

import soundfile

from tagstudio.audio.sources import Samples, Source

BLOCK_SAMPLES = 65_536


class SoundFileSource(Source):
    """A file read by libsndfile.

    It never seeks: only odd files come here, and in odd Ogg files libsndfile lands beside the sample asked for.
    """

    can_seek = False

    def __init__(self, path: bytes, file: BinaryIO) -> None:
        super().__init__(path)
        file.seek(0)
        # A file object: libsndfile fails on long paths and on names that are not valid UTF-8.
        self._file, self._sound = file, soundfile.SoundFile(file)
        self.rate, self.channels = self._sound.samplerate, self._sound.channels
        self.codec = self._sound.subtype.lower()
        self._check(self.rate, self.channels)
        self.duration_s = self._sound.frames / self.rate if 0 < self._sound.frames < 2**40 else None

    def close(self) -> None:
        """Close the file."""
        self._sound.close()
        self._file.close()

    def _decoded(self) -> Iterator[tuple[int, Samples]]:
        # Its own block iterator believes the header and may hand out stale samples without end.
        while True:
            try:
                block = self._sound.read(BLOCK_SAMPLES, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                self.bad_packets += 1
                return
            if not len(block):
                return
            yield self.rate, block

    def _jump(self, sample: int) -> int:
        return int(self._sound.seek(0))
