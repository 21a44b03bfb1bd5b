"""What a scan wants to know: a hash of the audio that survives retagging, the length and the format."""

import hashlib
from typing import BinaryIO

import av.error
import soundfile

from tagstudio.audio.containers import ordinary_facts
from tagstudio.audio.decode import explained, unreadable
from tagstudio.audio.facts import HASH_DIGITS, Facts
from tagstudio.audio.ffmpeg import audio_stream, header_duration_s, open_container, packets
from tagstudio.audio.formats import open_regular
from tagstudio.audio.libsndfile import SoundFileSource
from tagstudio.audio.sources import differs
from tagstudio.domain.errors import DecodeError

__all__ = ["Facts", "facts", "facts_of"]


def facts(path: bytes) -> Facts:
    """Read a file's facts without decoding it; decode it only where FFmpeg cannot take it apart.

    Raises
    ------
    DecodeError
        If there is no audio in it.
    """
    with explained(path), open_regular(path) as file:
        return ordinary_facts(file) or facts_of(path, file)


def facts_of(path: bytes, file: BinaryIO) -> Facts:
    """Read the facts of an open file of any kind; as ``facts``."""
    with explained(path):
        try:
            found = _of_packets(file)
            if found is not None:
                return found
            error: Exception = ValueError("it holds no audio")
        except (av.error.FFmpegError, ValueError) as failure:
            error = failure
        try:
            return _of_samples(path, file)
        except (soundfile.LibsndfileError, DecodeError, ValueError):
            raise unreadable(path, file, error) from error


def _of_packets(file: BinaryIO) -> Facts | None:
    container = open_container(file)
    try:
        stream = audio_stream(container)
        if stream is None:
            return None
        digest, end, found = hashlib.sha256(), 0, False
        for packet in packets(container, stream):
            digest.update(packet)
            found = found or packet.size > 0
            end = max(end, (packet.pts or 0) + (packet.duration or 0))
        if not found:
            return None
        counted = float((end - (stream.start_time or 0)) * stream.time_base) if stream.time_base else 0.0
        duration = _duration_s(header_duration_s(container, stream), counted)
        codec = stream.codec_context
        return Facts(
            digest.hexdigest()[:HASH_DIGITS], duration, codec.codec.canonical_name, codec.sample_rate, codec.channels
        )
    finally:
        container.close()


def _duration_s(claimed: float | None, counted: float) -> float:
    if claimed is None or (counted > 0 and differs(claimed, counted)):
        return counted
    return claimed


def _of_samples(path: bytes, file: BinaryIO) -> Facts:
    source = SoundFileSource(path, file)
    digest, count = hashlib.sha256(), 0
    for block in source.blocks():
        digest.update(block.tobytes())
        count += len(block)
    if not count:
        raise ValueError("it holds no audio")
    return Facts(digest.hexdigest()[:HASH_DIGITS], count / source.rate, source.codec, source.rate, source.channels)
