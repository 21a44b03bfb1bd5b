"""Export many times, each time in a child that suffers one fault: ``export.py LIBRARY FORMAT PLAN``.

PLAN is a JSON file: ``[[kind, at, file], ...]``, kind as the shim calls it, or empty for no fault. Prints one line with
the status of each child. The program is imported once and the children are forks of it, which makes a fault cost
milliseconds; the shim reads its orders from the environment at every call, so each child gets its own.
"""

import json
import os
import sys
from pathlib import Path

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.services.exchange import ExportOptions, export
from tagstudio.services.studio import open_studio

STICKY = ("enospc", "eio")


def main(library: str, file_format: str, plan: str) -> None:
    """Fork and wait, one fault after the other."""
    for kind, at, file in json.loads(Path(plan).read_text()):
        child = os.fork()
        if not child:
            os._exit(suffer(library, file_format, kind, at, file))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps({"status": os.waitstatus_to_exitcode(status)}) + "\n")
        sys.stdout.flush()


def suffer(library: str, file_format: str, kind: str, at: int, file: str) -> int:
    """Export once; returns what the command's status would be."""
    if kind:
        os.environ.update({"FAULT_KIND": kind, "FAULT_AT": str(at)})
        if kind in STICKY:
            os.environ["FAULT_STICKY"] = "1"
    try:
        with open_studio(Path(library), create=False) as studio:
            options = ExportOptions(suggestions=False)
            run(export(studio, Path(file), file_format=file_format, options=options, replaces=True))
    except TagStudioError:
        return 1
    return 0


if __name__ == "__main__":
    main(*sys.argv[1:])
