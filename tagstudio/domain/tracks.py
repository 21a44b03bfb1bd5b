"""Tracks and what is known of them without listening."""

import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

# Text from files is data: long values freeze table cells, control and bidi characters disguise names.
TEXT_SHOWN = 200
FIELDS = ("title", "artist", "album", "genre")
_BIDI = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFacts:
    """What a scan reads from one audio file.

    ``audio_hash`` is a hex digest of the compressed audio packets: it survives renaming, moving and retagging.
    ``fields`` holds descriptive tags by lower-case name, each a tuple of values.
    """

    audio_hash: str
    duration_s: float
    codec: str
    rate: int
    channels: int
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One audio file of a root, as the library knows it; texts are capped and safe to show."""

    id: int
    root: bytes
    path: bytes
    display: str
    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    duration_s: float = 0.0
    audio_hash: str = ""
    is_missing: bool = False
    last_error: str = ""

    @property
    def file(self) -> Path:
        """The absolute path; bytes that are not valid UTF-8 are surrogate-escaped."""
        return Path(os.fsdecode(os.path.join(self.root, self.path)))  # noqa: PTH118 -- pathlib has no bytes

    @property
    def name(self) -> str:
        """Artist and title where the file has them, else the file's name."""
        own = self.title or self.display.rsplit("/", 1)[-1]
        return f"{self.artist} – {own}" if self.artist else own


def shown(text: str) -> str:
    """Make text safe to show: one line, no control or bidi characters, at most 200 characters."""
    if len(text) <= TEXT_SHOWN and text.isprintable():  # bidi characters are not
        return text
    kept = "".join(
        c if c.isprintable() and c not in _BIDI else "\N{REPLACEMENT CHARACTER}" for c in text[: TEXT_SHOWN + 1]
    )
    return kept if len(kept) <= TEXT_SHOWN else kept[: TEXT_SHOWN - 1] + "…"


def shown_path(path: bytes) -> str:
    """Return a path for people: invalid bytes and control characters become U+FFFD; never cut."""
    text = path.decode("utf-8", "replace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() and c not in _BIDI else "\N{REPLACEMENT CHARACTER}" for c in text)


# Letters with a stroke, and ligatures, are no accented letters to Unicode, but they are typed as if they were.
_PLAIN = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
})  # fmt: skip
# They make other letters of Japanese ones, as no accent does.
_KANA = "\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}\N{COMBINING KATAKANA-HIRAGANA SEMI-VOICED SOUND MARK}"


def folded(text: str) -> str:
    """Fold case and accents away, for search.

    ``Béla`` and ``BELA`` become ``bela``, ``Mørk`` becomes ``mork``; ``ガ`` is no accented ``カ``.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()  # in this order: ™ decomposes to capitals
    decomposed = unicodedata.normalize("NFKD", plain)
    kept = "".join(c for c in decomposed if c in _KANA or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", kept.translate(_PLAIN))
