"""Are two files equal but for some fields? Told by the bytes of each item, and by what mutagen sees in them."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

import mutagen
from mutagen import flac, id3, mp3
from mutagen.apev2 import APEBinaryValue, APENoHeaderError, APEv2

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Span
from tagstudio.filetags.documents import read_document
from tagstudio.filetags.edit import Edit, FieldChange
from tagstudio.filetags.items import Document, Tag, read_at
from tagstudio.filetags.profiles import Profile

# Untyped in mutagen.
_APE: Any = APEv2
_MP3: Any = mp3.MP3


def require_as_intended(old: BinaryIO, new: BinaryIO, edit: Edit, profile: Profile) -> None:
    """Raise unless the new file has the intended fields, and all else just as the old one.

    Raises
    ------
    WriteRefusedError
        If anything is different.
    """
    before, after = read_document(old, profile), read_document(new, profile)
    if [type(tag) for tag in before.tags] != [type(tag) for tag in after.tags]:
        raise _differs("its tags would be of another kind")
    for one, two, touched in zip(before.tags, after.tags, edit.touched, strict=True):
        if one.is_carried and two.is_carried:
            # Neither file has it.
            continue
        if _rest(old, one, touched) != _rest(new, two, touched):
            raise _differs("another field would change")
        if _edges(one) != _edges(two) and one.items:
            raise _differs("the version or the flags of its tag would change")
    _require_fields(after, edit)
    _require_seen_by_mutagen(old, new, edit)


def _edges(tag: Tag) -> list[object]:
    """Return what a tag says of itself besides its size."""
    return [getattr(tag, name, None) for name in ("version", "revision", "flags", "header", "footer")]


def _require_fields(after: Document, edit: Edit) -> None:
    for field in edit.fields:
        # What is carried over has been compared byte for byte.
        if field.is_carried:
            continue
        tag = next(tag for tag in after.tags if tag.title == field.tag or len(after.tags) == 1)
        found = tuple(value for item in tag.items if item.name == field.name for value in item.values or ())
        if field.is_change and found != field.after:
            raise _differs(f"the field {field.name} would not read back as it was written")


def _rest(file: BinaryIO, tag: Tag, touched: frozenset[str]) -> list[bytes]:
    """Return the bytes of all items of a tag that are not touched, in order."""
    rest = []
    for item in tag.items:
        if item.key not in touched:
            piece = item.piece
            rest.append(read_at(file, piece.start, piece.size) if isinstance(piece, Span) else piece)
    return rest


def _require_seen_by_mutagen(old: BinaryIO, new: BinaryIO, edit: Edit) -> None:
    wanted = {_mutagen_name(field, edit) for field in edit.fields if field.is_change}
    before, after = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for file, found in ((old, before), (new, after)):
        found.update((name, value) for name, value in _seen(file) if name.casefold() not in wanted)
    if before != after:
        odd = sorted({name for name, _ in (before - after) + (after - before)})
        raise _differs(f"another program would see a change of {odd[0][:60]}")
    texts = list(_texts(new))
    for field in edit.fields:
        name = _mutagen_name(field, edit)
        if field.is_change and [value for each, value in texts if each.casefold() == name] != list(field.after):
            raise _differs(f"another program would not read the field {field.name} as it was written")


def _mutagen_name(field: FieldChange, edit: Edit) -> str:
    # A comment's key has its language; the second tag of an MP3 file has its name in front here.
    is_second = field.tag == "APEv2" and len(edit.touched) > 1
    name = {"COMM": "COMM::eng"}.get(field.name, field.name)
    return f"APEv2 {name}".casefold() if is_second else name.casefold()


def _seen(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield everything that mutagen sees in a file, as names and digests of values."""
    found = _opened(file)
    if isinstance(found.tags, id3.ID3):
        for key, frame in _pairs(found.tags):
            yield key, _digest(vars(frame))
    elif found.tags is not None:
        yield from ((key, _digest(value)) for key, value in _pairs(found.tags))
    for picture in getattr(found, "pictures", ()) if isinstance(found, flac.FLAC) else ():
        yield "picture", _digest(vars(picture))
    for block in getattr(found, "metadata_blocks", ()):
        if type(block).__name__ not in {"Padding", "VCFLACDict"}:
            yield type(block).__name__, _digest(block.write())
    if isinstance(found, mp3.MP3):
        yield from ((key, _digest(value)) for key, value in _ape_pairs(file))


def _texts(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield the texts that mutagen sees."""
    found = _opened(file)
    if isinstance(found.tags, id3.ID3):
        for key, frame in _pairs(found.tags):
            for text in frame.genres if frame.FrameID == "TCON" else getattr(frame, "text", ()):
                yield key, str(text)
    elif found.tags is not None:
        yield from _spread(_pairs(found.tags))
    if isinstance(found, mp3.MP3):
        yield from _spread(_ape_pairs(file))


def _spread(pairs: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for key, value in pairs:
        if isinstance(value, APEBinaryValue | bool | int):
            continue
        for text in [value] if isinstance(value, str) else list(value):
            yield key, text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _opened(file: BinaryIO) -> Any:
    file.seek(0)
    try:
        found: Any = mutagen.File(file)
        if isinstance(found, mp3.MP3):
            file.seek(0)
            found = _MP3(file, translate=False)
    except Exception as error:
        # Damaged files raise anything.
        raise _differs(f"its tags cannot be read ({error or type(error).__name__})"[:200]) from error
    if found is None:
        raise _differs("its tags cannot be read")
    return found


def _pairs(tags: Any) -> Iterator[tuple[str, Any]]:
    # Vorbis comments are a list of pairs, the other kinds are mappings.
    yield from (list(tags) if isinstance(tags, list) else tags.items())


def _ape_pairs(file: BinaryIO) -> Iterator[tuple[str, Any]]:
    file.seek(0)
    try:
        tags = _APE(file)
    except APENoHeaderError:
        return
    for key, value in tags.items():
        yield f"APEv2 {key}", value


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()


def _differs(what: str) -> WriteRefusedError:
    return WriteRefusedError(what, "Nothing was changed; look at the file with the program that wrote its tags.")
