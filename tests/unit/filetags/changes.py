"""Wishes, and changing a file by them with everything that writing proves."""

import io
import struct

from tagstudio.domain.recipes import made, packed, turned, unpacked
from tagstudio.filetags.compare import require_as_intended
from tagstudio.filetags.edit import edited
from tagstudio.filetags.places import place_of
from tagstudio.filetags.profiles import PROFILES
from tagstudio.filetags.wishes import Wish

PLAIN = PROFILES[0]


def wish(facet, place, *words, **options):
    return Wish(facet=facet, place=place_of(place), words=words, **options)


def change(raw, wishes, profile=PLAIN):
    """Return the changed file; everything that writing proves is proven."""
    file = io.BytesIO(raw)
    edit = edited(file, wishes, profile)
    if not edit.is_change:
        return raw, edit
    new = b"".join(made(edit.recipe, file))
    require_as_intended(io.BytesIO(raw), io.BytesIO(new), edit, profile)
    back = turned(edit.recipe, file, len(raw))
    assert b"".join(made(unpacked(packed(back)), io.BytesIO(new))) == raw
    assert not edited(io.BytesIO(new), wishes, profile).is_change, "writing again must change nothing"
    return new, edit


WISHES = (
    wish("genre", "genre", "Jazz", "Très bon"),
    wish("mood", "mood", "calm", "dark"),
    wish("instrument", "INSTRUMENT", "piano"),
)


def ape_tag(*items, flags=0, reserved=bytes(8)):
    body = b"".join(struct.pack("<II", len(value), 0) + name + b"\0" + value for name, value in items)
    edge = (b"APETAGEX" + struct.pack("<III", 2000, len(body) + 32, len(items)), reserved)
    return b"".join(
        (
            edge[0],
            struct.pack("<I", 0xA0000000 | flags),
            reserved,
            body,
            edge[0],
            struct.pack("<I", 0x80000000 | flags),
            reserved,
        )
    )
