"""Small files of every kind that can be written, with the tags that other programs would have put there."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import mutagen
import numpy as np
import soundfile
from mutagen import apev2, flac, id3, mp4

RATE = 48_000
SECONDS = 0.4
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
# Name of the file, codec, container.
ENCODED = (
    ("plain.mp3", "libmp3lame", "mp3"),
    ("plain.flac", "flac", "flac"),
    ("plain.opus", "libopus", "ogg"),
    ("aac.m4a", "aac", "ipod"),
    ("alac.m4a", "alac", "ipod"),
    ("plain.wav", "pcm_s16le", "wav"),
    ("plain.aiff", "pcm_s16be", "aiff"),
    ("plain.wv", "wavpack", "wv"),
)
Untyped = Any


def wave() -> np.ndarray:
    time = np.arange(round(SECONDS * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * 440 * time) + 0.01 * np.sin(2 * np.pi * 3001 * time)).astype(np.float32)


def encode(file: Path, codec: str, container: str) -> Path:
    """Encode half a second of sound, without any descriptive tag."""
    options = {"id3v2_version": "0"} if container == "mp3" else {}
    frame = av.AudioFrame.from_ndarray(np.stack([wave(), wave()]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
    with av.open(str(file), "w", format=container, options=options) as out:
        stream: Untyped = out.add_stream(codec, rate=RATE)
        stream.codec_context.layout = "stereo"
        size = stream.codec_context.frame_size or 0
        resampler = av.AudioResampler(stream.codec_context.format, "stereo", RATE, frame_size=size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return file


def make_all(folder: Path) -> dict[str, Path]:
    """Make one file of every kind, by name."""
    files = {name: encode(folder / name, codec, container) for name, codec, container in ENCODED}
    files["plain.ogg"] = folder / "plain.ogg"
    soundfile.write(files["plain.ogg"], np.stack([wave(), wave()], axis=1), RATE)
    for name, dress in DRESSED.items():
        source = files[f"plain.{name.rsplit('.', 1)[1]}" if not name.endswith("m4a") else "aac.m4a"]
        files[name] = folder / name
        files[name].write_bytes(source.read_bytes())
        dress(files[name])
    return files


def _frames(tag: Untyped) -> None:
    for frame in (
        id3.TIT2(encoding=1, text=["Títle"]), id3.TPE1(encoding=0, text=["An artist"]),
        id3.COMM(encoding=0, lang="eng", desc="iTunNORM", text=["00000A"]),
        id3.COMM(encoding=0, lang="deu", desc="", text=["ein Kommentar"]),
        id3.TXXX(encoding=0, desc="REPLAYGAIN_TRACK_GAIN", text=["-3 dB"]),
        id3.PRIV(owner="dj", data=b"\x00\xff\xfe cues"), id3.UFID(owner="http://x", data=b"id"),
        id3.GEOB(encoding=0, mime="a/b", filename="f", desc="Serato", data=PICTURE[:99]),
        id3.POPM(email="a@b", rating=200, count=3),
        id3.APIC(encoding=0, mime="image/png", type=3, desc="", data=PICTURE),
        id3.TCON(encoding=0, text=["(17)"]),
    ):  # fmt: skip
        tag.add(frame)


def _id3(version: int, *, ape: bool = False, v1: bool = False) -> Untyped:
    def dress(file: Path) -> None:
        tag = id3.ID3()
        _frames(tag)
        # A frame that nobody knows.
        tag.save(file, v2_version=version, v1=2 if v1 else 0, padding=lambda _info: 64)
        raw = file.read_bytes()
        size = int.from_bytes(bytes(raw[6:10]), "big")
        odd = b"XYZW" + (5).to_bytes(4, "big") + b"\0\0" + b"hello"
        length = (raw[6] << 21 | raw[7] << 14 | raw[8] << 7 | raw[9]) + len(odd)
        head = raw[:6] + bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
        file.write_bytes(head + odd + raw[10:])
        assert size
        if ape:
            second: Untyped = apev2.APEv2()
            second["Genre"] = ["Rock"]
            second["Artist"] = "An artist"
            second["Cover Art (Front)"] = apev2.APEValue(b"c.png\0" + PICTURE, apev2.BINARY)
            second.save(file)

    return dress


def _flac(file: Path) -> None:
    opened: Untyped = flac.FLAC(file)
    if opened.tags is None:
        opened.add_tags()
    opened["title"], opened["genre"], opened["replaygain_track_gain"] = "Títle", ["Rock", "Pop"], "-3 dB"
    picture: Untyped = flac.Picture()
    picture.data, picture.mime, picture.type = PICTURE, "image/png", 3
    opened.add_picture(picture)
    opened.save(padding=lambda _info: 40)


def _comments(file: Path) -> None:
    opened: Untyped = mutagen.File(file)
    opened["title"], opened["genre"], opened["mood"] = "Títle", ["Rock", "Pop"], "dark"
    opened.save()


def _mp4(file: Path) -> None:
    opened: Untyped = mp4.MP4(file)
    opened["\xa9nam"], opened["\xa9gen"], opened["tmpo"] = ["Títle"], ["Rock"], [120]
    opened["covr"] = [mp4.MP4Cover(PICTURE, mp4.MP4Cover.FORMAT_PNG)] * 2
    opened["----:com.apple.iTunes:iTunNORM"] = [b" 00000A"]
    opened["----:com.other:MOOD"] = [b"theirs"]
    opened.save(padding=lambda _info: 50)


def _iff(file: Path) -> None:
    opened: Untyped = mutagen.File(file)
    opened.add_tags()
    _frames(opened.tags)
    opened.save(v2_version=3)


def _ape(file: Path) -> None:
    opened: Untyped = mutagen.File(file)
    if opened.tags is None:
        opened.add_tags()
    opened["Title"], opened["Genre"] = "Títle", ["Rock", "Pop"]
    opened["Cover Art (Front)"] = apev2.APEValue(b"c.png\0" + PICTURE, apev2.BINARY)
    opened.save()


DRESSED = {
    "v23.mp3": _id3(3), "v24.mp3": _id3(4), "ape.mp3": _id3(4, ape=True), "v1.mp3": _id3(3, v1=True),
    "dressed.flac": _flac, "dressed.ogg": _comments, "dressed.opus": _comments, "dressed.m4a": _mp4,
    "dressed.wav": _iff, "dressed.aiff": _iff, "dressed.wv": _ape,
}  # fmt: skip
NAMES = (*(name for name, *_ in ENCODED), "plain.ogg", *DRESSED)
