"""The sound card behind PortAudio; imported only when somebody presses play."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.errors import TagStudioError

# Fills the array, shape (frames, 2); told when its first frame will be heard on the output's clock, None if unknown.
Pull = Callable[[NDArray[np.float32], float | None], None]


class Output(Protocol):
    """A running stream to the loudspeakers."""

    @property
    def time_s(self) -> float:
        """Its clock, in seconds."""

    @property
    def latency_s(self) -> float:
        """How long a sample takes from being pulled to being heard, in seconds."""

    def close(self) -> None:
        """Fall silent at once."""


class SoundCard(Protocol):
    """Where sound comes out."""

    def check(self) -> None:
        """Raise TagStudioError if there is no device."""

    def open(self, rate: int, pull: Pull) -> Output:
        """Start a stereo stream that calls ``pull``; raise TagStudioError if the device refuses."""


class PortAudio:
    """The system's default output device."""

    def check(self) -> None:
        """Raise TagStudioError if PortAudio or a device is missing."""
        sounddevice = _sounddevice()
        if _has_output(sounddevice):
            return
        # PortAudio lists the devices once; one that was plugged in meanwhile is only seen after a new start.
        sounddevice._terminate()
        sounddevice._initialize()
        if not _has_output(sounddevice):
            raise TagStudioError(
                "No sound device was found.",
                "Plug one in or choose one in the system's settings; everything else works without.",
            )

    def name(self) -> str:
        """Return what the system calls the device; raise TagStudioError as ``check`` does."""
        self.check()
        return str(_sounddevice().query_devices(kind="output")["name"])

    def open(self, rate: int, pull: Pull) -> Output:
        """Start a stream."""
        sounddevice = _sounddevice()

        def callback(samples: NDArray[np.float32], _frames: int, times: Any, _status: object) -> None:
            pull(samples, times.outputBufferDacTime or None)

        try:
            stream = sounddevice.OutputStream(samplerate=rate, channels=2, dtype="float32", callback=callback)
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise TagStudioError(
                f"The sound device does not play at {rate} Hz.", f"Choose another device ({error})."
            ) from error
        return _Stream(stream)


class _Stream:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @property
    def time_s(self) -> float:
        return float(self._stream.time)

    @property
    def latency_s(self) -> float:
        return float(self._stream.latency)

    def close(self) -> None:
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)


def _sounddevice() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:
        raise TagStudioError(
            "Sound cannot be played: the library PortAudio is missing.",
            "Install it (Debian: apt install libportaudio2); everything else works without.",
        ) from error
    module: ModuleType = sounddevice
    return module


def _has_output(sounddevice: ModuleType) -> bool:
    try:
        return int(sounddevice.query_devices(kind="output")["max_output_channels"]) > 0
    except (sounddevice.PortAudioError, ValueError):
        return False
