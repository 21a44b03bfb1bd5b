"""MP4 files: the list of iTunes's atoms, the free space behind it, and the places where sound is looked up."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from mutagen.id3 import TCON

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Piece, Span, length
from tagstudio.filetags.items import Document, Item, Splice, Tag, damaged, read_at
from tagstudio.filetags.places import Place

PADDING = 1024
_MEAN = "com.apple.iTunes"
_NAMES = {"genre": "\xa9gen", "grouping": "\xa9grp", "comment": "\xa9cmt", "mood": f"----:{_MEAN}:MOOD"}
_TEXT, _GENRE = 1, 0
_DEEPEST = 12
# What holds positions in the file and is not understood here.
_FRAGMENTS = (b"moof", b"mfra", b"sidx")
_HANDLER = b"\0\0\0\x21hdlr" + bytes(8) + b"mdirappl" + bytes(9)


@dataclass(frozen=True, slots=True)
class _Atom:
    name: bytes
    start: int
    stop: int
    head: int = 8

    @property
    def inside(self) -> int:
        return self.start + self.head


@dataclass(slots=True)
class Mp4(Tag):
    """The list of atoms; ``room`` is what it may take together with the free space behind it, as a span of the file.

    ``around`` are the atoms that hold it, outermost first; ``missing`` those of them that are to be made.
    """

    room: tuple[int, int] = (0, 0)
    around: tuple[_Atom, ...] = ()
    missing: tuple[bytes, ...] = ()
    tables: tuple[tuple[_Atom, bytes], ...] = ()
    is_fragmented: bool = False

    @property
    def title(self) -> str:  # type: ignore[override]
        """What people call this tag."""
        return "MP4"

    def keys(self, place: Place) -> tuple[str, ...]:
        """Return the keys of a place; a genre by number gives way to its name."""
        key = _key(self.name(place))
        return (key, "gnre") if place.field == "genre" else (key,)

    def name(self, place: Place) -> str:
        """Return the name of an atom, with who means it where it is free-form."""
        return f"----:{_MEAN}:{place.name}" if place.field == "custom" else _NAMES[place.field]

    def rendered(self, key: str, name: str, values: Sequence[str]) -> bytes:
        """Return one atom with a piece of data for each value."""
        data = b"".join(_atom(b"data", struct.pack(">II", _TEXT, 0) + value.encode()) for value in values)
        if not name.startswith("----:"):
            return _atom(name.encode("latin-1"), data)
        _, mean, own = name.split(":", 2)
        heads = _atom(b"mean", bytes(4) + mean.encode("latin-1")) + _atom(b"name", bytes(4) + own.encode("latin-1"))
        return _atom(b"----", heads + data)

    def splices(self, pieces: Sequence[Piece]) -> list[Splice]:
        """Return the new list; where it grows past its room, what follows moves and is looked up there."""
        size = 8 + length(pieces)
        content: list[Piece] = [_head(b"ilst", size), *pieces]
        for name in reversed(self.missing):
            before = [bytes(4), _HANDLER] if name == b"meta" else []
            size += 8 + length(before)
            content = [_head(name, size), *before, *content]
        room = self.room[1] - self.room[0]
        if not self.missing and size != room:
            free = room - size - 8 if size + 8 <= room else PADDING
            content.append(_atom(b"free", bytes(free)))
            size += 8 + free
        return [Splice(*self.room, tuple(content)), *self._moved(size - room)]

    def _moved(self, by: int) -> list[Splice]:
        if not by:
            return []
        if self.is_fragmented:
            raise WriteRefusedError("it is cut into fragments and has no room for longer tags")
        splices = [Splice(atom.start, atom.start + 4, (_size(atom.stop - atom.start + by),)) for atom in self.around]
        for atom, raw in self.tables:
            splices.append(Splice(atom.inside + 8, atom.stop, (self._table(atom, raw, by),)))
        return splices

    def _table(self, atom: _Atom, raw: bytes, by: int) -> bytes:
        kind = ">u8" if atom.name == b"co64" else ">u4"
        width, count = int(kind[-1]), int.from_bytes(raw[4:8], "big")
        if 8 + width * count != len(raw):
            raise damaged("its table of sounds is damaged")
        form = f">{count}{'Q' if width == 8 else 'I'}"
        places = struct.unpack(form, raw[8:])
        try:
            return struct.pack(form, *(place + by if place >= self.room[1] else place for place in places))
        except struct.error as error:
            raise WriteRefusedError("it is too long to move its sound") from error


class Mp4File(Document):
    """An MP4 file."""


def read_mp4(file: BinaryIO, size: int) -> Mp4File:
    """Read the tags of an MP4 file; see ``documents.read_document``."""
    top = list(_atoms(file, 0, size))
    movies = [atom for atom in top if atom.name == b"moov"]
    if len(movies) != 1:
        raise damaged("it is not in order as an MP4 file")
    if top[-1].stop != size:
        raise damaged("it is cut off or has something behind its end")
    tag = _list_of(file, movies[0])
    tag.is_fragmented = any(atom.name in _FRAGMENTS for atom in top)
    tag.tables = tuple(
        (atom, read_at(file, atom.inside, atom.stop - atom.inside)) for atom in _tables(file, movies[0], _DEEPEST)
    )
    return Mp4File([tag], size)


def _list_of(file: BinaryIO, movie: _Atom) -> Mp4:
    around, missing = [movie], [b"udta", b"meta", b"ilst"]
    while missing:
        within = list(_atoms(file, _content(file, around[-1]), around[-1].stop))
        found = [atom for atom in within if atom.name == missing[0] and _is_ours(file, atom)]
        if len(found) > 1:
            raise WriteRefusedError("it has two lists of tags, and no rule says which one holds")
        if not found:
            stop = around[-1].stop
            return Mp4(room=(stop, stop), around=_plain(around), missing=tuple(missing[:-1]))
        around.append(found[0])
        missing.pop(0)
        if not missing:
            return _with_room(file, around, within)
    raise AssertionError


def _with_room(file: BinaryIO, around: list[_Atom], within: list[_Atom]) -> Mp4:
    """Return the list that is the last of ``around``; free space right behind it belongs to its room."""
    found, stop = around[-1], around[-1].stop
    for atom in within:
        if atom.start == stop and atom.name == b"free":
            stop = atom.stop
    tag = Mp4(room=(found.start, stop), around=_plain(around[:-1]))
    tag.items = [_item(file, atom) for atom in _atoms(file, found.inside, found.stop)]
    return tag


def _plain(around: Sequence[_Atom]) -> tuple[_Atom, ...]:
    if any(atom.head != 8 for atom in around):
        raise WriteRefusedError("its list of tags lies in an atom of a kind that TagStudio does not write")
    return tuple(around)


def _is_ours(file: BinaryIO, atom: _Atom) -> bool:
    # Other lists of tags have other handlers.
    if atom.name != b"meta":
        return True
    inside = _content(file, atom)
    return any(
        each.name == b"hdlr" and read_at(file, each.inside + 8, 4) == b"mdir"
        for each in _atoms(file, inside, atom.stop)
        if each.stop - each.inside >= 12
    )


def _content(file: BinaryIO, atom: _Atom) -> int:
    """Return where the atoms inside one begin; QuickTime's ``meta`` has no version in front, others do."""
    if atom.name != b"meta" or atom.stop - atom.inside < 8:
        return atom.inside
    return atom.inside if read_at(file, atom.inside + 4, 4) == b"hdlr" else atom.inside + 4


