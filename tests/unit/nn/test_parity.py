"""The networks give the numbers of the published ones, from the same spectrogram and from the same files."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tagstudio.nn.architecture import Network
from tagstudio.nn.catalogue import SHIPPED, card
from tagstudio.nn.frontend import compressed
from tagstudio.nn.networks import network

REFS = Path(__file__).parents[4] / "shared" / "refs"
pytestmark = pytest.mark.skipif(not REFS.is_dir(), reason="the reference arrays (../shared/refs) are not here")
CLIPS = sorted(file.name.removesuffix(".melpow.npz") for file in REFS.glob("*.melpow.npz"))
WINDOWS_COMPARED = 3


def _published_name(model_id: str) -> str:
    data, kind = model_id.split("-")
    return f"{data.upper()}_{kind}"


@pytest.fixture(scope="module", params=SHIPPED)
def model(request: pytest.FixtureRequest) -> tuple[str, Network]:
    return request.param, network(card(request.param))


def _reference(clip: str, model_id: str) -> dict[str, np.ndarray]:
    with np.load(REFS / f"{clip}.{_published_name(model_id)}.npz") as stored:
        return {name: stored[name] for name in stored.files}


def _windows(clip: str, count: int) -> torch.Tensor:
    with np.load(REFS / f"{clip}.melpow.npz") as stored:
        power = stored["mel"].astype(np.float32)
    count = min(count, len(power) // 187)
    return compressed(torch.from_numpy(power[: count * 187].reshape(count, 187, 96)))


def _relative(given: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(given - wanted).max() / np.abs(wanted).max())


@pytest.mark.parametrize("clip", CLIPS)
def test_scores_equal_the_published_ones_on_the_stored_spectrogram(model: tuple[str, Network], clip: str) -> None:
    model_id, net = model
    reference = _reference(clip, model_id)
    scores = net(_windows(clip, WINDOWS_COMPARED))["scores"].numpy()
    assert np.abs(scores - reference["taggram"][: len(scores)]).max() < 1e-4


@pytest.mark.parametrize("clip", CLIPS)
def test_every_intermediate_equals_the_published_one(model: tuple[str, Network], clip: str) -> None:
    model_id, net = model
    reference = _reference(clip, model_id)
    wanted = {name: array for name, array in reference.items() if name not in ("taggram", "mean_tags", "classes")}
    outputs = net(_windows(clip, WINDOWS_COMPARED), [name.removesuffix("_patch0") for name in wanted])
    for name, array in wanted.items():
        given = outputs[name.removesuffix("_patch0")].numpy()
        if name.endswith("_patch0"):
            assert _relative(given[0], array) < 1e-3, name
        else:
            assert _relative(given, array[: len(given)]) < 1e-3, name


def test_classes_are_in_the_published_order(model: tuple[str, Network]) -> None:
    for clip in CLIPS[:1]:
        assert list(card(model[0]).classes) == _reference(clip, model[0])["classes"].tolist()
