"""Open the window on a library without a screen and show every track; prints what came of it as JSON lines.

    python window.py LIBRARY [MOST]

Each track is selected, its panel filled, its play button pressed and pressed again. The last line has the longest time
between two beats of the window's thread. Dies by faulthandler's hand when anything takes longer than ten minutes.
"""

import faulthandler
import json
import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from tagstudio.gui import theme
from tagstudio.gui.app import application
from tagstudio.gui.heartbeat import Heartbeat
from tagstudio.gui.main_window import MainWindow

# Ten hours of sound take minutes to draw, in a process of their own.
PATIENCE_S = 600


def main(library: str, most: str = "100000") -> None:
    """Show every track."""
    app = application()
    theme.apply(app, "light")
    faults: list[str] = []
    sys.excepthook = lambda kind, error, trace: (
        faults.append(f"{kind.__name__}: {error}"),
        sys.__excepthook__(kind, error, trace),
    )
    window = MainWindow("light")
    window.show()
    window.open_library(Path(library))
    until(app, lambda: window.workplace is not None)
    place = window.workplace
    until(app, lambda: "heard" in place.library_view.counts.text())
    heart = Heartbeat()
    heart.start()
    shown, slowest = 0, (0.0, "")
    for row in range(min(int(most), place.library.table.rowCount())):
        heart.start()
        seen = show(app, place, row)
        gap = heart.stop()
        slowest = max(slowest, (gap, seen))
        shown += 1
        say(row=row, track=seen, gap_ms=round(gap, 1))
    rich = [each.text()[:80] for each in window.findChildren(QLabel) if is_rich(each)]
    heart.stop()
    window.close()
    app.processEvents()
    say(shown=shown, worst_ms=round(slowest[0], 1), worst=slowest[1], faults=faults, rich=rich)
    window.deleteLater()
    app.processEvents()


def show(app: QApplication, place, row: int) -> str:
    """Select a row, wait for all of its panel, begin to play and stop."""
    faulthandler.dump_traceback_later(PATIENCE_S, exit=True)
    answers: list[str] = []
    presenter = place.track
    for signal in (presenter.overview_loaded, presenter.overview_failed):
        signal.connect(lambda *_: answers.append("answered"))
    place.library_view.table.selectRow(row)
    wanted = place.library.table.id_at(row)
    until(app, lambda: bool(answers) or (presenter.track_id == wanted and presenter.track is not None))
    until(app, lambda: bool(answers) and place.suggestions.state == "known")
    presenter.playback.toggle()
    app.processEvents()
    presenter.playback.seek(presenter.playback.position_s + 1)
    presenter.playback.pause()
    app.processEvents()
    faulthandler.cancel_dump_traceback_later()
    return place.track_panel.title.text()


def until(app: QApplication, holds) -> None:
    """Let the window live until something holds."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "the window waits for ever"
        app.processEvents()
        time.sleep(0.002)


def is_rich(label: QLabel) -> bool:
    """Tell whether a label would take its text for markup."""
    return label.textFormat() is not Qt.TextFormat.PlainText and "<" in label.text()


def say(**line: object) -> None:
    """Print one line at once."""
    print(json.dumps(line), flush=True)  # noqa: T201


if __name__ == "__main__":
    faulthandler.enable()
    main(*sys.argv[1:])
