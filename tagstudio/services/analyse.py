"""Let networks listen to tracks and keep what they heard; takes up where an earlier run stopped."""

import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np

from tagstudio.audio.framing import WINDOW_S
from tagstudio.audio.listening import EAR_LIMITS, Ear, Heard, time_allowed_s
from tagstudio.domain.errors import DecodeError, TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import Track, shown_path
from tagstudio.library import search, tracks
from tagstudio.library.listened import Listened, preprocessing_id
from tagstudio.nn.catalogue import card
from tagstudio.nn.results import WindowResults
from tagstudio.services.networks import CALL_S, DEFAULT_MODELS, network_worker
from tagstudio.services.studio import Studio
from tagstudio.services.walk import Failure
from tagstudio.workers import Worker, WorkerPool

# Enough windows per call that the cost of a call vanishes, few enough that the first tracks are there at once.
BATCH_WINDOWS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisReport:
    """What an analysis did; ``audio_seconds`` counts the windows heard, each once."""

    analysed: int
    skipped: int
    failed: tuple[Failure, ...]
    audio_seconds: float
    seconds: float
    device: str
    models: tuple[str, ...]
    notice: str = ""


@dataclass(slots=True)
class _Piece:
    """Windows of one track on their way to the networks."""

    track: Track
    heard: Heard
    is_last: bool


@dataclass(slots=True)
class _Run:
    model_ids: tuple[str, ...]
    excerpts: int | None  # None: everything
    analysed: int = 0
    windows: int = 0
    failed: list[Failure] = field(default_factory=list)
    parts: dict[int, list[tuple[Heard, dict[str, WindowResults]]]] = field(default_factory=dict)


def analyse(
    studio: Studio,
    query: str = "",
    *,
    models: Sequence[str] = (),
    device: str = "auto",
    excerpts: int | None = None,
    workers: int | None = None,
) -> Job[AnalysisReport]:
    """Listen to every track of ``query`` that was not listened to yet.

    Parameters
    ----------
    models : sequence of str
        Ids; none means both musicnn networks.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``; one that is not there falls back to the CPU with a notice.
    excerpts : int, optional
        How many windows of 3 s to hear, spread over the track; 0 hears everything. The settings say it by default.
    workers : int, optional
        Processes that decode; the settings say it by default.

    Raises
    ------
    QueryError, ModelError, LibraryError
        For a query, a model or a disk that cannot be used. Files that cannot be decoded are reported, not raised.
    """
    start = time.monotonic()
    settings = studio.settings
    wanted = settings.excerpts if excerpts is None else excerpts
    run = _Run(tuple(dict.fromkeys(models)) or DEFAULT_MODELS, wanted or None)
    for model_id in run.model_ids:
        card(model_id)
    todo, skipped = _todo(studio, query, run)
    used, notice = device, ""
    if todo:
        yield Progress(0, len(todo), "Loading the networks")
        with network_worker(run.model_ids, device=device) as networks:
            described = networks.call("describe", timeout_s=CALL_S)
            used, notice = described["device"], described["notice"]
            if notice:
                yield Progress(0, len(todo), notice=notice)
            yield from _listen_to_all(studio, todo, run, networks, workers=workers or settings.workers)
            described = networks.call("describe", timeout_s=CALL_S)
            used, notice = described["device"], described["notice"]
        studio.embeddings(fresh=True)
    return AnalysisReport(
        analysed=run.analysed,
        skipped=skipped,
        failed=tuple(run.failed),
        audio_seconds=round(run.windows * card(run.model_ids[0]).window_s, 1),
        seconds=round(time.monotonic() - start, 3),
        device=used,
        models=run.model_ids,
        notice=notice,
    )


def listen_to_all_of(studio: Studio, track: Track, model_ids: tuple[str, ...]) -> Job[None]:
    """Hear every window of one track, beside whatever else is being heard, on the networks of the track panel.

    Raises
    ------
    DecodeError, WorkerError
        If the file cannot be read.
    """
    run = _Run(model_ids, None)
    with Worker(Ear, limits=EAR_LIMITS) as ear:
        pieces = ear.stream("stream", os.fsencode(track.file), timeout_s=_patience_s(track, run))
        with closing(pieces):
            for heard in pieces:
                for part in _parts(heard):
                    with studio.networks() as networks:
                        _hear(studio, [_Piece(track, part, is_last=False)], run, networks)
                    yield Progress(int(part.numbers[-1]) + 1, round(track.duration_s / WINDOW_S), track.name)
    studio.library.cache.put(list(_listened(track, run)))


def _parts(heard: Heard) -> Iterator[Heard]:
    for start in range(0, len(heard.windows), BATCH_WINDOWS):
        cut = slice(start, start + BATCH_WINDOWS)
        yield replace(heard, windows=heard.windows[cut], numbers=heard.numbers[cut])


