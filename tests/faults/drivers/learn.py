"""Learn a head from the judgements of a library: ``learn.py LIBRARY``."""

import sys
from pathlib import Path

from tagstudio.domain.jobs import run
from tagstudio.services.retrain import retrain
from tagstudio.services.studio import open_studio


def main(library: str) -> None:
    """Learn once."""
    with open_studio(Path(library)) as studio:
        run(retrain(studio))


if __name__ == "__main__":
    main(*sys.argv[1:])
