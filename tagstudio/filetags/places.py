"""Where in a file the tags of a facet go: the field, and the form in which it holds several words."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.tracks import shown

Field: TypeAlias = Literal["genre", "mood", "grouping", "comment", "custom"]
# One value each, one text with all of them, or a bracket inside a text that belongs to somebody else.
Form: TypeAlias = Literal["values", "joined", "bracket"]

JOINT = "; "
NOT_WRITTEN = "none"
# A bracket ends at the first "]", and the words in it at ";".
BRACKET = r"\[{name}: ([^\]]*)\]"

_PLAIN: dict[str, Field] = {"genre": "genre", "mood": "mood", "grouping": "grouping"}
_AROUND: dict[str, Field] = {"comment": "comment", "grouping": "grouping"}
# What every kind of tag takes: Vorbis comments forbid "=" and what is not ASCII, APEv2 less than two characters.
_NAME = re.compile(r"[ -<>-}]{2,255}")
_RESERVED_BY_APE = {"id3", "tag", "oggs", "mp+"}
# Fields that say something else than what a curator hears; other programs rely on them.
_OTHERS = {
    "title", "artist", "album", "albumartist", "album artist", "composer", "date", "year", "track", "tracknumber",
    "tracktotal", "totaltracks", "disc", "discnumber", "disctotal", "totaldiscs", "isrc", "barcode", "lyrics",
    "copyright", "encoder", "encodedby", "cuesheet", "compilation", "rating", "bpm", "key", "initialkey", "genre",
    "mood", "grouping", "comment", "description", "metadata_block_picture", "coverart", "popm", "ufid", "priv", "geob",
    "apic", "waveformatextensible_channel_mask", "fmps_rating", "fmps_playcount", "serato_markers_v2",
}  # fmt: skip
_OTHERS_BEGIN = (
    "itun",
    "musicbrainz",
    "acoustid",
    "replaygain",
    "r128_",
    "discogs",
    "traktor",
    "serato",
    "quodlibet::",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a file; ``name`` is that of a custom field, or of the bracket in a text."""

    field: Field
    form: Form = "values"
    name: str = ""

    @property
    def text(self) -> str:
        """The place as people write it: ``genre``, ``INSTRUMENT``, ``comment:MOOD``."""
        if self.form == "bracket":
            return f"{self.field}:{self.name}"
        return f"{self.name or self.field}{' joined' if self.form == 'joined' else ''}"


def place_of(text: str) -> Place | None:
    """Read a place; None where a facet is not to be written.

    Parameters
    ----------
    text : str
        ``genre``, ``mood`` or ``grouping``; the name of a custom field; ``comment:NAME`` or ``grouping:NAME`` for a
        bracket in that text; each but the last with `` joined`` behind it for all words in one text; ``none``.

    Raises
    ------
    TagStudioError
        If it is not a place that may be written.
    """
    text = text.strip()
    if text.casefold() == NOT_WRITTEN:
        return None
    around, colon, name = text.partition(":")
    if colon and around.casefold() in _AROUND:
        return Place(_AROUND[around.casefold()], "bracket", bracket_name(name))
    form: Form = "values"
    if text.casefold().endswith(" joined"):
        text, form = text[: -len(" joined")].strip(), "joined"
    if text.casefold() in _PLAIN:
        return Place(_PLAIN[text.casefold()], form)
    return Place("custom", form, custom_name(text))


def custom_name(text: str) -> str:
    """Return the name of a custom field if every kind of tag can hold it and no other program owns it.

    Raises
    ------
    TagStudioError
        If not.
    """
    folded = text.casefold()
    if not _NAME.fullmatch(text) or text != text.strip():
        raise TagStudioError(
            f"“{shown(text)}” is no name for a field: it needs 2 to 255 plain letters, digits or signs, without “=”.",
            "Choose another name, such as INSTRUMENT.",
        )
    if folded in _RESERVED_BY_APE or folded in _OTHERS or folded.startswith(_OTHERS_BEGIN):
        raise TagStudioError(
            f"The field “{shown(text)}” belongs to other programs and is never written.", "Choose another name."
        )
    return text


def bracket_name(text: str) -> str:
    """Return the name of a bracket: what ``[NAME: a; b]`` can hold.

    Raises
    ------
    TagStudioError
        If it is something else.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,59}", text):
        raise TagStudioError(
            f"“{shown(text)}” is no name for a bracket in a text.", "Use letters, digits, spaces and “-”, as in MOOD."
        )
    return text
