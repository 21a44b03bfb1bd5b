"""Which track of a library a file from elsewhere means."""

import os
import unicodedata

import pytest

from tagstudio.library.exchange import KnownTrack
from tagstudio.services.exchange.content import Reference
from tagstudio.services.exchange.matching import Matcher

COMPOSED = unicodedata.normalize("NFC", "Å.flac")
DECOMPOSED = unicodedata.normalize("NFD", "Å.flac")
NAMES = ("Case.flac", "case.flac", COMPOSED, DECOMPOSED)


def known(root: bytes, audio_hash: str) -> list[KnownTrack]:
    return [
        KnownTrack(number, root, os.fsencode(f"names/{name}"), audio_hash, "", "", 3.0)
        for number, name in enumerate(NAMES, 1)
    ]


def test_a_place_below_another_folder_is_not_enough_for_a_track_of_another_length() -> None:
    mine = KnownTrack(1, b"/music", b"CD1/01.flac", "mine", "Mine", "Me", 301.0)
    theirs = Reference(path="/home/bob/Other Album/CD1/01.flac", title="Theirs", duration_s=95.0)
    assert isinstance(Matcher([mine]).match(theirs), str)
    assert not isinstance(Matcher([mine]).match(Reference(path=theirs.path, duration_s=300.0)), str)


GONE = KnownTrack(1, b"/music", b"a copy/x.flac", "h", "X", "Me", 300.0, is_missing=True)
HERE = KnownTrack(2, b"/music", b"new/x.flac", "h", "X", "Me", 300.0)


@pytest.mark.parametrize(
    ("reference", "tracks"),
    [
        (Reference(path="/elsewhere/x.flac", audio_hash="h"), (GONE, HERE)),
        (Reference(path="/elsewhere/x.flac", duration_s=300.0), (GONE, HERE)),
        (Reference(path="/elsewhere/new/x.flac"), (GONE._replace(root=b"/old", path=HERE.path), HERE)),
    ],
    ids=["its audio", "its name", "its place below a folder"],
)
def test_of_tracks_that_a_file_may_mean_the_one_that_is_there_is_meant(
    reference: Reference, tracks: tuple[KnownTrack, ...]
) -> None:
    found = Matcher(tracks).match(reference)
    assert not isinstance(found, str), found
    assert found.track_id == HERE.id
    # Where nothing else is there, the missing one is meant.
    gone = Matcher(tracks[:1]).match(reference)
    assert not isinstance(gone, str), gone
    assert gone.track_id == GONE.id


def test_the_place_of_a_missing_track_still_tells_it_from_its_copies() -> None:
    found = Matcher((HERE, GONE)).match(Reference(path="/music/a copy/x.flac", audio_hash="h"))
    assert not isinstance(found, str), found
    assert found.track_id == GONE.id


@pytest.mark.parametrize("audio_hash", ["the same", ""], ids=["equal audio", "audio unknown"])
@pytest.mark.parametrize("root", [b"/music", b"/moved/elsewhere"], ids=["in place", "moved"])
@pytest.mark.parametrize("number", range(1, len(NAMES) + 1))
def test_of_files_whose_names_differ_in_case_or_accents_spelling_the_one_spelled_so_is_meant(
    number: int, root: bytes, audio_hash: str
) -> None:
    matcher = Matcher(known(root, audio_hash))
    found = matcher.match(Reference(path=f"/music/names/{NAMES[number - 1]}", audio_hash=audio_hash))
    assert not isinstance(found, str), found
    assert found.track_id == number
