"""What happens to a file that is written or restored, in a process of its own: look, make a new version, prove it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from tagstudio.audio import hashing
from tagstudio.domain.errors import TagStudioError, WriteRefusedError, reason_of
from tagstudio.domain.recipes import Recipe, file_sha256, made, packed, sha256, turned, unpacked
from tagstudio.domain.tracks import TrackFacts
from tagstudio.filetags.compare import require_as_intended
from tagstudio.filetags.edit import Edit, FieldChange, edited
from tagstudio.filetags.profiles import profile_named
from tagstudio.filetags.read import read, read_fields
from tagstudio.filetags.safely import CHANGED, LOOK_AGAIN, Identity, opened, remove_temp, target_of, write_copy
from tagstudio.filetags.wishes import Wish
from tagstudio.workers import Limits

WRITER_LIMITS = Limits(memory_bytes=4 * 2**30, calls=200, niceness=5, threads=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest:
    """A file and what the library knows of it.

    ``seen`` is the state in which a person saw it in the preview, if so; ``mtime_ns`` is the time of change that the
    new version gets, None for now. ``own`` are the fields that the library keeps besides the usual ones.
    """

    path: bytes
    roots: tuple[bytes, ...] = ()
    size: int
    known_mtime_ns: int
    audio_hash: str
    wishes: tuple[Wish, ...] = ()
    profile: str = "plain"
    seen: Identity | None = None
    mtime_ns: int | None = None
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What would become of a file; ``others`` are the fields that nobody asked to change."""

    identity: Identity
    fields: tuple[FieldChange, ...]
    warnings: tuple[str, ...]
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A new version that is on the disk beside the old one, and proven; ``patch`` makes the old one out of it."""

    target: bytes
    identity: Identity
    old_sha256: str
    new_sha256: str
    patch: bytes
    facts: TrackFacts
    fields: tuple[FieldChange, ...] = ()


class FileWriter:
    """Lives in a worker. Every method may raise WriteRefusedError; the file is as it was then."""

    def look(self, request: FileRequest) -> Look:
        """Return what would become of a file."""
        target = target_of(request.path, request.roots)
        with opened(target) as (file, identity):
            _require_known(identity, request)
            edit = edited(file, request.wishes, profile_named(request.profile))
        found = read(target)
        if found.reason:
            raise WriteRefusedError(found.reason.rstrip("."))
        return Look(identity=identity, fields=edit.fields, warnings=edit.warnings, others=found.fields)

    def sound(self, path: bytes) -> str:
        """Return the audio hash of a file."""
        return hashing.facts(path).audio_hash

    def prepare(self, request: FileRequest, temp: bytes) -> Prepared | None:
        """Make the new version under the name ``temp``; None where nothing is to change."""
        target = target_of(request.path, request.roots)
        profile = profile_named(request.profile)
        with opened(target) as (file, identity):
            _require_known(identity, request)
            edit = edited(file, request.wishes, profile)
            if not edit.is_change:
                return None
            _require_same_sound(hashing.facts(target).audio_hash, request)

            def prove(new: BinaryIO) -> None:
                require_as_intended(file, new, edit, profile)

            return _prepared(file, identity, target, request, temp, edit.recipe, prove, edit)

    def prepare_back(self, request: FileRequest, temp: bytes, patch: bytes, old: str, new: str) -> Prepared:
        """Make the version that a file had before a run; ``old`` and ``new`` are the digests then and after it."""
        target = target_of(request.path, request.roots)
        with opened(target) as (file, identity):
            if file_sha256(file) != new:
                raise WriteRefusedError(
                    "it is not as it was written: another program has changed it since",
                    "Its tags can be changed by hand, or in that program.",
                )

            def prove(made_again: BinaryIO) -> None:
                if file_sha256(made_again) != old:
                    raise WriteRefusedError("what the journal holds does not make the old file")

            return _prepared(file, identity, target, request, temp, _recipe(patch), prove, None)


def _recipe(patch: bytes) -> Recipe:
    try:
        return unpacked(patch)
    except ValueError as error:
        raise WriteRefusedError(f"the journal cannot be read here ({error})", "Use a backup of the library.") from error


def _prepared(
    file: BinaryIO, identity: Identity, target: bytes, request: FileRequest, temp: bytes, recipe: Recipe,
    prove: Callable[[BinaryIO], None], edit: Edit | None,
) -> Prepared:  # fmt: skip
    try:
        old, new = write_copy(file, recipe, temp, target, mtime_ns=request.mtime_ns)
        with open(temp, "rb") as copy:  # noqa: PTH123 -- bytes
            prove(copy)
            facts = _facts(temp, request.own)
            _require_same_sound(facts.audio_hash, request)
            back = turned(recipe, file, identity.size)
            _require_way_back(sha256(made(back, copy)), old)
        return Prepared(
            target=target, identity=identity, old_sha256=old, new_sha256=new, patch=packed(back), facts=facts,
            fields=edit.fields if edit else (),
        )  # fmt: skip
    except BaseException as error:
        remove_temp(temp)
        if isinstance(error, TagStudioError) and not isinstance(error, WriteRefusedError):
            raise WriteRefusedError(reason_of(error)) from error
        if isinstance(error, OSError | ValueError):
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise WriteRefusedError(f"its new version could not be made ({reason})") from error
        raise


def _require_way_back(found: str, old: str) -> None:
    if found != old:
        raise WriteRefusedError("there would be no way back to the old version")


def _facts(path: bytes, own: tuple[str, ...]) -> TrackFacts:
    facts = hashing.facts(path)
    return TrackFacts(
        audio_hash=facts.audio_hash, duration_s=facts.duration_s, codec=facts.codec, rate=facts.rate,
        channels=facts.channels, fields=read_fields(path, own=own),
    )  # fmt: skip


def _require_known(found: Identity, request: FileRequest) -> None:
    if (found.size, found.mtime_ns) != (request.size, request.known_mtime_ns):
        raise WriteRefusedError(CHANGED, LOOK_AGAIN)
    if request.seen is not None and found != request.seen:
        raise WriteRefusedError("it has changed since the preview", LOOK_AGAIN)


def _require_same_sound(found: str, request: FileRequest) -> None:
    if not request.audio_hash:
        raise WriteRefusedError("its sound could not be read at the last scan", LOOK_AGAIN)
    if found != request.audio_hash:
        raise WriteRefusedError("its sound is not the one of the last scan", LOOK_AGAIN)


def shown_fields(fields: tuple[FieldChange, ...], *, after: bool) -> dict[str, list[str]]:
    """Return the values of fields as the journal keeps them, by tag and name."""
    return {f"{each.tag} {each.name}": list(each.after if after else each.before) for each in fields}
