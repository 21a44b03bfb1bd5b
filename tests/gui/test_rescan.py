"""Looking for changes reads every folder of the library, whatever its name is made of."""

import os
from pathlib import Path

from pytestqt.qtbot import QtBot

from tagstudio.domain.jobs import run
from tagstudio.gui.jobs import JobRunner
from tagstudio.gui.presenters.commands import Commands
from tagstudio.services import browse
from tagstudio.services.scan import ScanReport, scan
from tagstudio.services.studio import Studio


def test_looking_for_changes_finds_them_in_folders_with_invalid_names(
    qtbot: QtBot, runner: JobRunner, studio: Studio, music: Path
) -> None:
    odd = Path(os.fsdecode(os.fsencode(music.parent) + b"/caf\xe9"))
    music.rename(odd)
    run(scan(studio, [odd]))
    (odd / "two" / "c.ogg").unlink()
    commands = Commands(studio, runner)
    reports: list[ScanReport] = []
    said: list[str] = []
    commands.said.connect(lambda what, _: said.append(what))
    running = commands.rescan()
    running.succeeded.connect(reports.append)
    with qtbot.waitSignal(running.finished, timeout=60_000):
        pass
    assert (reports[0].missing, reports[0].unchanged, reports[0].failed) == (1, 2, ())
    assert browse.summary(studio).missing == 1
    assert said[0] == "Folder read: 0 new, 1 missing, 2 unchanged."
