"""The VGG network: five layers of small filters over the spectrogram taken as a picture."""

from collections.abc import Collection
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import convert_conv2d_weight_memory_format

from tagstudio.nn.architecture import FilterGroup, Network

BN_EPS, BN_MOMENTUM = 1e-3, 0.01
N_FILTERS = 128
# Size and stride of each max-pooling, (frames, mels). The first one skips every other mel, as trained.
POOLS = (((4, 1), (2, 2)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((4, 4), (4, 4)))
N_POOL5 = 2 * N_FILTERS  # two time steps remain of a window of 187 frames


class Vgg(Network):
    """The VGG network of the musicnn package.

    References
    ----------
    Pons & Serra (2019), "musicnn: pre-trained convolutional neural networks for music audio tagging".
    Choi et al. (2016), "Automatic tagging using deep convolutional neural networks", sec. 3.
    """

    filter_groups: ClassVar[tuple[FilterGroup, ...]] = (FilterGroup("conv1", (3, 3), N_FILTERS),)

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(1, eps=BN_EPS, momentum=BN_MOMENTUM)
        self.layers = nn.ModuleList(Layer(N_FILTERS if i else 1) for i in range(len(POOLS)))
        self.dropout = nn.Dropout(0.25)
        self.last_dropout = nn.Dropout(0.5)
        self.classes = nn.Linear(N_POOL5, n_classes)
        # Channels last in memory takes 20 ms a window on a CPU, not 29; the maps follow the weights.
        convert_conv2d_weight_memory_format(self, torch.channels_last)

    def first_layer(self, mel: Tensor) -> Tensor:
        """Return the first layer's maps before pooling, (batch, 128, frames, mels)."""
        maps: Tensor = self.layers[0](self.norm(mel.unsqueeze(1)))
        return maps

    def rest(self, first: Tensor, outputs: Collection[str]) -> dict[str, Tensor]:
        """Return ``outputs`` by name from (batch, 128, frames, mels)."""
        given: dict[str, Tensor] = {}
        maps = first
        for number, (size, stride) in enumerate(POOLS):
            if number:
                maps = self.layers[number](maps)
            maps = self.dropout(functional.max_pool2d(maps, size, stride))
            given[f"pool{number + 1}"] = maps.permute(0, 2, 3, 1)  # (batch, frames, mels, channels)
        logits = self.classes(self.last_dropout(given["pool5"].flatten(1)))
        given |= {"logits": logits, "scores": logits.sigmoid()}
        return {name: given[name] for name in outputs}


class Layer(nn.Module):
    """3 x 3 filters, ReLU, batch norm."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, N_FILTERS, 3, padding=1)
        self.norm = nn.BatchNorm2d(N_FILTERS, eps=BN_EPS, momentum=BN_MOMENTUM)

    def forward(self, maps: Tensor) -> Tensor:
        """Turn (batch, channels, frames, mels) into (batch, 128, frames, mels)."""
        normed: Tensor = self.norm(functional.relu(self.conv(maps)))
        return normed
