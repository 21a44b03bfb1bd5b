"""From a folder to its first suggestions, as a curator waits for them.

Run ``make bench MUSIC=folder`` or ``python tests/bench/bench_loop.py [--music FOLDER] [--tracks 100]``.
"""

import argparse
import tempfile
import time
from pathlib import Path

from figures import Figure, table

from tagstudio.audio.formats import is_audio_name
from tagstudio.domain.jobs import run
from tagstudio.services.analyse import analyse
from tagstudio.services.demo import demo_folder
from tagstudio.services.scan import scan
from tagstudio.services.studio import open_studio
from tagstudio.services.suggest import suggest


def picked(folder: Path, count: int, place: Path) -> Path:
    """Make a folder of links to (or copies of) ``count`` tracks, spread over the whole of ``folder``."""
    found = sorted(file for file in folder.rglob("*") if is_audio_name(file.name.encode()))
    place.mkdir()
    for number, file in enumerate(found[:: max(1, len(found) // count)][:count]):
        target = place / f"{number:04d} {file.name}"
        try:
            target.hardlink_to(file)
        except OSError:
            target.write_bytes(file.read_bytes())
    return place


def measure(folder: Path, count: int) -> list[Figure]:
    """Scan, listen quickly with both default networks, and ask for suggestions."""
    with tempfile.TemporaryDirectory() as scratch, open_studio(Path(scratch) / "library.sqlite3") as studio:
        place = picked(folder, count, Path(scratch) / "music")
        started = time.perf_counter()
        found = run(scan(studio, [place]))
        scanned = time.perf_counter()
        first = 0.0
        job = analyse(studio)
        for progress in job:
            if progress.done and not first:
                first = time.perf_counter()
        heard = time.perf_counter()
        suggested = sum(bool(each.suggestions) for each in suggest(studio))
        asked = time.perf_counter()
    return [
        Figure("scan", scanned - started, "s", note=f"{found.new} tracks"),
        Figure("until the first tracks are heard", first - started, "s", note="loading the networks included"),
        Figure("scan and quick listening", heard - started, "s", 60.0 * found.new / 100, "yardstick: a minute per 100"),
        Figure("suggestions for all of them", asked - heard, "s", note=f"{suggested} tracks have some"),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, default=None)
    parser.add_argument("--tracks", type=int, default=100)
    arguments = parser.parse_args()
    print(table(measure(arguments.music or demo_folder(), arguments.tracks)))


if __name__ == "__main__":
    main()
