"""The preview of writing tags: what every field of every file holds before and after, and which files are refused."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any

from tagstudio.audio.listening import EAR_LIMITS, time_allowed_s
from tagstudio.domain.errors import TagStudioError, reason_of
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import Track, shown_path
from tagstudio.filetags.edit import FieldChange
from tagstudio.filetags.profiles import FieldMap
from tagstudio.filetags.safely import LOOK_AGAIN
from tagstudio.filetags.wishes import Mode, Wish
from tagstudio.library import roots, tags, tracks, words
from tagstudio.library.words import Words
from tagstudio.services import field_map, find
from tagstudio.services.file_writer import FileRequest, FileWriter
from tagstudio.services.studio import Studio
from tagstudio.workers import WorkerPool

__all__ = ["FieldChange", "FilePlan", "Plan", "WriteOptions", "plan", "plan_tracks"]

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How tags are written.

    Parameters
    ----------
    profile : str
        Empty for the library's usual one.
    replace : tuple of str
        Facets whose field shall hold the curator's words and nothing else; in all others words are added.
    removes_no : bool
        Words that the curator said no to go, even where words are only added.
    keeps_mtime : bool
        The files keep their time of change.
    """

    profile: str = ""
    replace: tuple[str, ...] = ()
    removes_no: bool = False
    keeps_mtime: bool = False

    @property
    def text(self) -> str:
        """The options as the journal keeps them."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """One file of a preview; ``refusal`` says why it is not written, as a clause, and is empty otherwise."""

    track_id: int
    path: str
    display: str
    fields: tuple[FieldChange, ...] = ()
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    refusal: str = ""
    advice: str = ""
    request: FileRequest | None = None

    @property
    def is_change(self) -> bool:
        """Whether anything would be written."""
        return any(each.is_change for each in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What writing would do; ``warnings`` are about the field map, the files have their own."""

    options: WriteOptions
    files: tuple[FilePlan, ...]
    warnings: tuple[str, ...] = ()

    @property
    def to_write(self) -> list[FilePlan]:
        """The files that would change."""
        return [each for each in self.files if each.is_change]

    @property
    def refused(self) -> list[FilePlan]:
        """The files that are not written although there would be something to write."""
        return [each for each in self.files if each.refusal]


def plan(studio: Studio, query: str = "", options: WriteOptions | None = None, *, workers: int = 2) -> Job[Plan]:
    """Look into the files of the tracks that a search finds and say what would be written; nothing is changed.

    Raises
    ------
    QueryError
        If the search cannot be understood.
    TagStudioError
        If a facet or profile is unknown.
    """
    return (yield from plan_tracks(studio, find.track_ids(studio, query), options, workers=workers))


def plan_tracks(
    studio: Studio, track_ids: Sequence[int], options: WriteOptions | None = None, *, workers: int = 2
) -> Job[Plan]:
    """Like ``plan``, for these tracks."""
    options = options or WriteOptions()
    fields = field_map.field_map(studio, options.profile)
    _require_facets(studio, options)
    files: dict[int, FilePlan] = {}
    asked = _requests(studio, track_ids, fields, options)
    with (
        WorkerPool(min(workers, max(1, len(track_ids))), FileWriter, limits=EAR_LIMITS) as pool,
        closing(
            pool.unordered(
                "look",
                (((each, request), (request,)) for each, request in _present(asked, files)),
                timeout_s=lambda key: time_allowed_s(key[1].size),
            )
        ) as answers,
    ):
        for (track, request), answer in answers:
            files[track.id] = _file_plan(track, request, answer)
            yield Progress(len(files), len(track_ids), shown_path(track.path))
    row = tuple(files[track_id] for track_id in track_ids if track_id in files)
    return Plan(options=options, files=row, warnings=tuple(field_map.warnings_of(studio, fields)))


