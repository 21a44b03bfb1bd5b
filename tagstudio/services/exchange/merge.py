"""Bring all that holds in another library into this one; the other one is left as it is, byte for byte."""

import os
from pathlib import Path

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import shown
from tagstudio.library import exchange as table
from tagstudio.library import tag_aliases
from tagstudio.library.other import is_library, opened_copy
from tagstudio.library.store import Library
from tagstudio.services.exchange.content import Reading, Reference
from tagstudio.services.exchange.importing import plan_import, planned
from tagstudio.services.exchange.plans import ImportPlan
from tagstudio.services.studio import Studio

KIND = "merge"


def plan_for(studio: Studio, file: Path, *, file_format: str | None = None, tag: str | None = None) -> Job[ImportPlan]:
    """Plan a merge for a library and an import for any other file."""
    if file_format is None and is_library(file):
        return (yield from plan_merge(studio, file))
    return (yield from plan_import(studio, file, file_format=file_format, tag=tag))


def plan_merge(studio: Studio, file: Path) -> Job[ImportPlan]:
    """Find out what another library would bring; ``apply_import`` does it.

    Raises
    ------
    LibraryError
        If it cannot be read.
    TagStudioError
        If it is this library itself.
    """
    if file.exists() and os.path.samefile(file, studio.file):  # noqa: PTH121 -- symmetric
        raise TagStudioError("That is the library that is open.", "Choose another one to merge into it.")
    yield Progress(0, 0, f"Reading {shown(file.name)}")
    reading = Reading()
    with opened_copy(file) as other:
        _read(other, reading)
    return (yield from planned(studio, reading, file, "library", kind=KIND))


def _read(other: Library, reading: Reading) -> None:
    with other.read() as session:
        known = table.known_tracks(session)
        words = table.every_tag(session)
        spelled: dict[int, list[str]] = {}
        for name, tag_id in tag_aliases.spellings(session).values():
            spelled.setdefault(tag_id, []).append(name)
        for tag in words.values():
            reading.know(tag.name, tag.facet, aliases=tuple(spelled.get(tag.id, ())))
        for name, query in table.searches(session):
            reading.save(name, query)
        held = table.held(session)
    places = {each.id: each for each in known}
    for each in held:
        number = reading.track(_reference(places[each.track_id]))
        reading.say(
            0, number, words[each.tag_id].name, each.verdict, origin=each.origin, start_s=each.start_s, end_s=each.end_s
        )


def _reference(track: table.KnownTrack) -> Reference:
    return Reference(
        path=os.fsdecode(os.path.join(track.root, track.path)),  # noqa: PTH118 -- bytes
        audio_hash=track.audio_hash,
        title=track.title,
        artist=track.artist,
        duration_s=track.duration_s or None,
    )
