"""Let networks listen to tracks and keep what they heard; takes up where an earlier run stopped."""

import os
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from tagstudio.audio.listening import EAR_LIMITS, Ear, Heard
from tagstudio.domain.errors import TagStudioError, reason_of
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import Track, shown_path
from tagstudio.library import tracks
from tagstudio.nn.catalogue import card
from tagstudio.services import find
from tagstudio.services.hearing import BATCH_WINDOWS, Hearing, Piece, patience_s
from tagstudio.services.networks import DEFAULT_MODELS, asked, network_worker
from tagstudio.services.studio import Studio
from tagstudio.services.walk import Failure
from tagstudio.workers import Worker, WorkerPool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisReport:
    """What an analysis did; ``audio_seconds`` counts the windows heard, each once.

    Copies of the same audio are heard once and counted each. ``notes`` says what was odd in files that could be heard.
    """

    analysed: int
    skipped: int
    failed: tuple[Failure, ...]
    audio_seconds: float
    seconds: float
    device: str
    models: tuple[str, ...]
    notice: str = ""
    notes: tuple[Failure, ...] = ()


@dataclass(slots=True)
class _Run:
    """What is to be heard, one track per audio hash, and how far it is.

    ``copies`` are the tracks of each audio hash; when one cannot be decoded, ``again`` has the next one.
    """

    hearing: Hearing
    todo: list[Track]
    copies: dict[str, list[Track]]
    skipped: int
    workers: int
    again: list[Track] = field(default_factory=list)
    analysed: int = 0
    done: int = 0
    total: int = 0
    failed: list[Failure] = field(default_factory=list)
    notes: dict[int, Failure] = field(default_factory=dict)


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
        For a query, a model or a disk that cannot be used.
    TagStudioError
        If a root vanishes on the way. Files that cannot be decoded are reported, not raised.
    """
    start = time.monotonic()
    wanted = studio.settings.excerpts if excerpts is None else excerpts
    hearing = Hearing(tuple(dict.fromkeys(models)) or DEFAULT_MODELS, wanted or None)
    window_s = max(card(model_id).window_s for model_id in hearing.model_ids)
    run = _planned(studio, query, hearing, workers or studio.settings.workers)
    described = {"device": device, "notice": ""}
    if run.todo:
        studio.library.require_writable()
        studio.library.cache.require_writable()
        described = yield from _listen_to_all(studio, run, device)
        studio.embeddings(fresh=True)
    return AnalysisReport(
        analysed=run.analysed,
        skipped=run.skipped,
        failed=tuple(run.failed),
        audio_seconds=round(hearing.windows * window_s, 1),
        seconds=round(time.monotonic() - start, 3),
        device=described["device"],
        models=hearing.model_ids,
        notice=described["notice"],
        notes=tuple(run.notes.values()),
    )


def _planned(studio: Studio, query: str, hearing: Hearing, workers: int) -> _Run:
    found = find.found(studio, query, present_only=True)
    # A track that failed before is tried again only when somebody asks for it by a query.
    usable = [each for each in found if each.audio_hash and (query.strip() or not each.last_error)]
    cache, models = studio.library.cache, [card(model_id) for model_id in hearing.model_ids]
    done = set.intersection(*(cache.done(model.id, hearing.excerpts, model.made_by) for model in models))
    left = [each for each in usable if each.audio_hash not in done]
    copies: dict[str, list[Track]] = {}
    for each in left:
        copies.setdefault(each.audio_hash, []).append(each)
    return _Run(
        hearing=hearing,
        todo=[each[0] for each in copies.values()],
        copies=copies,
        skipped=len(usable) - len(left),
        workers=workers,
        total=len(copies),
    )


def _listen_to_all(studio: Studio, run: _Run, device: str) -> Job[dict[str, str]]:
    """Hear all tracks to do; returns where the networks ran, and why not where asked."""
    yield Progress(0, run.total, "Loading the networks")
    with network_worker(run.hearing.model_ids, device=device) as networks:
        before: dict[str, str] = asked(networks, "describe")
        if before["notice"]:
            yield Progress(0, run.total, notice=before["notice"])
        while run.todo:
            yield from _hear_in_batches(studio, run, networks)
            run.todo, run.again = run.again, []
        after: dict[str, str] = asked(networks, "describe")
    if after["notice"] != before["notice"]:
        yield Progress(run.done, run.total, notice=after["notice"])
    return after


def _hear_in_batches(studio: Studio, run: _Run, networks: Worker) -> Job[None]:
    waiting: list[Piece] = []
    with (
        WorkerPool(min(run.workers, len(run.todo)), Ear, limits=EAR_LIMITS) as pool,
        closing(_pieces(pool, run)) as pieces,
    ):
        for track, piece in pieces:
            if isinstance(piece, TagStudioError):
                waiting = [each for each in waiting if each.track.id != track.id]
                _note_failure(studio, run, track, piece)
            elif piece is not None:
                waiting.append(piece)
                if piece.heard.note:
                    run.notes[track.id] = Failure(shown_path(os.fsencode(track.file)), piece.heard.note)
            if sum(len(each.heard.windows) for each in waiting) >= BATCH_WINDOWS:
                _hear(studio, run, waiting, networks)
                waiting = []
            yield Progress(run.done, run.total, track.display)
        _hear(studio, run, waiting, networks)
        yield Progress(run.done, run.total)


def _pieces(pool: WorkerPool, run: _Run) -> Generator[tuple[Track, Piece | TagStudioError | None]]:
    excerpts = run.hearing.excerpts
    method, extra = ("stream", ()) if excerpts is None else ("hear", (excerpts,))
    held: dict[int, Heard] = {}
    answers = pool.unordered(
        method,
        ((track, (os.fsencode(track.file), *extra)) for track in run.todo),
        timeout_s=lambda track: patience_s(track, everything=excerpts is None),
        streamed=excerpts is None,
    )
    with closing(answers):
        for track, answer in answers:
            if isinstance(answer, TagStudioError):
                held.pop(track.id, None)
                yield track, answer
            elif excerpts is not None:
                yield track, Piece(track, answer, is_last=True)
            else:
                # A stream's last piece is known as such only when the next answer says so.
                earlier = held.pop(track.id, None)
                if answer is not None:
                    held[track.id] = answer
                yield track, None if earlier is None else Piece(track, earlier, is_last=answer is None)


def _hear(studio: Studio, run: _Run, pieces: list[Piece], networks: Worker) -> None:
    complete = run.hearing.hear(studio, pieces, networks)
    run.done += len(complete)
    run.analysed += sum(len(run.copies[track.audio_hash]) for track in complete)
    recovered = [track.id for track in complete if track.last_error]
    if recovered:
        with studio.library.write() as session:
            for track_id in recovered:
                tracks.mark_failed(session, track_id, "")


def _note_failure(studio: Studio, run: _Run, track: Track, error: TagStudioError) -> None:
    run.hearing.forget(track)
    run.done += 1
    copies = run.copies[track.audio_hash]
    copies.remove(track)
    if copies:
        run.again.append(copies[0])
        run.total += 1
    if not os.path.lexists(track.root):
        raise TagStudioError(
            f"The folder “{shown_path(track.root)}” is not there any more.",
            "Connect its drive and listen again; what was heard is kept.",
        )
    reason = reason_of(error)
    run.failed.append(Failure(shown_path(os.fsencode(track.file)), reason))
    if os.path.lexists(os.fsencode(track.file)):  # a file that is gone is no bad file: the next scan flags it
        with studio.library.write() as session:
            tracks.mark_failed(session, track.id, reason)
