"""Do what a person does, one action after another, and say of each whether it was done or why not.

    python act.py PLAN

PLAN is JSON: ``library``; ``fill_kb``: leave so much of the library's disk before acting (null: do not);
``limit_bytes``: let no file grow beyond (null: no limit); ``opens_first``: open the library before that;
``actions``: names of functions here; ``again``: do them again when there is room. ``music``, ``export``, ``settings``
are paths. Prints one JSON line per action, after it has ended: ``{"action", "round", "refused", "advice"}`` with
``refused`` null when it was done, and ``"batch"`` when something was acknowledged.
"""

import json
import logging
import os
import resource
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from disks import fill

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.library import backups
from tagstudio.services import analyse, browse, exchange, find, judge, retrain, scan, suggest, vocabulary
from tagstudio.services.studio import open_studio


class Actions:
    """Everything that can be done with an open library; each returns what it acknowledges, or None."""

    def __init__(self, plan):
        self.plan = plan
        self.studio = None
        self.count = 0

    def open(self):
        self.studio = open_studio(Path(self.plan["library"]), create=False)

    def judge(self):
        self.count += 1
        ids = find.track_ids(self.studio, "")
        name = f"word {self.count}" if self.plan.get("new_words") else "Jazz"
        done = judge.judge(self.studio, ids, {name: Verdict.YES})
        return {"batch": done.judged.batch, "judged": done.judged.judged,
                "judgements": [[each, name, "yes"] for each in ids]}  # fmt: skip

    def undo(self):
        done = judge.undo(self.studio)
        return {"batch": done.judged.batch, "judged": done.judged.judged}

    def scan(self):
        report = run(scan.scan(self.studio, [Path(self.plan["music"])]))
        assert not report.failed, report.failed

    def analyse(self):
        run(analyse.analyse(self.studio, excerpts=1))

    def retrain(self):
        run(retrain.retrain(self.studio))

    def tag(self):
        self.count += 1
        vocabulary.add_tag(self.studio, f"tag {self.count}")

    def export(self):
        run(exchange.export(self.studio, Path(self.plan["export"])))

    def settings(self):
        self.count += 1
        self.studio.change_settings(volume=self.count / 1000)

    def backup(self):
        backups.back_up(Path(self.plan["library"]), "test")

    def log(self):
        from tagstudio.gui.app import _log_to_file

        _log_to_file()
        for number in range(2000):
            logging.getLogger("tagstudio").warning("line %d %s", number, "x" * 1000)

    def look(self):
        rows = browse.rows(self.studio, find.track_ids(self.studio, ""))
        assert rows
        suggest.suggest(self.studio)
        judge.history(self.studio)

    def picture(self):
        from tagstudio.services import track_view

        assert len(track_view.overview(self.studio, find.track_ids(self.studio, "")[0]).peaks)


def act(actions, name, number):
    line = {"action": name, "round": number, "refused": None}
    try:
        line |= getattr(actions, name)() or {}
    except TagStudioError as error:
        line |= {"refused": error.what, "advice": error.advice}
    say(line)


def main(text: str) -> None:
    """Act as planned."""
    plan = json.loads(text)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    actions = Actions(plan)
    library = Path(plan["library"])
    if plan.get("opens_first", True):
        act(actions, "open", 0)
    filler = None if plan.get("fill_kb") is None else fill(library.parent, leave_kb=plan["fill_kb"])
    if plan.get("limit_bytes"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (plan["limit_bytes"], resource.RLIM_INFINITY))
    if actions.studio is None:
        act(actions, "open", 0)
    if actions.studio is None:
        return
    for name in plan["actions"]:
        act(actions, name, 1)
    if filler is not None:
        filler.unlink()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if plan.get("again"):
        for name in plan["actions"]:
            act(actions, name, 2)
    actions.studio.close()
    say({"closed": True})


def say(line) -> None:
    """Print one whole line at once."""
    os.write(1, (json.dumps(line) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1])
