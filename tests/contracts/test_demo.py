"""The demo library: small, of many formats, readable here, and every track credited with its licence beside it."""

import os
import re
import tomllib

import pytest

from tagstudio import paths
from tagstudio.audio.formats import is_audio_name
from tagstudio.audio.listening import Ear
from tagstudio.filetags.read import read_fields

DEMO = paths.resources() / "demo"
TRACKS = sorted(file for file in DEMO.iterdir() if is_audio_name(os.fsencode(file.name)))
PIECES = {piece["file"]: piece for piece in tomllib.loads((DEMO / "pieces.toml").read_text("utf-8"))["piece"]}


@pytest.fixture(scope="module")
def ear():
    return Ear()


def test_the_demo_is_a_dozen_tracks_in_several_formats_and_under_six_megabytes():
    assert len(TRACKS) == 12
    assert len({file.suffix for file in TRACKS}) >= 5
    assert sum(file.stat().st_size for file in DEMO.rglob("*")) < 6_000_000


def test_every_track_is_credited_and_every_credit_has_its_track():
    credited = re.findall(r"^- File: `(.+)`$", (DEMO / "CREDITS.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(credited) == [file.name for file in TRACKS] == sorted(PIECES)


def test_every_file_the_credits_point_to_is_there():
    linked = set(re.findall(r"\]\((licences/[^)]+)\)", (DEMO / "CREDITS.md").read_text("utf-8")))
    assert linked == {f"licences/{file.name}" for file in (DEMO / "licences").iterdir()}
    assert all((DEMO / file).stat().st_size > 500 for file in linked)


@pytest.mark.parametrize("file", TRACKS, ids=lambda file: file.name)
def test_every_track_can_be_heard_for_about_thirty_seconds(ear, file):
    heard = ear.hear(os.fsencode(file), 2)
    assert heard.bad_packets == 0
    assert heard.duration_s == pytest.approx(30, abs=0.1)
    assert (heard.windows**2).mean() > 1e-4


@pytest.mark.parametrize("file", TRACKS, ids=lambda file: file.name)
def test_the_tags_in_the_file_say_what_the_credits_say(file):
    fields = read_fields(file)
    for name in ("title", "artist", "album", "genre"):
        expected = PIECES[file.name].get(name)
        assert fields.get(name, ()) == ((expected,) if expected else ())
