"""How fast a large library is scanned, beside a bare loop of ``mutagen.File`` over the same files on one core.

``python tests/bench/bench_scan.py [--folder DIR | --make SCRIPT] [--tracks N]``. Half of the loop runs before the scan
and half after it, so that a busy machine slows both. ``--make`` names the script that makes a large library.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import mutagen
from figures import Figure, table

from tagstudio.audio.formats import is_audio_name
from tagstudio.domain.jobs import run
from tagstudio.worker_process import resident_bytes

MAKER = Path(__file__).parents[3] / "shared" / "tools" / "data" / "make_big_library.py"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--make", type=Path, default=MAKER)
    parser.add_argument("--tracks", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.folder or made(options.make, Path(place) / "music", options.tracks)
        print(table(measured(folder, Path(place))))


def made(script: Path, folder: Path, tracks: int) -> Path:
    """Make a large library."""
    command = [sys.executable, script, "--out", folder, "--tracks", str(tracks), "--seed", "1", "--clutter"]
    subprocess.run([*map(str, command)], check=True)
    return folder


def measured(folder: Path, place: Path) -> list[Figure]:
    """Run the loop over one half, scan everything, run it over the other half, then scan again without changes."""
    # Not above: every reader loads this file again, as it would not load the program's.
    from tagstudio.services.scan import rescan, scan
    from tagstudio.services.studio import open_studio

    files = sorted(audio_files(os.fsencode(folder)))
    warm(files)
    loop_s = mutagen_loop(files[::2])
    with open_studio(place / "library.sqlite3") as studio, Memory() as memory:
        start = time.perf_counter()
        first = run(scan(studio, [folder]))
        first_s = time.perf_counter() - start
        loop_s += mutagen_loop(files[1::2])
        start = time.perf_counter()
        again = run(rescan(studio))
        again_s = time.perf_counter() - start
    assert first.new + len(first.failed) == len(files), (first.new, len(first.failed), len(files))
    assert (again.new, again.changed, again.missing) == (0, 0, 0), again
    return [
        Figure(
            "first scan", len(files) / first_s, "files/s", len(files) / loop_s, "a loop of mutagen.File; wanted: 0.9"
        ),
        Figure("scan again without changes", len(files) / again_s, "files/s", 20_000.0, "wanted: 1"),
        Figure("memory of all processes", memory.peak_mb, "MB", 500.0, "wanted: below 1"),
    ]


def audio_files(folder: bytes) -> Iterator[bytes]:
    """Yield the paths of audio files."""
    for here, _, names in os.walk(folder):
        yield from (os.path.join(here, name) for name in names if is_audio_name(name))  # noqa: PTH118


def warm(files: Sequence[bytes]) -> None:
    """Read every file once, so that nobody measures the disk."""
    for file in files:
        with open(file, "rb") as stream:  # noqa: PTH123
            stream.read()


def mutagen_loop(files: Sequence[bytes]) -> float:
    """Open files with mutagen, one after the other; return how long that took."""
    start = time.perf_counter()
    for file in files:
        try:
            mutagen.File(os.fsdecode(file))
        except Exception:  # noqa: BLE001
            continue
    return time.perf_counter() - start


class Memory:
    """Watches how much memory this process and its children hold together: shared pages count once for each."""

    def __enter__(self) -> "Memory":
        self.peak_mb, self._stop = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            children = multiprocessing.active_children()
            pids = [os.getpid(), *(each.pid for each in children)]
            self.peak_mb = max(self.peak_mb, sum(map(resident_bytes, pids)) / 1e6)


if __name__ == "__main__":
    main()