def _requests(
    studio: Studio, track_ids: Sequence[int], fields: FieldMap, options: WriteOptions
) -> Iterator[tuple[Track, FileRequest]]:
    """Yield what to ask the worker about each track that has something to write."""
    remaining = iter(track_ids)
    while batch := list(islice(remaining, BATCH)):
        with studio.library.read() as session:
            folders = tuple(root.path for root in roots.all_roots(session))
            spelled = words.spellings(session)
            found = words.of_tracks(session, batch)
            known = tracks.stands(session, batch)
            rows = tracks.rows(session, batch)
            own = tags.own_fields(session)
        for track in rows:
            wishes = _wishes(found.get(track.id, {}), fields, options, spelled)
            if wishes:
                size, mtime_ns = known[track.id]
                yield (
                    track,
                    FileRequest(
                        path=_path(track),
                        roots=folders,
                        size=size,
                        known_mtime_ns=mtime_ns,
                        audio_hash=track.audio_hash,
                        wishes=wishes,
                        profile=fields.profile.name,
                        own=own,
                    ),
                )


def _present(
    asked: Iterator[tuple[Track, FileRequest]], refused: dict[int, FilePlan]
) -> Iterator[tuple[Track, FileRequest]]:
    """Leave out the tracks whose files are known to be away or damaged; put into ``refused`` why."""
    for track, request in asked:
        reason = "it is missing" if track.is_missing else track.last_error.rstrip(".")
        if reason:
            refused[track.id] = FilePlan(
                track_id=track.id,
                path=str(track.file),
                display=shown_path(request.path),
                refusal=reason,
                advice=LOOK_AGAIN,
            )
        else:
            yield track, request


def _path(track: Track) -> bytes:
    return os.fsencode(track.file)


def _wishes(
    found: Mapping[str, Words], fields: FieldMap, options: WriteOptions, spelled: Mapping[str, frozenset[str]]
) -> tuple[Wish, ...]:
    """Return what a file shall hold; a facet without a verdict leaves its field alone."""
    wishes = []
    for facet, held in found.items():
        mode: Mode = "replace" if facet in options.replace else "merge"
        unwanted = frozenset(held.no) if options.removes_no else frozenset()
        place = fields.place(facet)
        if place is None or not (held.yes or unwanted or mode == "replace"):
            continue
        spellings = {word: spelled[word] for word in held.yes if word in spelled}
        wishes.append(
            Wish(facet=facet, place=place, words=tuple(held.yes), mode=mode, spellings=spellings, unwanted=unwanted)
        )
    return tuple(wishes)


def _file_plan(track: Track, request: FileRequest, answer: Any) -> FilePlan:
    display = shown_path(_path(track))
    if isinstance(answer, TagStudioError):
        advice = answer.advice
        return FilePlan(
            track_id=track.id, path=str(track.file), display=display, refusal=reason_of(answer), advice=advice
        )
    mapped = {name.casefold() for each in answer.fields for name in each.facets}
    others = {name: values for name, values in answer.others.items() if name not in mapped}
    return FilePlan(
        track_id=track.id, path=str(track.file), display=display, fields=answer.fields, others=others,
        warnings=answer.warnings, request=replace(request, seen=answer.identity),
    )  # fmt: skip


def _require_facets(studio: Studio, options: WriteOptions) -> None:
    known = {line.facet for line in field_map.field_lines(studio)}
    for facet in options.replace:
        if facet not in known:
            raise TagStudioError(f"There is no facet “{facet[:50]}”.", f"The facets are: {', '.join(sorted(known))}.")


def options_of(text: str) -> WriteOptions:
    """Read options from the journal; the usual ones where they cannot be read."""
    try:
        found = json.loads(text)
        return WriteOptions(
            profile=str(found["profile"]),
            replace=tuple(str(each) for each in found["replace"]),
            removes_no=bool(found["removes_no"]),
            keeps_mtime=bool(found["keeps_mtime"]),
        )
    except (ValueError, KeyError, TypeError):
        return WriteOptions()
