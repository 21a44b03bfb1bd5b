"""Looking into another library without touching it: a copy of it is opened, in a folder that is gone afterwards."""

import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tagstudio.domain.errors import LibraryError
from tagstudio.library.schema import APPLICATION_ID
from tagstudio.library.store import Library, open_library

ATTEMPTS = 5
_MAGIC = b"SQLite format 3\0"
# Beside a database lie the changes that are not in it yet.
_JOURNALS = ("-wal", "-journal")


def is_library(file: Path) -> bool:
    """Tell by its first bytes whether a file is a library."""
    try:
        if not file.is_file():
            return False
        with file.open("rb") as opened:
            head = opened.read(100)
    except (OSError, ValueError):
        return False
    return head.startswith(_MAGIC) and len(head) == 100 and struct.unpack_from(">I", head, 68)[0] == APPLICATION_ID


@contextmanager
def opened_copy(file: Path) -> Iterator[Library]:
    """Open a copy of a library, brought to this program's schema; the file itself is only read.

    Raises
    ------
    LibraryError
        If it is no library, damaged, newer than this program, or changes all the time.
    """
    if not is_library(file):
        raise LibraryError(f"“{file.name}” is not a TagStudio library.", "Choose another file.")
    with tempfile.TemporaryDirectory(prefix="tagstudio-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        _copy(file, copy)
        with open_library(copy, create=False) as library:
            yield library


def _copy(file: Path, copy: Path) -> None:
    for _ in range(ATTEMPTS):
        before = _state(file)
        try:
            for suffix in ("", *_JOURNALS):
                if before[suffix] is not None:
                    shutil.copyfile(_beside(file, suffix), _beside(copy, suffix))
        except FileNotFoundError:
            continue  # a journal that was just taken in
        except OSError as error:
            raise LibraryError(f"“{file.name}” cannot be read: {error.strerror}.", "Nothing was changed.") from error
        if _state(file) == before:
            return
        for suffix in _JOURNALS:
            _beside(copy, suffix).unlink(missing_ok=True)
    raise LibraryError(f"“{file.name}” is being changed by another program.", "Close it there, then do it again.")


def _state(file: Path) -> dict[str, tuple[int, int] | None]:
    found: dict[str, tuple[int, int] | None] = {}
    for suffix in ("", *_JOURNALS):
        try:
            stat = os.stat(_beside(file, suffix))  # noqa: PTH116 -- one call for both numbers
            found[suffix] = stat.st_size, stat.st_mtime_ns
        except FileNotFoundError:
            found[suffix] = None
    return found


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)
