"""What an explanation guarantees: it adds up, it is about the sound, and it names filters that matter."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tagstudio.domain.errors import ModelError
from tagstudio.nn import explain
from tagstudio.nn.architecture import Network
from tagstudio.nn.catalogue import card
from tagstudio.nn.embed import WINDOW_SAMPLES, Networks
from tagstudio.nn.networks import network

RATE = 16_000


@pytest.fixture(scope="module")
def windows() -> NDArray[np.float32]:
    # A plucked chord and a beat: something for timbral and for temporal filters.
    time = np.arange(2 * WINDOW_SAMPLES) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220.0, 277.2, 329.6, 440.0)) * np.exp(-3 * (time % 1.0))
    beat = np.random.default_rng(0).standard_normal(time.size) * np.exp(-40 * (time % 0.5))
    return (0.1 * chord + 0.2 * beat).astype(np.float32).reshape(2, WINDOW_SAMPLES)


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks(["msd-musicnn"], "cpu")


def _mel(networks: Networks, windows: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(networks.mel(windows))


def _one(number: int, size: int = 50) -> NDArray[np.float32]:
    return np.eye(size, dtype=np.float32)[number]


def _value(net: Network, first: torch.Tensor, tag: int) -> torch.Tensor:
    with torch.no_grad():
        return net.rest(first, ["logits"])["logits"][:, tag]


@pytest.mark.parametrize(("model_id", "allowed"), [("mtt-musicnn", 0.02), ("msd-musicnn", 0.02), ("msd-vgg", 0.1)])
def test_contributions_add_up_to_what_the_sound_does_beyond_silence(
    networks: Networks, windows: NDArray[np.float32], model_id: str, allowed: float
) -> None:
    net, mel = network(card(model_id)), _mel(networks, windows[:1])
    first, silence = net.first_layer(mel), net.first_layer(torch.zeros_like(mel[:1]))
    tag = int(net(mel)["scores"][0].argmax())
    shares = explain.contributions(net, first, silence, torch.from_numpy(_one(tag)), on="logits")
    difference = _value(net, first, tag) - _value(net, silence, tag)
    assert shares.shape == (1, sum(group.size for group in net.filter_groups))
    assert float((shares.sum(1) - difference).abs()) < allowed * float(shares.abs().sum())


def test_silence_explains_nothing(networks: Networks) -> None:
    trace = networks.filters("msd-musicnn", np.zeros((1, WINDOW_SAMPLES), np.float32), _one(0), "logits", 561)
    assert not trace.contributions.any()
    assert trace.total == 0


def test_taking_away_the_named_filters_takes_away_the_tag(networks: Networks, windows: NDArray[np.float32]) -> None:
    net, mel = network(card("msd-musicnn")), _mel(networks, windows)
    first, silence = net.first_layer(mel), net.first_layer(torch.zeros_like(mel[:1]))
    tag = int(net(mel)["scores"].mean(0).argmax())

    def without(chosen: torch.Tensor) -> float:
        changed = first.clone()
        changed[:, chosen] = silence.expand_as(first)[:, chosen]
        return float(_value(net, changed, tag).mean())

    shares = explain.contributions(net, first, silence, torch.from_numpy(_one(tag)), on="logits").sum(0)
    generator = torch.Generator().manual_seed(0)
    others = [without(torch.randperm(561, generator=generator)[:20]) for _ in range(20)]
    assert without(shares.argsort(descending=True)[:20]) < min(others)


@pytest.mark.parametrize("on", ["logits", "penultimate", "embedding"])
def test_a_trace_names_the_strongest_filters_with_their_answers(
    networks: Networks, windows: NDArray[np.float32], on: str
) -> None:
    size = 50 if on == "logits" else 200
    trace = networks.filters("msd-musicnn", windows, _one(3, size), on, 5)
    outputs = networks.hear(windows, None, ["timbral", "temporal"])["msd-musicnn"].outputs
    answers = networks.activations("msd-musicnn", windows, trace.channels)
    assert answers.shape == (2 * 187, 5)
    assert (np.diff(trace.contributions) <= 0).all()
    for column, (name, layer, number) in enumerate(zip(trace.names, trace.layers, trace.filters, strict=True)):
        assert name.startswith(f"{layer} ")
        np.testing.assert_allclose(answers[:, column], outputs[layer][:, :, number].ravel(), atol=1e-4)


def test_a_trace_of_a_vgg_is_over_time_too(networks: Networks, windows: NDArray[np.float32]) -> None:
    trace = networks.filters("mtt-vgg", windows[:1], _one(0), "logits", 3)
    assert networks.activations("mtt-vgg", windows[:1], trace.channels).shape == (187, 3)
    assert set(trace.layers) == {"conv1"}


def test_all_filters_together_make_the_total(networks: Networks, windows: NDArray[np.float32]) -> None:
    trace = networks.filters("msd-musicnn", windows, _one(0), "logits", None)
    assert sorted(trace.filters) == sorted([*range(408), *range(153)])
    assert abs(float(trace.contributions.sum()) - trace.total) < 1e-3


def test_a_model_that_has_listened_can_be_explained(windows: NDArray[np.float32]) -> None:
    networks = Networks([], "cpu")
    networks.hear(windows[:1], ["mtt-musicnn"])
    assert len(networks.filters("mtt-musicnn", windows[:1], _one(0), "logits", 2).names) == 2


def test_contributions_are_linear_in_the_target(networks: Networks, windows: NDArray[np.float32]) -> None:
    def shares(target: NDArray[np.float32]) -> dict[str, float]:
        trace = networks.filters("msd-musicnn", windows[:1], target, "logits", 561)
        return dict(zip(trace.names, trace.contributions.tolist(), strict=True))

    rock, pop, both = shares(_one(0)), shares(_one(1)), shares(_one(0) + 2 * _one(1))
    assert all(abs(both[name] - rock[name] - 2 * pop[name]) < 1e-3 for name in both)


def test_a_target_in_front_of_the_filters_is_refused(networks: Networks, windows: NDArray[np.float32]) -> None:
    with pytest.raises(ModelError, match="timbral"):
        networks.filters("msd-musicnn", windows, _one(0, 408), "timbral", 3)


def test_a_target_of_another_length_is_a_fault_of_the_caller(networks: Networks, windows: NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match="50 numbers"):
        networks.filters("msd-musicnn", windows, _one(0, 200), "logits", 3)
