"""Generated music in every format that can be written here, and a sound card that pulls when told."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

RATE = 44_100
SECONDS = 25
REFS = Path(__file__).parents[4] / "shared" / "refs"


@dataclass(frozen=True)
class Kind:
    """How to write a format with PyAV, and how near to the original it comes."""

    name: str
    codec: str
    sample_format: str = "s16"
    rate: int = RATE
    container: str | None = None
    bit_rate: int | None = None
    is_lossless: bool = True
    lag: int = 0


KINDS = (
    Kind("a.mp3", "libmp3lame", "fltp", bit_rate=128_000, is_lossless=False),
    Kind("a.flac", "flac"),
    Kind("a.ogg", "", is_lossless=False),
    Kind("a.opus", "libopus", "flt", rate=48_000, is_lossless=False),
    Kind("aac.m4a", "aac", "fltp", bit_rate=160_000, is_lossless=False),
    Kind("alac.m4a", "alac", "s16p"),
    Kind("a.wav", "pcm_s16le"),
    Kind("a.aiff", "pcm_s16be"),
    Kind("a.wma", "wmav2", "fltp", bit_rate=160_000, is_lossless=False),
    Kind("a.wv", "wavpack", "s16p"),
)


def unique_music(rate: int, seconds: float, channels: int = 2) -> NDArray[np.float32]:
    """Return sweeps and noise, shape (samples, channels), that are alike nowhere, so that any shift shows."""
    random = np.random.default_rng(7)
    time = np.arange(round(rate * seconds)) / rate
    columns = [0.3 * np.sin(2 * np.pi * (200 + 90 * n) * time * (1 + 0.1 * time)) for n in range(channels)]
    noise = 0.05 * random.standard_normal((time.size, channels))
    return (np.stack(columns, axis=1) + noise).astype(np.float32)


def encode(file: Path, samples: NDArray[np.float32], kind: Kind, rate: int = RATE) -> None:
    """Write samples, shape (samples, channels), with PyAV; skip the test where this build has no such encoder."""
    if not kind.codec:
        with soundfile.SoundFile(file, "w", rate, samples.shape[1], format="OGG", subtype="VORBIS") as out:
            for first in range(0, len(samples), 4096):  # long writes overflow libsndfile's stack
                out.write(samples[first : first + 4096])
        return
    if kind.codec not in av.codecs_available:
        pytest.skip(f"this PyAV cannot write {kind.codec}")
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    with av.open(str(file), "w", format=kind.container) as container:
        # Noise substitution leaves noise to the decoder's dice: after a seek they fall differently.
        options = {"aac_pns": "0"} if kind.codec == "aac" else {}
        stream = container.add_stream(kind.codec, rate=kind.rate, options=options)
        stream.codec_context.layout, stream.codec_context.format = layout, kind.sample_format
        if kind.bit_rate:
            stream.bit_rate = kind.bit_rate
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout=layout)
        frame.sample_rate, frame.pts = rate, 0  # without it the container cannot say what the encoder put in front
        fitting = av.AudioResampler(kind.sample_format, layout, kind.rate, stream.codec_context.frame_size or 1024)
        for piece in (*fitting.resample(frame), *fitting.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


@pytest.fixture(scope="session")
def music_like() -> Callable[..., NDArray[np.float32]]:
    return unique_music


@pytest.fixture(scope="session")
def original() -> NDArray[np.float32]:
    return unique_music(RATE, SECONDS)


@pytest.fixture(scope="session")
def encoded(tmp_path_factory: pytest.TempPathFactory, original: NDArray[np.float32]) -> Callable[[Kind], Path]:
    folder, written = tmp_path_factory.mktemp("encoded"), dict[str, Path]()

    def file(kind: Kind) -> Path:
        if kind.name not in written:
            encode(folder / kind.name, original, kind)
            written[kind.name] = folder / kind.name
        return written[kind.name]

    return file


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def file(kind: Kind, encoded: Callable[[Kind], Path]) -> Path:
    return encoded(kind)


@pytest.fixture
def mp3(encoded: Callable[[Kind], Path]) -> Path:
    return encoded(KINDS[0])


@pytest.fixture
def flac(encoded: Callable[[Kind], Path]) -> Path:
    return encoded(KINDS[1])


@pytest.fixture
def path(file: Path) -> bytes:
    return bytes(file)


@pytest.fixture
def refs() -> Path:
    if not REFS.is_dir():
        pytest.skip("the reference clips of ../shared/refs are not here")
    return REFS
