"""The demo's tracks with verdicts of every kind, out with one command and into a fresh library with another."""

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from exchanged import CARRIES, ENDINGS

from tagstudio.cli.app import run as command
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.library import judgements, tags
from tagstudio.services.demo import demo_folder
from tagstudio.services.scan import scan
from tagstudio.services.studio import open_studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

OPTIONS = {"wide": ["--wide"], "per_facet": ["--per-facet"]}
# Of a track and a stretch of 10.5 s, in the order of ids.
SPANS = (
    (1, "jazz", Verdict.YES),
    (1, "calm", Verdict.NO),
    (2, "late night", Verdict.UNSURE),
    (3, "piano", Verdict.YES),
)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """A library of the demo's tracks without verdicts."""
    file = tmp_path_factory.mktemp("scanned") / "library.sqlite3"
    with open_studio(file) as studio:
        run(scan(studio, [demo_folder()], workers=1))
    return file


@pytest.fixture(scope="module")
def judged(scanned, tmp_path_factory):
    """The same with verdicts, a second spelling and a saved search, all given by command, and with segments."""
    file = shutil.copy(scanned, tmp_path_factory.mktemp("judged") / "library.sqlite3")
    for arguments in (
        ("tags", "add", "late night", "--facet", "use"), ("tags", "add", "=1+1; x", "--facet", "mood"),
        ("judge", "id:1 OR id:2", "--yes", "jazz", "--no", "late night"),
        ("judge", "id:3", "--yes", "=1+1; x", "--unsure", "calm"), ("judge", "id:4", "--no", "jazz"),
        ("judge", "id:5", "--yes", "Très bon"), ("judge", "id:4", "--clear", "jazz"),
        ("words", "--map", "Jazzig", "jazz"),
        ("searches", "save", "at night", "tag:\"late night\""),
    ):  # fmt: skip
        assert said(file, *arguments) == 0
    with open_studio(file) as studio, studio.library.write() as session:
        made = [
            Judgement(track_id=track_id, tag_id=tags.add(session, word).id, verdict=verdict, start_s=1.25, end_s=11.75)
            for track_id, word, verdict in SPANS
        ]
        judgements.record(session, made)
    return file


def said(file, *arguments):
    return command(["--library", str(file), *map(str, arguments)], lambda *_: 1)


def exported(file, folder):
    """Return what ``export json`` says of a library: what is said of each track, and the rest."""
    folder.mkdir()
    assert said(file, "export", folder / "all.json", "--no-suggestions") == 0
    document = json.loads((folder / "all.json").read_text())
    assert set(document) == {"format", "version", "library", "vocabulary", "searches", "tracks"}
    tracks = {each.pop("path"): each for each in document["tracks"]}
    # By design another library's: its name, and who said what when.
    del document["library"]
    told = set()
    for path, track in tracks.items():
        for tag in track.pop("tags"):
            del tag["updated"], tag["source"]
            told.add((path, *(tag.get(name) for name in ("tag", "facet", "state", "start_s", "end_s"))))
    return told, tracks, document


def carried(told, kind):
    """Return of what is said what a format carries."""
    carries = CARRIES[kind]
    return {
        (path, tag, facet if "f" in carries else "", state, start_s, end_s)
        for path, tag, facet, state, start_s, end_s in told
        if ("s" in carries or start_s is None) and ("y" not in carries or state == "yes")
    }


@pytest.mark.parametrize("kind", CARRIES)
def test_what_is_exported_comes_back_in_a_fresh_library(kind, scanned, judged, tmp_path, capsys):
    fresh = shutil.copy(scanned, tmp_path / "fresh.sqlite3")
    ending = ENDINGS.get(kind, kind)
    file = tmp_path / ("out" if ending == "folder" or kind == "audacity" else f"out.{ending}")
    named = ["--format", kind if kind not in OPTIONS else "csv"]
    assert said(judged, "export", file, *named, *OPTIONS.get(kind, [])) == 0
    capsys.readouterr()
    assert said(fresh, "import", file, *named, "--add-tags", "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["unmatched"], done["n_conflicts"], done["n_bad_rows"]) == ([], 0, 0)

    told, tracks, rest = exported(judged, tmp_path / "one")
    came, same_tracks, others = exported(fresh, tmp_path / "two")
    assert carried(came, kind) == carried(told, kind)
    assert done["judged"] == len(carried(told, kind)) > 0
    assert same_tracks == tracks
    if kind in ("json", "sqlite"):
        assert (rest["searches"], [word["aliases"] for word in rest["vocabulary"] if word["tag"] == "jazz"]) == (
            [{"name": "at night", "query": 'tag:"late night"'}], [["Jazzig"]],
        )  # fmt: skip
        assert others == rest
        assert len(told) == 11


def test_a_second_import_brings_nothing_new_and_undo_takes_the_first_one_back(scanned, judged, tmp_path, capsys):
    fresh = shutil.copy(scanned, tmp_path / "fresh.sqlite3")
    assert said(judged, "export", tmp_path / "all.csv") == 0
    for new, same in ((11, 0), (0, 11)):
        capsys.readouterr()
        assert said(fresh, "import", tmp_path / "all.csv", "--add-tags", "--json") == 0
        done = json.loads(capsys.readouterr().out)
        assert (done["judged"], done["same"]) == (new, same)
    assert said(fresh, "undo") in (0, 1)
