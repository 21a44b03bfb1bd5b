"""Open a library, which brings an old one to this version, and close it: ``upgrade.py LIBRARY``."""

import sys
from pathlib import Path

from tagstudio.library import migrations  # noqa: F401 -- imported before the fork
from tagstudio.library.store import open_library


def main(library: str) -> None:
    """Open and close it."""
    open_library(Path(library)).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
