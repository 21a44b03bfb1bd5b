"""How fast the program listens, stage by stage, beside the published package and the machine's own floor.

Run ``make bench`` or ``python tests/bench/bench_analysis.py [--music FOLDER]``; without a folder the demo tracks serve.
Every stage runs in this process on one thread, so a figure is seconds of audio per second of one core.
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from figures import Figure, table

from tagstudio.audio.decode import open_audio
from tagstudio.audio.formats import is_audio_name
from tagstudio.audio.framing import windows
from tagstudio.audio.resample import resample
from tagstudio.domain.errors import TagStudioError
from tagstudio.nn.embed import Networks
from tagstudio.services.demo import demo_folder

# The published package in its fastest configuration: decode, resample, features and network, one core.
PUBLISHED_TIMES_REAL = 27.0
# Two operations per multiply-add of one window of 187 frames.
WINDOW_FLOPS = {"mtt-musicnn": 2.797e9, "mtt-vgg": 1.770e9}
WINDOW_S = 187 * 256 / 16_000
TRACKS = 8
LONGEST_S = 300.0
SEED = 1


def tracks(folder: Path) -> list[Path]:
    """Pick a few real tracks, always the same ones."""
    found = sorted(file for file in folder.rglob("*") if is_audio_name(file.name.encode()))
    return sorted(random.Random(SEED).sample(found, min(TRACKS, len(found))))


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return the processor seconds that ``work`` took, and its answer."""
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def decoded(file: Path) -> tuple[np.ndarray, int]:
    """Decode to mono at the file's own rate."""
    with open_audio(bytes(file)) as source:
        wave = np.concatenate([block.mean(axis=1) for block in source.blocks()])
    return wave[: round(LONGEST_S * source.rate)], source.rate


def matrix_rate() -> float:
    """Return what one core reaches in plain float32 matrix products, in operations per second."""
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    torch.mm(a, b)
    seconds, _ = timed(lambda: [torch.mm(a, b) for _ in range(20)])
    return 20 * 2 * 1024**3 / seconds


def measure(folder: Path) -> list[Figure]:
    """Time each stage over the same tracks."""
    torch.set_num_threads(1)
    networks = {name: Networks((name,), "cpu") for name in WINDOW_FLOPS}
    spent = dict.fromkeys(("decode", "resample", "mel", *WINDOW_FLOPS), 0.0)
    audio_s = heard_s = 0.0
    for file in tracks(folder):
        try:
            seconds, (wave, rate) = timed(lambda file=file: decoded(file))
        except TagStudioError as error:
            print(error.what)
            continue
        spent["decode"] += seconds
        audio_s += len(wave) / rate
        seconds, wave_16k = timed(lambda wave=wave, rate=rate: resample(wave, rate))
        spent["resample"] += seconds
        cut = windows(wave_16k)
        heard_s += len(cut) * WINDOW_S
        mel_s, _ = timed(lambda cut=cut: networks["mtt-musicnn"].mel(cut))
        spent["mel"] += mel_s
        for name, network in networks.items():
            seconds, _ = timed(lambda network=network, cut=cut: network.hear(cut))
            spent[name] += seconds - mel_s
    return _figures(spent, audio_s, heard_s)


def _figures(spent: dict[str, float], audio_s: float, heard_s: float) -> list[Figure]:
    flops = matrix_rate()
    figures = [Figure(stage, audio_s / spent[stage], "x real time per core") for stage in ("decode", "resample", "mel")]
    for name, operations in WINDOW_FLOPS.items():
        floor = flops / operations * WINDOW_S
        note = f"yardstick: the same multiply-adds as matrix products at {flops / 1e9:.0f} GFLOP/s"
        figures.append(Figure(f"network {name}", heard_s / spent[name], "x real time per core", floor, note))
    whole = audio_s / sum(spent[stage] for stage in ("decode", "resample", "mel", "mtt-musicnn"))
    note = "yardstick: the published package in its fastest configuration, measured on another day"
    figures.append(Figure("all stages, mtt-musicnn", whole, "x real time per core", PUBLISHED_TIMES_REAL, note))
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, default=None)
    arguments = parser.parse_args()
    print(table(measure(arguments.music or demo_folder())))


if __name__ == "__main__":
    main()
