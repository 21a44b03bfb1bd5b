"""The audio files below a folder, found without trusting anything in it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from tagstudio.audio.formats import is_audio_name

DEPTH = 128


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or folder that could not be used, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular audio file: absolute path, size in bytes, time of change in ns."""

    path: bytes
    size: int
    mtime_ns: int


def audio_files(folder: bytes, unread: dict[bytes, str]) -> Iterator[FoundFile]:
    """Yield the regular files with an audio name below ``folder``, in order of path, without recursion.

    Hidden files and links are passed over, and so is what vanishes meanwhile. What cannot be looked into goes to
    ``unread``, with the reason: nobody knows what is below it.
    """
    stack = [(folder, 0)]
    while stack:
        here, depth = stack.pop()
        if depth > DEPTH:
            unread[here] = f"it lies more than {DEPTH} folders deep"
            continue
        folders: list[bytes] = []
        for entry in _entries(here, unread):
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif is_audio_name(entry.name) and stat.S_ISREG((state := entry.stat(follow_symlinks=False)).st_mode):
                    yield FoundFile(entry.path, state.st_size, state.st_mtime_ns)
            except OSError as error:
                _note(unread, entry.path, error)
        stack.extend((each, depth + 1) for each in reversed(folders))


def _entries(folder: bytes, unread: dict[bytes, str]) -> list[os.DirEntry[bytes]]:
    try:
        with os.scandir(folder) as listing:
            found = [entry for entry in listing if not entry.name.startswith(b".")]
    except OSError as error:
        _note(unread, folder, error)
        return []
    return sorted(found, key=lambda entry: entry.name)


def _note(unread: dict[bytes, str], path: bytes, error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        unread[path] = error.strerror or "it cannot be read"
