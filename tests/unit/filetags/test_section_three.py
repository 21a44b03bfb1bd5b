"""Row by row what a plain save does to files: here each is refused and untouched, or only the wished fields change.

The rows are those of the table "What a plain save does to the file" in the project's reliability notes; the files are
the ones of the torture corpus, and two made like files from the tests of other programs.
"""

import hashlib
import importlib.util
import io
import os
import random
from dataclasses import replace
from pathlib import Path

import av
import mutagen
import pytest
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3

from tagstudio.audio import hashing
from tagstudio.domain.errors import DecodeError, WriteRefusedError
from tagstudio.filetags.places import place_of
from tagstudio.filetags.wishes import Wish
from tagstudio.services.file_writer import FileRequest, FileWriter

MAKER = Path(__file__).parents[3].parent / "shared" / "tools" / "faults" / "make_torture.py"
GENRE = Wish(facet="genre", place=place_of("genre"), words=("Jazz", "Très bon"))
MOOD = Wish(facet="mood", place=place_of("mood"), words=("calm",))
INFO = b"INFOIGNR\x06\0\0\0Jazz\0\0"


@pytest.fixture(scope="session")
def maker():
    if not MAKER.exists():
        pytest.skip(f"the shared fault tools are not at {MAKER}")
    spec = importlib.util.spec_from_file_location("make_torture", MAKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # What takes the longest to make, and is in no file of the table.
    module.png_bomb = bytes
    module.flac_silence = lambda *_: b""
    return module


@pytest.fixture(scope="session")
def corpus(maker, tmp_path_factory):
    """Return the files of the corpus by name, as bytes."""
    files = {}

    class Kept(maker.Corpus):
        def add(self, category, name, data, *_, **__):
            if isinstance(name, str) and "/" not in name:
                files[name] = data

    maker.build(Kept(str(tmp_path_factory.mktemp("corpus")), False, False, random.Random(20240501)))
    files["nonprintable-atom-type.m4a"] = files["preserve.m4a"].replace(b"xyzw", b"\x01\x02\xfe\x7f")
    sound = maker.riff_chunk(b"data", maker.pcm(maker.tone(44100, 0.3), 16))
    for name, title in (("zero-size-chunk.wav", b"\0\0\0\0"), ("empty-chunk.wav", b"JUNK")):
        files[name] = maker.wav([maker.fmt_chunk(), maker.riff_chunk(title, b""), sound])
    files["invalid_utf8_elsewhere.flac"] = maker.flac([b"TITLE=Ro\xff\xfeck", "GENRE=Rock"])
    return files


@pytest.fixture
def write(corpus, tmp_path):
    """Write into a file of the corpus as the program does; return the new bytes and what is known of it."""

    def written(name, *wishes):
        file = tmp_path / name
        file.write_bytes(corpus[name])
        path, temp, back = (
            os.fsencode(file),
            os.fsencode(tmp_path / ".tagstudio-new"),
            os.fsencode(tmp_path / ".tagstudio-back"),
        )
        try:
            sound = hashing.facts(path).audio_hash
        except DecodeError:
            sound = ""
        status = file.stat()
        request = FileRequest(
            path=path, size=status.st_size, known_mtime_ns=status.st_mtime_ns, audio_hash=sound,
            wishes=wishes or (GENRE, MOOD),
        )  # fmt: skip
        try:
            look, done = FileWriter().look(request), FileWriter().prepare(request, temp)
        finally:
            assert file.read_bytes() == corpus[name], "until the swap the file is as it was"
        assert packets(temp) == packets(path) != []
        again = replace(request, path=temp, mtime_ns=1)
        old = hashlib.sha256(corpus[name]).hexdigest()
        FileWriter().prepare_back(again, back, done.patch, old, done.new_sha256)
        assert Path(os.fsdecode(back)).read_bytes() == corpus[name]
        return Path(os.fsdecode(temp)).read_bytes(), look

    return written


@pytest.fixture
def refusal(write, tmp_path):
    """Return why a file of the corpus is refused; nothing may be left beside it."""

    def told(name, *wishes):
        with pytest.raises(WriteRefusedError) as refused:
            write(name, *wishes)
        assert [each.name for each in tmp_path.iterdir()] == [name]
        return refused.value.reason

    return told


def packets(path):
    """Return the compressed sound as FFmpeg takes it out of a file."""
    with av.open(os.fsdecode(path), metadata_errors="replace") as container:
        return [bytes(packet) for packet in container.demux(audio=0)]


def frames(raw, name):
    """Return the frames of an ID3v2.3 tag but one, as bytes."""
    size, at, found = raw[6] << 21 | raw[7] << 14 | raw[8] << 7 | raw[9], 10, []
    while at < 10 + size and raw[at]:
        end = at + 10 + int.from_bytes(raw[at + 4 : at + 8], "big")
        found += [raw[at:end]] if raw[at : at + 4] != name else []
        at = end
    return found


def chunks(raw):
    """Return the chunks of a WAV file, as bytes."""
    at, found = 12, {}
    while at < len(raw):
        end = at + 8 + int.from_bytes(raw[at + 4 : at + 8], "little")
        found[raw[at : at + 4]] = raw[at:end]
        at = end + end % 2
    return found


@pytest.mark.parametrize(
    "name",
    ["cut_p50.wav", "cut_minus1.wav", "data_size_0.wav", "data_size_ff.wav", "data_size_2x.wav", "list_len_ff.wav",
     "list_tail_unterminated.wav", "odd_chunk_no_pad.wav", "odd_ssnd.aiff"],
)  # fmt: skip
def test_row_truncated_wav_and_lying_sizes_are_refused(name, refusal):
    assert "sizes of its parts" in (reason := refusal(name)) or "bytes long, but says" in reason


@pytest.mark.parametrize("size", ["00000000", "7fffffff", "80000000", "fffffff7", "ffffffff"])
def test_row_lying_sizes_inside_the_info_list_stay_as_they_are(size, write, corpus):
    name = f"info_len_{size}.wav"
    new, _ = write(name)
    assert chunks(new).items() >= chunks(corpus[name]).items()
    assert mutagen.wave.WAVE(io.BytesIO(new)).tags["TCON"].genres == ["Jazz", "Très bon"]


def test_row_cut_aiff_is_refused(refusal):
    assert "bytes long, but says" in refusal("cut_half.aiff")


def test_row_nonprintable_atom_type_stays_playable(write, corpus):
    new, _ = write("nonprintable-atom-type.m4a")
    assert corpus["nonprintable-atom-type.m4a"].count(b"\x01\x02\xfe\x7f") == new.count(b"\x01\x02\xfe\x7f") == 1


def test_row_zero_size_chunk_is_refused_where_others_would_not_find_the_tag(refusal):
    assert "another program" in refusal("zero-size-chunk.wav")


def test_row_zero_size_chunk_stays_playable(write, corpus):
    new, _ = write("empty-chunk.wav")
    assert list(chunks(new))[:3] == [b"fmt ", b"JUNK", b"data"]
    assert chunks(new).items() >= chunks(corpus["empty-chunk.wav"]).items()


@pytest.mark.parametrize("name", ["riff_size_ff.wav", "riff_size_0.wav"])
def test_row_a_wrong_riff_size_is_refused_and_not_mended(name, refusal):
    assert "bytes long, but says" in refusal(name)


def test_row_a_footer_is_refused(refusal):
    assert "footer" in refusal("footer.mp3")


def test_row_id3v23_stays_so_with_every_other_frame(write, corpus):
    old, (new, _) = corpus["precious_frames.mp3"], write("precious_frames.mp3", GENRE)
    assert new[3] == 3
    kept = frames(old, b"TCON")
    assert {frame[:4] for frame in kept} >= {b"TYER", b"TDAT", b"XYZW", b"PRIV", b"GEOB", b"POPM", b"APIC", b"RVA2"}
    assert frames(new, b"TCON") == kept
    assert ID3(io.BytesIO(new), translate=False)["TCON"].genres == ["Rock; Jazz; Très bon"]


@pytest.mark.parametrize("name", ["encrypted.mp3", "compressed_garbage.mp3"])
def test_row_frames_that_cannot_be_read_are_not_replaced(name, refusal, write, corpus):
    assert "no readable text" in refusal(name)
    new, _ = write(name, MOOD)
    frame = corpus[name][10 : corpus[name].index(b"\xff\xfb")].rstrip(b"\0")
    assert frame in new


@pytest.mark.parametrize("name", ["compressed_bomb_64mb.mp3", "flags_all.mp3", "ext_header_lie.mp3", "version_9.mp3"])
def test_row_an_id3_header_without_readable_frames_is_refused(name, refusal):
    assert refusal(name)


@pytest.mark.parametrize(("name", "says"), [("v1_padded_free_text.mp3", "Other"), ("v1_only.mp3", "Rock")])
def test_row_id3v1_keeps_its_128_bytes_and_the_preview_says_so(name, says, write, corpus):
    new, look = write(name)
    assert new[-128:] == corpus[name][-128:]
    assert [warning for warning in look.warnings if "ID3v1" in warning and f"“{says}”" in warning]


@pytest.mark.parametrize("name", ["two_tags.mp3", "appended_v24.mp3"])
def test_row_two_id3_tags_are_refused(name, refusal):
    assert "ID3 tag" in refusal(name)


def test_row_apev2_beside_id3_is_written_too(write, corpus):
    new, look = write("ape_id3v1_id3v2.mp3")
    assert APEv2(io.BytesIO(new))["Genre"][:] == ["Rock", "Jazz", "Très bon"]
    assert ID3(io.BytesIO(new), translate=False)["TCON"].genres == ["Jazz", "Très bon"]
    assert new[-128:] == corpus["ape_id3v1_id3v2.mp3"][-128:]
    assert {each.tag for each in look.fields if each.is_change} == {"ID3v2.4", "APEv2"}


def test_row_a_second_block_of_comments_is_refused(refusal):
    assert "two blocks of tags" in refusal("two_vorbis_blocks.flac")


@pytest.mark.parametrize(
    ("name", "kept"),
    [("empty_key.flac", [b"\x06\0\0\0=value", b"\x01\0\0\0="]), ("no_equals.flac", [b"\x08\0\0\0NOEQUALS"]),
     ("invalid_utf8_elsewhere.flac", [b"TITLE=Ro\xff\xfeck"]),
     ("bad_key_bytes.flac", ["GEN\u00e9=Rock".encode(), b"\xff\xfe=x", b"A~B=1", b"X\0Y=1"])],
)  # fmt: skip
def test_row_odd_comments_of_others_keep_their_bytes(name, kept, write, corpus):
    assert all(each in corpus[name] for each in kept)
    new, _ = write(name)
    assert [each for each in kept if each not in new] == []


def test_row_a_comment_that_is_no_text_is_not_overwritten(refusal):
    assert "no readable text" in refusal("invalid_utf8.flac")


@pytest.mark.parametrize("name", ["app_block_preserve.flac", "preserve.m4a", "precious_chunks.wav"])
def test_row_blocks_atoms_and_chunks_of_others_keep_their_bytes(name, write, corpus, maker):
    old, (new, _) = corpus[name], write(name)
    kept = {
        "app_block_preserve.flac": [b"TORT" + bytes(range(200)), b"unknown block", maker.flac_picture(maker.JPEG),
                                    maker.flac_picture(maker.JPEG, typ=4, desc=b"back")],
        "preserve.m4a": [maker.free(b"com.apple.iTunes", b"MIXEDINKEY", b"8A"),
                         maker.free(b"com.serato.dj", b"markersv2", bytes(range(256))),
                         maker.atom("xyzw", maker.mdata(b"unknown", 0)),
                         maker.atom("covr", maker.mdata(maker.JPEG, 13) * 2),
                         maker.atom("tmpo", maker.mdata(maker.be(128, 2), 21))],
        "precious_chunks.wav": list(chunks(old).values()),
    }[name]  # fmt: skip
    assert all(each in old for each in kept)
    assert [each for each in kept if each not in new] == []


def test_row_a_genre_by_number_gives_way_to_its_name_and_the_preview_shows_it(write, corpus):
    new, look = write("gnre_id.m4a")
    genre = next(each for each in look.fields if each.facets == ("genre",))
    assert (genre.name, genre.before, genre.after) == ("©gen", ("Rock",), ("Rock", "Jazz", "Très bon"))
    assert b"gnre" in corpus["gnre_id.m4a"]
    assert b"gnre" not in new


@pytest.mark.parametrize("name", ["dup_keys.ogg", "opus_dup_keys.opus"])
def test_row_the_kind_of_tag_is_told_by_type_and_not_by_probing_keys(name, write):
    new, _ = write(name)
    assert mutagen.File(io.BytesIO(new))["genre"] == ["Rock", "Jazz", "Très bon"]


def test_row_a_wav_with_two_kinds_of_tags_keeps_the_one_and_says_so(write):
    new, look = write("info_and_id3.wav")
    assert chunks(new)[b"LIST"][8:] == INFO
    assert any("INFO" in warning and "“Jazz”" in warning and "stays" in warning for warning in look.warnings)
