"""An APEv2 tag is told from an ID3v1 tag, however long it is."""

import io

import mutagen
import pytest
from changes import ape_tag, change, wish
from mutagen import id3

from tagstudio.filetags.ape import has_id3v1, read_ape
from tagstudio.filetags.read import fields_of

# Of 131 bytes: the ``TAG`` of ``APETAGEX`` stands where an ID3v1 tag would begin.
LIKE_ID3V1 = ape_tag((b"Artist", b"Someone"), (b"Album", b"x" * 31))
# Of any length: a text in it may say ``TAG`` just there.
SAYS_TAG = ape_tag((b"Album", b"x" * 60 + b"TAG" + b"y" * 93))
CALM = [wish("mood", "mood", "calm")]


def test_these_tags_have_the_mark_of_an_id3v1_tag_in_its_place():
    assert len(LIKE_ID3V1) == 131
    assert LIKE_ID3V1[-128:-125] == SAYS_TAG[-128:-125] == b"TAG"


@pytest.mark.parametrize("tag", [LIKE_ID3V1, SAYS_TAG], ids=["131 bytes long", "the mark in a text"])
@pytest.mark.parametrize("name", ["plain.mp3", "plain.wv"])
def test_an_ape_tag_is_never_taken_for_an_id3v1_tag(name, tag, music_file):
    raw = music_file(name).read_bytes()
    raw = raw[: raw.index(b"APETAGEX")] if b"APETAGEX" in raw else raw
    file = io.BytesIO(raw + tag)
    assert not has_id3v1(file, len(raw + tag))
    ape = read_ape(file, len(raw + tag))
    assert (ape.start, ape.stop) == (len(raw), len(raw + tag))
    assert set(fields_of(file)) == {item.key for item in ape.items}


def test_nothing_made_up_goes_into_the_new_tag_of_an_mp3_file(music_file):
    new, _ = change(music_file("plain.mp3").read_bytes() + LIKE_ID3V1, CALM)
    assert new.endswith(LIKE_ID3V1)
    assert {"TIT2", "TDRC", "TCON"}.isdisjoint(id3.ID3(io.BytesIO(new), load_v1=False))


def test_a_wavpack_file_gets_no_second_ape_tag(music_file):
    raw = music_file("plain.wv").read_bytes()
    raw = raw[: raw.index(b"APETAGEX")] if b"APETAGEX" in raw else raw
    new, _ = change(raw + LIKE_ID3V1, CALM)
    assert new.count(b"APETAGEX") == 2
    assert set(mutagen.apev2.APEv2(io.BytesIO(new))) == {"Artist", "Album", "Mood"}


def test_an_ape_tag_may_become_131_bytes_long(music_file):
    raw = music_file("plain.mp3").read_bytes()
    new, _ = change(raw + ape_tag((b"Genre", b"Pop"), (b"Title", b"x" * 31)), [wish("genre", "genre", "Jazz")])
    assert new.endswith(ape_tag((b"Genre", b"Pop\0Jazz"), (b"Title", b"x" * 31)))
    assert new[-128:-125] == b"TAG"
