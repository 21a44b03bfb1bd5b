"""From wishes to a changed file: what each field holds before and after, and the recipe that makes the new file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tagstudio.domain.errors import WriteRefusedError
from tagstudio.domain.recipes import Piece, Recipe
from tagstudio.filetags.documents import read_document
from tagstudio.filetags.items import Document, Item, Tag
from tagstudio.filetags.profiles import PROFILES, Profile
from tagstudio.filetags.wishes import Wish, fulfilled, together, warnings


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a file before and after; equal where it stays. ``tag`` is the kind of tag it stands in.

    ``is_carried``: another tag says it already, and a new one gets it as well.
    """

    tag: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    facets: tuple[str, ...] = ()
    is_carried: bool = False

    @property
    def is_change(self) -> bool:
        """Whether anything is to be written."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of a file. ``touched`` are the keys of the fields that may change, for each of its tags."""

    fields: tuple[FieldChange, ...]
    warnings: tuple[str, ...]
    recipe: Recipe
    touched: tuple[frozenset[str], ...]

    @property
    def is_change(self) -> bool:
        """Whether anything is to be written."""
        return any(each.is_change for each in self.fields)


@dataclass(slots=True)
class _Slot:
    """A field of a tag with what all wishes for it make of it."""

    keys: tuple[str, ...]
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    facets: tuple[str, ...]
    is_left: bool = False


def edited(file: BinaryIO, wishes: Sequence[Wish], profile: Profile = PROFILES[0]) -> Edit:
    """Return what becomes of a file; nothing is written.

    Raises
    ------
    WriteRefusedError
        If the file cannot be written without touching anything else.
    """
    document = read_document(file, profile)
    slots = [_slots(tag, wishes) for tag in document.tags]
    rows = list(zip(document.tags, slots, strict=True))
    bodies = [_body(tag, row) if any(_is_change(slot) for slot in row) else None for tag, row in rows]
    is_change = any(body is not None for body in bodies)
    fields = [
        change
        for (tag, row), body in zip(rows, bodies, strict=True)
        for change in _changes(tag, row, carried=tag.items if tag.is_carried and body is not None else ())
    ]
    touched = tuple(
        frozenset(key for slot in row if _is_change(slot) or slot.is_left for key in slot.keys) for row in slots
    )
    recipe = document.recipe(bodies) if is_change else ()
    return Edit(tuple(fields), tuple(_warnings(document, wishes, slots)), recipe, touched)


def _changes(tag: Tag, slots: Sequence[_Slot], *, carried: Sequence[Item]) -> Iterator[FieldChange]:
    """Yield what becomes of the fields of a tag; ``carried`` are the items that it gets from another one."""
    for slot in slots:
        is_carried = not _is_change(slot) and any(item.key in slot.keys for item in carried)
        before = () if is_carried else slot.before
        yield FieldChange(tag.title, slot.name, before, slot.after, slot.facets, is_carried)
    told = {key for slot in slots for key in slot.keys}
    for item in carried:
        if item.key not in told:
            yield FieldChange(tag.title, item.name, (), item.values or (), is_carried=True)


def _is_change(slot: _Slot) -> bool:
    return slot.before != slot.after


def _slots(tag: Tag, wishes: Sequence[Wish]) -> list[_Slot]:
    rows: dict[tuple[str, ...], list[Wish]] = {}
    for wish in wishes:
        rows.setdefault(tag.keys(wish.place), []).append(wish)
    slots = []
    for keys, row in rows.items():
        found = [item for item in tag.items if item.key in keys]
        if tag.is_second and not found:
            continue
        slot = _slot(tag, row, keys, found)
        _require_text(slot)
        if tag.is_carried and slot.before and not slot.after:
            # Not carried over: nothing can be taken out of an ID3v1 tag, and an APEv2 tag has a slot of its own.
            tag.items = [item for item in tag.items if item.key not in keys]
            slot.before, slot.is_left = (), True
        slots.append(slot)
    return slots


def _slot(tag: Tag, wishes: Sequence[Wish], keys: tuple[str, ...], found: Sequence[Item]) -> _Slot:
    if any(item.values is None for item in found):
        raise WriteRefusedError(f"its field {found[0].name} holds something that is no readable text")
    values = tuple(value for item in found for value in item.values or ())
    name = next((item.name for item in found if item.key == keys[0]), tag.name(wishes[0].place))
    after = values
    for wish in together(wishes):
        after = fulfilled(wish, after, is_joined=tag.is_joined)
    return _Slot(keys, name, values, after, tuple(wish.facet for wish in wishes))


def _require_text(slot: _Slot) -> None:
    for value in slot.after if _is_change(slot) else ():
        if "\0" in value or value.encode("utf-8", "replace").decode() != value:
            raise WriteRefusedError(f"the new text of its field {slot.name} holds characters that no file can keep")


def _body(tag: Tag, slots: Sequence[_Slot]) -> list[Piece]:
    """Return the items of a tag with the new fields in the places of the old ones."""
    changed = {key: slot for slot in slots if _is_change(slot) for key in slot.keys}
    written: set[str] = set()
    pieces: list[Piece] = []
    for item in tag.items:
        slot = changed.get(item.key)
        if slot is None:
            pieces.append(item.piece)
        elif slot.keys[0] not in written:
            written.add(slot.keys[0])
            pieces += _rendered(tag, slot)
    for slot in slots:
        if _is_change(slot) and slot.keys[0] not in written:
            pieces += _rendered(tag, slot)
    return pieces


def _rendered(tag: Tag, slot: _Slot) -> list[Piece]:
    return [tag.rendered(slot.keys[0], slot.name, slot.after)] if slot.after else []


def _warnings(document: Document, wishes: Sequence[Wish], slots: Iterable[Sequence[_Slot]]) -> list[str]:
    said = list(document.notes)
    for wish in wishes:
        said += warnings(wish)
        said += [note for tag in document.tags if (note := tag.elsewhere(wish.place))]
    for tag, row in zip(document.tags, slots, strict=True):
        is_written = any(_is_change(slot) for slot in row)
        if tag.is_carried and is_written:
            said.append(
                f"What a tag at its end says goes into the {tag.title} tag, too: some programs read no further."
            )
        if tag.is_joined and any(len(wish.words) > 1 for wish in wishes) and is_written:
            said.append(f"{tag.title} holds one text for each field: several words are joined by “; ”.")
    return list(dict.fromkeys(said))
