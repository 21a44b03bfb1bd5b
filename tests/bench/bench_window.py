"""Whether the window keeps answering: its longest standstill while a folder is scanned, heard, searched and judged.

Run ``make bench`` or ``python tests/bench/bench_window.py [--music FOLDER]`` (default: the demo tracks). A window is
held to answer within 100 ms; a table of 100,000 tracks to be filled and scrolled within a frame's time of 16 ms.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from figures import Figure, table
from PySide6.QtCore import QEventLoop, QTimer

from tagstudio.domain.judgements import Verdict
from tagstudio.gui.app import application
from tagstudio.gui.heartbeat import Heartbeat
from tagstudio.gui.main_window import MainWindow
from tagstudio.gui.models.paged_table import PagedTable, Row
from tagstudio.services.demo import demo_folder

STILL_MS = 100.0
FRAME_MS = 16.0
TRACKS = 100_000
SHOW = "import time; start = time.perf_counter()\nfrom tagstudio.gui.app import application\n"
SHOW += "from tagstudio.gui.main_window import MainWindow\napp = application(); window = MainWindow(); window.show()\n"
SHOW += "app.processEvents(); print(1000 * (time.perf_counter() - start))"


def until(claim: Callable[[], bool], *, seconds: float = 3600.0) -> None:
    """Let the window live until a claim holds."""
    loop, poll = QEventLoop(), QTimer()
    poll.timeout.connect(lambda: loop.quit() if claim() else None)
    poll.start(5)
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
    poll.stop()
    if not claim():
        raise TimeoutError


def showing() -> Figure:
    """Time a fresh start, imports included, until the empty window is on the screen."""
    taken = [float(subprocess.check_output([sys.executable, "-c", SHOW], stderr=subprocess.DEVNULL)) for _ in range(3)]
    return Figure("start until the window shows", min(taken), "ms", note="imports included; best of 3")


def standstills(folder: Path) -> list[Figure]:
    """Measure the longest standstill in each part of the main loop, on real music."""
    with tempfile.TemporaryDirectory() as place:
        window, heart = MainWindow(), Heartbeat()
        window.show()
        figures = []

        def during(name: str, act: Callable[[], object], claim: Callable[[], bool]) -> None:
            heart.start()
            act()
            until(claim)
            until(lambda: not window.runner.running)
            figures.append(Figure(f"standstill: {name}", heart.stop(), "ms", STILL_MS, f"{heart.beats:,} beats"))

        during(
            "open", lambda: window.open_library(Path(place) / "library.sqlite3"), lambda: window.workplace is not None
        )
        desk = window.workplace
        assert desk is not None
        counts = desk.library_view.counts
        during("scan and analysis", lambda: window.add_folder(folder), lambda: "tracks," in counts.text())
        during("search", lambda: desk.library_view.search_box.field.setText("a"), lambda: " of " in counts.text())
        desk.library_view.search_box.clear()
        table_view, shown = desk.library_view.table, desk.suggestions
        during(
            "show a track",
            lambda: table_view.selectRow(3),
            lambda: shown.track_id == desk.library.table.id_at(3) and shown.state == "known",
        )
        during("judge", lambda: shown.judge("late night", Verdict.YES), lambda: True)
        window.close()
    return figures


def big_table() -> list[Figure]:
    """Time filling, reordering and scrolling a table of 100,000 tracks."""
    model = PagedTable(("Fit", "Title"))
    model.page_wanted.connect(
        lambda generation, page, ids: model.put_page(generation, page, {each: Row((str(each),)) for each in ids})
    )
    ids = np.arange(TRACKS, dtype=np.int64)
    start = time.perf_counter()
    model.set_ids(ids)
    filled = time.perf_counter()
    model.set_ids(ids[::-1].copy(), np.zeros(TRACKS, np.float32))
    ordered = time.perf_counter()
    rows = range(0, TRACKS, 40)
    for row in rows:
        for each in range(row, row + 40):
            model.index(each, 1).data()
    scrolled = time.perf_counter()
    of = f"{TRACKS:,} tracks"
    return [
        Figure(f"fill the table, {of}", 1000 * (filled - start), "ms", FRAME_MS),
        Figure(f"reorder it, {of}", 1000 * (ordered - filled), "ms", FRAME_MS),
        Figure("scroll by a screen of 40 rows", 1000 * (scrolled - ordered) / len(rows), "ms", FRAME_MS, "mean"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, default=demo_folder())
    application()
    print(table([showing(), *big_table(), *standstills(parser.parse_args().music)]))


if __name__ == "__main__":
    main()
