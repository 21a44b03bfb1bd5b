"""Small generated music for the fault tests."""

from pathlib import Path

import numpy as np
import soundfile

RATE = 22_050
ENDINGS = ("wav", "flac", "ogg", "mp3")


def write_tones(folder: Path, count: int, *, seconds: float = 0.5) -> list[Path]:
    """Write so many tones in four formats, all different, twenty to a folder."""
    time = np.arange(round(seconds * RATE)) / RATE
    files = []
    for number in range(count):
        file = folder / f"album {number // 20}" / f"{number:04}.{ENDINGS[number % len(ENDINGS)]}"
        file.parent.mkdir(parents=True, exist_ok=True)
        wave = 0.4 * np.sin(2 * np.pi * (110 + 7 * number) * time)
        soundfile.write(file, wave.astype(np.float32), RATE)
        files.append(file)
    return files
