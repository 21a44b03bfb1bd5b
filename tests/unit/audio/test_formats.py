"""Laws of telling audio by name and content, and of opening it safely."""

import os
from pathlib import Path

import pytest

from tagstudio.audio.formats import FORMATS, id3_bytes, is_audio_name, open_regular, readable_formats, sniffed
from tagstudio.domain.errors import DecodeError

NAMES = {
    "a.mp3": "MP3",
    "a.flac": "FLAC",
    "a.ogg": "Ogg Vorbis",
    "a.opus": "Opus",
    "aac.m4a": "AAC and ALAC (MP4)",
    "alac.m4a": "AAC and ALAC (MP4)",
    "a.wav": "WAV",
    "a.aiff": "AIFF",
    "a.wma": "Windows Media",
    "a.wv": "WavPack",
}


@pytest.mark.parametrize("name", [b"a.mp3", b"A.FLAC", b"x.y.OgG", b"\xff\xfe.m4a", b"a.wv", b"a.aif"])
def test_audio_is_known_by_its_extension_in_any_case(name: bytes) -> None:
    assert is_audio_name(name)


@pytest.mark.parametrize("name", [b"a.txt", b"mp3", b".mp3", b"._a.mp3", b"a.mp3.part", b""])
def test_other_and_hidden_names_are_left_alone(name: bytes) -> None:
    assert not is_audio_name(name)


def test_every_format_is_listed_for_people() -> None:
    assert all(name in readable_formats() for name in FORMATS)


def test_content_tells_the_format(file: Path) -> None:
    assert sniffed(file.read_bytes()[:65_536]) == NAMES[file.name]


@pytest.mark.parametrize("head", [b"", b"RIFF", b"plain text, quite long", b"\xff\xff\xff\xff", bytes(100)])
def test_other_content_is_no_format(head: bytes) -> None:
    assert sniffed(head) is None


def test_tags_in_front_are_stepped_over(tmp_path: Path) -> None:
    tag = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)
    assert sniffed(tag + tag + b"fLaC") == "FLAC"
    (tmp_path / "two").write_bytes(tag + tag + b"fLaC")
    (tmp_path / "lie").write_bytes(b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"fLaC")
    with (tmp_path / "two").open("rb") as two, (tmp_path / "lie").open("rb") as lie:
        assert (id3_bytes(two), id3_bytes(lie)) == (2 * len(tag), 0)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    with pytest.raises(DecodeError, match="the file is empty"):
        open_regular(tmp_path / "empty.mp3")


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nothing.mp3")


def test_a_pipe_does_not_block_and_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.mp3")
    with pytest.raises(DecodeError, match="not a regular file"):
        open_regular(tmp_path / "fifo.mp3")


@pytest.mark.parametrize("target", ["/dev/zero", "real.wav"])
def test_a_link_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "link.mp3").symlink_to(target)
    with pytest.raises(DecodeError, match="it is a link"):
        open_regular(tmp_path / "link.mp3")


def test_a_folder_and_a_device_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, Path("/dev/zero")):
        with pytest.raises(DecodeError, match="not a regular file"):
            open_regular(path)


def test_a_name_with_a_nul_is_refused() -> None:
    with pytest.raises(DecodeError, match="could not be opened"):
        open_regular(b"a\0b.mp3")
