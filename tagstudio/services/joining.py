"""Joining a root that is gone to the root that holds its files now: each track gets the place where its audio is."""

import os
import shlex
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.tracks import shown_path
from tagstudio.library import judgements, places, roots
from tagstudio.library.places import Resident
from tagstudio.library.roots import Root
from tagstudio.services.folders import has_audio, holds_audio, is_inside, is_there, leads_into_another
from tagstudio.services.studio import Studio


@dataclass(frozen=True, slots=True)
class Joined:
    """How many tracks of a root got places in another one.

    ``contested`` were left as they are because the others had been judged, ``left`` because their audio was not found.
    Without either the old root is none any more.
    """

    moved: int
    contested: int
    left: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A root without any audio of its own, and one in which files with the audio of so many of its tracks were found.

    In the place of the old one a link may be, to a folder of the new one.
    """

    old: Root
    new: Root
    tracks: int
    is_there: bool = False
    is_link: bool = False

    @property
    def what(self) -> str:
        """What was found, for people."""
        was = "1 of its tracks was" if self.tracks == 1 else f"{self.tracks:,} of its tracks were"
        state = "holds no audio" if self.is_there else "is not there"
        state = "is a link to another place now" if self.is_link else state
        return f"“{self.old.display}” {state}, and {was} found in “{self.new.display}”"

    @property
    def sentence(self) -> str:
        """What was found, and the command that does something about it."""
        command = f"tagstudio roots move {shlex.quote(self.old.display)} {shlex.quote(self.new.display)}"
        return f'{self.what}: "{command}" keeps their judgements.'


def elsewhere(studio: Studio, *, after: int) -> tuple[Elsewhere, ...]:
    """Return the roots without any audio to whose tracks most tracks of another one belong that came after an id.

    Also those in whose place there is a link into another root, with the tracks that can be joined, old or new.
    """
    with studio.library.read() as session:
        known = {each.id: each for each in roots.all_roots(session)}
        new = places.arrived(session, after=after)
    paths = [each.path for each in known.values()]
    links = [root for root in known.values() if leads_into_another(root.path, paths)]
    away = [root for root in known.values() if new and root not in links and not has_audio(root.path)]
    found = [each for root in links for each in _linked(studio, root, known)]
    for old in away:
        with studio.library.read() as session:
            counts = places.found_among(session, old.id, after=after)
        found += [
            Elsewhere(old, known[root_id], n, is_there(old.path))
            for root_id, n in counts.items()
            if 2 * n > new[root_id]
        ]
    return tuple(found)


def _linked(studio: Studio, old: Root, known: Mapping[int, Root]) -> list[Elsewhere]:
    with studio.library.read() as session:
        new = roots.containing(session, os.path.realpath(old.path))
        counts = places.found_among(session, old.id, after=0)
    if new is None or new.id not in counts:
        return []
    return [Elsewhere(old, known[new.id], counts[new.id], is_there=True, is_link=True)]


def join(studio: Studio, old: Root, new: Root, folder: bytes) -> Joined:
    """Give the tracks of a root the places of equal ones below a folder of another root, in one transaction.

    The tracks that had these places are as good as missing files: nothing is deleted. One that was judged keeps its
    place.

    Raises
    ------
    TagStudioError
        If the old root is still there, or none of its audio is below the folder.
    """
    with studio.library.read() as session:
        known = [each.path for each in roots.all_roots(session)]
    if holds_audio(old.path, known):
        raise TagStudioError(
            f"“{shown_path(folder)}” belongs to “{new.display}”, a folder of the library, and “{old.display}” "
            "is still there.",
            "Only a folder that is not there any more can become part of another one.",
        )
    with studio.library.write() as session:
        before = places.residents(session, old.id)
        there = [each for each in places.residents(session, new.id) if not each.is_missing]
        pairs = _pairs(before, [each for each in there if _is_below(each, new, folder)], _prefix(new, folder))
        if not pairs:
            raise TagStudioError(
                f"None of the tracks of “{old.display}” was found in “{shown_path(folder)}”.",
                "Scan that folder first, or choose the one that now holds what the old one held.",
            )
        own = judgements.ever_judged(session, pairs)
        heirs = {track_id: heir for track_id, heir in pairs.items() if track_id not in own}
        places.replace(session, heirs)
        remaining = places.close_if_empty(session, old.id)
    return Joined(len(heirs), len(own), remaining - len(own))


def _prefix(root: Root, folder: bytes) -> bytes:
    return b"" if folder == root.path else folder.removeprefix(root.path.rstrip(b"/") + b"/") + b"/"


def _is_below(each: Resident, root: Root, folder: bytes) -> bool:
    return is_inside(os.path.join(root.path, each.path), folder)  # noqa: PTH118 -- bytes


def _pairs(before: Sequence[Resident], there: Collection[Resident], prefix: bytes) -> dict[int, int]:
    """Return which track's audio is at which other track's place, as {there: before}.

    Of several equal ones those with the same path belong together, then those with the same name, then the first.
    """
    free: dict[str, list[Resident]] = defaultdict(list)
    for each in there:
        free[each.audio_hash].append(each)
    # Tracks whose files were lost before come last.
    waiting = sorted(before, key=lambda each: each.is_missing)
    pairs: dict[int, int] = {}
    for key in (lambda path: path, os.path.basename, lambda _: b""):
        unpaired = []
        for each in waiting:
            fits = (one for one in free[each.audio_hash] if key(one.path.removeprefix(prefix)) == key(each.path))
            if (found := next(fits, None)) is None:
                unpaired.append(each)
            else:
                free[each.audio_hash].remove(found)
                pairs[found.track_id] = each.track_id
        waiting = unpaired
    return pairs
