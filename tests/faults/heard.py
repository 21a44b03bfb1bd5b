"""A small library with everything in it, made once: scanned, heard, judged, learned from, closed."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tones import write_tones

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.services import analyse, find, judge, scan
from tagstudio.services.studio import open_studio

TRACKS = 3


@dataclass(frozen=True, slots=True)
class HeardLibrary:
    """A template: ``copy`` it, do not touch it."""

    folder: Path
    music: Path

    def copy(self, folder: Path) -> Path:
        """Return the file of a copy of the library in ``folder``; the music stays where it is."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return folder / "library.sqlite3"


def make_heard_library(folder: Path) -> HeardLibrary:
    """Make the template in ``folder``."""
    music, place = folder / "music", folder / "template"
    place.mkdir()
    write_tones(music, TRACKS)
    with open_studio(place / "library.sqlite3") as studio:
        run(scan.scan(studio, [music]))
        report = run(analyse.analyse(studio, excerpts=1))
        assert report.analysed == TRACKS, report
        ids = find.track_ids(studio, "")
        judge.judge(studio, ids[:2], {"Jazz": Verdict.YES})
        judge.judge(studio, ids[2:], {"Jazz": Verdict.NO})
    return HeardLibrary(place, music)
