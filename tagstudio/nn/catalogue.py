"""The networks that exist, as frozen cards read from JSON files beside their weights; loads no torch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tagstudio import paths
from tagstudio.domain.errors import ModelError

# The order in which the shipped ones are listed; others follow by name.
SHIPPED = ("mtt-musicnn", "msd-musicnn", "mtt-vgg", "msd-vgg")


@dataclass(frozen=True, slots=True)
class Output:
    """A named output: its shape for one window (time first), and what it means."""

    shape: tuple[int, ...]
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a network is, what it takes, what it gives, and where it comes from.

    Attributes
    ----------
    rate : int
        Sampling rate of its input, in Hz.
    window_s, window_frames, hop_frames : float, int, int
        One window and the distance of two, in seconds and in spectrogram frames.
    front_end : str
        Id of the preprocessing; models that share it share one spectrogram.
    embedding : str
        Name of the output that serves as embedding; ``embedding_dim`` numbers once flattened.
    weights, sha256 : str
        File beside the card, and its digest.
    roc_auc, pr_auc : float
        Scores on the test set of its data set, as published.
    """

    id: str
    title: str
    architecture: str
    rate: int
    window_s: float
    window_frames: int
    hop_frames: int
    hop_samples: int
    front_end: str
    classes: tuple[str, ...]
    embedding: str
    embedding_dim: int
    outputs: Mapping[str, Output] = field(hash=False)
    dataset: str
    source: str
    licence: str
    weights: str
    sha256: str
    roc_auc: float
    pr_auc: float

    @property
    def made_by(self) -> str:
        """What results of this model depend on: its weights and its front end; other numbers need another hearing."""
        return f"{self.sha256} {self.front_end}"

    @property
    def frame_s(self) -> float:
        """Distance of two spectrogram frames, in seconds."""
        return self.hop_samples / self.rate


def cards() -> tuple[ModelCard, ...]:
    """Return every model card, the shipped ones first.

    Raises
    ------
    ModelError
        If a card cannot be read, or the folder of models is missing.
    """
    return _cards(paths.models())


def card(model_id: str) -> ModelCard:
    """Return the card of ``model_id``.

    Raises
    ------
    ModelError
        If there is none; the advice lists the ids there are.
    """
    known = {each.id: each for each in cards()}
    if model_id not in known:
        raise ModelError(f"There is no model “{model_id[:50]}”.", f"The models are: {', '.join(known)}.")
    return known[model_id]


def read_card(file: Path) -> ModelCard:
    """Read one card, in the shape of Essentia's model JSON with our own fields beside.

    Raises
    ------
    ModelError
        If the file is no such JSON, or lacks a field.
    """
    try:
        return _parsed(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, StopIteration) as error:
        raise ModelError(
            f"The model card “{file.name}” cannot be read ({type(error).__name__}: {str(error)[:80]}).",
            "Install TagStudio again, or remove the card if you added it.",
        ) from error


@cache
def _cards(folder: Path) -> tuple[ModelCard, ...]:
    found = [read_card(file) for file in sorted(folder.glob("*.json"))]
    if not found:
        raise ModelError("The folder of models is empty or missing.", "Install TagStudio again.")
    return tuple(sorted(found, key=lambda each: (_place(each.id), each.id)))


def _place(model_id: str) -> int:
    return SHIPPED.index(model_id) if model_id in SHIPPED else len(SHIPPED)


def _parsed(text: dict[str, Any]) -> ModelCard:
    described = text["schema"]["outputs"]
    embedding = next(each["name"] for each in described if each["output_purpose"] == "embeddings")
    return ModelCard(
        id=str(text["id"]),
        title=str(text["name"]),
        architecture=str(text["type"]),
        rate=int(text["inference"]["sample_rate"]),
        window_s=float(text["patch_seconds"]),
        window_frames=int(text["window_frames"]),
        hop_frames=int(text["hop_frames"]),
        hop_samples=int(text["hop"]),
        front_end=str(text["front_end"]),
        classes=tuple(str(name) for name in text["classes"]),
        embedding=embedding,
        embedding_dim=int(text["embedding_dim"]),
        outputs={each["name"]: Output(tuple(each["shape"][1:]), each["description"]) for each in described},
        dataset=str(text["dataset"]["name"]),
        source=str(text["link"]),
        licence=str(text["license"]),
        weights=str(text["weights"]),
        sha256=str(text["sha256"]),
        roc_auc=float(text["scores"]["roc_auc"]),
        pr_auc=float(text["scores"]["pr_auc"]),
    )
