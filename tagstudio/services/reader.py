"""What a scan reads from files, in a process of its own; it loads decoders only for files that need them."""

import os
import time
from collections.abc import Iterator, Sequence

from tagstudio.audio.containers import ordinary_facts
from tagstudio.audio.facts import Facts
from tagstudio.audio.formats import open_regular
from tagstudio.domain.errors import DecodeError
from tagstudio.domain.tracks import TrackFacts
from tagstudio.filetags.read import fields_of
from tagstudio.worker_faults import portable

# So often, at least, a reader says what it has read.
TELL_EVERY_S = 0.1

Answer = tuple[bytes, TrackFacts | Exception]


class FileReader:
    """Lives in a worker: audio facts and descriptive tags of files.

    Parameters
    ----------
    own : sequence of str
        Names of more fields to keep: the curator's own facets.
    """

    def __init__(self, own: Sequence[str] = ()) -> None:
        self._own = frozenset(own)

    def read(self, path: bytes) -> TrackFacts:
        """Read one file; raises DecodeError when it holds no readable audio."""
        try:
            file = open_regular(path)
        except FileNotFoundError as error:
            raise DecodeError(os.fsdecode(path), "it is not there any more") from error
        with file:
            try:
                facts = ordinary_facts(file)
            except OSError as error:
                raise DecodeError(os.fsdecode(path), error.strerror or "it could not be read") from error
            fields = fields_of(file, own=self._own)
        audio_hash, duration_s, codec, rate, channels = facts or _facts_of_any(path)
        return TrackFacts(
            audio_hash=audio_hash, duration_s=duration_s, codec=codec, rate=rate, channels=channels, fields=fields
        )

    def read_all(self, paths: Sequence[bytes]) -> Iterator[list[Answer]]:
        """Yield what was read of the files, in order, several at a time; a file's failure takes the place of facts."""
        answers: list[Answer] = []
        told = time.monotonic()
        for path in paths:
            try:
                answers.append((path, self.read(path)))
            except Exception as error:  # noqa: BLE001 -- damaged files raise anything; the others must be read
                answers.append((path, portable(error)))
            if time.monotonic() - told >= TELL_EVERY_S:
                yield answers
                answers, told = [], time.monotonic()
        yield answers


def _facts_of_any(path: bytes) -> Facts:
    # Most readers never meet a file that needs FFmpeg, so most never load it.
    from tagstudio.audio.hashing import facts

    return facts(path)
