"""Putting what was read of files into the library: a track is its audio, wherever the file went meanwhile."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tagstudio.domain.errors import TagStudioError, WorkerError, reason_of
from tagstudio.domain.tracks import TrackFacts, shown_path
from tagstudio.library import arrivals, places, tracks
from tagstudio.library.arrivals import Arrival
from tagstudio.library.places import Seat
from tagstudio.services.folders import is_there
from tagstudio.services.movable import Movable
from tagstudio.services.reading import Answer
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

    def __init__(self, studio: Studio, files: Mapping[bytes, FoundFile], movable: Movable) -> None:
        self.tally = Tally()
        self.vanished: set[bytes] = set()
        self._studio, self._files, self._movable = studio, files, movable
        self._waiting: dict[bytes, TrackFacts] = {}

    def store(self, answers: Sequence[Answer]) -> None:
        """Store a batch in one transaction."""
        failures = {each.path: each for each in answers if not isinstance(each.facts, TrackFacts)}
        facts = {each.path: each.facts for each in answers if isinstance(each.facts, TrackFacts)}
        self.vanished |= {path for path in failures if not is_there(path)}
        self._write(facts, {path: failures[path] for path in failures if path not in self.vanished}, is_last=False)

    def settle(self) -> None:
        """Store what waited, in one transaction; only once everything was read."""
        waiting, self._waiting = self._waiting, {}
        self._movable.forget_presence()
        self._write(waiting, {}, is_last=True)

    def _write(self, read: Mapping[bytes, TrackFacts], failures: Mapping[bytes, Answer], *, is_last: bool) -> None:
        if not read and not failures:
            return
        hashes = {path: facts.audio_hash for path, facts in read.items()}
        # Looking for files may take long on a slow disk: not inside a transaction.
        owners, gone = self._movable.owners(hashes.values())
        with self._studio.library.write() as session:
            where = places.places(session, [*read, *failures])
            seats = places.seats(session, where)
            made = plan(hashes, seats, owners, gone, is_last=is_last)
            if taken := self._taken(session, made):
                self._movable.drop(taken)
                owners = {key: {n: path for n, path in same.items() if n not in taken} for key, same in owners.items()}
                made = plan(hashes, seats, owners, gone - taken, is_last=is_last)
            self._apply(session, made, read, where)
            displaced = tracks.rows(session, sorted(made.displaced))
            self._store_failures(session, failures, where, seats)
        # Only now: what was not committed is not counted.
        self._movable.drop([*made.moves.values(), *made.stays.values()])
        self._movable.lose(displaced)
        self._count(made, failures)
        self._waiting |= {path: read[path] for path in made.waits}

    def _taken(self, session: Any, made: Plan) -> set[int]:
        """Return the tracks to be moved that somebody else has moved since they were looked for."""
        wanted = sorted(made.moves.values())
        unchanged = {each.id for each in tracks.rows(session, wanted) if self._movable.is_as_believed(each)}
        return {*wanted} - unchanged

    def _apply(
        self, session: Any, made: Plan, read: Mapping[bytes, TrackFacts], where: Mapping[bytes, tuple[int, bytes]]
    ) -> None:
        places.vacate(session, {*made.moves.values(), *made.displaced})
        for path, track_id in made.moves.items():
            root_id, below = where[path]
            tracks.update(session, track_id, **self._state(path), facts=read[path], root_id=root_id, path=below)
        for path, track_id in made.stays.items():
            tracks.update(session, track_id, **self._state(path), facts=read[path])
        arrivals.add_all(session, [self._arrival(path, where[path], facts=read[path]) for path in made.new])

    def _store_failures(
        self, session: Any, failures: Mapping[bytes, Answer], where: Mapping[bytes, tuple[int, bytes]],
        seats: Mapping[bytes, Seat],
    ) -> None:  # fmt: skip
        unknown = []
        for path, answer in failures.items():
            error = answer.facts
            assert isinstance(error, TagStudioError)
            state = self._state(path)
            if not isinstance(error, WorkerError):
                state["mtime_ns"] = READ_AGAIN_NS
            if path in seats:
                last_error, track_id = reason_of(error), seats[path].track_id
                tracks.update(session, track_id, **state, last_error=last_error, deaths=answer.deaths)
            else:
                root_id, below = where[path]
                unknown.append(Arrival(root_id, below, **state, last_error=reason_of(error), deaths=answer.deaths))
        arrivals.add_all(session, unknown)

    def _arrival(self, path: bytes, place: tuple[int, bytes], *, facts: TrackFacts) -> Arrival:
        return Arrival(*place, **self._state(path), facts=facts)

    def _state(self, path: bytes) -> dict[str, Any]:
        file = self._files[path]
        return {"size": file.size, "mtime_ns": file.mtime_ns}

    def _count(self, made: Plan, failures: Mapping[bytes, Answer]) -> None:
        self.tally.new += len(made.new)
        self.tally.changed += len(made.stays)
        self.tally.moved += len(made.moves)
        self.tally.missing += len(made.displaced)
        for path, answer in failures.items():
            assert isinstance(answer.facts, TagStudioError)
            self.tally.failed.append(Failure(shown_path(path), reason_of(answer.facts)))
