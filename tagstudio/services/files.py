"""Writing files that are complete or not there at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tagstudio.domain.errors import TagStudioError


@contextmanager
def written_whole(file: Path) -> Iterator[BinaryIO]:
    """Write to a hidden neighbour, which takes the file's place when the block has ended and all is on the disk.

    Raises
    ------
    TagStudioError
        If the disk refuses; whatever was there before is still there.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as error:
        raise TagStudioError(
            f"“{file}” could not be written: {error.strerror}.", "Choose another place, or free some space."
        ) from error
    finally:
        part.unlink(missing_ok=True)
