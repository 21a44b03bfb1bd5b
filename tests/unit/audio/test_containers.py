"""Facts read straight from bytes are those that FFmpeg finds, whatever tags are around the audio."""

from pathlib import Path

import mutagen
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TIT2

from tagstudio.audio.containers import ordinary_facts
from tagstudio.audio.formats import open_regular
from tagstudio.audio.hashing import facts, facts_of

ORDINARY = {"a.mp3", "a.flac", "a.ogg", "a.opus", "a.wav"}


def quick(file: Path):
    with open_regular(file) as opened:
        return ordinary_facts(opened)


def by_ffmpeg(file: Path):
    with open_regular(file) as opened:
        return facts_of(bytes(file), opened)


def test_both_ways_to_the_facts_agree(file):
    found, known = quick(file), by_ffmpeg(file)
    if file.name not in ORDINARY:
        assert found is None
        return
    assert (found.audio_hash, found.codec, found.rate, found.channels) == (known.audio_hash, *known[2:])
    assert found.duration_s == pytest.approx(known.duration_s, abs=0.06)


def test_tags_in_front_and_behind_change_nothing(file, tmp_path):
    if file.name not in {"a.mp3", "a.flac"}:
        return
    before = quick(file)
    tagged = tmp_path / file.name
    tagged.write_bytes(file.read_bytes())
    ape = APEv2()
    ape["Genre"] = "x" * 5000
    ape.save(tagged)
    id3 = ID3()
    id3.add(TIT2(3, ["A name"]))
    id3.save(tagged, v1=2)
    assert quick(tagged) == before


def test_an_ape_tag_of_131_bytes_is_no_audio(file, tmp_path):
    if file.name != "a.mp3":
        return
    tagged = tmp_path / file.name
    tagged.write_bytes(file.read_bytes())
    ape = APEv2()
    ape["Genre"] = "x" * (131 - 64 - len("Genre") - 9)
    ape.save(tagged)
    # The ``TAG`` of ``APETAGEX`` stands where an ID3v1 tag would begin.
    assert tagged.read_bytes()[-128:-125] == b"TAG"
    assert quick(tagged) == quick(file)
    assert quick(tagged).audio_hash == by_ffmpeg(tagged).audio_hash


def test_comments_of_any_size_change_nothing_though_pages_are_numbered_anew(file, tmp_path):
    if file.name not in ORDINARY:
        return
    before = quick(file)
    tagged = tmp_path / file.name
    for size in (1, 300, 70_000, 10):
        tagged.write_bytes((tagged if tagged.exists() else file).read_bytes())
        opened = mutagen.File(tagged)
        if opened.tags is None:
            opened.add_tags()
        if file.suffix in {".mp3", ".wav"}:
            opened.tags.add(TIT2(3, ["y" * size]))
        else:
            opened.tags["title"] = "y" * size
        opened.save()
        assert quick(tagged) == before


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.opus", "a.wav"])
def test_a_file_that_was_cut_short_is_left_to_ffmpeg(file, tmp_path, name):
    if file.name != name:
        return
    raw = file.read_bytes()
    (tmp_path / name).write_bytes(raw[: len(raw) * 3 // 4])
    assert quick(tmp_path / name) is None


def test_a_name_is_only_a_hint(file, tmp_path):
    other = tmp_path / ("other.mp3" if file.suffix != ".mp3" else "other.flac")
    other.write_bytes(file.read_bytes())
    assert facts(bytes(other))[2:] == facts(bytes(file))[2:]


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_raises_nothing(file, tmp_path, data):
    raw = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, min(len(raw) - 1, 20_000)))
    junk = data.draw(st.binary(min_size=1, max_size=30))
    raw[place : place + len(junk)] = junk
    (tmp_path / "damaged").write_bytes(raw[: len(raw) - data.draw(st.integers(0, 200))])
    quick(tmp_path / "damaged")
