"""Writing files that are complete or not there at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tagstudio.audio.formats import SNIFFED_BYTES, is_audio_name, sniffed
from tagstudio.domain.disk_faults import reason
from tagstudio.domain.errors import TagStudioError

_DATABASE = b"SQLite format 3\0"


@contextmanager
def written_whole(file: Path) -> Iterator[BinaryIO]:
    """Write to a hidden neighbour, which takes the file's place when the block has ended and all is on the disk.

    Raises
    ------
    TagStudioError
        If the disk refuses, or the file is music, a database or a folder; whatever was there before is still there.
    """
    refuse_precious(file)
    part = file.with_name(f".tagstudio-{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as error:
        raise TagStudioError(
            f"“{file}” could not be written: {reason(error)}.", "Choose another place, or free some space."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def refuse_precious(file: Path) -> None:
    """Raise for a name that must not be replaced: nothing this program writes may cost music or a library."""
    if not file.name or os.path.isdir(file):  # noqa: PTH112 -- pathlib raises for a name that is too long
        raise TagStudioError(f"“{file}” is no name for a file.", "Name a file to write.")
    try:
        with file.open("rb") as stream:
            head = stream.read(SNIFFED_BYTES)
    except OSError:
        head = b""
    is_music = is_audio_name(os.fsencode(file.name)) or sniffed(head) is not None
    if is_music or head.startswith(_DATABASE) or ".sqlite3" in file.name:
        kind = "music" if is_music else "a library"
        raise TagStudioError(f"“{file.name}” is {kind}, which is never written over.", "Choose another name.")
