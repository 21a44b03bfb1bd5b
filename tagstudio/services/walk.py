"""The audio files below a folder, found without trusting anything in it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from tagstudio.audio.formats import is_audio_name
from tagstudio.domain.tracks import shown_path

DEPTH = 128


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or folder that could not be used, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular audio file: path below the folder, absolute path, size in bytes, time of change in ns."""

    relative: bytes
    path: bytes
    size: int
    mtime_ns: int


def audio_files(folder: bytes, failed: list[Failure]) -> Iterator[FoundFile]:
    """Yield the regular files with an audio name below ``folder``, in order of path, without recursion.

    Hidden files and links are passed over; what cannot be looked into goes to ``failed``.
    """
    stack = [(folder, 0)]
    while stack:
        here, depth = stack.pop()
        try:
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            failed.append(_failure(here, error))
            continue
        folders = []
        for entry in entries:
            if entry.name.startswith(b"."):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, depth + 1))
                elif is_audio_name(entry.name) and stat.S_ISREG((state := entry.stat(follow_symlinks=False)).st_mode):
                    yield FoundFile(os.path.relpath(entry.path, folder), entry.path, state.st_size, state.st_mtime_ns)
            except OSError as error:
                failed.append(_failure(entry.path, error))
        if depth < DEPTH:
            stack.extend(reversed(folders))


def _failure(path: bytes, error: OSError) -> Failure:
    return Failure(shown_path(path), error.strerror or "it cannot be read")
