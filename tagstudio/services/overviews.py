"""Overviews as bytes, for the cache."""

import json

from safetensors import SafetensorError
from safetensors.numpy import load, save

from tagstudio.audio.listening import Overview

_ARRAYS = ("peaks", "mel")


def to_bytes(overview: Overview) -> bytes:
    """Return an overview as a safetensors file."""
    numbers = {name: getattr(overview, name) for name in Overview.__slots__ if name not in _ARRAYS}
    return save({name: getattr(overview, name) for name in _ARRAYS}, {"overview": json.dumps(numbers)})


def from_bytes(blob: bytes) -> Overview | None:
    """Return the overview, None when the bytes are not one: it is made again then."""
    try:
        size = int.from_bytes(blob[:8], "little")
        numbers = json.loads(json.loads(blob[8 : 8 + size])["__metadata__"]["overview"])
        arrays = load(blob)
        return Overview(peaks=arrays["peaks"], mel=arrays["mel"], **numbers)
    except (SafetensorError, KeyError, TypeError, ValueError):
        return None
