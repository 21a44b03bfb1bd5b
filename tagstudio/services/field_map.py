"""The library's own map from facets to fields of files, on top of a profile."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tagstudio.domain.errors import TagStudioError
from tagstudio.filetags.places import place_of
from tagstudio.filetags.profiles import DEFAULT_PROFILE, PROFILES, FieldMap, Profile, profile_named, shared_fields
from tagstudio.library import infos, tags
from tagstudio.services.studio import Studio

__all__ = ["PROFILES", "FieldLine", "Profile", "change_fields", "field_lines", "field_map", "warnings_of"]

_NAME = "field_map"


@dataclass(frozen=True, slots=True)
class FieldLine:
    """Where a facet goes; ``is_own`` where the curator chose it."""

    facet: str
    place: str
    is_own: bool


def field_map(studio: Studio, profile: str = "") -> FieldMap:
    """Return the map that holds for a profile, by default the one chosen last.

    Raises
    ------
    NothingFoundError
        If there is no such profile.
    """
    kept = _kept(studio)
    return FieldMap(profile_named(profile or kept.profile), kept.own)


def field_lines(studio: Studio, profile: str = "") -> list[FieldLine]:
    """Return where each facet of the vocabulary goes."""
    fields = field_map(studio, profile)
    return [FieldLine(facet, fields.text(facet), facet in fields.own) for facet in _facets(studio)]


def change_fields(studio: Studio, *, profile: str = "", own: Mapping[str, str] | None = None) -> FieldMap:
    """Keep a profile as the usual one, and places for facets; an empty place goes back to the profile's.

    Raises
    ------
    TagStudioError
        If a place may not be written, or there is no such facet or profile. Nothing is changed then.
    """
    kept = _kept(studio)
    known = _facets(studio)
    for facet, place in (own or {}).items():
        name = facet.strip().casefold()
        if name not in known:
            raise TagStudioError(f"There is no facet “{facet[:50]}”.", f"The facets are: {', '.join(known)}.")
        if place.strip():
            place_of(place)
            kept.own[name] = place.strip()
        else:
            kept.own.pop(name, None)
    if profile:
        kept.profile = profile_named(profile).name
    with studio.library.write() as session:
        infos.keep(session, _NAME, json.dumps({"profile": kept.profile, "own": kept.own}, sort_keys=True))
    return FieldMap(profile_named(kept.profile), kept.own)


def warnings_of(studio: Studio, fields: FieldMap) -> list[str]:
    """Return what a person should know of a map: facets that share a field."""
    return shared_fields(fields, _facets(studio))


def _facets(studio: Studio) -> list[str]:
    with studio.library.read() as session:
        return tags.facets(session)


def _kept(studio: Studio) -> "_Kept":
    with studio.library.read() as session:
        text = infos.text(session, _NAME)
    try:
        found = json.loads(text) if text else {}
        own = {str(facet): str(place) for facet, place in found.get("own", {}).items()}
        return _Kept(profile_named(str(found.get("profile", DEFAULT_PROFILE))).name, own)
    except (ValueError, AttributeError, TagStudioError):
        # From a newer program, or damaged: what it says is of no use, and the profiles are always there.
        return _Kept(DEFAULT_PROFILE, {})


@dataclass(slots=True)
class _Kept:
    profile: str
    own: dict[str, str]
