"""WAV: plain samples in one ``data`` chunk that is as long as it says."""

import hashlib
import struct

from tagstudio.audio.facts import HASH_DIGITS, Facts

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_CODECS = {
    (_PCM, 8): "pcm_u8", (_PCM, 16): "pcm_s16le", (_PCM, 24): "pcm_s24le", (_PCM, 32): "pcm_s32le",
    (_FLOAT, 32): "pcm_f32le", (_FLOAT, 64): "pcm_f64le",
}  # fmt: skip
_FMT_BYTES = 16
_MOST_CHUNKS = 100


def facts(data: bytes, start: int, end: int) -> Facts | None:
    """Read the facts of a WAV file; None when it is compressed, or its sizes do not fit."""
    if data[start + 8 : start + 12] != b"WAVE":
        return None
    end = len(data)  # what looks like a tag behind may be samples; here the chunks say where they end
    at, form = start + 12, b""
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            return None
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            return _of_samples(data, at + 8, size, form) if at + 8 + size <= end else None
        if name == b"fmt ":
            form = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return None


def _of_samples(data: bytes, start: int, size: int, form: bytes) -> Facts | None:
    if len(form) < _FMT_BYTES:
        return None
    kind, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", form)
    if kind == _EXTENSIBLE and len(form) >= 26:
        kind = int.from_bytes(form[24:26], "little")
    codec = _CODECS.get((kind, bits))
    if codec is None or not rate or not channels or block != channels * bits // 8 or not size or size % block:
        return None
    digest = hashlib.sha256(memoryview(data)[start : start + size]).hexdigest()[:HASH_DIGITS]
    return Facts(digest, size / block / rate, codec, rate, channels)
