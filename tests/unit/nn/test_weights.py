"""Weights that are not what their card says never reach a network."""

import dataclasses
import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from tagstudio import paths
from tagstudio.domain.errors import ModelError
from tagstudio.nn import weights
from tagstudio.nn.catalogue import ModelCard, card
from tagstudio.nn.networks import network

PLAIN = card("mtt-vgg")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "models", lambda: tmp_path)
    return tmp_path


def _vouched(raw: bytes, folder: Path) -> ModelCard:
    (folder / "own.safetensors").write_bytes(raw)
    return dataclasses.replace(PLAIN, weights="own.safetensors", sha256=hashlib.sha256(raw).hexdigest())


def _shipped() -> bytes:
    return (Path(__file__).parents[3] / "models" / PLAIN.weights).read_bytes()


@pytest.mark.parametrize("size", [0, 7, 8, 100, 1_000_000])
def test_cut_weights_are_refused(folder: Path, size: int) -> None:
    (folder / PLAIN.weights).write_bytes(_shipped()[:size])
    with pytest.raises(ModelError, match="damaged") as refused:
        weights.read(PLAIN)
    assert refused.value.advice


def test_every_flipped_bit_is_seen(folder: Path) -> None:
    raw = bytearray(_shipped())
    for place in np.random.default_rng(0).integers(0, 8 * len(raw), 20).tolist():
        raw[place // 8] ^= 1 << place % 8
        (folder / PLAIN.weights).write_bytes(raw)
        with pytest.raises(ModelError, match="damaged"):
            weights.read(PLAIN)
        raw[place // 8] ^= 1 << place % 8


def test_missing_weights_are_named(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"mtt-vgg.*No such file"):
        weights.read(PLAIN)


def test_a_pickle_with_the_right_digest_is_not_run(folder: Path) -> None:
    canary = folder / "canary"

    class Payload:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (str(canary),)

    with pytest.raises(ModelError, match="not a safetensors"):
        weights.read(_vouched(pickle.dumps(Payload()), folder))
    assert not canary.exists()


def test_weights_of_another_architecture_do_not_fit(folder: Path) -> None:
    other = save({"conv.weight": np.zeros((3, 3), np.float32)})
    with pytest.raises(ModelError, match="do not fit a vgg"):
        network(_vouched(other, folder))


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(ModelError, match="unknown kind"):
        network(dataclasses.replace(PLAIN, architecture="transformer"))


def test_a_built_network_neither_trains_nor_drops() -> None:
    net = network(PLAIN)
    mel = torch.rand(1, 187, 96)
    assert not net.training
    assert not any(weight.requires_grad for weight in net.parameters())
    assert torch.equal(net(mel)["scores"], net(mel)["scores"])
