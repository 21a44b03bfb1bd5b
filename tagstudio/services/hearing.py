"""Windows of tracks through the networks, and what came of them into the cache."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np

from tagstudio.audio.framing import WINDOW_S
from tagstudio.audio.listening import EAR_LIMITS, Ear, Heard, time_allowed_s
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import Track
from tagstudio.library.listened import Listened, preprocessing_id
from tagstudio.nn.catalogue import card
from tagstudio.nn.results import WindowResults
from tagstudio.services.networks import asked
from tagstudio.services.studio import Studio
from tagstudio.workers import Worker

# Enough windows per call that the cost of a call vanishes, few enough that the first tracks are there at once.
BATCH_WINDOWS = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """Windows of one track on their way to the networks; ``is_last`` completes the track."""

    track: Track
    heard: Heard
    is_last: bool


@dataclass(slots=True)
class Hearing:
    """Tracks that are being heard by some models; a track is kept when its last piece was heard.

    ``excerpts`` None means everything. ``windows`` counts those of the tracks that are complete.
    """

    model_ids: tuple[str, ...]
    excerpts: int | None
    windows: int = 0
    _parts: dict[int, list[tuple[Heard, dict[str, WindowResults]]]] = field(default_factory=dict)

    def hear(self, studio: Studio, pieces: Sequence[Piece], networks: Worker) -> list[Track]:
        """Let the networks hear all pieces in one call; store the tracks that are complete and return them."""
        if not pieces:
            return []
        windows = np.concatenate([each.heard.windows for each in pieces])
        results: dict[str, WindowResults] = asked(networks, "hear", windows, self.model_ids)
        at = 0
        for piece in pieces:
            end = at + len(piece.heard.windows)
            self._parts.setdefault(piece.track.id, []).append((piece.heard, _cut(results, at, end)))
            at = end
        complete = [piece.track for piece in pieces if piece.is_last]
        studio.library.cache.put([each for track in complete for each in self._listened(track)])
        for track in complete:
            self.windows += sum(len(heard.numbers) for heard, _ in self._parts.pop(track.id))
        return complete

    def forget(self, track: Track) -> None:
        """Drop what was heard of a track that cannot be completed."""
        self._parts.pop(track.id, None)

    def _listened(self, track: Track) -> Iterator[Listened]:
        parts = self._parts[track.id]
        for model_id in self.model_ids:
            yield Listened(
                audio_hash=track.audio_hash,
                model_id=model_id,
                made_by=card(model_id).made_by,
                preprocessing_id=preprocessing_id(self.excerpts),
                n_windows=max(heard.n_windows for heard, _ in parts),
                numbers=np.concatenate([heard.numbers for heard, _ in parts]).astype(np.int64),
                scores=np.concatenate([results[model_id].scores for _, results in parts]),
                embeddings=np.concatenate([results[model_id].embeddings for _, results in parts]),
            )


def listen_to_all_of(studio: Studio, track: Track, model_ids: tuple[str, ...]) -> Job[None]:
    """Hear every window of one track, beside whatever else is being heard, on the networks of the track panel.

    Raises
    ------
    DecodeError, WorkerError
        If the file cannot be read.
    """
    hearing = Hearing(model_ids, None)
    with Worker(Ear, limits=EAR_LIMITS) as ear:
        stream = ear.stream("stream", os.fsencode(track.file), timeout_s=patience_s(track, everything=True))
        with closing(stream):
            held: Piece | None = None  # the last one is known as such only when no other comes
            for heard in stream:
                for part in _parts(heard):
                    if held is not None:
                        yield from _hear_one(studio, hearing, held)
                    held = Piece(track, part, is_last=False)
    if held is not None:
        yield from _hear_one(studio, hearing, replace(held, is_last=True))


def patience_s(track: Track, *, everything: bool) -> float:
    """Return how long decoding a track may take, in seconds."""
    try:
        size = track.file.stat().st_size
    except OSError:
        size = 0
    return time_allowed_s(size, everything=everything)


def _hear_one(studio: Studio, hearing: Hearing, piece: Piece) -> Job[None]:
    with studio.networks() as networks:
        hearing.hear(studio, [piece], networks)
    total = max(1, round(piece.track.duration_s / WINDOW_S))
    yield Progress(min(total, int(piece.heard.numbers[-1]) + 1), total, piece.track.name)


def _parts(heard: Heard) -> Iterator[Heard]:
    for start in range(0, len(heard.windows), BATCH_WINDOWS):
        cut = slice(start, start + BATCH_WINDOWS)
        yield replace(heard, windows=heard.windows[cut], numbers=heard.numbers[cut])


def _cut(results: dict[str, WindowResults], start: int, end: int) -> dict[str, WindowResults]:
    return {key: WindowResults(each.scores[start:end], each.embeddings[start:end]) for key, each in results.items()}
