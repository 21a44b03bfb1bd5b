"""Start the program: no command opens the window, a command does its work and ends."""

import multiprocessing
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    # Until there is something to put in order, an interrupt just ends the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> None:
    """Run the command line or the window; the exit status is 0 done, 1 an explained failure, 2 wrong usage."""
    # Not above: every worker process loads this module again, and none needs the commands.
    from tagstudio.cli import app

    multiprocessing.freeze_support()
    sys.exit(app.run(sys.argv[1:], _open_window))


def _open_window(library: Path | None, folder: Path | None, is_demo: bool) -> int:
    from tagstudio.services.windows import OpenElsewhereError, refuse_second_window

    try:
        refuse_second_window(library, demo=is_demo)
    except OpenElsewhereError as error:
        print(error.what, error.advice)
        if folder is not None:
            print(f"“{folder}” was not added: drop it onto that window.")
        return 0
    from tagstudio.gui.app import run

    return run(library, folder, demo=is_demo)


if __name__ == "__main__":
    main()
