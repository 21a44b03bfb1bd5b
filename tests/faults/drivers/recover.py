"""Back a library up or restore one in a process of its own; says what it has finished."""

import json
import sys
from pathlib import Path

from tagstudio.domain.jobs import run
from tagstudio.services import backups, recovery
from tagstudio.services.studio import open_studio

action, file = sys.argv[1], Path(sys.argv[2])
if action == "backup":
    with open_studio(file, create=False) as studio:
        sys.stdout.write(json.dumps({"made": backups.make(studio).backup.file.name}) + "\n")
else:
    report = run(recovery.restore(file))
    sys.stdout.write(json.dumps({"restored": report.judgements}) + "\n")
