"""The audio files below a folder, found without trusting anything in it."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tagstudio.audio.formats import is_audio_name

DEPTH = 128
# Larger files are read, but a person should know: most often they are not music.
LARGE_BYTES = 2 << 30


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


def audio_files(folder: bytes, unread: dict[bytes, str], *, links_into: Sequence[bytes] = ()) -> Iterator[FoundFile]:
    """Yield the regular files with an audio name below ``folder``, in order of path, without recursion.

    Hidden files are passed over, and so is what vanishes meanwhile. Links to folders are not followed. What a link to a
    file points to is yielded, last of all, when it is a regular file below ``folder`` or one of ``links_into``: under
    its own path, so a file is one file however many links lead to it. What cannot be looked into goes to ``unread``,
    with the reason: nobody knows what is below it.
    """
    stack = [(folder, 0)]
    seen: set[tuple[int, int]] = set()
    links: list[bytes] = []
    while stack:
        here, depth = stack.pop()
        if depth > DEPTH:
            unread[here] = f"it lies more than {DEPTH} folders deep"
            continue
        folders: list[bytes] = []
        for entry in _entries(here, unread):
            try:
                if entry.is_dir(follow_symlinks=False):
                    if _is_new(entry, seen):
                        folders.append(entry.path)
                elif is_audio_name(entry.name):
                    state = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(state.st_mode):
                        yield FoundFile(entry.path, state.st_size, state.st_mtime_ns)
                    elif stat.S_ISLNK(state.st_mode):
                        links.append(entry.path)
            except OSError as error:
                _note(unread, entry.path, error)
        stack.extend((each, depth + 1) for each in reversed(folders))
    yield from _targets(links, (folder, *links_into))


def _is_new(entry: os.DirEntry[bytes], seen: set[tuple[int, int]]) -> bool:
    # A folder that is mounted inside itself would never end.
    state = entry.stat(follow_symlinks=False)
    key = state.st_dev, state.st_ino
    if key in seen:
        return False
    seen.add(key)
    return True


def _targets(links: list[bytes], folders: Sequence[bytes]) -> Iterator[FoundFile]:
    for target in dict.fromkeys(os.path.realpath(link) for link in links):
        if any(target.startswith(folder.rstrip(b"/") + b"/") for folder in folders):
            try:
                state = os.lstat(target)
            except OSError:
                continue
            if stat.S_ISREG(state.st_mode):
                yield FoundFile(target, state.st_size, state.st_mtime_ns)


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
