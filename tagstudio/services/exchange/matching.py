"""Finding the tracks that a file names: by their audio, by their path, by the end of it, by name and length."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath, PureWindowsPath

from tagstudio.domain.tracks import folded
from tagstudio.library.exchange import KnownTrack
from tagstudio.services.exchange.content import Reference

LENGTH_WITHIN_S = 2.0


class Way(StrEnum):
    """How a track was recognised, the surest first."""

    AUDIO = "the same audio"
    PATH = "the same place"
    BELOW = "the same place below a folder"
    NAME = "its name"


@dataclass(frozen=True, slots=True)
class Match:
    """A track of the library; ``has_other_audio`` when the file knew it with another audio hash."""

    track_id: int
    way: Way
    has_other_audio: bool = False


@dataclass(slots=True)
class Matcher:
    """Knows all tracks of a library by everything that a file may call them."""

    tracks: Sequence[KnownTrack]
    _by_hash: dict[str, list[KnownTrack]] = field(default_factory=lambda: defaultdict(list))
    _by_path: dict[bytes, KnownTrack] = field(default_factory=dict)
    _by_relative: dict[str, list[KnownTrack]] = field(default_factory=lambda: defaultdict(list))
    _by_name: dict[str, list[KnownTrack]] = field(default_factory=lambda: defaultdict(list))
    _by_stem: dict[str, list[KnownTrack]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for track in self.tracks:
            if track.audio_hash:
                self._by_hash[track.audio_hash].append(track)
            self._by_path[os.path.join(track.root, track.path)] = track  # noqa: PTH118 -- bytes
            relative = _plain(os.fsdecode(track.path))
            self._by_relative[relative].append(track)
            name = relative.rpartition("/")[2]
            self._by_name[name].append(track)
            self._by_stem[PurePath(name).stem].append(track)

    def match(self, reference: Reference) -> Match | str:
        """Return the track that a file means, or why it is not clear which."""
        ways: tuple[Callable[[Reference], Match | str], ...] = (self._audio, self._place, self._below, self._name)
        reason = "no track is called so"
        for way in ways:
            found = way(reference)
            if isinstance(found, Match):
                return found
            reason = found or reason
        return reason

    def _audio(self, reference: Reference) -> Match | str:
        found = self._by_hash.get(reference.audio_hash, []) if reference.audio_hash else []
        if not found:
            return ""
        # Copies of one recording: the one that lies most alike, whose place is spelled alike, and that is there.
        spelled = _parts(reference.path)
        wanted = [_plain(each) for each in spelled]

        def likeness(track: KnownTrack) -> tuple[int, int, bool, int]:
            place = _parts(_file(track))
            folded_likeness = _alike([_plain(each) for each in place], wanted)
            return folded_likeness, _alike(place, spelled), not track.is_missing, -track.id

        return Match(max(found, key=likeness).id, Way.AUDIO)

    def _place(self, reference: Reference) -> Match | str:
        path = _bytes(reference.path)
        track = self._by_path.get(path) if path else None
        if track is None:
            return ""
        return Match(track.id, Way.PATH, has_other_audio=_differs(track, reference))

    def _below(self, reference: Reference) -> Match | str:
        parts = _slashed(reference.path).strip("/").split("/")
        # The name alone says too little here.
        for start in range(len(parts) - 1):
            below = "/".join(parts[start:])
            spelled = _spelled(below, self._by_relative.get(_plain(below), []))
            found = _present([track for track in spelled if _fits(track, reference)])
            if len(found) == 1:
                return Match(found[0].id, Way.BELOW)
        return ""

    def _name(self, reference: Reference) -> Match | str:
        name = _plain(reference.path).rpartition("/")[2]
        found = self._by_name.get(name, []) if name else []
        if not found and reference.stem:
            found = self._by_stem.get(_plain(reference.stem), []) or self._by_name.get(_plain(reference.stem), [])
        if not found:
            return ""
        fitting = _present(_named(reference, [track for track in found if _fits(track, reference)]))
        if not fitting:
            return "the track of this name has another length, title or audio"
        if len(fitting) > 1:
            return f"{len(fitting)} tracks have this name"
        return Match(fitting[0].id, Way.NAME)


def _spelled(below: str, found: list[KnownTrack]) -> list[KnownTrack]:
    """Of several tracks whose places differ in case or in the spelling of accents, return the one spelled so."""
    return [track for track in found if os.fsdecode(track.path) == below] or found


def _named(reference: Reference, found: list[KnownTrack]) -> list[KnownTrack]:
    """Of several tracks whose names differ so, return those that are named exactly so."""
    name = _parts(reference.path)[0]
    return [track for track in found if _parts(_file(track))[0] == name] or found


def _present(found: list[KnownTrack]) -> list[KnownTrack]:
    """Of several tracks return those that are not missing; all where every one is."""
    return [track for track in found if not track.is_missing] or found


def _fits(track: KnownTrack, reference: Reference) -> bool:
    """Tell whether a track of the right name agrees in what else is known of it."""
    if _differs(track, reference):
        return False
    if reference.duration_s and track.duration_s:
        return abs(track.duration_s - reference.duration_s) <= LENGTH_WITHIN_S
    if reference.title and track.title:
        return folded(track.title) == folded(reference.title)
    return True


def _differs(track: KnownTrack, reference: Reference) -> bool:
    return bool(track.audio_hash and reference.audio_hash and track.audio_hash != reference.audio_hash)


def _alike(place: list[str], wanted: list[str]) -> int:
    count = 0
    for mine, theirs in zip(place, wanted, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _file(track: KnownTrack) -> str:
    return os.fsdecode(os.path.join(track.root, track.path))  # noqa: PTH118 -- bytes


def _parts(path: str) -> list[str]:
    """Return the parts of a path, the last one first."""
    return _slashed(path).split("/")[::-1]


def _plain(path: str) -> str:
    """Return a path as systems that fold case and accents' spelling compare it, with forward slashes."""
    return unicodedata.normalize("NFC", _slashed(path)).casefold()


def _slashed(path: str) -> str:
    return PureWindowsPath(path).as_posix() if "\\" in path and "/" not in path else path


def _bytes(path: str) -> bytes:
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:  # surrogates that stand for no byte
        return b""
