"""A file to import: found, not too large, its text decoded line by line."""

import codecs
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.tracks import shown
from tagstudio.services.exchange.content import Reading

LARGEST_BYTES = 1 << 30
LINE_CHARACTERS = 1 << 20
_PIECE = 1 << 20
_FALLBACK = "cp1252"


class ForeignFileError(TagStudioError):
    """A file is not of the format that it was taken for."""


@dataclass(frozen=True, slots=True)
class Source:
    """A regular file that may be read."""

    file: Path
    size: int

    @contextmanager
    def text(self, reading: Reading) -> Iterator[TextIO]:
        """Open the file as text; an encoding that had to be guessed becomes a notice."""
        encoding = _encoding(self.file)
        if encoding == _FALLBACK:
            reading.notices.append("The file is not UTF-8; it was read as Windows-1252, so check its accents.")
        with self.file.open(encoding=encoding, errors="replace", newline="") as opened:
            yield opened

    def lines(self, opened: TextIO, reading: Reading) -> Iterator[str]:
        """Yield lines with their ends; one that is endless is a bad row, and comes empty to be counted."""
        number = 0
        while line := opened.readline(LINE_CHARACTERS):
            number += 1
            if len(line) < LINE_CHARACTERS or line.endswith("\n"):
                yield line
                continue
            reading.refuse(number, f"The line is longer than {LINE_CHARACTERS:,} characters.")
            while (rest := opened.readline(LINE_CHARACTERS)) and not rest.endswith("\n"):
                pass
            yield "\n"

    def foreign(self, wanted: str) -> ForeignFileError:
        """Return the failure for a file that is of another format."""
        return ForeignFileError(
            f"“{shown(self.file.name)}” is not {wanted}.", "Choose another file, or name its format with --format."
        )


def source(file: Path) -> Source:
    """Return a file to import.

    Raises
    ------
    TagStudioError
        If it is not there, no regular file, empty, or larger than 1 GB.
    """
    try:
        # A pipe must not block; links are followed.
        found = os.stat(file)  # noqa: PTH116 -- pathlib raises for odd names
        if stat.S_ISREG(found.st_mode):
            file.open("rb").close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TagStudioError(
            f"“{shown(str(file))}” cannot be read: {reason}.", "Check its name and its permissions."
        ) from error
    if not stat.S_ISREG(found.st_mode):
        raise TagStudioError(f"“{shown(file.name)}” is not a file.", "Choose a file to import.")
    if not found.st_size:
        raise TagStudioError(f"“{shown(file.name)}” is empty.", "Export it again, or choose another file.")
    if found.st_size > LARGEST_BYTES:
        raise TagStudioError(f"“{shown(file.name)}” is larger than 1 GB.", "Split it into several files.")
    return Source(file, found.st_size)


def _encoding(file: Path) -> str:
    with file.open("rb") as opened:
        head = opened.read(4)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        opened.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece := opened.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _FALLBACK
    return "utf-8"
