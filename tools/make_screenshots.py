"""Make the README's screenshots: the real window, on the demo library, with a word of its own learned on the way.

Run it in a display (``make screenshots`` brings one): the pictures go to ``docs/images``.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.gui import theme
from tagstudio.gui.main_window import MainWindow
from tagstudio.services import browse
from tagstudio.services.analyse import analyse
from tagstudio.services.demo import demo_folder
from tagstudio.services.judge import judge
from tagstudio.services.scan import scan
from tagstudio.services.studio import open_studio
from tagstudio.services.track_view import listen_closely

SIZE = (1440, 980)
PATIENCE_S = 120.0
WORD = "boss fight"
YES, NO = ("Noiz2sa", "Parsec47", "Muldjord"), ("Palace", "Coffee")
SHOWN = "Panic on Meadow"


def prepare(file: Path) -> None:
    """Scan and hear the demo tracks, and judge a few."""
    with open_studio(file) as studio:
        run(scan(studio, [demo_folder()]))
        run(analyse(studio))
        (shown,) = browse.track_ids(studio, f'path:"{SHOWN}"')
        run(listen_closely(studio, shown))
        for names, verdict in ((YES, Verdict.YES), (NO, Verdict.NO)):
            judge(studio, [browse.track_ids(studio, f"path:{name}")[0] for name in names], {WORD: verdict})


def wait_until(is_done: Callable[[], bool]) -> None:
    """Let the window live until something is so, then a moment longer for what follows from it."""
    application = QApplication.instance()
    assert application is not None
    end = time.monotonic() + PATIENCE_S
    while not is_done():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        application.processEvents()
        time.sleep(0.01)
    settled = []
    QTimer.singleShot(400, lambda: settled.append(True))
    while not settled:
        application.processEvents()
        time.sleep(0.01)


def take(window: MainWindow, file: Path) -> None:
    """Save the window as it is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not window.grab().save(str(file)):
        raise OSError(f"{file} could not be written")
    print(file)


def show_track(window: MainWindow, name: str) -> None:
    """Choose a track in the table and wait for its panel to be complete."""
    place = window.workplace
    assert place is not None
    (track_id,) = browse.track_ids(place.studio, f'path:"{name}"')
    model = place.library.table
    wait_until(lambda: model.row_of(track_id) is not None)
    place.library_view.table.selectRow(model.row_of(track_id))
    wait_until(lambda: place.suggestions.track_id == track_id and place.track_panel.filters.has_picture())


def picture(window: MainWindow, library: Path, out: Path) -> None:
    """Open the library and save every picture."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    window.open_library(library)
    wait_until(lambda: window.workplace is not None and not window.runner.running)
    show_track(window, SHOWN)
    take(window, out / "library-light.png")
    theme.apply(application, "dark")
    wait_until(lambda: True)
    take(window, out / "library-dark.png")
    window.workplace.go_to(1)
    panel = window.workplace.track_panel
    wait_until(lambda: window.workplace.review.current is not None and panel.axis.duration_s > 0)
    wait_until(lambda: panel.filters.has_picture())
    take(window, out / "review-dark.png")
    theme.apply(application, "light")
    wait_until(lambda: True)
    take(window, out / "review-light.png")


def main() -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "docs" / "images")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "Demo.sqlite3"
        prepare(library)
        application = QApplication([])
        window = MainWindow("light")
        theme.apply(application, "light")
        window.resize(*SIZE)
        window.show()
        try:
            picture(window, library, out)
        finally:
            window.close()


if __name__ == "__main__":
    main()
