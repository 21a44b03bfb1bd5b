"""Several networks that listen to the same windows, sharing one spectrogram."""

import threading
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagstudio.domain.errors import ModelError
from tagstudio.nn.architecture import Network
from tagstudio.nn.catalogue import ModelCard
from tagstudio.nn.devices import Runner
from tagstudio.nn.frontend import LogMel
from tagstudio.nn.networks import network
from tagstudio.nn.results import WindowResults

Arrays = dict[str, NDArray[np.float32]]


class Ensemble:
    """Networks on one device."""

    def __init__(self, device: str = "auto") -> None:
        self.runner = Runner(device)
        self._lock = threading.Lock()
        self._fronts: dict[torch.device, LogMel] = {}
        self._networks: dict[tuple[str, torch.device], Network] = {}

    def load(self, cards: Sequence[ModelCard]) -> None:
        """Load the networks of ``cards`` before they are needed, so that a fault shows at once."""
        self.runner.over(torch.zeros(1), lambda _: [self.network(card) for card in cards])

    def network(self, card: ModelCard) -> Network:
        """Return the network of ``card`` on the device in use.

        Loaded once for each device: nothing can be fetched from one that has failed, so the file is read again.
        """
        key = (card.id, self.runner.device)
        with self._lock:
            if key not in self._networks:
                self._networks[key] = network(card).to(self.runner.device)
            return self._networks[key]

    def mel(self, waves: Tensor) -> Tensor:
        """Return the log-mel spectrogram, (batch, frames, mels), on the device of ``waves``."""
        with self._lock:
            if waves.device not in self._fronts:
                self._fronts[waves.device] = LogMel().to(waves.device)
        spectrogram: Tensor = self._fronts[waves.device](waves)
        return spectrogram

    def spectrograms(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (windows, 187, 96)."""
        parts = self.runner.over(torch.from_numpy(windows), lambda waves: self.mel(waves).cpu())
        return torch.cat(parts).numpy() if parts else np.zeros((0, 187, 96), np.float32)

    def hear(
        self, windows: NDArray[np.float32], cards: Sequence[ModelCard], outputs: Sequence[str]
    ) -> dict[str, WindowResults]:
        """Run every network of ``cards`` over ``windows``; see `embed.Networks.hear`."""
        for card in cards:
            _check(card, outputs)

        def work(waves: Tensor) -> dict[str, Arrays]:
            # Per thread; not inference_mode, whose tensors `explain` could not differentiate through later.
            with torch.no_grad():
                mel = self.mel(waves)
                return {card.id: self._answers(card, mel, outputs) for card in cards}

        parts = self.runner.over(torch.from_numpy(windows), work)
        return {card.id: _joined(card, [part[card.id] for part in parts], outputs) for card in cards}

    def _answers(self, card: ModelCard, mel: Tensor, outputs: Sequence[str]) -> Arrays:
        wanted = {"scores", card.embedding, *outputs}
        given = self.network(card)(mel, wanted)
        return {name: values.float().cpu().contiguous().numpy() for name, values in given.items()}


def _check(card: ModelCard, outputs: Sequence[str]) -> None:
    for name in outputs:
        if name not in card.outputs:
            raise ModelError(
                f"The model “{card.id}” has no output “{name[:50]}”.", f"It has: {', '.join(card.outputs)}."
            )


def _joined(card: ModelCard, parts: list[Arrays], outputs: Sequence[str]) -> WindowResults:
    def joined(name: str) -> NDArray[np.float32]:
        empty = np.zeros((0, *card.outputs[name].shape), np.float32)
        return np.concatenate([empty, *(part[name] for part in parts)])

    embeddings = joined(card.embedding).reshape(-1, card.embedding_dim)
    return WindowResults(joined("scores"), embeddings, {name: joined(name) for name in outputs})
