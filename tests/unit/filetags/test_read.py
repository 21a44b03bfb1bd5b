import os
import subprocess
import sys

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import File
from mutagen.apev2 import APEv2
from mutagen.id3 import COMM, GRP1, ID3, TBPM, TCON, TIT1, TIT2, TKEY, TMOO, TPE1, TXXX
from mutagen.mp4 import MP4

from tagstudio.filetags.read import LONGEST_VALUE, MOST_VALUES, read, read_fields, split_known

RATE = 48_000
SILENCE = np.zeros(RATE // 2, np.float32)


def encoded(file, codec):
    """Write half a second of silence with PyAV."""
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        stream.bit_rate = 64_000
        frame = av.AudioFrame.from_ndarray(SILENCE[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        for each in (frame, None):
            container.mux(stream.encode(each))
    return file


@pytest.fixture
def audio(tmp_path):
    """Make a file of silence in the format that its name asks for."""
    codecs = {".m4a": "aac", ".opus": "libopus", ".wma": "wmav2", ".wv": "wavpack"}

    def made(name):
        file = tmp_path / name
        if file.suffix in codecs:
            return encoded(file, codecs[file.suffix])
        soundfile.write(file, SILENCE, RATE)
        return file

    return made


def tagged(file, fields):
    """Write fields under the names that the format has for them, with mutagen's own tag class."""
    opened = File(file)
    if opened.tags is None:
        opened.add_tags()
    for key, value in fields.items():
        opened.tags[key] = value
    opened.save()
    return file


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.opus"])
def test_vorbis_comments_are_read_under_every_name(audio, name):
    file = tagged(audio(name), {
        "TITLE": "Clair de lune", "artist": ["Debussy", "Someone"], "GENRE": ["Piano", "Calm; Classical"],
        "MOOD": "sad", "DESCRIPTION": "a comment", "INITIALKEY": "Db", "KEY": "C#", "BPM": "66", "unknown": "x",
        "Instrument": "piano",
    })  # fmt: skip
    assert read_fields(file) == {
        "title": ("Clair de lune",), "artist": ("Debussy", "Someone"), "genre": ("Piano", "Calm", "Classical"),
        "mood": ("sad",), "comment": ("a comment",), "key": ("Db", "C#"), "bpm": ("66",), "instrument": ("piano",),
    }  # fmt: skip


def id3_frames():
    return [
        TIT2(3, ["Title; not split"]), TPE1(3, ["AC/DC"]), TCON(3, ["Rock", "(17)(4)", "Folk; World"]),
        TMOO(3, ["calm"]), TXXX(3, "mood", ["sad"]), TXXX(3, "ENERGY", ["7"]), TXXX(3, "other", ["x"]),
        TBPM(3, ["120"]), TKEY(3, ["Am"]),
        COMM(3, "eng", "", ["nice"]), COMM(3, "eng", "iTunNORM", ["00 00"]), TIT1(3, ["set 1"]), GRP1(3, ["set 2"]),
    ]  # fmt: skip


ID3_FIELDS = {
    "title": {"Title; not split"}, "artist": {"AC/DC"}, "genre": {"Rock", "Disco", "Folk", "World"},
    "mood": {"calm", "sad"}, "energy": {"7"}, "bpm": {"120"}, "key": {"Am"}, "comment": {"nice"},
    "grouping": {"set 1", "set 2"},
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.mp3", "a.wav", "a.aiff"])
def test_id3_frames_are_read_under_every_name(audio, name):
    opened = File(audio(name))
    if opened.tags is None:
        opened.add_tags()
    for frame in id3_frames():
        opened.tags.add(frame)
    opened.save()
    found = read_fields(opened.filename)
    assert {field: set(values) for field, values in found.items()} == ID3_FIELDS


def test_older_id3_tags_are_split_where_their_programs_joined(audio):
    file = audio("a.mp3")
    tags = ID3()
    tags.add(TCON(1, ["Rock", "Jazz"]))
    tags.add(TXXX(1, "MOOD", ["sad", "calm"]))
    tags.update_to_v23()
    tags.save(file, v2_version=3, v23_sep="; ")
    assert read_fields(file) == {"genre": ("Rock", "Jazz"), "mood": ("sad", "calm")}


def test_mp4_atoms_are_read_under_every_name(audio):
    file = audio("a.m4a")
    opened = MP4(file)
    opened["\xa9nam"], opened["\xa9gen"], opened["tmpo"] = ["Title"], ["Rock", "Jazz"], [120]
    opened["----:com.apple.iTunes:MOOD"] = [b"sad", "très calme".encode(), b"\xff"]
    opened["----:com.apple.iTunes:initialkey"] = [b"Am"]
    opened["trkn"], opened["----:com.apple.iTunes:iTunNORM"] = [(1, 2)], [b"0"]
    opened.save()
    found = read_fields(file)
    assert found["mood"] == ("sad", "très calme", "\N{REPLACEMENT CHARACTER}")
    assert {name: found[name] for name in ("title", "genre", "bpm", "key")} == {
        "title": ("Title",), "genre": ("Rock", "Jazz"), "bpm": ("120",), "key": ("Am",),
    }  # fmt: skip


def test_asf_attributes_are_read(audio):
    file = tagged(audio("a.wma"), {
        "Title": "T", "Author": ["A", "B"], "WM/Genre": ["Rock", "Jazz"], "WM/Mood": "sad", "WM/BeatsPerMinute": "99",
    })  # fmt: skip
    found = read_fields(file)
    assert found["artist"] == ("A", "B")
    assert found["genre"] == ("Rock", "Jazz")
    assert (found["title"], found["mood"], found["bpm"]) == (("T",), ("sad",), ("99",))


def test_ape_items_are_read_even_where_another_kind_is_usual(audio):
    for name in ("a.wv", "a.mp3"):
        file = audio(name)
        tags = APEv2()
        tags["Genre"], tags["Mood"], tags["KEY"], tags["Album Artist"] = ["Rock", "Jazz"], "sad", "Am", "X"
        tags.save(file)
        found = read_fields(file)
        assert (found["genre"], found["mood"], found["key"]) == (("Rock", "Jazz"), ("sad",), ("Am",))
        assert found["albumartist"] == ("X",)


def chunk(name, body):
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def test_the_info_list_of_a_wav_file_is_read(audio):
    file = audio("a.wav")
    info = chunk(b"IGNR", "Früher\0".encode("cp1252")) + chunk(b"ICMT", "é\0junk".encode()) + chunk(b"IXXX", b"?")
    raw = file.read_bytes() + chunk(b"LIST", b"INFO" + info)
    file.write_bytes(raw[:4] + (len(raw) - 8).to_bytes(4, "little") + raw[8:])
    assert read_fields(file) == {"genre": ("Früher",), "comment": ("é",)}


def test_a_file_without_tags_has_no_fields_and_no_fault(audio):
    for name in ("a.wav", "a.flac", "a.mp3"):
        found = read(audio(name))
        assert (found.fields, found.reason) == ({}, "")


def test_values_are_capped_and_cleaned(audio):
    file = tagged(audio("a.flac"), {
        "genre": [f"genre {i}" for i in range(10_000)], "title": "x" * 1_000_000,
        "artist": ["same", " same ", "same", "", "a\0b"],
    })  # fmt: skip
    found = read_fields(file)
    assert len(found["genre"]) == MOST_VALUES
    assert [len(value) for value in found["title"]] == [LONGEST_VALUE]
    assert found["artist"] == ("same", "a", "b")


@pytest.mark.parametrize("contents", [
    b"", b"not audio at all", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", b"fLaC" + b"\xff" * 50, b"OggS" + bytes(60),
    b"RIFF\xff\xff\xff\xffWAVELIST\xff\xff\xff\xff", b"MAC ",
])  # fmt: skip
@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".m4a", ".wav", ".ogg", ".wv", ""])
def test_a_file_that_is_no_audio_has_no_fields(tmp_path, contents, suffix):
    file = tmp_path / f"x{suffix}"
    file.write_bytes(contents)
    assert read_fields(file) == {}


def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path, audio):
    os.mkfifo(tmp_path / "pipe.mp3")
    (tmp_path / "zero.mp3").symlink_to("/dev/zero")
    (tmp_path / "link.flac").symlink_to(audio("a.flac"))
    (tmp_path / "folder.mp3").mkdir()
    for name in ("pipe.mp3", "zero.mp3", "link.flac", "folder.mp3", "gone.mp3"):
        found = read(tmp_path / name)
        assert found.fields == {}
        assert found.reason.startswith("its tags cannot be read: ")


def test_nested_tags_without_end_are_survived(tmp_path):
    nested = b""
    for _ in range(3000):
        body = b"c\0" + bytes(16) + nested
        size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
        nested = b"CHAP" + size + b"\0\0" + body
    size = bytes((len(nested) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    file = tmp_path / "deep.mp3"
    file.write_bytes(b"ID3\x04\0\0" + size + nested + bytes(1000))
    assert read(file).fields == {}


def test_names_that_are_not_text_can_be_read(audio):
    file = tagged(audio("a.flac"), {"genre": "Rock"})
    odd = os.fsencode(file.parent) + b"/\xff\n.flac"
    file.rename(os.fsdecode(odd))
    assert read_fields(odd) == {"genre": ("Rock",)}


def test_reading_changes_nothing(audio):
    for name in ("a.mp3", "a.flac", "a.wav"):
        file = audio(name)
        file.chmod(0o444)
        before = file.read_bytes(), file.stat().st_mtime_ns
        read(file)
        assert (file.read_bytes(), file.stat().st_mtime_ns) == before


@given(place=st.integers(0, 3000), junk=st.binary(min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_never_raises(tmp_path_factory, place, junk):
    file = tmp_path_factory.getbasetemp() / "damaged.mp3"
    tags = ID3()
    for frame in id3_frames():
        tags.add(frame)
    file.write_bytes(b"")
    tags.save(file)
    raw = bytearray(file.read_bytes() + bytes(500))
    raw[place : place + len(junk)] = junk
    file.write_bytes(raw)
    for values in read_fields(file).values():
        assert all(value == value.encode("utf-8", "replace").decode() and "\0" not in value for value in values)


def test_a_joined_text_is_split_only_into_known_words():
    known = {"rock", "jazz", "folk"}
    assert split_known(["Rock, Jazz", "AC/DC", "Folk/Rock"], known) == ("Rock", "Jazz", "AC/DC", "Folk")
    assert split_known(["Folk, World, & Country"], known) == ("Folk, World, & Country",)
    assert split_known([], known) == ()


def test_reading_tags_needs_no_decoder():
    program = (
        "import sys; from tagstudio.filetags import read;"
        "sys.exit(any(each in sys.modules for each in ('av', 'soundfile', 'torch', 'sqlalchemy')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
