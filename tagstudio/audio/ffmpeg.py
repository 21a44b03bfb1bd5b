"""Decoding with PyAV: packet by packet, so that a bad one costs only itself."""

import os
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

import av
import av.error
import numpy as np
from av import AudioFrame, AudioStream
from av.container import InputContainer

from tagstudio.audio.formats import id3_bytes
from tagstudio.audio.sources import Samples, Source
from tagstudio.domain.errors import DecodeError

# Playlists and the like would open other files; a track in disguise must not.
DEMUXERS = (
    "mp3,flac,ogg,mov,mp4,m4a,wav,w64,aiff,aac,asf,caf,ape,wv,tta,mpc,mpc8,dsf,au,matroska,webm,ac3,eac3,tak,shn,oma"
)
_OPTIONS = {"format_whitelist": DEMUXERS, "protocol_whitelist": "file", "max_streams": "2000"}
# Decoders need what came before: MP3 511 bytes of reservoir, Opus 80 ms, AAC one frame. Measured: exact from 0.5 s on.
PREROLL_S = 0.5
# Long enough for a majority of true timestamps.
_SETTLED_S = 3.0
# Vorbis cuts less than one block from the start.
_MOST_LEADING = 2048
BLOCK_SAMPLES = 16_384
_FULL_SCALE = {"u1": 2**7, "i2": 2**15, "i4": 2**31}
_READ_ERRORS = 10
# More is a header that lies.
LONGEST_S = 7 * 86_400.0


def open_container(file: BinaryIO) -> InputContainer:
    """Open a file object for demuxing; tags in front are stepped over: 50,000 frames take FFmpeg half a minute."""
    skipped = id3_bytes(file)
    source = _Without(file, skipped) if skipped else file
    source.seek(0)
    return av.open(source, mode="r", options=_OPTIONS, metadata_errors="replace", buffer_size=1 << 16)


def audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the stream to listen to, None without one that can be decoded."""
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream) or not _has_decoder(stream):
        return None
    return stream


def packets(
    container: InputContainer, stream: AudioStream, on_error: list[str] | None = None
) -> "Iterator[av.Packet[AudioStream]]":
    """Yield a stream's packets, the last one empty; go on after read errors, which are appended to ``on_error``."""
    for _ in range(_READ_ERRORS):
        try:
            yield from container.demux(stream)
        except av.error.FFmpegError as error:
            if on_error is not None:
                on_error.append(str(error))
        else:
            return


def header_duration_s(container: InputContainer, stream: AudioStream) -> float | None:
    """Return the length that the header claims, None where it claims none or nonsense."""
    if stream.duration is not None and stream.time_base is not None:
        claimed = float(stream.duration * stream.time_base)
    else:
        claimed = (container.duration or 0) / 1e6
    return claimed if 0 < claimed < LONGEST_S else None


