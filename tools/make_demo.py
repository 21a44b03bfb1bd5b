"""Make the demo library: a dozen pieces of free music, cut, re-encoded, tagged and credited.

``--music DIR`` is a folder with the music of Debian packages, one folder per package; ``resources/demo/pieces.toml``
says what is taken from where. Writes the audio files and ``CREDITS.md``; the licence texts beside them are kept by
hand. Runs without ffmpeg.
"""

import argparse
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import mutagen
import numpy as np
import soundfile
from av.audio.resampler import AudioResampler
from mutagen.id3 import TALB, TCON, TCOP, TDRC, TIT2, TPE1, Encoding
from mutagen.wave import WAVE
from numpy.typing import NDArray

DEMO = Path(__file__).parents[1] / "resources" / "demo"
FADE_IN_S, FADE_OUT_S = 0.02, 0.5

LICENCES = {
    "BSD-2-Clause": ("BSD 2-clause", "licences/BSD-2-Clause.txt"),
    "CC-BY-SA-3.0": ("Creative Commons Attribution-ShareAlike 3.0 Unported", "licences/CC-BY-SA-3.0.txt"),
    "Free-Art-1.2": ("Free Art License 1.2", "licences/Free-Art-1.2.txt"),
}
HEAD = """# Credits of the demo library

Free music from Debian packages, about thirty seconds of each track. The descriptive tags were kept, or set from the
package's copyright file. Each excerpt stays under the licence of its original; the rest of TagStudio has its own.
Written by `tools/make_demo.py`.
"""
WAVE_FRAMES = {"title": TIT2, "artist": TPE1, "album": TALB, "genre": TCON, "date": TDRC, "copyright": TCOP}
VORBIS_COMPRESSION = 0.7  # libsndfile's scale: 0 best, 1 smallest
OPUS_RATE = 48_000
LOSSLESS = {".flac", ".wav"}
FORMAT_NAMES = {
    ".mp3": "MP3",
    ".ogg": "Ogg Vorbis",
    ".opus": "Opus",
    ".m4a": "AAC",
    ".flac": "FLAC",
    ".wav": "16-bit PCM",
}
# Format -> container, encoder, bit rate (None: lossless). Ogg Vorbis is left to libsndfile: PyAV has no good encoder.
FORMATS: dict[str, tuple[str, str, int | None]] = {
    ".mp3": ("mp3", "libmp3lame", 128_000),
    ".opus": ("ogg", "libopus", 80_000),
    ".m4a": ("ipod", "aac", 112_000),
    ".flac": ("flac", "flac", None),
    ".wav": ("wav", "pcm_s16le", None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One track of the demo library: where it comes from, what is cut, and whom to credit.

    ``sources`` are paths below the music folder; several are stems that are mixed. ``holder`` is the copyright line,
    ``notice`` a file with what the author wants to be passed on.
    """

    file: str
    sources: list[str]
    start_s: float
    length_s: float = 30.0
    title: str
    artist: str
    holder: str
    licence: str
    album: str = ""
    genre: str = ""
    date: str = ""
    notice: str = ""

    @property
    def package(self) -> str:
        """The Debian source package the music was taken from."""
        return self.sources[0].partition("/")[0]


def read_pieces() -> tuple[list[Piece], dict[str, str]]:
    """Return the pieces, and the version of each package they come from."""
    table = tomllib.loads((DEMO / "pieces.toml").read_text("utf-8"))
    return [Piece(**entry) for entry in table["piece"]], table["packages"]


def read(path: Path, start_s: float, length_s: float) -> tuple[NDArray[np.float32], int]:
    """Decode a span of a file.

    Some Vorbis files of the selection have headers that FFmpeg refuses and libsndfile reads.

    Returns
    -------
    ndarray, shape (samples, channels), and the sampling rate in Hz
    """
    try:
        wave, rate = _read_with_av(path)
    except av.error.InvalidDataError:
        wave, rate = soundfile.read(path, dtype="float32", always_2d=True)
    first = round(start_s * rate)
    return wave[first : first + round(length_s * rate)], rate


def _read_with_av(path: Path) -> tuple[NDArray[np.float32], int]:
    with av.open(str(path), metadata_errors="replace") as container:
        stream = container.streams.audio[0]
        resampler = AudioResampler(format="fltp")
        frames = [out for frame in container.decode(stream) for out in resampler.resample(frame)]
        return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).T, stream.rate


def cut(piece: Piece, music: Path) -> tuple[NDArray[np.float32], int]:
    """Return the piece's span: its stems mixed, turned down only where the sum would clip, faded at both ends."""
    stems, rates = zip(*(read(music / source, piece.start_s, piece.length_s) for source in piece.sources), strict=True)
    wave = np.sum(stems, axis=0)
    if len(stems) > 1:
        wave = wave / max(1.0, float(np.abs(wave).max()))
    for count, span in (
        (round(FADE_IN_S * rates[0]), slice(None)),
        (round(FADE_OUT_S * rates[0]), slice(None, None, -1)),
    ):
        wave[span][:count] *= np.linspace(0, 1, count, dtype=np.float32)[:, None]
    return wave.astype(np.float32), rates[0]


def encode(wave: NDArray[np.float32], rate: int, file: Path) -> None:
    """Write ``wave`` of shape (samples, channels) in the format of the file's extension."""
    blocks = [wave[first : first + rate] for first in range(0, len(wave), rate)]
    if file.suffix == ".ogg":
        _encode_vorbis(blocks, rate, file)
        return
    container_name, codec, bit_rate = FORMATS[file.suffix]
    layout = "mono" if wave.shape[1] == 1 else "stereo"
    with av.open(str(file), "w", format=container_name, options={"fflags": "+bitexact"}) as container:
        coded_rate = OPUS_RATE if codec == "libopus" else rate
        stream = container.add_stream(codec, rate=coded_rate, layout=layout, options={"flags": "+bitexact"})
        if bit_rate is not None:
            stream.bit_rate = bit_rate * wave.shape[1] // 2
        for number, block in enumerate(blocks):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, number * rate, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _encode_vorbis(blocks: Sequence[NDArray[np.float32]], rate: int, file: Path) -> None:
    with soundfile.SoundFile(
        file,
        "w",
        rate,
        blocks[0].shape[1],
        subtype="VORBIS",
        format="OGG",
        compression_level=VORBIS_COMPRESSION,
    ) as target:
        for block in blocks:
            target.write(block)


def tag(piece: Piece, file: Path) -> None:
    """Write the descriptive tags; nothing else stays in the file."""
    fields = {
        "title": piece.title,
        "artist": piece.artist,
        "album": piece.album,
        "genre": piece.genre,
        "date": piece.date,
        "copyright": f"{piece.holder}; {LICENCES[piece.licence][0]}",
    }
    fields = {name: value for name, value in fields.items() if value}
    if file.suffix == ".wav":
        _tag_wave(fields, file)
        return
    audio = mutagen.File(file, easy=True)
    audio.delete()
    audio = mutagen.File(file, easy=True)
    if audio.tags is None:
        audio.add_tags()
    audio.update({name: [value] for name, value in fields.items()})
    audio.save()


def _tag_wave(fields: dict[str, str], file: Path) -> None:
    audio = WAVE(file)
    audio.add_tags()
    for name, value in fields.items():
        audio.tags.add(WAVE_FRAMES[name](encoding=Encoding.UTF8, text=[value]))
    audio.save()


def credits_text(pieces: Sequence[Piece], versions: Mapping[str, str]) -> str:
    """Return the text of ``CREDITS.md``."""
    return HEAD + "".join(_credit(piece, versions[piece.package]) for piece in pieces)


def _credit(piece: Piece, version: str) -> str:
    licence, text = LICENCES[piece.licence]
    originals = " and ".join(f"`{source.partition('/')[2]}`" for source in piece.sources)
    package = f"[{piece.package}](https://packages.debian.org/bookworm/{piece.package}) {version}"
    changes = (
        f"seconds {piece.start_s:g} to {piece.start_s + piece.length_s:g} cut out, faded at both ends, {_how(piece)}"
    )
    notice = f", with the author's [notice]({piece.notice})" if piece.notice else ""
    if len(piece.sources) > 1:
        changes = f"the {len(piece.sources)} stems mixed, {changes}"
    return (
        f"\n## {piece.title}\n\n"
        f"- File: `{piece.file}`\n"
        f"- Author: {piece.artist}\n"
        f"- Copyright: {piece.holder}\n"
        f"- Licence: [{licence}]({text}){notice}\n"
        f"- Original: {originals} of the Debian package {package}\n"
        f"- Changed: {changes}\n"
    )


def _how(piece: Piece) -> str:
    suffix = Path(piece.file).suffix
    return ("stored as " if suffix in LOSSLESS else "re-encoded as ") + FORMAT_NAMES[suffix]


def main() -> int:
    """Make every piece; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--music", type=Path, required=True, help="folder with one folder of music per Debian package")
    parser.add_argument("--out", type=Path, default=DEMO, help="where to write (default: resources/demo)")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    pieces, versions = read_pieces()
    for piece in pieces:
        file = args.out / piece.file
        encode(*cut(piece, args.music), file)
        tag(piece, file)
        print(f"{file.stat().st_size / 1e6:5.2f} MB  {file.name}")
    (args.out / "CREDITS.md").write_text(credits_text(pieces, versions), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
