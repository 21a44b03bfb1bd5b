"""Write tags into files, or restore them: ``write.py LIBRARY write|restore``."""

import json
import sys
from pathlib import Path

from tagstudio.services import file_writer, reading  # noqa: F401 -- what the workers need is imported before them
from tagstudio.services.restore_files import restore_all
from tagstudio.services.studio import open_studio
from tagstudio.services.write_tags import plan, write


def main(library: str, what: str) -> None:
    """Do it once; print one JSON line for each file when its part is done."""
    with open_studio(Path(library)) as studio:
        if what == "write":
            job = write(studio, _finished(plan(studio, workers=1)), is_allowed=True)
        else:
            job = restore_all(studio)
        report = _finished(job)
    for each in report.files:
        say({"path": each.path, "state": each.state, "reason": each.reason})


def _finished(job):
    try:
        while True:
            progress = next(job)
            say({"done": progress.done, "total": progress.total})
    except StopIteration as stop:
        return stop.value


def say(line: dict[str, object]) -> None:
    """Print a line that is whole or not there."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
