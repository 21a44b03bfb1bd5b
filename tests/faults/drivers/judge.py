"""Judge without a window, for ever: prints one JSON line per batch, after it is committed.

    python judge.py LIBRARY SEED RATE

RATE is actions per second, 0 as fast as possible. About one action in eight is an undo or a redo.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.judgements import Verdict
from tagstudio.services import find
from tagstudio.services.judge import judge, redo, undo
from tagstudio.services.studio import open_studio

TAGS = ("Jazz", "Rock", "Ambient", "Techno", "Sad", "Happy", "Piano", "Guitar")
VERDICTS = (Verdict.YES, Verdict.NO, Verdict.UNSURE)


def main(library: str, seed: str, rate: str) -> None:
    """Judge until killed."""
    chance = random.Random(seed)
    pause = 1 / float(rate) if float(rate) else 0.0
    with open_studio(Path(library)) as studio:
        track_ids = find.track_ids(studio, "")
        say({"ready": True})
        while True:
            started = time.monotonic()
            say(_action(studio, track_ids, chance))
            time.sleep(max(0.0, pause - (time.monotonic() - started)))


def _action(studio, track_ids, chance):
    if chance.random() < 1 / 8:
        try:
            done = chance.choice((undo, redo))(studio)
            return {"batch": done.judged.batch, "judged": done.judged.judged}
        except NothingFoundError:
            pass
    chosen = chance.sample(track_ids, min(len(track_ids), chance.choice((1, 1, 1, 5))))
    names = chance.sample(TAGS, chance.choice((1, 1, 2)))
    said = {name: chance.choice(VERDICTS) for name in names}
    done = judge(studio, chosen, said)
    pairs = [[track_id, name, verdict.value] for track_id in chosen for name, verdict in said.items()]
    return {"batch": done.judged.batch, "judged": done.judged.judged, "judgements": pairs}


def say(line) -> None:
    """Print one whole line at once; who reads it may rely on what it says."""
    os.write(1, (json.dumps(line) + "\n").encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
