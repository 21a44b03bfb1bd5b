"""Let one model listen to files as they are, without a library: raw scores and any named output."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tagstudio.audio.listening import EAR_LIMITS, Ear, Heard, time_allowed_s
from tagstudio.domain.errors import DecodeError, ModelError, TagStudioError, WorkerError, reason_of
from tagstudio.domain.jobs import Job, Progress
from tagstudio.nn.catalogue import ModelCard, card
from tagstudio.nn.results import WindowResults
from tagstudio.services.files import written_whole
from tagstudio.services.networks import asked, network_worker
from tagstudio.workers import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What a model said about one file.

    ``taggram`` is (windows, classes), ``starts_s`` where each window begins, ``outputs`` what was asked for by name,
    each (windows, ...).
    """

    file: Path
    card: ModelCard
    starts_s: NDArray[np.float64]
    taggram: NDArray[np.float32]
    outputs: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def mean_scores(self) -> list[tuple[str, float]]:
        """Every class with its mean score over the windows, highest first."""
        means = self.taggram.mean(axis=0)
        return [(self.card.classes[index], float(means[index])) for index in np.argsort(-means, kind="stable")]


@dataclass(frozen=True, slots=True)
class ListenReport:
    """What was heard, and the files that could not be."""

    heard: tuple[Listening, ...]
    failed: tuple[TagStudioError, ...]
    notice: str = ""


def listen(
    files: Sequence[Path], model_id: str, *, outputs: Sequence[str] = (), device: str = "auto"
) -> Job[ListenReport]:
    """Hear every window of each file; a file that cannot be decoded does not stop the others.

    Raises
    ------
    ModelError
        If the model or an output of that name does not exist, or its weights are damaged.
    """
    model = card(model_id)
    for name in outputs:
        if name not in model.outputs:
            raise ModelError(f"“{model_id}” has no output “{name}”.", f"Its outputs are: {', '.join(model.outputs)}.")
    heard, failed = [], []
    with Worker(Ear, limits=EAR_LIMITS) as ear, network_worker((model_id,), device=device) as networks:
        for number, file in enumerate(files):
            yield Progress(number, len(files), file.name)
            try:
                heard.append(_listen_to(file, model, tuple(outputs), ear, networks))
            except DecodeError as error:
                failed.append(error)
        notice = asked(networks, "describe")["notice"] if heard else ""
    return ListenReport(tuple(heard), tuple(failed), notice)


def _listen_to(file: Path, model: ModelCard, outputs: tuple[str, ...], ear: Worker, networks: Worker) -> Listening:
    try:
        size = file.stat().st_size
    except FileNotFoundError as error:
        raise DecodeError(file, "there is no such file") from error
    except OSError as error:
        raise DecodeError(file, error.strerror or "it cannot be read") from error
    numbers, parts = [], []
    for heard in _pieces(file, ear, time_allowed_s(size, everything=True)):
        answer: dict[str, WindowResults] = asked(networks, "hear", heard.windows, (model.id,), outputs)
        numbers.append(heard.numbers)
        parts.append(answer[model.id])
    return Listening(
        file=file.absolute(),
        card=model,
        starts_s=np.concatenate(numbers).astype(np.float64) * (model.hop_frames * model.frame_s),
        taggram=np.concatenate([each.scores for each in parts]),
        outputs={name: np.concatenate([each.outputs[name] for each in parts]) for name in outputs},
    )


def _pieces(file: Path, ear: Worker, patience_s: float) -> Iterator[Heard]:
    try:
        yield from ear.stream("stream", os.fsencode(file.resolve()), timeout_s=patience_s)
    except WorkerError as error:
        raise DecodeError(file, reason_of(error)) from error


def save_listening(listening: Listening, file: Path) -> None:
    """Write the taggram, its classes and times, and every named output to a compressed npz file.

    Raises
    ------
    TagStudioError
        If the file cannot be written.
    """
    arrays = {
        "taggram": listening.taggram,
        "classes": np.array(listening.card.classes),
        "times": listening.starts_s,
        **listening.outputs,
    }
    with written_whole(file) as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)