class FFmpegSource(Source):
    """A file read by PyAV; raises ``DecodeError`` when it holds no audio that can be decoded.

    Attributes
    ----------
    is_doubtful : bool
        Whether its timestamps contradict what was decoded; another decoder may know better.
    """

    def __init__(self, path: bytes, file: BinaryIO) -> None:
        super().__init__(path)
        self._file = file
        self._pending: list[AudioFrame] = []
        self._raw: Iterator[AudioFrame] = iter(())
        self._open()
        try:
            self._begin()
        except BaseException:
            self._container.close()
            raise

    def _begin(self) -> None:
        first = next(self._raw, None)
        if first is None:
            raise DecodeError(os.fsdecode(self.path), "no audio could be decoded from it")
        self._pending.append(first)
        self.rate, self.channels = first.sample_rate, first.layout.nb_channels
        self._check(self.rate, self.channels)
        self.codec = self._stream.codec_context.codec.canonical_name
        self.duration_s = header_duration_s(self._container, self._stream)
        self.can_seek = self._counts_samples()
        # Ogg may start with samples that its timestamps place before the beginning: they are not to be heard.
        is_ogg = self._container.format.name == "ogg"
        self._first_stamp = (self._stamped(_SETTLED_S) or 0) if is_ogg else 0
        self._leading = -self._first_stamp if -_MOST_LEADING <= self._first_stamp < 0 else 0
        self.is_doubtful = self._first_stamp < -_MOST_LEADING
        self._position = -self._leading
        self._drop(self._leading)

    def close(self) -> None:
        """Close the file."""
        self._container.close()
        self._file.close()

    def _open(self) -> None:
        self._container = open_container(self._file)
        stream = audio_stream(self._container)
        if stream is None:
            self._container.close()
            raise DecodeError(os.fsdecode(self.path), "it holds no audio that can be decoded")
        self._stream = stream
        self._pending.clear()
        self._raw = self._frames()

    def _counts_samples(self) -> bool:
        # Seeking is exact where timestamps count samples, not milliseconds (measured for every format).
        base = self._stream.time_base
        if base is None or self._container.format.name == "asf":
            return False
        # HE-AAC counts in samples of half its rate.
        samples_per_tick = base * self.rate
        return samples_per_tick.numerator == 1 or samples_per_tick == 2

    def _frames(self) -> Iterator[AudioFrame]:
        errors: list[str] = []
        for packet in packets(self._container, self._stream, errors):
            self.bad_packets += len(errors)
            errors.clear()
            try:
                frames = packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError):
                self.bad_packets += 1
                continue
            yield from (frame for frame in frames if frame.samples)
        self.bad_packets += len(errors)

    def _decoded(self) -> Iterator[tuple[int, Samples]]:
        while batch := self._batch():
            yield batch[0].sample_rate, _as_float(batch)

    def _batch(self) -> list[AudioFrame]:
        # Converting some twenty frames at once takes half the time of converting each.
        frames: list[AudioFrame] = []
        size = 0
        while size < BLOCK_SAMPLES and (frame := self._next()) is not None:
            if frames and _kind(frame) != _kind(frames[0]):
                self._pending.append(frame)
                break
            frames.append(frame)
            size += frame.samples
        return frames

    def _next(self) -> AudioFrame | None:
        return self._pending.pop() if self._pending else next(self._raw, None)

    def _jump(self, sample: int) -> int:
        wanted = sample - int(PREROLL_S * self.rate)
        if self.can_seek and wanted > 0:
            position = self._sought(wanted)
            if position is not None and position <= sample:
                return position
        self._container.close()
        self._open()
        return -self._leading

    def _sought(self, sample: int) -> int | None:
        base, offset = self._stream.time_base or Fraction(1, self.rate), self._first_stamp + self._leading
        try:
            self._container.seek(int((sample + offset) / (self.rate * base)) + self._start, stream=self._stream)
        except av.error.FFmpegError:
            return None
        self._raw = self._frames()
        self._pending.clear()
        stamp = self._stamped(PREROLL_S / 2)
        return None if stamp is None else stamp - offset

    @property
    def _start(self) -> int:
        # MP3: the samples that an encoder puts in front; timestamps count them, decoding leaves them out.
        return self._stream.start_time or 0

    def _stamped(self, length_s: float) -> int | None:
        # Decode ahead and tell by the majority of timestamps which sample comes next: those of Vorbis frames where the
        # block size changes are some hundred samples off.
        base = self._stream.time_base or Fraction(1, self.rate)
        found: Counter[int] = Counter()
        ahead: list[AudioFrame] = []
        size = 0
        while size < length_s * self.rate and (frame := self._next()) is not None:
            ahead.append(frame)
            if frame.pts is not None and frame.sample_rate == self.rate:
                found[round((frame.pts - self._start) * base * self.rate) - size] += 1
            size += frame.samples
        self._pending = ahead[::-1]
        return found.most_common(1)[0][0] if found else None


class _Without:
    # A file object that leaves out its first bytes.
    def __init__(self, file: BinaryIO, skipped: int) -> None:
        self.read, self._file, self._skipped = file.read, file, skipped

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset + (self._skipped if whence == os.SEEK_SET else 0), whence) - self._skipped

    def tell(self) -> int:
        return self._file.tell() - self._skipped


def _has_decoder(stream: AudioStream) -> bool:
    # PyAV gives None for streams without a decoder; its type hints do not say so.
    return getattr(stream, "codec_context", None) is not None


def _kind(frame: AudioFrame) -> tuple[int, str, int]:
    return frame.sample_rate, frame.format.name, frame.layout.nb_channels


def _as_float(frames: list[AudioFrame]) -> Samples:
    # To shape (samples, channels) in [-1, 1].
    is_planar, channels = frames[0].format.is_planar, frames[0].layout.nb_channels
    arrays = [frame.to_ndarray() for frame in frames]
    joined = np.concatenate(arrays, axis=1)
    block = joined.T if is_planar else joined.reshape(-1, channels)
    with np.errstate(over="ignore", invalid="ignore"):  # 64-bit floats may not fit; repaired later
        samples = block.astype(np.float32, copy=False)
    if joined.dtype.kind == "u":
        samples -= np.float32(128)
    if scale := _FULL_SCALE.get(joined.dtype.str[1:]):
        samples *= np.float32(1 / scale)
    return samples
