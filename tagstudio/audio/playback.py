"""Playing a file: decoded in a worker process, buffered here, pulled by the sound card. Polled, without callbacks."""

import logging
import os
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tagstudio.audio.listening import EAR_LIMITS, Ear
from tagstudio.audio.ring import Ring
from tagstudio.audio.soundcard import Output, PortAudio, SoundCard
from tagstudio.audio.streams import Resampler
from tagstudio.domain.errors import TagStudioError
from tagstudio.workers import Worker

log = logging.getLogger(__name__)

BUFFERED_S = 1.0
BLOCK_ALLOWED_S = 30.0
# Tried in this order where the device refuses a file's own rate.
USUAL_RATES = (48_000, 44_100)

Blocks = Generator[tuple[int, NDArray[np.float32]]]


class Player:
    """Plays one file at a time; every method returns at once, so a window may call them and poll the properties.

    Parameters
    ----------
    card : SoundCard
        Where sound comes out; touched by ``play`` only.
    """

    def __init__(self, card: SoundCard | None = None) -> None:
        self._card = card or PortAudio()
        self._worker = Worker(Ear, limits=EAR_LIMITS)
        self._turn = threading.Lock()  # the worker answers one run at a time
        self._path: bytes | None = None
        self._run: _Run | None = None
        self._stopping: list[_Run] = []
        self._position_s = 0.0
        self._volume = 1.0

    def load(self, path: bytes | Path) -> None:
        """Choose a file and stand at its beginning."""
        self._stop()
        self._path, self._position_s = os.fsencode(path), 0.0

    def play(self) -> None:
        """Play on from the position; from the beginning if the end was reached.

        Raises
        ------
        TagStudioError
            If there is no sound device.
        """
        if self._path is None or self.is_playing:
            return
        self._card.check()
        start_s = 0.0 if self.at_end else self.position_s
        self._stop()
        self._position_s = start_s
        self._start(self._path)

    def pause(self) -> None:
        """Fall silent and keep the position."""
        self._position_s = self.position_s
        self._stop()

    def seek(self, second: float) -> None:
        """Go to a position; plays on if it was playing."""
        was_playing = self.is_playing
        self._stop()
        self._position_s = max(0.0, second)
        if was_playing and self._path is not None:
            self._start(self._path)

    def close(self) -> None:
        """Fall silent and end the worker process."""
        self._stop()
        for run in self._stopping:
            while not run.is_gone(0.3):
                self._worker.interrupt()
        self._worker.close()

    @property
    def position_s(self) -> float:
        """What is audible now, in seconds from the beginning of the file."""
        return self._position_s if self._run is None else self._run.position_s

    @property
    def is_playing(self) -> bool:
        """Whether sound comes out, or will as soon as it is decoded."""
        return self._run is not None and self._run.is_alive

    @property
    def at_end(self) -> bool:
        """Whether the file was heard to its end."""
        return self._run is not None and self._run.is_over

    @property
    def error(self) -> TagStudioError | None:
        """Why playing stopped by itself, None if it did not."""
        return None if self._run is None else self._run.error

    @property
    def volume(self) -> float:
        """Loudness from 0 to 1, a factor on the samples."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(1.0, max(0.0, volume))
        if self._run is not None:
            self._run.ring.volume = self._volume

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, path: bytes) -> None:
        run = _Run(self._card, self._position_s, self._volume)
        self._run = run
        run.start(self._blocks(run.ring, path, self._position_s))

    def _stop(self) -> None:
        if self._run is not None:
            self._run.ring.stop()
            self._stopping = [run for run in (*self._stopping, self._run) if not run.is_gone(0.0)]
            self._run = None

    def _blocks(self, ring: Ring, path: bytes, start_s: float) -> Blocks:
        # A run that was stopped gives up its turn within a block; one that hangs in a decoder is ended.
        while not self._turn.acquire(timeout=1.0):
            self._worker.interrupt()
        try:
            if ring.is_stopped:
                return
            with closing(self._worker.stream("blocks", path, start_s, timeout_s=BLOCK_ALLOWED_S)) as blocks:
                yield from blocks
        finally:
            self._turn.release()


class _Run:
    # Playing from one position to a stop or to the end: a thread that fills the ring, and the output that empties it.
    def __init__(self, card: SoundCard, start_s: float, volume: float) -> None:
        self.ring = Ring(volume)
        self.error: TagStudioError | None = None
        self._card, self._start_s = card, start_s
        self._rate = 0
        self._output: Output | None = None
        self._thread: threading.Thread | None = None

    def start(self, blocks: Blocks) -> None:
        self._thread = threading.Thread(target=self._play, args=(blocks,), daemon=True, name="tagstudio-playback")
        self._thread.start()

    def is_gone(self, timeout_s: float) -> bool:
        # Whether its thread ended, waiting for it so long.
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        return self.error is None and not self.is_over and not self.ring.is_stopped

    @property
    def is_over(self) -> bool:
        return self.error is None and self.ring.is_over

    @property
    def position_s(self) -> float:
        output, rate = self._output, self._rate
        if output is None or not rate:
            return self._start_s
        return self._start_s + self.ring.heard(output.time_s, output.latency_s, rate) / rate

    def _play(self, blocks: Blocks) -> None:
        try:
            with closing(blocks):
                for block in self._converted(blocks):
                    if not self.ring.put(block, most=int(BUFFERED_S * self._rate)):
                        return
            self.ring.finish()
            while not self.ring.wait_over(0.02):
                if self._output is not None:  # nothing was ever heard of an empty rest
                    self.ring.heard(self._output.time_s, self._output.latency_s, self._rate)
        except TagStudioError as error:
            self.error = error
        except TimeoutError:
            self.error = TagStudioError("The sound device stopped playing.", "Plug it in again and press play.")
        except Exception as error:
            log.exception("playback failed")
            self.error = TagStudioError("Playing stopped by a fault.", f"Details are in the log: {error}")
        finally:
            self._silence()

    def _silence(self) -> None:
        output = self._output
        if output is not None:
            self._start_s, self._output = self.position_s, None
            output.close()

    def _converted(self, blocks: Iterator[tuple[int, NDArray[np.float32]]]) -> Iterator[NDArray[np.float32]]:
        # The first block tells the file's rate; where the device refuses it, another one is used.
        resamplers: list[Resampler] = []
        for rate, block in blocks:
            if self._output is None:
                self._output, self._rate = self._opened(rate)
                resamplers = [Resampler(rate, self._rate) for _ in range(2)] if rate != self._rate else []
            if resamplers:
                yield np.stack([r.push(np.ascontiguousarray(c)) for r, c in zip(resamplers, block.T, strict=True)], 1)
            else:
                yield block
        if resamplers:
            yield np.stack([resampler.finish() for resampler in resamplers], axis=1)

    def _opened(self, rate: int) -> tuple[Output, int]:
        refusal: TagStudioError | None = None
        for candidate in dict.fromkeys((rate, *USUAL_RATES)):
            try:
                return self._card.open(candidate, self.ring.pull), candidate
            except TagStudioError as error:
                refusal = refusal or error
        raise refusal or TagStudioError("The sound device plays nothing.")
