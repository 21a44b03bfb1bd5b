"""Putting what was read of files into the library: a track is its audio, wherever the file went meanwhile."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tagstudio.domain.errors import TagStudioError, WorkerError, reason_of
from tagstudio.domain.tracks import Track, TrackFacts, shown_path
from tagstudio.library import places, tracks
from tagstudio.library.places import Seat
from tagstudio.services.folders import Presence, is_there
from tagstudio.services.studio import Studio
from tagstudio.services.walk import Failure, FoundFile

# The time of change of a file that could not be read: no file has it, so the next scan reads the file again.
READ_AGAIN_NS = -1


@dataclass(slots=True)
class Tally:
    """How many tracks were found in which state so far."""

    new: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """Which file is which track, by the file's path; ``waits`` cannot be told before everything is read."""

    stays: dict[bytes, int] = field(default_factory=dict)
    moves: dict[bytes, int] = field(default_factory=dict)
    new: list[bytes] = field(default_factory=list)
    waits: list[bytes] = field(default_factory=list)
    displaced: set[int] = field(default_factory=set)


def plan(
    read: Mapping[bytes, str], seats: Mapping[bytes, Seat], owners: Mapping[str, Mapping[int, bytes]],
    gone: set[int], *, is_last: bool,
) -> Plan:  # fmt: skip
    """Decide which track each file is.

    A file whose audio belongs to a track that lost its file is that track. Only a file with audio that nobody misses
    is what was at its path before, changed. Between several equal tracks the file's name decides.

    Parameters
    ----------
    read : mapping of path to audio hash
        Files that were read.
    seats : mapping of path to Seat
        Which tracks the library knows at these paths.
    owners : mapping of audio hash to mapping of track id to path
        All tracks with the audio that was read.
    gone : set of int
        Owners without a file.
    is_last : bool
        Whether every changed file is in ``read``. Before that, a file whose path or audio is known waits unless it is
        clear which track it is.
    """
    made = Plan()
    made.stays = {path: seats[path].track_id for path in read if path in seats and seats[path].audio_hash == read[path]}
    rest = [path for path in sorted(read) if path not in made.stays]
    free = {each for each in gone if each not in {seat.track_id for seat in seats.values()}}
    if is_last:
        free |= {seats[path].track_id for path in rest if path in seats}
    else:
        made.waits = [path for path in rest if path in seats and seats[path].audio_hash]
        rest = [path for path in rest if path not in seats or not seats[path].audio_hash]
    made.moves = _matched({path: read[path] for path in rest}, owners, free)
    moved = set(made.moves.values())
    for path in rest:
        if path in made.moves:
            continue
        if not is_last and owners.get(read[path]):
            made.waits.append(path)
        elif path in seats and seats[path].track_id not in moved:
            made.stays[path] = seats[path].track_id
        else:
            made.new.append(path)
    made.displaced = {seats[path].track_id for path in made.moves if path in seats} - moved
    return made


