"""What holds for every architecture, trained or not."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tagstudio.nn.architecture import Network
from tagstudio.nn.catalogue import SHIPPED, card
from tagstudio.nn.musicnn import MusicNN, PeakFilters
from tagstudio.nn.networks import network
from tagstudio.nn.vgg import Vgg


@pytest.fixture(scope="module", params=SHIPPED)
def model_id(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_output_has_the_shape_its_card_says(model_id: str) -> None:
    wanted = card(model_id).outputs
    given_ = network(card(model_id))(torch.rand(2, 187, 96), list(wanted))
    assert {name: tuple(values.shape[1:]) for name, values in given_.items()} == {
        name: output.shape for name, output in wanted.items()
    }


def test_only_what_was_asked_for_is_answered(model_id: str) -> None:
    assert set(network(card(model_id))(torch.rand(1, 187, 96), ["logits"])) == {"logits"}


def test_a_window_is_heard_the_same_alone_and_in_company(model_id: str) -> None:
    net, mel = network(card(model_id)), torch.rand(3, 187, 96)
    together = net(mel)["scores"]
    for i in range(3):
        assert torch.allclose(net(mel[i : i + 1])["scores"][0], together[i], atol=1e-5)


@given(seed=st.integers(0, 2**32 - 1), shape=st.sampled_from([(5, 7), (1, 8), (9, 1)]), falling=st.floats(0, 1))
def test_maximum_before_the_norm_equals_the_order_of_training(
    seed: int, shape: tuple[int, int], falling: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    filters = PeakFilters(6, shape).eval().requires_grad_(False)
    filters.norm.running_mean = torch.randn(6, generator=generator)
    filters.norm.running_var = torch.rand(6, generator=generator) + 0.1
    sign = torch.where(torch.rand(6, generator=generator) < falling, -1.0, 1.0)
    filters.norm.weight.data = torch.rand(6, generator=generator) * sign
    image = torch.randn(2, 1, 9, 20, generator=generator)
    padded = functional.pad(image, (filters.before, filters.after))
    textbook = filters.norm(functional.relu(filters.conv(padded))).amax(2)
    assert filters(image).shape == (2, 6, 20)
    assert torch.allclose(filters(image), textbook, atol=1e-5)


@pytest.mark.parametrize(("make", "frames"), [(MusicNN, 20), (Vgg, 187)])
def test_training_reaches_every_weight(make: type[Network], frames: int) -> None:
    torch.manual_seed(0)
    net = make(3).train()
    loss = net(torch.rand(3, frames, 96), ["logits"])["logits"] @ torch.tensor([1.0, 2.0, -1.0])
    loss.square().sum().backward()
    assert [name for name, weight in net.named_parameters() if weight.grad is None] == []
