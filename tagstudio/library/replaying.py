"""Judging anew what the mirror has and a backup lacks: by numbers, names and audio, in order, batch by batch."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.domain.tracks import Track, shown
from tagstudio.library import places, roots, tags, tracks
from tagstudio.library.chain import append
from tagstudio.library.histories import Line
from tagstudio.library.judgements import ever_judged
from tagstudio.library.schema import BatchRow, JudgementRow, TagRow, TrackRow
from tagstudio.library.texts import clean


@dataclass(slots=True)
class Replayed:
    """What was judged anew; ``not_replayed`` has a sentence for each judgement that could not be."""

    judgements: int = 0
    batches: int = 0
    new_tracks: int = 0
    new_tags: int = 0
    not_replayed: list[str] = field(default_factory=list)


def replay(session: Session, lines: Iterable[Line]) -> Replayed:
    """Append the judgements of the mirror's lines; the caller commits.

    Tracks and tags are known by their numbers, which are never given to others. Those that the backup lacks come back,
    as the lines name them last: the tracks without what their files say, which the next scan reads.
    """
    lines = list(lines)
    done = Replayed()
    numbers: dict[int, int] = {}
    found = _Finder(session, done, lines)
    newest_batch = session.scalar(select(func.max(BatchRow.id))) or 0
    newest = session.scalar(select(func.max(JudgementRow.id))) or 0
    for batch_id, some in groupby(lines, key=lambda line: line["batch"]):
        of_batch = list(some)
        for line in of_batch:
            if "prev_hash" in line:
                lost = range(newest + 1, line["end"][0])
                done.not_replayed += [f"judgement {id_}: its line in the second copy is lost" for id_ in lost]
                newest = line["end"][0]
        batch = _batch(session, of_batch[0], numbers, newest_batch)
        numbers[batch_id] = batch.id
        append(session, found.judgements(of_batch), batch)
        done.batches += 1
    return done


def _batch(session: Session, line: Line, numbers: dict[int, int], newest: int) -> BatchRow:
    undoes = line["undoes"]
    if undoes is not None and undoes > newest:
        # A batch whose lines are lost has no number here; its old one may be another's.
        undoes = numbers.get(undoes)
    if undoes is not None and session.get(BatchRow, undoes) is None:
        undoes = None
    batch = BatchRow(kind=line["kind"], text=line["text"], made_at=line["made_at"], undoes=undoes)
    session.add(batch)
    session.flush()
    return batch


class _Finder:
    """Finds the tracks and tags that lines name, and makes those that are gone."""

    def __init__(self, session: Session, done: Replayed, lines: Sequence[Line]) -> None:
        self._session, self._done = session, done
        # Higher numbers than these are given while replaying, and mean something else in the lines.
        self._last_track = session.scalar(select(func.max(TrackRow.id))) or 0
        self._last_tag = session.scalar(select(func.max(TagRow.id))) or 0
        self._names = {line["tag_id"]: (line["tag"], line["facet"]) for line in lines if "prev_hash" in line}
        self._named = {line["track_id"] for line in lines if "prev_hash" in line}
        # By their numbers in the lines.
        self._tracks: dict[int, int] = {}
        self._taken: set[int] = set()
        self._tags: dict[int, int] = {}

    def judgements(self, lines: Sequence[Line]) -> list[Judgement]:
        made = []
        for line in lines:
            if "prev_hash" not in line:
                continue
            try:
                judgement = Judgement(
                    track_id=self._track(line), tag_id=self._tag(line), verdict=Verdict(line["verdict"]),
                    origin=Origin(line["origin"]), start_s=line["start_s"], end_s=line["end_s"],
                )  # fmt: skip
            except (TagStudioError, ValueError) as error:
                what = shown(clean(f"{line['tag']}, {line['path']}"))
                self._done.not_replayed.append(f"{what}: {error}")
                continue
            made.append(judgement)
            self._done.judgements += 1
        return made

    def _tag(self, line: Line) -> int:
        tag_id = line["tag_id"]
        if tag_id not in self._tags:
            is_there = tag_id <= self._last_tag and self._session.get(TagRow, tag_id) is not None
            self._tags[tag_id] = tag_id if is_there else self._added(*self._names[tag_id])
        return self._tags[tag_id]

    def _added(self, name: str, facet: str) -> int:
        before = len(tags.all_tags(self._session))
        tag = tags.add(self._session, name, facet)
        self._done.new_tags += len(tags.all_tags(self._session)) - before
        return tag.id

    def _track(self, line: Line) -> int:
        track_id = line["track_id"]
        if track_id not in self._tracks:
            self._tracks[track_id] = self._known(line) or self._made(line)
            self._taken.add(self._tracks[track_id])
        return self._tracks[track_id]

    def _known(self, line: Line) -> int | None:
        """Return the track of a line: the one with its number, unless another one has its audio or its path.

        A copy of the audio elsewhere is another track, with verdicts of its own, unless nothing else is known of it.
        """
        audio_hash, path = line["audio_hash"], os.fsencode(line["path"])
        track_id = line["track_id"]
        row = self._session.get(TrackRow, track_id) if track_id <= self._last_track else None
        if row is not None and ((audio_hash and row.audio_hash == audio_hash) or row.path == path):
            return row.id
        return self._at_place(line) or self._moved(audio_hash) or (None if row is None else row.id)

    def _at_place(self, line: Line) -> int | None:
        seat = self._seat(line)
        if seat is None or seat.track_id in self._taken:
            return None
        is_other = line["audio_hash"] and seat.audio_hash and seat.audio_hash != line["audio_hash"]
        return None if is_other else seat.track_id

    def _moved(self, audio_hash: str) -> int | None:
        """Return a track with this audio that no line names, that was never judged, and whose file has gone."""
        copies = tracks.by_hash(self._session, audio_hash) if audio_hash else []
        free = [each for each in copies if each.id not in self._named and each.id not in self._taken]
        judged = ever_judged(self._session, [each.id for each in free]) if free else set()
        return next((each.id for each in free if each.id not in judged and _is_gone(each)), None)

    def _made(self, line: Line) -> int:
        if (seat := self._seat(line)) is not None:
            # Its file was renamed before this one came: the next scan finds it by its audio.
            places.vacate(self._session, [seat.track_id])
        root_id, path = self._place(line) or (self._root(line), os.fsencode(line["path"]))
        # No file has these, so the next scan reads it.
        track_id = tracks.add(
            self._session, root_id=root_id, path=path, size=0, mtime_ns=0,
            last_error="Known from the second copy of the judgements; look for changes to read it.",
        )  # fmt: skip
        same = update(TrackRow).where(TrackRow.id == track_id)
        self._session.execute(same.values(audio_hash=line["audio_hash"], is_missing=True))
        self._done.new_tracks += 1
        return track_id

    def _root(self, line: Line) -> int:
        return roots.add(self._session, os.fsencode(line["root"])).id

    def _place(self, line: Line) -> tuple[int, bytes] | None:
        """Return where the file of a line is below a root of today; roots have taken in others since."""
        file = os.path.join(os.fsencode(line["root"]), os.fsencode(line["path"]))  # noqa: PTH118 -- bytes
        return next(iter(places.places(self._session, [file]).values()), None)

    def _seat(self, line: Line) -> places.Seat | None:
        place = self._place(line)
        return None if place is None else places.seats(self._session, {b"": place}).get(b"")


def _is_gone(track: Track) -> bool:
    """Tell whether a track's file is not there, and its root is: an empty one is where a drive will be again."""
    try:
        return bool(os.listdir(track.root)) and not os.path.lexists(track.file)  # noqa: PTH208 -- bytes
    except OSError:
        return False