def _matched(read: Mapping[bytes, str], owners: Mapping[str, Mapping[int, bytes]], free: set[int]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    left = set(free)
    for needs_name in (True, False):
        for path, audio_hash in read.items():
            fitting = (each for each in owners.get(audio_hash, {}) if each in left)
            if needs_name:
                fitting = (each for each in fitting if _name(owners[audio_hash][each]) == _name(path))
            track_id = None if path in found else next(fitting, None)
            if track_id is not None:
                found[path] = track_id
                left.remove(track_id)
    return found


def _name(path: bytes) -> bytes:
    return os.path.basename(path)  # noqa: PTH119 -- bytes


class Keeper:
    """Stores what a scan reads, a batch at a time; what cannot be told yet waits for ``settle``.

    ``vanished`` holds the files that were gone when they were to be read.
    """

    def __init__(self, studio: Studio, files: Mapping[bytes, FoundFile], unread: Mapping[bytes, str]) -> None:
        self.tally = Tally()
        self.vanished: set[bytes] = set()
        self._studio, self._files, self._unread = studio, files, unread
        self._waiting: dict[bytes, TrackFacts] = {}

    def store(self, answers: Mapping[bytes, TrackFacts | TagStudioError]) -> None:
        """Store a batch in one transaction."""
        failures = {path: each for path, each in answers.items() if isinstance(each, TagStudioError)}
        facts = {path: each for path, each in answers.items() if isinstance(each, TrackFacts)}
        self.vanished |= {path for path in failures if not is_there(path)}
        self._write(facts, {path: failures[path] for path in failures if path not in self.vanished}, is_last=False)

    def settle(self) -> None:
        """Store what waited, in one transaction; only once everything was read."""
        waiting, self._waiting = self._waiting, {}
        self._write(waiting, {}, is_last=True)

    def _write(
        self, read: Mapping[bytes, TrackFacts], failures: Mapping[bytes, TagStudioError], *, is_last: bool
    ) -> None:
        if not read and not failures:
            return
        lost = self._lost(read)
        with self._studio.library.write() as session:
            where = places.places(session, [*read, *failures])
            seats = places.seats(session, where)
            owners = _owners(tracks.by_hash(session, *_hashes(read)))
            gone = {each for same in owners.values() for each, path in same.items() if path in lost}
            hashes = {path: facts.audio_hash for path, facts in read.items()}
            made = plan(hashes, seats, owners, gone, is_last=is_last)
            self._apply(session, made, read, where)
            for path, error in failures.items():
                self._store_failure(session, path, error, where[path], seats.get(path))
        # Only now: what was not committed is not counted.
        self._count(made, failures)
        self._waiting |= {path: read[path] for path in made.waits}

    def _lost(self, read: Mapping[bytes, TrackFacts]) -> set[bytes]:
        # Looking for files may take long on a slow disk: not inside a transaction.
        with self._studio.library.read() as session:
            found = tracks.by_hash(session, *_hashes(read))
        presence = Presence(self._unread)
        return {os.fsencode(each.file) for each in found if presence.is_gone(each)}

    def _apply(
        self, session: Any, made: Plan, read: Mapping[bytes, TrackFacts], where: Mapping[bytes, tuple[int, bytes]]
    ) -> None:
        places.vacate(session, {*made.moves.values(), *made.displaced})
        for path, track_id in made.moves.items():
            root_id, below = where[path]
            tracks.update(session, track_id, **self._state(path), facts=read[path], root_id=root_id, path=below)
        for path, track_id in made.stays.items():
            tracks.update(session, track_id, **self._state(path), facts=read[path])
        for path in made.new:
            root_id, below = where[path]
            tracks.add(session, root_id=root_id, path=below, **self._state(path), facts=read[path])

    def _store_failure(
        self, session: Any, path: bytes, error: TagStudioError, where: tuple[int, bytes], seat: Seat | None
    ) -> None:
        state = self._state(path)
        if not isinstance(error, WorkerError):
            state["mtime_ns"] = READ_AGAIN_NS
        if seat is None:
            root_id, below = where
            tracks.add(session, root_id=root_id, path=below, **state, last_error=reason_of(error))
        else:
            tracks.update(session, seat.track_id, **state, last_error=reason_of(error))

    def _state(self, path: bytes) -> dict[str, Any]:
        file = self._files[path]
        return {"size": file.size, "mtime_ns": file.mtime_ns}

    def _count(self, made: Plan, failures: Mapping[bytes, TagStudioError]) -> None:
        self.tally.new += len(made.new)
        self.tally.changed += len(made.stays)
        self.tally.moved += len(made.moves)
        self.tally.missing += len(made.displaced)
        self.tally.failed += [Failure(shown_path(path), reason_of(error)) for path, error in failures.items()]


def _hashes(read: Mapping[bytes, TrackFacts]) -> set[str]:
    return {facts.audio_hash for facts in read.values()}


def _owners(found: list[Track]) -> dict[str, dict[int, bytes]]:
    owners: dict[str, dict[int, bytes]] = {}
    for each in found:
        owners.setdefault(each.audio_hash, {})[each.id] = os.fsencode(each.file)
    return owners