def _atoms(file: BinaryIO, start: int, stop: int) -> Iterator[_Atom]:
    at = start
    while at + 8 <= stop:
        size, name = struct.unpack(">I4s", read_at(file, at, 8))
        head = 8
        if size == 1:
            (size,) = struct.unpack(">Q", read_at(file, at + 8, 8))
            head = 16
        elif size == 0:
            # The last one of a file may go on to its end; a few zeros may end a list.
            if name == bytes(4):
                break
            size, head = stop - at, 0
        if size < max(head, 8) or at + size > stop:
            raise damaged("its atoms are damaged")
        yield _Atom(name, at, at + size, head or 8)
        at += size
    if at < stop and read_at(file, at, stop - at).strip(b"\0"):
        raise damaged("its atoms are damaged")


def _tables(file: BinaryIO, atom: _Atom, depth: int) -> Iterator[_Atom]:
    if not depth:
        raise damaged("its atoms are nested without end")
    for inside in _atoms(file, atom.inside, atom.stop):
        if inside.name in (b"stco", b"co64"):
            yield inside
        elif inside.name in (b"trak", b"mdia", b"minf", b"stbl"):
            yield from _tables(file, inside, depth - 1)


def _item(file: BinaryIO, atom: _Atom) -> Item:
    piece, name = Span(atom.start, atom.stop), atom.name.decode("latin-1")
    parts = [] if name not in {*_NAMES.values(), "gnre", "----"} else list(_atoms(file, atom.inside, atom.stop))
    if name == "----":
        heads = {
            part.name: read_at(file, part.inside + 4, part.stop - part.inside - 4).decode("latin-1")
            for part in parts
            if part.name in (b"mean", b"name") and part.stop - part.inside >= 4
        }
        name = f"----:{heads.get(b'mean', '')}:{heads.get(b'name', '')}"
        if not name.casefold().startswith(f"----:{_MEAN}:".casefold()):
            return Item(piece)
    elif not parts:
        return Item(piece)
    return Item(piece, _key(name), name, _values(file, name, [part for part in parts if part.name == b"data"]))


def _values(file: BinaryIO, name: str, parts: Sequence[_Atom]) -> tuple[str, ...] | None:
    found = []
    for part in parts:
        raw = read_at(file, part.inside, part.stop - part.inside)
        kind = int.from_bytes(raw[:4], "big") & 0xFFFFFF
        try:
            if name == "gnre" and len(raw) == 10:
                found.append(TCON.GENRES[int.from_bytes(raw[8:], "big") - 1])
            elif kind == _TEXT or (kind == _GENRE and name.startswith("----")):
                found.append(raw[8:].decode())
            else:
                return None
        except (UnicodeDecodeError, IndexError):
            return None
    return tuple(found)


def _key(name: str) -> str:
    return name.casefold() if name.startswith("----") else name


def _size(size: int) -> bytes:
    if size >= 1 << 32:
        raise WriteRefusedError("its tags would become too large")
    return size.to_bytes(4, "big")


def _head(name: bytes, size: int) -> bytes:
    return _size(size) + name


def _atom(name: bytes, content: bytes) -> bytes:
    return _head(name, 8 + len(content)) + content
