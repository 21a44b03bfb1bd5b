"""What was written is what other programs read, value by value; what is taken back is the old file, byte by byte."""

import hashlib
import os
from pathlib import Path

import av
import pytest
import tinytag
from written_music import DRESSED, NAMES

from tagstudio.audio import hashing
from tagstudio.filetags.places import place_of
from tagstudio.filetags.safely import identity, swap
from tagstudio.filetags.wishes import Wish
from tagstudio.services.file_writer import FileRequest, FileWriter

WORDS = {"genre": ("Jazz", "Très bon"), "mood": ("calm", "dark"), "instrument": ("piano", "Flöte")}
WISHES = tuple(
    Wish(facet=facet, place=place_of(place), words=WORDS[facet], mode="replace")
    for facet, place in (("genre", "genre"), ("mood", "mood"), ("instrument", "INSTRUMENT"))
)
JOINED = ("v23.mp3", "v1.mp3", "dressed.wav", "dressed.aiff")
VORBIS = (".flac", ".ogg", ".opus")


def replaced(file, *, patch=None, old="", new=""):
    """Write into a file, or take that back, by the steps of the program; return what was prepared."""
    path = os.fsencode(file)
    temp = os.fsencode(file.with_name(".tagstudio-new"))
    status = file.stat()
    request = FileRequest(
        path=path, size=status.st_size, known_mtime_ns=status.st_mtime_ns, audio_hash=hashing.facts(path).audio_hash,
        wishes=WISHES,
    )  # fmt: skip
    writer = FileWriter()
    done = writer.prepare(request, temp) if patch is None else writer.prepare_back(request, temp, patch, old, new)
    swap(temp, path, identity(path))
    return done


def by_ffmpeg(file):
    """Return what FFmpeg says of a file, and its compressed sound."""
    with av.open(str(file)) as container:
        packets = [bytes(packet) for packet in container.demux(audio=0)]
        found = {**container.metadata, **container.streams.audio[0].metadata}
    found = {key.casefold(): value for key, value in found.items()}
    return {**found, "mood": found.get("mood", found.get("tmoo"))}, packets


def expected_of_ffmpeg(name):
    """Return the words as FFmpeg shows them: joined, or only the first where a field has several values."""
    if name in JOINED:
        return {facet: "; ".join(words) for facet, words in WORDS.items()}
    if name.endswith(VORBIS):
        return {facet: ";".join(words) for facet, words in WORDS.items()}
    return {facet: words[0] for facet, words in WORDS.items()}


def expected_of_tinytag(name):
    """Return the words as tinytag shows them; it reads no moods of ID3v2.4, and separates values by NUL there."""
    if name in JOINED:
        return {facet: ["; ".join(words)] for facet, words in WORDS.items()}
    words = {facet: list(words) for facet, words in WORDS.items()}
    if name.endswith((".mp3", ".wav", ".aiff")):
        return words | {"mood": [], "instrument": ["\0".join(WORDS["instrument"])]}
    # A field of the same name that belongs to another program.
    return words | ({"mood": ["theirs", *WORDS["mood"]]} if name == "dressed.m4a" else {})


@pytest.mark.parametrize("name", NAMES)
def test_every_reader_finds_every_word_and_the_old_file_comes_back(name, music_file):
    file = music_file(name)
    before, (said, packets) = file.read_bytes(), by_ffmpeg(file)
    old = hashlib.sha256(before).hexdigest()
    done = replaced(file)

    seen, same = by_ffmpeg(file)
    assert {facet: seen[facet] for facet in WORDS} == expected_of_ffmpeg(name)
    assert same == packets != []
    assert {key: value for key, value in seen.items() if key not in {*WORDS, "tmoo"}} == {
        key: value for key, value in said.items() if key not in {*WORDS, "tmoo"}
    }
    if not name.endswith(".wv"):  # tinytag does not read APEv2
        tag = tinytag.TinyTag.get(file)
        others = {facet: list(tag.other.get(facet, [])) for facet in WORDS}
        others["genre"] = [tag.genre, *others["genre"]]
        assert others == expected_of_tinytag(name)
        assert tag.title == ("Títle" if name in DRESSED else None)

    replaced(file, patch=done.patch, old=old, new=done.new_sha256)
    assert file.read_bytes() == before
    assert by_ffmpeg(file) == (said, packets)
    assert [each.name for each in Path(file).parent.iterdir()] == [name]
