"""Profiles: which facet goes into which field of a file, as other programs look for it; and a curator's own map."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.filetags.places import NOT_WRITTEN, Place, bracket_name, custom_name, place_of

DEFAULT_PROFILE = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A map for the readers of one program.

    ``rest`` is where facets go that ``places`` does not name: ``{}`` stands for the facet's name.
    ``grouping_frame`` is the ID3 frame that this program calls grouping; ``mood_name`` what it calls moods in ID3v2.3,
    which has no frame for them.
    """

    name: str
    title: str
    about: str
    places: Mapping[str, str]
    rest: str
    grouping_frame: str = "TIT1"
    mood_name: str = "MOOD"


PROFILES: tuple[Profile, ...] = (
    Profile(
        name="plain",
        title="Plain",
        about="Genre and mood in their own fields, every other facet in a field of its name.",
        places={"genre": "genre", "mood": "mood"},
        rest="{}",
    ),
    Profile(
        name="picard",
        title="MusicBrainz Picard",
        about="As Plain, with the spellings that Picard uses.",
        places={"genre": "genre", "mood": "mood"},
        rest="{}",
        mood_name="mood",
    ),
    Profile(
        name="itunes",
        title="iTunes and Apple Music",
        about="All genres in one text, every other facet in brackets in the grouping, where smart playlists find it.",
        places={"genre": "genre joined"},
        rest="grouping:{}",
        grouping_frame="GRP1",
    ),
    Profile(
        name="rekordbox",
        title="Rekordbox and other DJ programs",
        about="All genres in one text, every other facet in brackets in the comment; the rest of the comment stays.",
        places={"genre": "genre joined"},
        rest="comment:{}",
        grouping_frame="GRP1",
    ),
)


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A profile with what a curator wants otherwise, facet by facet."""

    profile: Profile = PROFILES[0]
    own: Mapping[str, str] = field(default_factory=dict)

    def place(self, facet: str) -> Place | None:
        """Return where a facet goes; None where it is not to be written.

        Raises
        ------
        TagStudioError
            If the map names a place that may not be written.
        """
        wanted = self.own.get(facet) or self.profile.places.get(facet)
        if wanted is not None:
            return place_of(wanted)
        around, colon, _ = self.profile.rest.partition(":")
        if colon:
            return place_of(f"{around}:{bracket_name(_plain(facet)[:60] or 'FACET')}")
        return Place("custom", "values", _field_name(facet))

    def text(self, facet: str) -> str:
        """Return where a facet goes, for people."""
        place = self.place(facet)
        return NOT_WRITTEN if place is None else place.text


def profile_named(name: str) -> Profile:
    """Return a profile.

    Raises
    ------
    NothingFoundError
        If there is none of that name.
    """
    for profile in PROFILES:
        if profile.name == name.casefold():
            return profile
    names = ", ".join(profile.name for profile in PROFILES)
    raise NothingFoundError(f"There is no profile “{name[:50]}”.", f"The profiles are: {names}.")


def shared_fields(fields: FieldMap, facets: Iterable[str]) -> list[str]:
    """Return a sentence for each field into which several facets go: there they cannot be told apart again."""
    going: dict[tuple[str, str], list[str]] = {}
    for facet in facets:
        place = fields.place(facet)
        if place is not None:
            going.setdefault((place.field, place.name.casefold()), []).append(facet)
    return [
        f"{' and '.join(names)} go into one field ({fields.text(names[0])}), where nobody can tell them apart."
        for names in going.values()
        if len(names) > 1
    ]


def _plain(facet: str) -> str:
    return re.sub(r"[^A-Z0-9 _-]+", "_", facet.upper()).strip(" _-")


def _field_name(facet: str) -> str:
    """Return the name of a facet's own field; one that files cannot hold or others own gets our name in front."""
    plain = _plain(facet)[:200]
    try:
        return custom_name(plain)
    except TagStudioError:
        return custom_name(f"TAGSTUDIO_{plain or 'FACET'}")
