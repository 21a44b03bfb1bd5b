"""Back a library up or restore one in a process of its own; says what it has finished."""

import json
import sys
from pathlib import Path

from tagstudio.domain.jobs import run
from tagstudio.services import backups, recovery
from tagstudio.services.studio import open_studio


def main(action: str, library: str) -> None:
    """Do it once."""
    file = Path(library)
    if action == "backup":
        with open_studio(file, create=False) as studio:
            said = {"made": backups.make(studio).backup.file.name}
    else:
        said = {"restored": run(recovery.restore(file)).judgements}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
