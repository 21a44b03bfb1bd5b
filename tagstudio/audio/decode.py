"""Opening audio files: FFmpeg first, libsndfile second, with every failure told in one sentence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import av.error
import soundfile

from tagstudio.audio.ffmpeg import FFmpegSource
from tagstudio.audio.formats import SNIFFED_BYTES, open_regular, sniffed
from tagstudio.audio.libsndfile import SoundFileSource
from tagstudio.audio.promises import CUT_SHORT, is_cut_short
from tagstudio.audio.sources import Source
from tagstudio.domain.errors import DecodeError


@contextmanager
def explained(path: bytes) -> Iterator[None]:
    """Turn the decoders' exceptions into a DecodeError about ``path``."""
    try:
        yield
    except FileNotFoundError as error:
        raise DecodeError(os.fsdecode(path), "it is not there any more") from error
    except (av.error.FFmpegError, soundfile.LibsndfileError, OSError, ValueError) as error:
        raise DecodeError(os.fsdecode(path), _reason(error)) from error


def open_audio(path: bytes) -> Source:
    """Open an audio file for decoding; close it, or use it in a ``with`` statement.

    Raises
    ------
    DecodeError
        If it is missing, is no regular file, is empty, or holds no audio that either decoder can read.
    """
    with explained(path):
        file = open_regular(path)
        try:
            return _opened(path, file)
        except BaseException:
            file.close()
            raise


def _opened(path: bytes, file: BinaryIO) -> Source:
    is_short = is_cut_short(file)
    source = _decoder(path, file)
    if is_short:
        source.oddities.add(CUT_SHORT)
    return source


def _decoder(path: bytes, file: BinaryIO) -> Source:
    try:
        source = FFmpegSource(path, file)
    except (av.error.FFmpegError, DecodeError, ValueError) as error:
        second = _second(path, file)
        if second is None:
            raise unreadable(path, file, error) from error
        return second
    if source.is_doubtful:
        return _second(path, file) or FFmpegSource(path, file)
    return source


def _second(path: bytes, file: BinaryIO) -> Source | None:
    try:
        return SoundFileSource(path, file)
    except (soundfile.LibsndfileError, DecodeError, ValueError):
        return None


def unreadable(path: bytes, file: BinaryIO, error: Exception) -> DecodeError:
    """Say why neither decoder could read a file, by what its first bytes look like."""
    if isinstance(error, DecodeError):
        return error
    file.seek(0)
    name = sniffed(file.read(SNIFFED_BYTES))
    reason = f"it looks like {name} but is damaged" if name else "it is not audio of a known kind"
    return DecodeError(os.fsdecode(path), reason)


def _reason(error: Exception) -> str:
    text = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
    return str(text).rstrip(".") or type(error).__name__
