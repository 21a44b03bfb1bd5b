"""Laws of decoding: every format, every place, and a sentence for everything that is not audio."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tagstudio.audio.decode import open_audio
from tagstudio.audio.ffmpeg import FFmpegSource
from tagstudio.audio.libsndfile import SoundFileSource
from tagstudio.audio.sources import LOUDEST, Samples, Source
from tagstudio.domain.errors import DecodeError

RATE = 44_100


def whole(source: Source) -> NDArray[np.float32]:
    return np.concatenate(list(source.blocks()))


@pytest.fixture
def decoded(path: bytes) -> NDArray[np.float32]:
    with open_audio(path) as source:
        return whole(source)


def test_every_format_decodes_to_its_whole_length(kind: Any, path: bytes, original: NDArray[np.float32]) -> None:
    with open_audio(path) as source:
        samples = whole(source)
        assert (source.rate, source.channels, source.bad_packets) == (kind.rate, 2, 0)
        assert isinstance(source, FFmpegSource)
        assert source.duration_s == pytest.approx(len(original) / RATE, abs=0.1)
    assert len(samples) / source.rate == pytest.approx(len(original) / RATE, abs=0.1)
    assert samples.dtype == np.float32


def test_lossless_formats_give_the_samples_back(
    kind: Any, decoded: NDArray[np.float32], original: NDArray[np.float32]
) -> None:
    if not kind.is_lossless:
        pytest.skip("lossy")
    np.testing.assert_allclose(decoded, original, atol=1 / 32_000)


def test_lossy_formats_start_at_the_right_sample(
    kind: Any, decoded: NDArray[np.float32], original: NDArray[np.float32]
) -> None:
    if kind.is_lossless or kind.rate != RATE or kind.codec == "wmav2":
        pytest.skip("exact, resampled, or without a way to tell how much the encoder put in front")
    piece = slice(5 * RATE, 5 * RATE + 4096)
    errors = [np.abs(np.roll(decoded[:, 0], -lag)[piece] - original[piece, 0]).mean() for lag in range(-1200, 1201)]
    assert int(np.argmin(errors)) - 1200 == 0


@pytest.mark.parametrize("seed", range(3))
def test_reading_anywhere_equals_decoding_everything(path: bytes, decoded: NDArray[np.float32], seed: int) -> None:
    random = np.random.default_rng(seed)
    with open_audio(path) as source:
        for first in random.integers(0, len(decoded), 8):
            count = int(random.integers(1, 50_000))
            np.testing.assert_allclose(source.read(int(first), count), decoded[first : first + count], atol=1e-6)


def test_seeking_past_the_end_gives_nothing(path: bytes) -> None:
    with open_audio(path) as source:
        source.seek(10**8)
        assert not list(source.blocks())
        assert len(source.read(0, 100)) == 100


def test_a_recording_without_lame_header_is_read_anywhere_too(
    tmp_path: Path, mp3: Path, decoded: NDArray[np.float32]
) -> None:
    # The encoder's header lives in the first frame: without it, nobody knows what the encoder put in front.
    data = mp3.read_bytes()
    start = data.index(b"\xff\xfb", data.index(b"Xing" if b"Xing" in data else b"Info"))
    (tmp_path / "bare.mp3").write_bytes(data[start:])
    with open_audio(bytes(tmp_path / "bare.mp3")) as source:
        everything = whole(source)
    with open_audio(bytes(tmp_path / "bare.mp3")) as source:
        np.testing.assert_allclose(source.read(500_000, 5000), everything[500_000:505_000], atol=1e-6)


def test_the_content_decides_not_the_name(tmp_path: Path, path: bytes, decoded: NDArray[np.float32]) -> None:
    disguised = tmp_path / "disguised.txt"
    disguised.write_bytes(Path(os.fsdecode(path)).read_bytes())
    with open_audio(bytes(disguised)) as source:
        np.testing.assert_array_equal(source.read(0, 1000), decoded[:1000])


def test_names_that_are_not_text_open(tmp_path: Path, flac: Path) -> None:
    path = bytes(tmp_path) + b"/\xff\xfe\n concat:a|b.flac"
    Path(os.fsdecode(path)).write_bytes(flac.read_bytes())
    with open_audio(path) as source:
        assert len(source.read(0, 10)) == 10


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.mp3", b"", "the file is empty"),
        ("text.mp3", b"this is not audio\n" * 500, "not audio of a known kind"),
        ("zeros.wav", bytes(100_000), "not audio of a known kind"),
        ("header.flac", b"fLaC" + bytes(60), "it looks like FLAC but is damaged"),
        ("header.ogg", b"OggS" + bytes(60), "it looks like Ogg Vorbis but is damaged"),
        ("list.mp3", b"ffconcat version 1.0\nfile real.wav\n", "not audio of a known kind"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nreal.wav\n", "not audio of a known kind"),
    ],
)
def test_what_is_not_audio_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    soundfile.write(tmp_path / "real.wav", np.zeros(RATE), RATE)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DecodeError, match=reason) as caught:
        open_audio(bytes(tmp_path / name))
    assert caught.value.advice


def test_a_missing_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match="it is not there any more"):
        open_audio(bytes(tmp_path / "gone.mp3"))


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_truncated_file_gives_what_is_left(
    tmp_path: Path, kind: Any, file: Path, decoded: NDArray[np.float32], share: float
) -> None:
    data = file.read_bytes()
    cut = tmp_path / file.name
    cut.write_bytes(data[: int(len(data) * share)])
    if kind.name.endswith("m4a"):  # the table of contents is at the end
        with pytest.raises(DecodeError):
            open_audio(bytes(cut))
        return
    with open_audio(bytes(cut)) as source:
        left = whole(source)
    assert share - 0.1 < len(left) / len(decoded) < share + 0.1
    same = len(left) - 2 * RATE
    np.testing.assert_allclose(left[:same], decoded[:same], atol=1e-6)


def test_damage_in_the_middle_costs_only_itself(tmp_path: Path, mp3: Path, flac: Path) -> None:
    for file in (mp3, flac):
        data = bytearray(file.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 3000] = np.random.default_rng(1).bytes(3000)
        (tmp_path / file.name).write_bytes(data)
        with open_audio(bytes(tmp_path / file.name)) as source:
            assert len(whole(source)) / source.rate > 24


def test_samples_that_are_no_numbers_are_silenced_and_told(tmp_path: Path) -> None:
    wave = np.full((RATE, 2), 0.5, np.float64)
    wave[100], wave[200], wave[300], wave[400] = np.nan, np.inf, 1e300, 1e6
    soundfile.write(tmp_path / "odd.wav", wave, RATE, subtype="DOUBLE")
    with open_audio(bytes(tmp_path / "odd.wav")) as source:
        samples = whole(source)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= LOUDEST
    assert samples[[100, 200, 300], 0].tolist() == [0, 0, 0]
    assert source.oddities == {
        "Samples that are not numbers were silenced.",
        "Samples far beyond full scale were cut.",
    }


@pytest.mark.parametrize(("rate", "channels", "reason"), [(2000, 1, "2000 Hz is out of range"), (8000, 40, "channels")])
def test_rates_and_channels_out_of_range_are_refused(tmp_path: Path, rate: int, channels: int, reason: str) -> None:
    soundfile.write(tmp_path / "odd.wav", np.zeros((1000, channels)), rate)
    with pytest.raises(DecodeError, match=reason):
        open_audio(bytes(tmp_path / "odd.wav"))


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_every_sample_format_has_the_same_full_scale(tmp_path: Path, subtype: str) -> None:
    wave = np.linspace(-0.9, 0.9, 3 * 4000).reshape(-1, 3)
    soundfile.write(tmp_path / "a.wav", wave, 48_000, subtype=subtype)
    with open_audio(bytes(tmp_path / "a.wav")) as source:
        np.testing.assert_allclose(whole(source), wave, atol=0.03 if subtype == "ULAW" else 0.01)


def test_a_format_that_changes_on_the_way_is_brought_to_the_first(
    tmp_path: Path, music_like: Callable[..., Any]
) -> None:
    first, second = tmp_path / "first.mp3", tmp_path / "second.mp3"
    soundfile.write(first, music_like(44_100, 2), 44_100, format="MP3")
    soundfile.write(second, music_like(48_000, 2, 1), 48_000, format="MP3")
    (tmp_path / "both.mp3").write_bytes(first.read_bytes() + second.read_bytes())
    with open_audio(bytes(tmp_path / "both.mp3")) as source:
        samples = whole(source)
    assert samples.shape[1] == 2
    assert len(samples) / source.rate == pytest.approx(4, abs=0.2)
    assert "The sampling rate changes inside the file." in source.oddities


def test_what_ffmpeg_refuses_is_read_by_libsndfile(refs: Path) -> None:
    with open_audio(bytes(refs / "13_hyperrogue_savino_ocean_oddheader.ogg")) as source:
        assert isinstance(source, SoundFileSource)
        samples = whole(source)
        np.testing.assert_array_equal(source.read(1_000_000, 1000), samples[1_000_000:1_001_000])
    assert len(samples) / source.rate == pytest.approx(60.48, abs=0.01)


def test_vorbis_starts_where_its_timestamps_say(refs: Path) -> None:
    # Its pages contradict each other: FFmpeg hears 0.13 s more than there is.
    clip = refs / "06_hyperrogue_savino_palace.ogg"
    expected, _ = soundfile.read(clip, dtype="float32")
    with open_audio(bytes(clip)) as source:
        np.testing.assert_allclose(whole(source), expected, atol=1e-6)


class _Scripted(Source):
    """Blocks from memory, to try what no encoder writes."""

    codec, duration_s, can_seek = "scripted", None, False

    def __init__(self, blocks: list[tuple[int, Samples]]) -> None:
        super().__init__(b"scripted")
        self.rate, self.channels = blocks[0][0], blocks[0][1].shape[1]
        self._script, self._at = blocks, 0

    def close(self) -> None:
        pass

    def _decoded(self) -> Iterator[tuple[int, Samples]]:
        while self._at < len(self._script):
            self._at += 1
            yield self._script[self._at - 1]

    def _jump(self, sample: int) -> int:
        self._at = 0
        return 0


def test_reading_back_and_forth_over_uneven_blocks_loses_no_sample() -> None:
    samples = np.random.default_rng(5).uniform(-1, 1, (1000, 2)).astype(np.float32)
    source = _Scripted([(8000, block) for block in np.split(samples, [1, 7, 7, 300, 999])])
    for first, count in ((0, 1), (1, 5), (3, 10), (0, 1000), (990, 50), (500, 0), (2, 998)):
        np.testing.assert_array_equal(source.read(first, count), samples[first : first + count])
