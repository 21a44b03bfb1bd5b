"""The networks as an object: what it hears does not depend on how it is asked."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tagstudio.domain.errors import ModelError
from tagstudio.nn.catalogue import SHIPPED, card
from tagstudio.nn.embed import NETWORK_LIMITS, WINDOW_SAMPLES, Networks
from tagstudio.nn.ensembles import Ensemble
from tagstudio.workers import Worker

MODELS = ("mtt-musicnn", "msd-vgg")


@pytest.fixture(scope="module")
def windows() -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal((3, WINDOW_SAMPLES)).astype(np.float32) * np.float32(0.1)


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks(MODELS, "cpu")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(Networks, MODELS, limits=NETWORK_LIMITS) as worker:
        yield worker


def test_scores_are_probabilities_and_embeddings_have_the_cards_size(
    networks: Networks, windows: NDArray[np.float32]
) -> None:
    heard = networks.hear(windows)
    assert tuple(heard) == MODELS
    for model_id, results in heard.items():
        assert results.scores.shape == (3, 50)
        assert ((results.scores > 0) & (results.scores < 1)).all()
        assert results.embeddings.shape == (3, card(model_id).embedding_dim)
        assert results.scores.dtype == results.embeddings.dtype == np.float32
        assert results.outputs == {}


def test_windows_are_heard_the_same_together_and_one_by_one(networks: Networks, windows: NDArray[np.float32]) -> None:
    together = networks.hear(windows)
    for i in range(len(windows)):
        for model_id, alone in networks.hear(windows[i : i + 1]).items():
            np.testing.assert_allclose(alone.embeddings[0], together[model_id].embeddings[i], atol=1e-4)


def test_no_windows_give_empty_answers(networks: Networks) -> None:
    heard = networks.hear(np.zeros((0, WINDOW_SAMPLES), np.float32), None, ["scores"])
    assert heard["msd-vgg"].embeddings.shape == (0, 256)
    assert heard["msd-vgg"].outputs["scores"].shape == (0, 50)
    assert networks.mel(np.zeros((0, WINDOW_SAMPLES), np.float32)).shape == (0, 187, 96)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_output_of_the_card_can_be_asked_for_by_name(
    networks: Networks, windows: NDArray[np.float32], model_id: str
) -> None:
    wanted = card(model_id).outputs
    results = networks.hear(windows[:2], [model_id], list(wanted))[model_id]
    assert {name: values.shape for name, values in results.outputs.items()} == {
        name: (2, *output.shape) for name, output in wanted.items()
    }
    np.testing.assert_array_equal(results.outputs["scores"], results.scores)


def test_an_unknown_output_is_refused_with_the_names_there_are(
    networks: Networks, windows: NDArray[np.float32]
) -> None:
    with pytest.raises(ModelError, match="pool9") as refused:
        networks.hear(windows, ["mtt-musicnn"], ["pool9"])
    assert "penultimate" in refused.value.advice


def test_windows_of_another_length_are_a_fault_of_the_caller(networks: Networks) -> None:
    with pytest.raises(ValueError, match="48128"):
        networks.hear(np.zeros((1, 48_000), np.float32))


def test_an_unknown_model_stops_the_start() -> None:
    with pytest.raises(ModelError, match="no model"):
        Networks(["nonsense"])


def test_an_absent_device_is_told_once_and_the_cpu_answers(windows: NDArray[np.float32]) -> None:
    networks = Networks(["msd-vgg"], "mps")
    described = networks.describe()
    assert described["device"] in ("mps", "cpu")
    assert bool(described["notice"]) == (described["device"] == "cpu")
    assert networks.hear(windows[:1])["msd-vgg"].scores.shape == (1, 50)


def test_a_device_that_fails_in_the_middle_costs_no_answer(networks: Networks, windows: NDArray[np.float32]) -> None:
    failing = Ensemble("cpu")
    failing.runner.device = torch.device("meta")  # it computes nothing, and says so when asked for the result
    cards = [card(model_id) for model_id in MODELS]
    failing.load(cards)
    heard = failing.hear(windows, cards, [])
    assert failing.runner.notice == "The meta device failed; the networks run on the CPU instead."
    for model_id, results in networks.hear(windows).items():
        np.testing.assert_allclose(heard[model_id].scores, results.scores, atol=1e-5)


def test_answers_of_a_process_of_its_own_are_the_same(
    worker: Worker, networks: Networks, windows: NDArray[np.float32]
) -> None:
    heard = worker.call("hear", windows)
    for model_id, results in networks.hear(windows).items():
        np.testing.assert_allclose(heard[model_id].scores, results.scores, atol=1e-5)


def test_a_process_of_its_own_explains_a_refusal(worker: Worker, windows: NDArray[np.float32]) -> None:
    with pytest.raises(ModelError) as refused:
        worker.call("hear", windows, ("nonsense",))
    assert "msd-musicnn" in refused.value.advice
