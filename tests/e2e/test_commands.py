"""The whole loop by command, and what every command says to bad input."""

import json

import numpy as np
import pytest

from tagstudio.nn.catalogue import cards

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SUGGESTION = {"tag", "facet", "score", "source"}


def test_from_a_folder_of_music_to_an_export(program, real_music, tmp_path):
    scanned = program.json("scan", real_music)
    assert set(scanned) == {
        "new",
        "changed",
        "moved",
        "missing",
        "unchanged",
        "failed",
        "seconds",
        "notes",
        "held_back",
        "elsewhere",
    }
    assert scanned["failed"] == []
    count = scanned["new"]

    analysed = program.json("analyse", "--excerpts", "2")
    assert set(analysed) >= {"analysed", "skipped", "failed", "audio_seconds", "seconds", "device", "models"}
    assert (analysed["analysed"], analysed["models"]) == (count, ["mtt-musicnn", "msd-musicnn"])
    assert program.json("analyse", "--excerpts", "2")["skipped"] == count

    suggested = program.json("suggest", "--top", "3", "--min", "0")
    assert len(suggested) == count
    assert all(set(one) == SUGGESTION for each in suggested for one in each["suggestions"])
    ranked = [each["id"] for each in program.json("suggest", "--tag", "techno", "--min", "0")]
    yes, no = ranked[:5], ranked[-5:]

    batches = [program.json("judge", f"id:{each}", "--yes", "busy")["batch"] for each in yes]
    batches += [program.json("judge", f"id:{each}", "--no", "busy")["batch"] for each in no]
    assert batches == sorted(set(batches))

    (head,) = program.json("retrain")
    assert set(head) == {"tag", "yes", "no", "model", "auc", "auc_low", "auc_high", "threshold", "seconds"}
    assert (head["tag"], head["yes"], head["no"]) == ("busy", 5, 5)

    asked = program.json("review", "--tag", "busy", "-n", "3")
    assert all(set(each) == {"path", "id", "tag", "score", "why"} for each in asked)
    assert not {each["id"] for each in asked} & {*yes, *no}

    nearest = program.json("similar", yes[0], "-n", "4")
    assert [set(each) for each in nearest] == [{"path", "id", "distance"}] * 4

    assert program.json("undo")["judged"] == 1
    assert program.json("export", tmp_path / "tags.csv")["judgements"] == 9
    assert program.json("export", tmp_path / "tags.json", "tag:busy")["tracks"] == 5
    assert json.loads((tmp_path / "tags.json").read_text())["tracks"]
    assert "busy" in {each["tag"] for each in program.json("tags", "list")}


def test_a_search_finds_by_field_and_a_bad_one_points_at_its_character(program, music):
    program("scan", music)
    assert [each["path"] for each in program.json("suggest", "path:one")] == [
        str(music / "one" / "a.wav"),
        str(music / "one" / "b.flac"),
    ]
    assert program.json("suggest", '"no such words"') == []
    assert "colour" in program.refused("suggest", "colour:red")
    assert program.refused("suggest", 'title:"open')


def test_listening_needs_no_library_and_gives_every_class_and_output(program, music, tmp_path):
    found = program.json(
        "listen",
        music / "one" / "a.wav",
        "--model",
        "mtt-musicnn",
        "--output",
        "penultimate",
        "--out",
        tmp_path / "a.npz",
    )
    assert set(found[0]) == {"path", "model", "window_s", "hop_s", "tags"}
    assert len(found[0]["tags"]) == 50
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["taggram"].shape == (1, 50)
        assert arrays["penultimate"].shape == (1, 200)
        assert set(arrays["classes"]) == {each["tag"] for each in found[0]["tags"]}
        assert arrays["times"].tolist() == [0.0]
    assert not program.library.exists()


def test_one_bad_file_does_not_stop_the_others(program, music):
    (music / "text.mp3").write_text("no sound")
    done = program("listen", music / "text.mp3", music / "one" / "a.wav", "--model", "msd-vgg", "--json", status=1)
    assert len(json.loads(done.stdout)) == 1
    assert "text.mp3" in done.stderr


def test_the_catalogue_lists_the_shipped_networks(program):
    assert [each["id"] for each in program.json("models")] == [card.id for card in cards()]
    assert program.json("models", "mtt-vgg")["licence"].startswith("ISC")
    assert "mtt-musicnn" in program.refused("models", "nonsense")


def test_tags_are_added_and_renamed(program):
    assert program.json("tags", "add", "dub techno", "--facet", "genre")["facet"] == "genre"
    assert program.json("tags", "rename", "Dub Techno", "dub")["tag"] == "dub"
    assert "dub" in {each["tag"] for each in program.json("tags", "list")}
    assert "characters" in program.refused("tags", "add", "x" * 300)
    assert program.refused("tags", "add", "  ")
    assert program.refused("tags", "rename", "dub", "jazz")
    assert program.refused("tags", "rename", "nothing like it", "new")
    assert "facet" in program.refused("tags", "add", "word", "--facet", "colour")


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan",), ("scan", "x", "--workers", "0"), ("analyse", "--excerpts", "0"), ("analyse", "--excerpts", "many"),
        ("analyse", "--device", "tpu"), ("listen", "a.wav"), ("nonsense",), ("suggest", "--top", "x"),
        ("review", "-n", "0"),
    ],
)  # fmt: skip
def test_wrong_usage_is_status_2(program, arguments):
    assert program(*arguments, status=2).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "no such folder"), ("judge", "id:1"), ("judge", "id:999", "--yes", "a"), ("undo",), ("undo", "77"),
        ("similar", "77"), ("review", "--tag", "nothing like it"), ("review", "--strategy", "psychic"),
        ("suggest", "--tag", "nothing like it"), ("retrain", "nothing like it"), ("export", "tags.docx"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_explained_with_status_1(program, arguments):
    program("tags", "add", "a word")
    said = program.refused(*arguments)
    assert said.count("\n") == 1
    assert said.count(".") >= 1


def test_commands_on_a_library_that_is_not_there_create_none(program):
    for arguments in (("suggest",), ("analyse",), ("review",), ("export", "x.csv")):
        assert "Scan a folder first" in program.refused(*arguments)
    assert not program.library.exists()


def test_a_file_that_is_no_library_is_refused_and_left_alone(program):
    program.library.write_text("These are my notes, not a library.")
    assert program.refused("suggest")
    assert program.refused("tags", "add", "word")
    assert program.library.read_text() == "These are my notes, not a library."


def test_without_a_display_the_demo_and_a_folder_go_on_in_the_terminal(program, music):
    done = program("gui", music)
    assert "There is no display here" in done.stderr
    assert "3 new" in done.stdout
    assert "3 analysed" in done.stdout


def test_the_doctor_names_what_works(program):
    found = {each["name"]: each for each in program.json("doctor")}
    assert {"models", "networks", "decoding", "library", "disk", "sound", "window"} <= set(found)
    assert all(found[name]["is_ok"] for name in ("models", "networks", "decoding", "library"))
    assert found["window"]["advice"]


def test_a_damaged_cache_is_set_aside_and_said_so(program, music):
    program("scan", music)
    program("analyse", "--excerpts", "1")
    cache = program.library.with_suffix(".cache") / "cache.sqlite3"
    cache.write_bytes(b"not a cache" * 100)
    said = program("suggest").stderr
    assert "cache" in said
    assert program.json("analyse", "--excerpts", "1")["analysed"] == 3
