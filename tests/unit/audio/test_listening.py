"""Laws of the Ear: the same windows however they are reached, facts that survive retagging, honest errors."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TCON, TXXX
from numpy.typing import NDArray

from tagstudio.audio import listening
from tagstudio.audio.framing import WINDOW_SAMPLES, excerpt_numbers, windows
from tagstudio.audio.listening import EAR_LIMITS, Ear, time_allowed_s
from tagstudio.audio.resample import resample
from tagstudio.domain.errors import DecodeError, WorkerError
from tagstudio.workers import Worker

RATE = 44_100
SECONDS = 25


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(Ear, limits=EAR_LIMITS) as ear:
        yield ear


@pytest.mark.parametrize("excerpts", [1, 2, 3])
def test_excerpts_are_the_same_windows_as_listening_to_everything(path: bytes, excerpts: int) -> None:
    everything, some = Ear().hear(path), Ear().hear(path, excerpts)
    assert (everything.n_windows, len(everything.windows)) == (8, 8)
    assert some.n_windows == 8
    np.testing.assert_array_equal(some.numbers, excerpt_numbers(8, excerpts))
    np.testing.assert_allclose(some.windows, everything.windows[some.numbers], atol=1e-5)


def test_more_excerpts_than_windows_is_everything(flac: Path) -> None:
    everything, some = Ear().hear(bytes(flac)), Ear().hear(bytes(flac), 100)
    np.testing.assert_allclose(some.windows, everything.windows, atol=1e-6)
    np.testing.assert_array_equal(some.numbers, everything.numbers)


def test_windows_are_those_of_the_mean_of_the_channels_resampled(flac: Path, original: NDArray[np.float32]) -> None:
    heard = Ear().hear(bytes(flac))
    expected = windows(resample(np.round(original * 32768).mean(axis=1).astype(np.float32) / 32768, RATE))
    np.testing.assert_allclose(heard.windows, expected, atol=1e-4)
    assert heard.windows.dtype == np.float32
    assert heard.duration_s == pytest.approx(SECONDS)
    assert (heard.bad_packets, heard.note) == (0, "")


def test_a_stream_in_chunks_equals_everything(flac: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = Ear().hear(bytes(flac))
    monkeypatch.setattr(listening, "STREAM_WINDOWS", 3)
    chunks = list(Ear().stream(bytes(flac)))
    assert [len(chunk.windows) for chunk in chunks] == [3, 3, 2]
    assert chunks[-1].n_windows == everything.n_windows
    np.testing.assert_allclose(np.concatenate([chunk.windows for chunk in chunks]), everything.windows, atol=1e-6)


@pytest.mark.parametrize("seconds", [0.01, 0.5, 2.9])
def test_a_short_file_is_repeated_to_one_window(tmp_path: Path, seconds: float) -> None:
    soundfile.write(tmp_path / "short.wav", np.full(int(seconds * RATE), 0.5), RATE)
    for heard in (Ear().hear(bytes(tmp_path / "short.wav")), Ear().hear(bytes(tmp_path / "short.wav"), 6)):
        assert heard.windows.shape == (1, WINDOW_SAMPLES)
        assert heard.n_windows == 1
        assert np.abs(heard.windows).max() > 0.3


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0x7FFFFFFF, 10**7])
def test_a_header_that_lies_about_the_length_is_found_out(tmp_path: Path, claimed: int) -> None:
    file = tmp_path / "lie.wav"
    soundfile.write(file, np.random.default_rng(1).uniform(-0.5, 0.5, 20 * 8000), 8000)
    data = bytearray(file.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = claimed.to_bytes(4, "little")
    file.write_bytes(data)
    heard = Ear().hear(bytes(file), 2)
    assert heard.n_windows == 6
    assert heard.duration_s == pytest.approx(20, abs=0.1)


def test_damage_is_told(tmp_path: Path, flac: Path) -> None:
    data = flac.read_bytes()
    (tmp_path / "cut.flac").write_bytes(data[: len(data) // 2])
    heard = Ear().hear(bytes(tmp_path / "cut.flac"))
    assert "The file promises 25.0 s but holds" in heard.note


@pytest.mark.parametrize("ending", ["wav", "aiff", "mp3"])
def test_a_file_cut_short_is_said_to_be_so_even_when_only_excerpts_are_heard(tmp_path: Path, ending: str) -> None:
    whole = tmp_path / f"whole.{ending}"
    soundfile.write(whole, np.random.default_rng(1).uniform(-0.5, 0.5, 20 * 8000), 8000)
    assert Ear().hear(bytes(whole), 2).note == ""
    cut = tmp_path / f"cut.{ending}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert "The file ends before its header says." in Ear().hear(bytes(cut), 2).note


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_recorder_that_did_not_know_the_length_is_not_said_to_be_damaged(tmp_path: Path, claimed: int) -> None:
    file = tmp_path / "live.wav"
    soundfile.write(file, np.random.default_rng(1).uniform(-0.5, 0.5, 5 * 8000), 8000)
    data = bytearray(file.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = claimed.to_bytes(4, "little")
    file.write_bytes(data)
    assert Ear().hear(bytes(file), 2).note == ""


def _retag(file: Path) -> None:
    tagged = mutagen.File(file)
    if file.suffix in (".mp3", ".wav", ".aiff"):
        if tagged.tags is None:
            tagged.add_tags()
        tagged.tags.add(TCON(encoding=3, text=["Täg", "two"]))
        tagged.tags.add(TXXX(encoding=3, desc="long", text=["x" * 20_000]))
    elif file.suffix == ".m4a":
        tagged["\xa9gen"] = ["Täg" * 5000]
    elif file.suffix == ".wma":
        tagged["WM/Genre"] = ["Täg" * 5000]
    else:
        tagged["genre"] = ["Täg" * 5000]
    tagged.save()


def test_retagging_moving_and_renaming_do_not_change_the_hash(tmp_path: Path, file: Path) -> None:
    before = Ear().facts(bytes(file))
    moved = tmp_path / f"other name{file.suffix}"
    shutil.copy(file, moved)
    _retag(moved)
    assert moved.read_bytes() != file.read_bytes()
    assert Ear().facts(bytes(moved)) == before


def test_tags_of_three_systems_around_an_mp3_do_not_change_the_hash(tmp_path: Path, mp3: Path) -> None:
    before = Ear().facts(bytes(mp3)).audio_hash
    tagged = tmp_path / "tagged.mp3"
    shutil.copy(mp3, tagged)
    id3 = ID3()
    id3.add(TCON(encoding=3, text=["Jazz"]))
    id3.save(tagged, v1=2)
    ape = APEv2()
    ape["Genre"] = "Jazz"
    ape.save(tagged)
    assert Ear().facts(bytes(tagged)).audio_hash == before


def test_facts_tell_length_and_format(kind: Any, path: bytes) -> None:
    facts = Ear().facts(path)
    assert len(facts.audio_hash) == 32
    assert int(facts.audio_hash, 16) >= 0
    assert facts.duration_s == pytest.approx(SECONDS, abs=0.1)
    assert (facts.rate, facts.channels) == (kind.rate, 2)
    assert facts.codec in {"mp3", "opus", "vorbis", "wmav2", "aac", kind.codec}


def test_different_audio_has_different_hashes(tmp_path: Path, music_like: Callable[..., Any]) -> None:
    for name, gain in (("a.flac", 1.0), ("b.flac", 0.99)):
        soundfile.write(tmp_path / name, gain * music_like(8000, 1), 8000)
    assert Ear().facts(bytes(tmp_path / "a.flac")).audio_hash != Ear().facts(bytes(tmp_path / "b.flac")).audio_hash


def test_facts_of_what_only_libsndfile_reads(refs: Path) -> None:
    facts = Ear().facts(bytes(refs / "13_hyperrogue_savino_ocean_oddheader.ogg"))
    assert (facts.codec, facts.rate, facts.channels) == ("vorbis", 44_100, 2)
    assert facts.duration_s == pytest.approx(60.48, abs=0.01)


def test_an_overview_shows_peaks_and_bands_where_they_are(tmp_path: Path) -> None:
    time = np.arange(10 * RATE) / RATE
    wave = 0.5 * np.sin(2 * np.pi * 1000 * time) * (time >= 5)
    soundfile.write(tmp_path / "a.wav", np.stack((wave, -0.25 * wave), axis=1), RATE)
    seen = Ear().overview(bytes(tmp_path / "a.wav"))
    assert seen.duration_s == 10
    middle = int(5 * seen.peaks_per_s)
    assert len(seen.peaks) == pytest.approx(10 * seen.peaks_per_s, abs=1)
    assert np.abs(seen.peaks[: middle - 1]).max() == 0
    np.testing.assert_allclose(seen.peaks[middle + 1 : -1], [[-0.5, 0.5]] * len(seen.peaks[middle + 1 : -1]), atol=0.01)
    assert seen.mel.dtype == np.uint8
    assert len(seen.mel) == 1 + 160_000 // 256
    assert seen.mel[int(7 / seen.frame_s)].argmax() == pytest.approx(30, abs=3)
    assert seen.mel[int(2 / seen.frame_s)].max() == 0
    assert seen.mel.max() == 255
    assert seen.mel_high_db - seen.mel_low_db == pytest.approx(80)


def test_silence_has_an_overview(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(8000), 8000)
    seen = Ear().overview(bytes(tmp_path / "silent.wav"))
    assert not seen.peaks.any()
    assert np.isfinite([seen.mel_low_db, seen.mel_high_db]).all()


def test_a_long_file_has_a_bounded_overview(
    tmp_path: Path, music_like: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagstudio.audio.overviews.LONGEST_S", 8.0)
    monkeypatch.setattr("tagstudio.audio.overviews.MOST_BUCKETS", 500)
    wave = music_like(8000, 10, 1)
    soundfile.write(tmp_path / "long.wav", wave, 8000, subtype="FLOAT")
    seen = Ear().overview(bytes(tmp_path / "long.wav"))
    assert (seen.duration_s, len(seen.peaks)) == (8, 400)
    np.testing.assert_allclose(seen.peaks[:, 1].max(), wave[: 8 * 8000].max())


def test_blocks_for_playing_are_stereo_and_regular(path: bytes, kind: Any) -> None:
    blocks = list(Ear().blocks(path))
    assert {rate for rate, _ in blocks} == {kind.rate}
    assert {block.shape for _, block in blocks[:-1]} == {(kind.rate // 4, 2)}
    assert sum(len(block) for _, block in blocks) / kind.rate == pytest.approx(SECONDS, abs=0.1)


def test_playing_starts_at_the_sample_asked_for(flac: Path) -> None:
    everything = np.concatenate([block for _, block in Ear().blocks(bytes(flac))])
    later = np.concatenate([block for _, block in Ear().blocks(bytes(flac), 12.345)])
    np.testing.assert_array_equal(later, everything[round(12.345 * RATE) :])
    assert not list(Ear().blocks(bytes(flac), 100.0))


@pytest.mark.parametrize("channels", [1, 6])
def test_any_number_of_channels_plays_in_stereo(tmp_path: Path, channels: int) -> None:
    soundfile.write(tmp_path / "a.wav", np.full((8000, channels), 0.25), 8000)
    rate, block = next(Ear().blocks(bytes(tmp_path / "a.wav")))
    assert (rate, block.shape) == (8000, (2000, 2))
    np.testing.assert_allclose(block, 0.25, atol=1e-4)


@pytest.mark.parametrize("method", ["hear", "facts", "overview"])
def test_bad_input_costs_one_sentence_in_the_worker(worker: Worker, tmp_path: Path, method: str) -> None:
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "text.mp3").write_text("not audio\n" * 1000)
    (tmp_path / "zero.mp3").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "fifo.mp3")
    for name in ("empty.mp3", "text.mp3", "zero.mp3", "fifo.mp3", "gone.mp3"):
        with pytest.raises(DecodeError, match=name) as caught:
            worker.call(method, bytes(tmp_path / name), timeout_s=10.0)
        assert caught.value.advice


def test_a_small_file_that_unpacks_to_gigabytes_is_heard_in_bounded_memory(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "bomb.flac", "w", 192_000, 2) as out:
        for _ in range(300):
            out.write(np.zeros((192_000, 2), np.float32))
    with Worker(Ear, limits=EAR_LIMITS) as worker:
        heard = worker.call("hear", bytes(tmp_path / "bomb.flac"), 2, timeout_s=60.0)
    assert heard.n_windows == 300 * 16_000 // 47_872
    assert not heard.windows.any()


def test_a_worker_hears_a_name_that_is_not_text(worker: Worker, tmp_path: Path, flac: Path) -> None:
    path = bytes(tmp_path) + b"/\xff.flac"
    Path(os.fsdecode(path)).write_bytes(flac.read_bytes())
    assert worker.call("hear", path, 2).windows.shape == (2, WINDOW_SAMPLES)


def test_hanging_is_ended_by_the_time_allowed() -> None:
    assert time_allowed_s(0) == 20
    assert time_allowed_s(10**7) == 25
    assert time_allowed_s(10**10) == 120
    assert time_allowed_s(0, everything=True) == 200
    assert issubclass(WorkerError, Exception)
