"""The fields of the search language: what each is called and how its value is read."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text", "number", "path", "folder", "codec", "length", "rate", "channels", "size", "added", "judged", "state",
    "id", "tag", "no", "unsure", "unreviewed", "missing", "suggest", "similar", "disagree", "in",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``stored`` is its name among the descriptive fields of tracks, ``detail`` says what it is for."""

    name: str
    kind: Kind
    detail: str
    stored: str = ""


ALL = (
    Field("tag", "tag", "tracks with a yes for a tag: tag:jazz"),
    Field("no", "no", "tracks with a no for a tag"),
    Field("unsure", "unsure", "tracks you were unsure about"),
    Field("judged", "judged", "any verdict on a tag, or when: judged:..2d"),
    Field("unreviewed", "unreviewed", "heard, no verdict in a facet yet: unreviewed:mood"),
    Field("suggest", "suggest", "waiting suggestions: suggest:jazz>0.8"),
    Field("title", "text", "the title in the file", "title"),
    Field("artist", "text", "the artist in the file", "artist"),
    Field("album", "text", "the album in the file", "album"),
    Field("albumartist", "text", "the album's artist in the file", "albumartist"),
    Field("composer", "text", "the composer in the file", "composer"),
    Field("genre", "text", "the genre in the file", "genre"),
    Field("mood", "text", "the mood in the file", "mood"),
    Field("instrument", "text", "the instrument in the file", "instrument"),
    Field("comment", "text", "the comment in the file", "comment"),
    Field("grouping", "text", "the grouping in the file", "grouping"),
    Field("key", "text", "the musical key in the file", "key"),
    Field("energy", "text", "the energy in the file: energy:5..8", "energy"),
    Field("date", "text", "the date in the file", "date"),
    Field("year", "number", "the year in the file: year:1990..1999", "date"),
    Field("bpm", "number", "the tempo in the file: bpm:120..130", "bpm"),
    Field("path", "path", "the path inside its folder of music"),
    Field("folder", "folder", "the folders of the path"),
    Field("length", "length", "how long it lasts: length:3:00..5:00"),
    Field("codec", "codec", "how the sound is stored: codec:flac"),
    Field("rate", "rate", "samples a second: rate:>44100"),
    Field("channels", "channels", "1 is mono, 2 is stereo"),
    Field("size", "size", "the file's size in bytes"),
    Field("added", "added", "when it came into the library: added:..7d"),
    Field("is", "state", "new, heard, missing, failed, judged or unjudged"),
    Field("missing", "missing", "nothing in a field, no yes in a facet: missing:genre"),
    Field("similar", "similar", "tracks that sound alike: similar:12"),
    Field("disagree", "disagree", "where two networks differ: disagree:musicnn,vgg"),
    Field("in", "in", "a saved search"),
    Field("id", "id", "the track's number"),
)
OTHER_NAMES = {
    "duration": "length", "state": "is", "saved": "in", "yes": "tag", "initialkey": "key", "tempo": "bpm",
    "format": "codec", "album_artist": "albumartist",
}  # fmt: skip
STATES = ("new", "heard", "missing", "failed", "judged", "unjudged")

BY_NAME = {field.name: field for field in ALL} | {
    other: field for other, name in OTHER_NAMES.items() for field in ALL if field.name == name
}
