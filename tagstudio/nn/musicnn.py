"""The musically motivated network: filters shaped like timbres and rhythms, then dense layers over time."""

from collections.abc import Collection
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from tagstudio.nn.architecture import FilterGroup, Network

BN_EPS, BN_MOMENTUM = 1e-3, 0.01
TIMBRAL = ((38, 7), (67, 7))  # mels, frames
TEMPORAL = ((1, 128), (1, 64), (1, 32))
N_TIMBRAL, N_TEMPORAL, N_MIDDLE, N_DENSE = 204, 51, 64, 200
N_FIRST = len(TIMBRAL) * N_TIMBRAL + len(TEMPORAL) * N_TEMPORAL  # 561
N_POOLED = N_FIRST + 3 * N_MIDDLE  # 753


class MusicNN(Network):
    """The network of the musicnn package, for windows of any number of frames.

    References
    ----------
    Pons & Serra (2019), "musicnn: pre-trained convolutional neural networks for music audio tagging".
    Pons et al. (2018), "End-to-end learning for music audio tagging at scale", sec. 3.
    """

    filter_groups: ClassVar[tuple[FilterGroup, ...]] = (
        *(FilterGroup("timbral", (frames, mels), N_TIMBRAL) for mels, frames in TIMBRAL),
        *(FilterGroup("temporal", (frames, mels), N_TEMPORAL) for mels, frames in TEMPORAL),
    )

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(1, eps=BN_EPS, momentum=BN_MOMENTUM)
        self.timbral = nn.ModuleList(PeakFilters(N_TIMBRAL, shape) for shape in TIMBRAL)
        self.temporal = nn.ModuleList(PeakFilters(N_TEMPORAL, shape) for shape in TEMPORAL)
        self.cnn1 = Middle(N_FIRST)
        self.cnn2 = Middle(N_MIDDLE)
        self.cnn3 = Middle(N_MIDDLE)
        self.pool_norm = nn.BatchNorm1d(2 * N_POOLED, eps=BN_EPS, momentum=BN_MOMENTUM)
        self.dense = nn.Linear(2 * N_POOLED, N_DENSE)
        self.dense_norm = nn.BatchNorm1d(N_DENSE, eps=BN_EPS, momentum=BN_MOMENTUM)
        self.classes = nn.Linear(N_DENSE, n_classes)
        self.dropout = nn.Dropout(0.5)

    def first_layer(self, mel: Tensor) -> Tensor:
        """Return the timbral and temporal activations, (batch, 561, frames)."""
        image = self.norm(mel.transpose(1, 2).unsqueeze(1)).contiguous()  # (batch, 1, mels, frames)
        return torch.cat([filters(image) for filters in (*self.timbral, *self.temporal)], dim=1)

    def rest(self, first: Tensor, outputs: Collection[str]) -> dict[str, Tensor]:
        """Return ``outputs`` by name from (batch, 561, frames); nothing past the last one needed is computed."""
        n_timbral = len(TIMBRAL) * N_TIMBRAL
        given = {"timbral": first[:, :n_timbral], "temporal": first[:, n_timbral:]}
        if not set(outputs) <= given.keys():
            given["cnn1"] = self.cnn1(first)  # (batch, 64, frames)
            given["cnn2"] = self.cnn2(given["cnn1"]) + given["cnn1"]
            given["cnn3"] = self.cnn3(given["cnn2"]) + given["cnn2"]
        given = {name: maps.transpose(1, 2) for name, maps in given.items()}  # (batch, frames, channels)
        if not set(outputs) <= given.keys():
            given |= self._back_end(torch.cat([first.transpose(1, 2), *(given[f"cnn{i}"] for i in (1, 2, 3))], dim=2))
        return {name: given[name] for name in outputs}

    def _back_end(self, maps: Tensor) -> dict[str, Tensor]:
        largest, mean = maps.amax(1), maps.mean(1)  # (batch, 753)
        pooled = torch.stack([largest, mean], dim=2).flatten(1)  # (batch, 1506): largest and mean alternate
        dense = functional.relu(self.dense(self.dropout(self.pool_norm(pooled))))
        penultimate = self.dense_norm(dense)  # (batch, 200)
        logits = self.classes(self.dropout(penultimate))
        return {
            "max_pool": largest,
            "mean_pool": mean,
            "penultimate": penultimate,
            "logits": logits,
            "scores": logits.sigmoid(),
        }


class PeakFilters(nn.Module):
    """Filters over mel and time, of which only the strongest answer over all mel positions counts.

    In training: convolution, ReLU, batch norm, maximum. For a trained network the norm is one line per filter, rising
    or falling, so the maximum can be taken first (of the negated convolution where it falls), which spares two passes
    over the largest array of the network and gives the same numbers. Time is the last axis, because a maximum over the
    last but one is three times as fast.
    """

    def __init__(self, count: int, shape: tuple[int, int]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, count, shape)
        self.norm = nn.BatchNorm2d(count, eps=BN_EPS, momentum=BN_MOMENTUM)
        self.before, self.after = (shape[1] - 1) // 2, shape[1] // 2

    def forward(self, image: Tensor) -> Tensor:
        """Turn (batch, 1, mels, frames) into (batch, count, frames)."""
        padded = functional.pad(image, (self.before, self.after))
        if self.training:
            normed: Tensor = self.norm(functional.relu(self.conv(padded)))
            return normed.amax(2)
        slope, offset = self._line()
        sign = torch.where(slope < 0, -1.0, 1.0)
        weight, bias = self.conv.weight * sign[:, None, None, None], self._bias() * sign
        peaks = functional.conv2d(padded, weight, bias).amax(2)  # (batch, count, frames)
        return functional.relu(peaks * sign[:, None]) * slope[:, None] + offset[:, None]

    def _line(self) -> tuple[Tensor, Tensor]:
        # The trained norm is slope * x + offset.
        norm = self.norm
        mean, variance = norm.running_mean, norm.running_var
        assert mean is not None
        assert variance is not None
        slope = norm.weight * torch.rsqrt(variance + norm.eps)
        return slope, norm.bias - mean * slope

    def _bias(self) -> Tensor:
        assert self.conv.bias is not None
        return self.conv.bias


class Middle(nn.Module):
    """A convolution over time that sees every channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, N_MIDDLE, 7, padding=3)
        self.norm = nn.BatchNorm1d(N_MIDDLE, eps=BN_EPS, momentum=BN_MOMENTUM)

    def forward(self, maps: Tensor) -> Tensor:
        """Turn (batch, channels, frames) into (batch, 64, frames)."""
        normed: Tensor = self.norm(functional.relu(self.conv(maps)))
        return normed
