"""The object that lives in a decoding process: from a file to windows, facts, pictures and sound."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagstudio.audio import hashing, overviews
from tagstudio.audio.decode import explained, open_audio
from tagstudio.audio.excerpts import excerpts as spread_excerpts
from tagstudio.audio.hashing import Facts
from tagstudio.audio.overviews import Overview
from tagstudio.audio.sources import Source, differs
from tagstudio.audio.streams import Counted, at_16k, window_groups
from tagstudio.domain.errors import DecodeError
from tagstudio.workers import Limits

__all__ = ["EAR_LIMITS", "STREAM_WINDOWS", "Ear", "Facts", "Heard", "Overview", "time_allowed_s"]

EAR_LIMITS = Limits(memory_bytes=4 * 2**30, may_write=False, calls=200, niceness=5, threads=1)
STREAM_WINDOWS = 40
BLOCK_S = 0.25
# What an encoder may add at both ends and a header count: 3,100 samples at 22 kHz.
PADDING_S = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Windows of one file, ready for the networks' front end.

    Attributes
    ----------
    windows : ndarray, shape (n, 48128)
        Mono audio at 16 kHz, padded as ``framing.windows`` says.
    numbers : ndarray, shape (n,)
        Which windows of the file these are; window ``k`` starts at ``k * framing.WINDOW_S`` seconds.
    n_windows : int
        How many the whole file has; in a stream, how many so far, and the final number in the last item.
    duration_s : float
        Decoded where the whole file was decoded, else what the header says.
    bad_packets : int
        How many pieces could not be decoded and were left out.
    note : str
        Sentences for the person where something was odd, else empty.
    """

    windows: NDArray[np.float32]
    numbers: NDArray[np.intp]
    n_windows: int
    duration_s: float
    bad_packets: int = 0
    note: str = ""


class Ear:
    """Listens to files; build it in a ``Worker`` with ``EAR_LIMITS``. Every method may raise ``DecodeError``."""

    def hear(self, path: bytes, excerpts: int | None = None) -> Heard:
        """Return windows of a file: ``excerpts`` spread ones, reached by seeking, or all of them with None.

        Both give the same samples for the same window. All windows of an hour are 230 MB: ``stream`` is for long files.
        """
        if excerpts is None:
            parts = list(self.stream(path))
            return Heard(
                np.concatenate([part.windows for part in parts]),
                np.concatenate([part.numbers for part in parts]),
                *(parts[-1].n_windows, parts[-1].duration_s, parts[-1].bad_packets, parts[-1].note),
            )
        with explained(path), open_audio(path) as source:
            found = spread_excerpts(source, excerpts)
            if found is None:
                raise _silent(path)
            note = _note(source, found.duration_s if found.is_whole else None)
            if found.is_cut:
                note = f"Only the first four hours were heard. {note}".rstrip()
            return Heard(found.windows, found.numbers, found.n_windows, found.duration_s, source.bad_packets, note)

    def stream(self, path: bytes) -> Iterator[Heard]:
        """Yield all windows of a file, at most 40 at a time, in bounded memory."""
        with explained(path), open_audio(path) as source:
            blocks = Counted(source.blocks())
            for group in window_groups(at_16k(blocks, source.rate), STREAM_WINDOWS):
                duration = blocks.samples / source.rate
                note = _note(source, duration if group.is_last else None)
                yield Heard(group.windows, group.numbers, group.n_windows, duration, source.bad_packets, note)
            if not blocks.samples:
                raise _silent(path)

    def facts(self, path: bytes) -> Facts:
        """Return hash, length and format of a file's audio, without decoding it."""
        return hashing.facts(path)

    def overview(self, path: bytes) -> Overview:
        """Return what the track panel draws."""
        with explained(path), open_audio(path) as source:
            found = overviews.overview(source)
            if found is None:
                raise _silent(path)
            return found

    def blocks(self, path: bytes, start_s: float = 0.0) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield rate and stereo samples, shape (samples, 2), a quarter of a second each, from ``start_s`` on."""
        with explained(path), open_audio(path) as source:
            source.seek(max(0, round(start_s * source.rate)))
            size = max(1, round(BLOCK_S * source.rate))
            for block in _regular(source.blocks(), size):
                yield source.rate, _stereo(block)


def time_allowed_s(size_bytes: int, *, everything: bool = False) -> float:
    """Return how long a file may take: 20 s and 0.5 s per MB, at most 120 s; ten times that for ``everything``."""
    allowed = min(120.0, 20.0 + 0.5 * size_bytes / 1e6)
    return 10 * allowed if everything else allowed


def _silent(path: bytes) -> DecodeError:
    return DecodeError(os.fsdecode(path), "no audio could be decoded from it")


def _note(source: Source, decoded_s: float | None) -> str:
    sentences = sorted(source.oddities)
    if source.bad_packets:
        sentences.append(f"Damaged pieces were left out: {source.bad_packets}.")
    claimed_s = source.duration_s
    if decoded_s is not None and claimed_s is not None and differs(claimed_s, decoded_s, least_s=PADDING_S):
        sentences.append(f"The file promises {claimed_s:.1f} s but holds {decoded_s:.1f} s.")
    return " ".join(sentences)


def _regular(blocks: Iterator[NDArray[np.float32]], size: int) -> Iterator[NDArray[np.float32]]:
    held: NDArray[np.float32] | None = None
    for block in blocks:
        held = block if held is None else np.concatenate((held, block))
        while len(held) >= size:
            yield held[:size]
            held = held[size:]
    if held is not None and len(held):
        yield held


def _stereo(block: NDArray[np.float32]) -> NDArray[np.float32]:
    if block.shape[1] == 2:
        return np.ascontiguousarray(block)
    return np.repeat(block.mean(axis=1, keepdims=True), 2, axis=1)
