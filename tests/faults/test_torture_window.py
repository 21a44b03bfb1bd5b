"""X1 and X6 in the window: it shows every nasty track, answers all the time, and takes no text for markup."""

import json
import shutil

import pytest
from harness import acknowledged, full

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("torture")]

# A window that stands still for longer feels broken; the plan's figure. A busy test machine is given more.
TICK_MS = 200 if full() else 2000


def test_x1_the_window_shows_every_track_of_the_corpus(torture_run, children, tmp_path, record):
    library = tmp_path / "library.sqlite3"
    shutil.copyfile(torture_run.library, library)
    shutil.copytree(torture_run.library.with_suffix(".cache"), library.with_suffix(".cache"))
    child = children.driver("window", library, *([] if full() else [10]))
    done = children.finish(child, timeout_s=1800)
    lines = acknowledged(done.stdout)
    last = lines[-1] if lines else {}
    wrong = [] if done.returncode == 0 else [f"the window ended with {done.returncode}: {done.stderr[-2000:]}"]
    wrong += [f"a fault in the window: {each}" for each in last.get("faults", ["it never came to its end"])]
    wrong += [f"taken for markup: {each}" for each in last.get("rich", ())]
    record("X1", "tracks shown and played in the window", n=len(lines) - 1, violations=wrong)
    slow = [json.dumps(each) for each in lines if each.get("gap_ms", 0) > TICK_MS]
    record(
        "X6", f"tracks shown while the window's thread answers within {TICK_MS} ms", n=len(lines) - 1, violations=slow
    )
