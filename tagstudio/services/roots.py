"""The folders of a library: how they are, and where they are now when a drive or a folder got another name."""

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import Progress
from tagstudio.domain.tracks import shown_path
from tagstudio.library import roots as root_table
from tagstudio.library import tracks
from tagstudio.services.folders import has_audio, is_inside, leads_into_another
from tagstudio.services.joining import Joined, join
from tagstudio.services.studio import Studio

log = logging.getLogger(__name__)
SAMPLE = 200
# So many of the tracks that are looked for must be there: some may have been moved meanwhile.
SHARE_THERE = 0.5


class RootState(StrEnum):
    """Whether a root's files can be reached."""

    CONNECTED = "connected"
    EMPTY = "empty"
    AWAY = "not there"


@dataclass(frozen=True, slots=True)
class RootView:
    """A root, its state, how many tracks it has, and how many of them are flagged as missing."""

    id: int
    folder: Path
    display: str
    state: RootState
    tracks: int
    missing: int


@dataclass(frozen=True, slots=True)
class Moved:
    """The root in which the tracks of a moved one are now; ``sentence`` says what was done."""

    root: RootView
    sentence: str


def views(studio: Studio) -> list[RootView]:
    """Return all folders of the library."""
    with studio.library.read() as session:
        known = root_table.all_roots(session)
        counts = root_table.counts(session)
    paths = [each.path for each in known]
    return [
        RootView(each.id, each.folder, each.display, _state(each.path, paths), *counts.get(each.id, (0, 0)))
        for each in known
    ]


def move(studio: Studio, old: Path, new: Path) -> Moved:
    """Say that a root is somewhere else now; nothing is read or analysed anew, and every judgement stays.

    If the other place was added to the library already, the tracks of the root take the places of those with the same
    audio there; see ``joining.join``.

    Raises
    ------
    NothingFoundError
        If ``old`` is no root of the library.
    TagStudioError
        If ``new`` cannot be read, is around another root, or does not hold the tracks.
    """
    target = _target(new)
    with studio.library.read() as session:
        root = _root(session, old)
        around = root_table.containing(session, target)
        other = around if around is not None and around.id != root.id else None
    if other is None:
        _move(studio, root, target)
    try:
        joined = None if other is None else join(studio, root, other, target)
    finally:
        studio.note_tracks_changed()
    view = next(each for each in views(studio) if each.id == (root if other is None else other).id)
    if joined is None:
        return Moved(view, f"{_tracks(view.tracks, 'is', 'are')} now looked for in “{view.display}”.")
    return Moved(view, _said(joined, root.display, view.display))


def follow_links(studio: Studio) -> Iterator[Progress]:
    """Move the roots in whose place there is a link now to where it leads, if that is free and holds their tracks."""
    with studio.library.read() as session:
        known = root_table.all_roots(session)
    for root in known:
        real = os.path.realpath(root.path)
        if real == root.path or not os.path.isdir(real):  # noqa: PTH112 -- bytes
            continue
        try:
            _move(studio, root, real)
        except TagStudioError as error:
            log.info("“%s” is a link now, and stays: %s", root.display, error.what)
            continue
        studio.note_tracks_changed()
        notice = f"“{root.display}” leads to “{shown_path(real)}” now; its tracks are looked for there."
        yield Progress(0, 0, "", notice=notice)


def _move(studio: Studio, root: root_table.Root, target: bytes) -> None:
    with studio.library.read() as session:
        _require_free(session, root, target)
        sample = tracks.sample_paths(session, root.id, SAMPLE)
    there = sum(os.path.isfile(target + b"/" + path) for path in sample)  # noqa: PTH113 -- bytes
    if there < SHARE_THERE * len(sample):
        raise TagStudioError(
            f"Only {there} of {len(sample)} tracks that were looked for are in “{shown_path(target)}”.",
            "Choose the folder that now holds what the old one held.",
        )
    with studio.library.write() as session:
        root_table.move(session, root.id, target)


def _said(joined: Joined, old: str, new: str) -> str:
    parts = [f"{_tracks(joined.moved, 'is', 'are')} in “{new}” now, with all that was said of them"]
    if joined.contested:
        parts.append(f"{_tracks(joined.contested, 'was', 'were')} left in “{old}” because those in “{new}” were judged")
    if joined.left:
        parts.append(f"{_tracks(joined.left, 'was', 'were')} not found there")
    if not joined.contested and not joined.left:
        parts.append(f"“{old}” is no folder of the library any more")
    return "; ".join(parts) + "."


def _tracks(count: int, one: str, many: str) -> str:
    return f"1 track {one}" if count == 1 else f"{count:,} tracks {many}"


def _root(session: Any, folder: Path) -> root_table.Root:
    wanted = os.path.abspath(os.fsencode(folder.expanduser()))  # noqa: PTH100 -- bytes
    known = root_table.all_roots(session)
    found = next((each for each in known if each.path == wanted), None)
    if found is None:
        names = ", ".join(f"“{each.display}”" for each in known[:3]) or "none yet"
        raise NothingFoundError(f"“{shown_path(wanted)}” is no folder of the library.", f"Its folders are: {names}.")
    return found


def _target(folder: Path) -> bytes:
    try:
        path = os.fsencode(folder.expanduser().resolve(strict=True))
        os.scandir(path).close()
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TagStudioError(
            f"The folder “{folder}” cannot be read: {reason}.", "Check its name, or connect its drive."
        ) from error
    return path


def _require_free(session: Any, root: root_table.Root, target: bytes) -> None:
    for other in root_table.all_roots(session):
        touches = other.path == target or is_inside(target, other.path) or is_inside(other.path, target)
        if other.id != root.id and touches:
            raise TagStudioError(
                f"“{shown_path(target)}” belongs to “{other.display}”, a folder of the library.",
                "Choose a folder that is not part of another one.",
            )


def _state(path: bytes, known: Sequence[bytes]) -> RootState:
    if not os.path.isdir(path) or leads_into_another(path, known):  # noqa: PTH112 -- bytes
        return RootState.AWAY
    return RootState.CONNECTED if has_audio(path) else RootState.EMPTY
