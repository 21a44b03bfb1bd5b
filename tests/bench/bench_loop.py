"""The loop as a curator meets it: time to the first suggestions, and the longest time the window stood still.

Run ``make bench MUSIC=folder`` or ``python tests/bench/bench_loop.py [--music FOLDER] [--tracks 100]``.
The window runs offscreen with its own jobs while it scans and listens; a timer that ought to fire every 10 ms measures
how late it ever was.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from figures import Figure, table

from tagstudio.audio.formats import is_audio_name
from tagstudio.services.demo import demo_folder

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tagstudio.gui.main_window import MainWindow


def linked(folder: Path, count: int, place: Path) -> Path:
    """Make a folder of hard links or copies to ``count`` tracks, spread over the whole of ``folder``."""
    found = sorted(file for file in folder.rglob("*") if is_audio_name(file.name.encode()))
    chosen = found[:: max(1, len(found) // count)][:count]
    place.mkdir()
    for number, file in enumerate(chosen):
        target = place / f"{number:04d} {file.name}"
        try:
            target.hardlink_to(file)
        except OSError:
            target.write_bytes(file.read_bytes())
    return place


def measure(folder: Path, count: int) -> list[Figure]:
    """Scan and analyse in the real window and time it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from tagstudio.gui.main_window import MainWindow

    application = QApplication([])
    with tempfile.TemporaryDirectory() as scratch:
        place = linked(folder, count, Path(scratch) / "music")
        window = MainWindow("light")
        try:
            window.show()
            window.open_library(Path(scratch) / "library.sqlite3")
            while window.workplace is None:
                application.processEvents()
            return _timed(application, window, place)
        finally:
            window.close()


def _timed(application: "QApplication", window: "MainWindow", place: Path) -> list[Figure]:
    from tagstudio.gui.heartbeat import Heartbeat
    from tagstudio.services import browse

    heartbeat, start, first = Heartbeat(), time.perf_counter(), 0.0
    studio = window.workplace.studio
    nothing = studio.library.cache.version
    heartbeat.start()
    window.add_folder(place)
    asked = 0.0
    while window.runner.running or not first:
        application.processEvents()
        if not first and time.perf_counter() - asked > 0.2:
            asked = time.perf_counter()
            first = asked - start if studio.library.cache.version != nothing else 0.0
        time.sleep(0.001)
    whole, worst_ms = time.perf_counter() - start, heartbeat.stop()
    heard = browse.summary(studio).analysed
    return [
        Figure("scan and quick listening", whole, "s", note=f"{heard} tracks, two networks"),
        Figure("until the first tracks are heard", first, "s"),
        Figure("longest stand-still of the window", worst_ms, "ms", 100.0, "yardstick: the most allowed"),
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
