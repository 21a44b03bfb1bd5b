"""Which folders a scan may read, which roots they belong to, and which files are surely not there any more."""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.tracks import Track, shown_path
from tagstudio.library import places, roots, tracks
from tagstudio.services.studio import Studio
from tagstudio.services.walk import FoundFile, audio_files


class UnusableFolderError(TagStudioError):
    """A folder that cannot be scanned; others can."""


@dataclass(slots=True)
class Look:
    """What is in a folder: its audio files by absolute path, and what could not be looked into, with the reason."""

    folder: bytes
    files: dict[bytes, FoundFile]
    unread: dict[bytes, str] = field(default_factory=dict)


def require_usable(folders: Sequence[Path]) -> None:
    """Refuse folders of which not one can be read; a quick look that changes nothing.

    Raises
    ------
    UnusableFolderError
        If there is none to scan.
    """
    usable, refused = split(folders)
    if not usable:
        raise none_usable([error for _, error in refused])


def split(folders: Sequence[Path]) -> tuple[list[bytes], list[tuple[bytes, UnusableFolderError]]]:
    """Return absolute paths of the folders that can be read, and why the others cannot.

    Folders inside others are left out: they are read with them.
    """
    usable, refused = [], []
    for folder in folders:
        try:
            usable.append(_resolved(folder))
        except UnusableFolderError as error:
            refused.append((os.fsencode(folder), error))
    outer = [each for each in usable if not any(is_inside(each, other) for other in usable)]
    return list(dict.fromkeys(outer)), refused


def none_usable(errors: Sequence[UnusableFolderError]) -> UnusableFolderError:
    """Return the failure of a scan that can read none of its folders."""
    if not errors:
        return UnusableFolderError("There is no folder to look into.", "Add a folder of music first.")
    if len(errors) == 1:
        return errors[0]
    return UnusableFolderError(f"None of the {len(errors)} folders can be scanned. {errors[0].what}", errors[0].advice)


def look_into(folder: bytes, *, links_into: Sequence[bytes] = ()) -> Look:
    """Find the audio files of a folder; links may lead to files below ``links_into``, too."""
    look = Look(folder, {})
    look.files = {each.path: each for each in audio_files(folder, look.unread, links_into=links_into)}
    return look


def root_of(studio: Studio, look: Look) -> roots.Root:
    """Return the root that holds a folder; a new one is added. It takes in the roots inside it.

    A root inside it that holds no audio, perhaps a drive that is not connected, stays a root until it holds some; so
    does one in whose place a link into another root is.

    Raises
    ------
    UnusableFolderError
        If the folder holds no audio: perhaps its drive is not connected.
    """
    with studio.library.read() as session:
        root = roots.containing(session, look.folder)
        if root is not None and root.path == look.folder and not look.files and tracks.known(session, root.id):
            raise _away(root)
        inside = [each for each in roots.all_roots(session) if is_inside(each.path, look.folder)]
        inhabited = roots.counts(session).keys()
        known = [each.path for each in roots.all_roots(session)]
    # Looking for files may take long on a slow disk: not inside a transaction.
    empty = [each for each in inside if each.id in inhabited and not holds_audio(each.path, known)]
    if root is None and not look.files:
        raise UnusableFolderError(
            f"No audio files were found in “{shown_path(look.folder)}”.",
            "Choose a folder with mp3, flac, ogg, m4a or wav files.",
        )
    if root is not None and (root.path != look.folder or inside == empty):
        return root
    with studio.library.write() as session:
        root = roots.containing(session, look.folder) or roots.add(session, look.folder)
        for each in roots.all_roots(session):
            if is_inside(each.path, root.path) and each not in empty:
                places.enclose(session, root, each)
    return root


def is_inside(path: bytes, folder: bytes) -> bool:
    """Tell whether a path lies below a folder."""
    return path.startswith(folder.rstrip(b"/") + b"/") and path != folder


class Presence:
    """Tells which tracks have lost their file; build a new one for each look, drives come and go.

    A file that cannot be looked for is not gone: not below a folder that could not be read, and not in a root that
    holds no audio at all, which is a drive that is not connected more often than one that was emptied.

    Parameters
    ----------
    unread : iterable of bytes
        The folders that could not be read.
    known : iterable of bytes
        The paths of all roots.
    """

    def __init__(self, unread: Iterable[bytes], known: Iterable[bytes]) -> None:
        self._unread, self._known = tuple(unread), tuple(known)
        self._is_connected: dict[bytes, bool] = {}

    def is_gone(self, track: Track) -> bool:
        """Tell whether a track's file is surely not where it was."""
        path = os.fsencode(track.file)
        if _is_file_there(path) or any(path == each or is_inside(path, each) for each in self._unread):
            return False
        return self.is_connected(track.root)

    def is_connected(self, root: bytes) -> bool:
        """Tell whether a root holds any audio of its own."""
        if root not in self._is_connected:
            self._is_connected[root] = holds_audio(root, self._known)
        return self._is_connected[root]


def is_there(path: bytes) -> bool:
    """Tell whether something is, or may be, at a path: only a clear answer counts as no."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _is_file_there(path: bytes) -> bool:
    """Tell whether a track's file is, or may be, where it was: a folder is none, of a link the target is found."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return not (stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _resolved(folder: Path) -> bytes:
    try:
        resolved = folder.expanduser().resolve(strict=True)
        os.scandir(resolved).close()
    except FileNotFoundError as error:
        raise UnusableFolderError(
            f"The folder “{folder}” does not exist.", "Check the spelling, or connect its drive."
        ) from error
    except NotADirectoryError as error:
        raise UnusableFolderError(f"“{folder}” is a file, not a folder.", "Name the folder that holds it.") from error
    except (OSError, RuntimeError, ValueError) as error:  # in turn: not allowed, no such home, NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise UnusableFolderError(
            f"The folder “{folder}” cannot be read: {reason}.", "Check its name and its permissions."
        ) from error
    return os.fsencode(resolved)


def _away(root: roots.Root) -> UnusableFolderError:
    return UnusableFolderError(
        f"“{root.display}” is empty or not connected; its tracks were left as they are.",
        "Connect its drive, then scan again.",
    )


def holds_audio(root: bytes, known: Iterable[bytes]) -> bool:
    """Tell whether a root holds any audio that is not another root's; ``known`` are the paths of all roots."""
    return not leads_into_another(root, known) and has_audio(root)


def leads_into_another(root: bytes, known: Iterable[bytes]) -> bool:
    """Tell whether a link is in the place of a root now, to a folder of another one."""
    real = os.path.realpath(root)
    return real != root and any(real == each or is_inside(real, each) for each in known if each != root)


def has_audio(folder: bytes) -> bool:
    """Tell whether there is any audio file below a folder."""
    return next(audio_files(folder, {}), None) is not None
