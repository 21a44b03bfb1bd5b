"""Paths and file names as text that every format can carry, and back.

A path is written as it is where that is safe. One with bytes that are no UTF-8, or with characters that a format takes
for its own, is written as a ``file://`` address with percent signs; no absolute path begins so, which keeps both apart.
"""

import hashlib
import os
import re
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

SCHEME = "file://"
NAME_BYTES = 120
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\N{REPLACEMENT CHARACTER}]')


def path_text(path: Path | bytes, *, unsafe: str = "\0") -> str:
    """Return an absolute path as text; as an address where it is no UTF-8 or holds one of the ``unsafe`` characters."""
    raw = os.fsencode(path)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return address(raw)
    is_plain = not any(c in text for c in unsafe) and text == text.strip() and not text.startswith(SCHEME)
    return text if is_plain else address(raw)


def text_path(text: str) -> str:
    """Return the path that a text stands for, odd bytes escaped as Python does; what is no address stays as it is."""
    if not text.casefold().startswith(SCHEME):
        return text
    rest = text[len(SCHEME) :]
    place = rest.removeprefix("localhost")
    path = os.fsdecode(unquote_to_bytes(place.encode("utf-8", "surrogateescape")))
    # file://localhost/C:/Music/a.mp3
    return path[1:] if re.match(r"/[A-Za-z]:/", path) else path


def address(path: bytes, host: str = "") -> str:
    """Return a path as a ``file://`` address."""
    return f"{SCHEME}{host}{quote_from_bytes(path, safe='/')}"


def file_name(name: str, path: bytes, ending: str) -> str:
    """Return a name for a file about a track that every system takes, and no other track gets.

    Parameters
    ----------
    name : str
        What people know the track by; only what is harmless of it is used.
    path : bytes
        The track's path, which tells tracks of one name apart.
    """
    kept = _UNSAFE.sub("_", name).strip(" .")
    kept = kept.encode("utf-8", "replace")[:NAME_BYTES].decode("utf-8", "ignore").strip(" .") or "track"
    if _RESERVED.match(kept):
        kept = f"_{kept}"
    return f"{kept}.{hashlib.sha256(path).hexdigest()[:12]}{ending}"