def _todo(studio: Studio, query: str, run: _Run) -> tuple[list[Track], int]:
    with studio.library.read() as session:
        found = tracks.rows(session, tracks.ids(session, search.parse(query)))
    # A track that failed before is tried again only when somebody asks for it by a query.
    usable = [
        each for each in found if each.audio_hash and not each.is_missing and (query.strip() or not each.last_error)
    ]
    done = set.intersection(*(studio.library.cache.done(model_id, run.excerpts) for model_id in run.model_ids))
    todo = list({each.audio_hash: each for each in usable if each.audio_hash not in done}.values())
    return todo, sum(each.audio_hash in done for each in usable)


def _listen_to_all(studio: Studio, todo: list[Track], run: _Run, networks: Worker, *, workers: int) -> Job[None]:
    waiting: list[_Piece] = []
    ended = 0
    with (
        WorkerPool(min(workers, len(todo)), Ear, limits=EAR_LIMITS) as pool,
        closing(_pieces(pool, todo, run)) as pieces,
    ):
        for track, piece in pieces:
            if isinstance(piece, TagStudioError):
                _note_failure(studio, run, track, piece)
                waiting = [each for each in waiting if each.track.id != track.id]
                run.parts.pop(track.id, None)
                ended += 1
            elif piece is not None:
                waiting.append(piece)
            if sum(len(each.heard.windows) for each in waiting) >= BATCH_WINDOWS:
                ended += _hear(studio, waiting, run, networks)
                waiting = []
            yield Progress(ended, len(todo), track.display)
        ended += _hear(studio, waiting, run, networks)
        yield Progress(ended, len(todo))


def _pieces(pool: WorkerPool, todo: list[Track], run: _Run) -> Generator[tuple[Track, _Piece | TagStudioError | None]]:
    method, extra = ("stream", ()) if run.excerpts is None else ("hear", (run.excerpts,))
    requests = ((track, (os.fsencode(track.file), *extra)) for track in todo)
    held: dict[int, Heard] = {}
    answers = pool.unordered(
        method, requests, timeout_s=lambda track: _patience_s(track, run), streamed=run.excerpts is None
    )
    with closing(answers):
        for track, answer in answers:
            if isinstance(answer, TagStudioError):
                held.pop(track.id, None)
                yield track, answer
            elif run.excerpts is not None:
                yield track, _Piece(track, answer, is_last=True)
            else:
                # A stream's last piece is known as such only when the next answer says so.
                earlier = held.pop(track.id, None)
                if answer is not None:
                    held[track.id] = answer
                yield track, None if earlier is None else _Piece(track, earlier, is_last=answer is None)


def _patience_s(track: Track, run: _Run) -> float:
    try:
        size = track.file.stat().st_size
    except OSError:
        size = 0
    return time_allowed_s(size, everything=run.excerpts is None)


def _hear(studio: Studio, pieces: list[_Piece], run: _Run, networks: Worker) -> int:
    """Let the networks hear all pieces in one call and store the tracks that are complete."""
    if not pieces:
        return 0
    windows = np.concatenate([each.heard.windows for each in pieces])
    results: dict[str, WindowResults] = networks.call("hear", windows, run.model_ids, timeout_s=CALL_S)
    at, complete = 0, []
    for piece in pieces:
        count = len(piece.heard.windows)
        run.parts.setdefault(piece.track.id, []).append((piece.heard, _cut(results, at, at + count)))
        at += count
        if piece.is_last:
            complete.append(piece.track)
    studio.library.cache.put([each for track in complete for each in _listened(track, run)])
    run.analysed += len(complete)
    for track in complete:
        run.windows += sum(len(heard.numbers) for heard, _ in run.parts.pop(track.id))
    _forgive(studio, complete)
    return len(complete)


def _cut(results: dict[str, WindowResults], start: int, end: int) -> dict[str, WindowResults]:
    return {key: WindowResults(each.scores[start:end], each.embeddings[start:end]) for key, each in results.items()}


def _listened(track: Track, run: _Run) -> Iterator[Listened]:
    parts = run.parts[track.id]
    for model_id in run.model_ids:
        yield Listened(
            audio_hash=track.audio_hash,
            model_id=model_id,
            preprocessing_id=preprocessing_id(run.excerpts),
            n_windows=max(heard.n_windows for heard, _ in parts),
            numbers=np.concatenate([heard.numbers for heard, _ in parts]).astype(np.int64),
            scores=np.concatenate([results[model_id].scores for _, results in parts]),
            embeddings=np.concatenate([results[model_id].embeddings for _, results in parts]),
        )


def _note_failure(studio: Studio, run: _Run, track: Track, error: TagStudioError) -> None:
    reason = error.reason if isinstance(error, DecodeError) else error.what.rstrip(".")
    run.failed.append(Failure(shown_path(os.fsencode(track.file)), reason))
    with studio.library.write() as session:
        tracks.mark_failed(session, track.id, reason)


def _forgive(studio: Studio, heard: list[Track]) -> None:
    recovered = [track.id for track in heard if track.last_error]
    if recovered:
        with studio.library.write() as session:
            for track_id in recovered:
                tracks.mark_failed(session, track_id, "")
