"""Judging anew what the mirror has and a backup lacks: by numbers, names and audio, in order, batch by batch."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.domain.tracks import shown
from tagstudio.library import roots, tags, tracks
from tagstudio.library.chain import append
from tagstudio.library.histories import Line
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
        # By their numbers in the lines.
        self._tracks: dict[int, int] = {}
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
        return self._tracks[track_id]

    def _known(self, line: Line) -> int | None:
        """Return the track of a line: the one with its number, unless another one has its audio or its path."""
        audio_hash, path = line["audio_hash"], os.fsencode(line["path"])
        track_id = line["track_id"]
        row = self._session.get(TrackRow, track_id) if track_id <= self._last_track else None
        if row is not None and ((audio_hash and row.audio_hash == audio_hash) or row.path == path):
            return row.id
        if audio_hash and (copies := tracks.by_hash(self._session, audio_hash)):
            here = [each.id for each in copies if each.path == path]
            return (here or [copies[0].id])[0]
        return self._at_path(line, None if row is None else row.id)

    def _at_path(self, line: Line, otherwise: int | None) -> int | None:
        root = roots.add(self._session, os.fsencode(line["root"]))
        query = select(TrackRow.id, TrackRow.audio_hash)
        query = query.where(TrackRow.root_id == root.id, TrackRow.path == os.fsencode(line["path"]))
        row = self._session.execute(query).first()
        if row is None:
            return otherwise
        if line["audio_hash"] and row.audio_hash and row.audio_hash != line["audio_hash"]:
            if otherwise is None:
                raise TagStudioError("another track lies there now")
            return otherwise
        return int(row.id)

    def _made(self, line: Line) -> int:
        root = roots.add(self._session, os.fsencode(line["root"]))
        # No file has these, so the next scan reads it.
        track_id = tracks.add(
            self._session, root_id=root.id, path=os.fsencode(line["path"]), size=0, mtime_ns=0,
            last_error="Known from the second copy of the judgements; look for changes to read it.",
        )  # fmt: skip
        same = update(TrackRow).where(TrackRow.id == track_id)
        self._session.execute(same.values(audio_hash=line["audio_hash"], is_missing=True))
        self._done.new_tracks += 1
        return track_id
