"""The networks as an object for a worker process; importing this module loads no torch, making the object does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tagstudio.nn.catalogue import ModelCard, card
from tagstudio.nn.results import FilterTrace, WindowResults
from tagstudio.workers import Limits

WINDOW_SAMPLES = 48_128  # 187 frames: 186 hops of 256 and one frame of 512
NETWORK_LIMITS = Limits(niceness=10)


class Networks:
    """Networks that listen to windows of 48,128 samples at 16 kHz.

    Parameters
    ----------
    model_ids : tuple of str
        Loaded at once; any other model is loaded when first asked for.
    device : str
        ``auto`` (cuda, else mps, else cpu), ``cuda``, ``mps`` or ``cpu``.

    Raises
    ------
    ModelError
        If a model or the device name is unknown, or weights are missing or damaged.
    """

    def __init__(self, model_ids: Sequence[str], device: str = "auto") -> None:
        from tagstudio.nn.ensembles import Ensemble  # torch

        self._model_ids = tuple(model_ids)
        self._ensemble = Ensemble(device)
        self._ensemble.load(self._cards(None))

    def describe(self) -> dict[str, str]:
        """Return ``device``, where the networks run now, and ``notice``, why not where asked (else ``""``)."""
        return {"device": self._ensemble.runner.device.type, "notice": self._ensemble.runner.notice}

    def hear(
        self,
        windows: NDArray[np.float32],
        model_ids: Sequence[str] | None = None,
        outputs: Sequence[str] = (),
    ) -> dict[str, WindowResults]:
        """Listen with several models to the same windows.

        Parameters
        ----------
        windows : ndarray, shape (windows, 48128)
            Mono audio at 16 kHz, cut from the padded file.
        model_ids : sequence of str, optional
            Default: those the object was made with.
        outputs : sequence of str
            Further outputs, which every one of these models must have.

        Raises
        ------
        ModelError
            If a model or an output is unknown.
        ValueError
            If ``windows`` has another shape.
        """
        return self._ensemble.hear(_checked(windows), self._cards(model_ids), tuple(outputs))

    def mel(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what the networks see: log-mel, shape (windows, 187, 96)."""
        return self._ensemble.spectrograms(_checked(windows))

    def filters(
        self,
        model_id: str,
        windows: NDArray[np.float32],
        target: NDArray[np.float32],
        on: str = "logits",
        count: int | None = 8,
    ) -> FilterTrace:
        """Return the first-layer filters that drive a target the most; see `explain.contributions`.

        Parameters
        ----------
        target : ndarray, shape (numbers of the output,)
            Direction on the output ``on``: a one among zeros for a model's tag, a head's gradient for an own tag.
        on : str
            ``logits``, ``embedding`` (the output that the card names so), or any other output behind the first layer.
        count : int, optional
            How many filters; None gives all.

        Raises
        ------
        ModelError
            If the model is unknown, or has no such output behind its first layer.
        ValueError
            If ``windows`` or ``target`` has another shape.
        """
        from tagstudio.nn import explain

        return explain.trace(self._ensemble, card(model_id), _checked(windows), target, on=on, count=count)

    def activations(
        self, model_id: str, windows: NDArray[np.float32], channels: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return what first-layer filters answer over time, shape (windows * 187, channels).

        ``channels`` are those of a `FilterTrace`.
        """
        from tagstudio.nn import explain

        return explain.activations(self._ensemble, card(model_id), _checked(windows), channels)

    def _cards(self, model_ids: Sequence[str] | None) -> tuple[ModelCard, ...]:
        return tuple(card(model_id) for model_id in (self._model_ids if model_ids is None else model_ids))


def _checked(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    if windows.ndim != 2 or windows.shape[1] != WINDOW_SAMPLES:
        raise ValueError(f"expected windows of {WINDOW_SAMPLES} samples, got shape {windows.shape}")
    return np.require(windows, np.float32, ["C", "W"])
