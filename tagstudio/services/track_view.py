"""What the track panel shows of one track: waveform and spectrogram, taggram, and the filters that drive a tag."""

import os
from contextlib import closing, suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagstudio.audio.listening import Overview
from tagstudio.domain.errors import DecodeError, LibraryError, TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import Track
from tagstudio.library.listened import Taggram
from tagstudio.nn.catalogue import ModelCard, card
from tagstudio.nn.results import FilterTrace
from tagstudio.services import overviews
from tagstudio.services.browse import track as track_by_id
from tagstudio.services.hearing import listen_to_all_of, patience_s
from tagstudio.services.networks import DEFAULT_MODELS, asked
from tagstudio.services.scores import TagScores, tag_scores
from tagstudio.services.studio import Studio

# Windows that filters are chosen on, that are looked into at once, and that are looked into at most (20 minutes).
EXPLAINED, STEP_WINDOWS, LOOKED_INTO = 8, 16, 400

__all__ = ["FilterView", "Overview", "TaggramView", "filters", "listen_closely", "overview", "taggram"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TaggramView:
    """Tag scores over time.

    Attributes
    ----------
    starts_s : ndarray, shape (windows,)
        Where each window begins; there are gaps where nobody has listened.
    window_s : float
        From the beginning of a window to that of the next; the windows lie side by side.
    tags, tag_ids : tuples
        Highest mean score first.
    scores : ndarray, shape (windows, tags)
        Probabilities.
    is_complete : bool
        Whether every window of the track was heard.
    """

    starts_s: NDArray[np.float64]
    window_s: float
    tags: tuple[str, ...]
    tag_ids: tuple[int, ...]
    scores: NDArray[np.float32]
    is_complete: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FilterView:
    """The first-layer filters that drive one tag in one track, strongest first.

    Attributes
    ----------
    model : str
        Whose filters these are.
    names : tuple of str
        Layer and number.
    contributions : ndarray, shape (filters,)
        What each adds to the tag's logit, mean over the windows where the tag is strongest.
    activations : ndarray, shape (frames, filters)
        Over time; the first frame is at ``start_s``, frames are ``frame_s`` apart.
    """

    model: str
    names: tuple[str, ...]
    contributions: NDArray[np.float32]
    activations: NDArray[np.float32]
    frame_s: float
    start_s: float = 0.0


def overview(studio: Studio, track_id: int) -> Overview:
    """Return waveform peaks and spectrogram of a track; computed once, then kept in the cache.

    Raises
    ------
    DecodeError, WorkerError
        If the file cannot be read; one that no scan could read is not tried again here, as it may take minutes.
    """
    track = track_by_id(studio, track_id)
    if track.last_error and not track.audio_hash:
        raise DecodeError(track.file, track.last_error)
    kept = studio.library.cache.overview(track.audio_hash) if track.audio_hash else None
    if kept is not None and (found := overviews.from_bytes(kept)) is not None:
        return found
    with studio.ear() as ear:
        seen: Overview = ear.call("overview", os.fsencode(track.file), timeout_s=patience_s(track, everything=True))
    if track.audio_hash:
        # A picture that cannot be kept, on a full disk or a read-only one, can be shown all the same.
        with suppress(LibraryError):
            studio.library.cache.put_overview(track.audio_hash, overviews.to_bytes(seen))
    return seen


def taggram(studio: Studio, track_id: int) -> TaggramView | None:
    """Return the scores over time of every tag that is known of; None while nobody has listened to the track."""
    track, scores = track_by_id(studio, track_id), tag_scores(studio)
    heard = _heard(studio, track, scores)
    if not heard:
        return None
    first = next(iter(heard.values()))
    of_models = {model_id: each.scores for model_id, each in heard.items()}
    columns = {
        tag_id: column for tag_id in scores.tags if (column := _column(scores, tag_id, of_models, heard)) is not None
    }
    if not columns:
        return None
    best_first = sorted(columns, key=lambda tag_id: -float(columns[tag_id].mean()))
    model = card(next(iter(heard)))
    return TaggramView(
        starts_s=first.numbers.astype(np.float64) * (model.hop_frames * model.frame_s),
        window_s=model.hop_frames * model.frame_s,
        tags=tuple(scores.tags[tag_id].name for tag_id in best_first),
        tag_ids=tuple(best_first),
        scores=np.stack([columns[tag_id] for tag_id in best_first], axis=1),
        is_complete=len(first.numbers) == first.n_windows,
    )


def _heard(studio: Studio, track: Track, scores: TagScores) -> dict[str, Taggram]:
    """Return the taggrams of one track that cover the same windows as the first of them."""
    found = {
        model_id: each
        for model_id in scores.embeddings.model_ids
        if (each := studio.library.cache.taggram(track.audio_hash, model_id, card(model_id).made_by)) is not None
    }
    widest = max(found.values(), key=lambda each: len(each.numbers), default=None)
    return {
        key: each for key, each in found.items() if widest is not None and np.array_equal(each.numbers, widest.numbers)
    }


def _column(
    scores: TagScores, tag_id: int, of_models: dict[str, NDArray[np.float32]], heard: dict[str, Taggram]
) -> NDArray[np.float32] | None:
    head = scores.head(tag_id)
    of_head = None
    if head is not None and set(head.model_ids) <= heard.keys():
        of_head = head.score_raw(np.concatenate([heard[model_id].embeddings for model_id in head.model_ids], axis=1))
    return scores.blended(tag_id, scores.model_scores(tag_id, of_models), of_head)


def listen_closely(studio: Studio, track_id: int) -> Job[None]:
    """Listen to the whole of one track, so that its taggram has no gaps.

    Raises
    ------
    DecodeError, WorkerError
        If the file cannot be read.
    """
    yield from listen_to_all_of(studio, track_by_id(studio, track_id), studio.embeddings().model_ids or DEFAULT_MODELS)


def filters(studio: Studio, track_id: int, tag_id: int, *, count: int = 12) -> Job[FilterView]:
    """Find the first-layer filters that raise a tag the most in this track, and what they do over time.

    The filters are chosen on the eight windows where the tag is strongest, and shown over the first 20 minutes. A tag
    with a head is explained through the head, on the model that moves it most; else through the mapped model tag.

    Raises
    ------
    TagStudioError
        If no model knows anything of the tag.
    """
    track, scores = track_by_id(studio, track_id), tag_scores(studio)
    model, target, on = _target(scores, track_id, tag_id)
    yield Progress(0, 0, "Looking into the filters")
    windows = yield from _windows(studio, track)
    chosen = _strongest(studio, track, scores, tag_id, len(windows))
    with studio.networks() as networks:
        trace: FilterTrace = asked(networks, "filters", model.id, windows[chosen], target, on, count)
    parts = []
    for start in range(0, len(windows), STEP_WINDOWS):
        yield Progress(start, len(windows), "Looking into the filters")
        piece = windows[start : start + STEP_WINDOWS]
        with studio.networks() as networks:
            parts.append(asked(networks, "activations", model.id, piece, trace.channels))
    return FilterView(
        model=model.id,
        names=trace.names,
        contributions=(trace.contributions / len(chosen)).astype(np.float32),
        activations=np.concatenate(parts),
        frame_s=model.frame_s,
    )


def _windows(studio: Studio, track: Track) -> Job[NDArray[np.float32]]:
    """Read the track's windows, (windows, samples), at most the first 20 minutes."""
    pieces: list[NDArray[np.float32]] = []
    with (
        studio.ear() as ear,
        closing(ear.stream("stream", os.fsencode(track.file), timeout_s=patience_s(track, everything=True))) as heard,
    ):
        for piece in heard:
            pieces.append(piece.windows)
            if sum(map(len, pieces)) >= LOOKED_INTO:
                break
            yield Progress(0, 0, "Looking into the filters")
    return np.concatenate(pieces)[:LOOKED_INTO]


def _strongest(studio: Studio, track: Track, scores: TagScores, tag_id: int, n_windows: int) -> list[int]:
    """Return the numbers of the windows where a tag is strongest among those heard; without any, spread ones."""
    heard = _heard(studio, track, scores)
    column = _column(scores, tag_id, {model_id: each.scores for model_id, each in heard.items()}, heard)
    numbers = np.empty(0, np.int64)
    if column is not None:
        numbers = next(iter(heard.values())).numbers[np.argsort(-column, kind="stable")]
    strongest = numbers[numbers < n_windows][:EXPLAINED]
    if not len(strongest):
        strongest = np.linspace(0, n_windows - 1, EXPLAINED).round().astype(np.int64)
    return sorted({int(number) for number in strongest})


def _target(scores: TagScores, track_id: int, tag_id: int) -> tuple[ModelCard, NDArray[np.float32], str]:
    head, row = scores.head(tag_id), scores.embeddings.row(track_id)
    if head is not None and row is not None and scores.weight_of_head(tag_id) >= 0.5:
        direction = head.direction(scores.embeddings.raw[row])
        sizes = [card(model_id).embedding_dim for model_id in head.model_ids]
        pieces = np.split(direction, np.cumsum(sizes)[:-1])
        strongest = max(range(len(pieces)), key=lambda each: float(np.abs(pieces[each]).sum()))
        return card(head.model_ids[strongest]), pieces[strongest], "embedding"
    for mapped in scores.mapped.get(tag_id, ()):
        model = card(mapped.model_id)
        if model.id in scores.embeddings.model_ids and mapped.name in model.classes:
            target = np.zeros(len(model.classes), np.float32)
            target[model.classes.index(mapped.name)] = 1
            return model, target, "logits"
    raise TagStudioError("No network knows this tag yet.", "Say yes to a few tracks first.")
