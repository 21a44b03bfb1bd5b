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

from figures import Figure, table

from tagstudio.audio.formats import is_audio_name
from tagstudio.services.demo import demo_folder


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

    from tagstudio.gui.heartbeat import Heartbeat
    from tagstudio.gui.jobs import JobRunner
    from tagstudio.gui.main_window import MainWindow
    from tagstudio.services import browse
    from tagstudio.services.studio import open_studio

    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as scratch:
        place = linked(folder, count, Path(scratch) / "music")
        studio = open_studio(Path(scratch) / "library.sqlite3")
        window, heartbeat = None, Heartbeat()
        try:
            window = MainWindow(JobRunner())
            window.show()
            window.use_studio(studio)
            heartbeat.start()
            start = time.perf_counter()
            window.add_folder(place)
            first = None
            while window.runner.is_busy or first is None:
                application.processEvents()
                time.sleep(0.001)
                if first is None and browse.summary(studio).analysed:
                    first = time.perf_counter() - start
            whole = time.perf_counter() - start
            heard = browse.summary(studio).analysed
        finally:
            if window is not None:
                window.close()
            studio.close()
    return [
        Figure("scan and quick listening", whole, "s", note=f"{heard} tracks, two networks"),
        Figure("the first track heard", first, "s"),
        Figure(
            "longest stand-still of the window", heartbeat.worst_s * 1000, "ms", 100.0, "yardstick: the most allowed"
        ),
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
