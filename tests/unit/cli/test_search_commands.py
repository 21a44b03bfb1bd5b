"""``find`` and ``searches`` speak the search language and point at mistakes; the other commands take the same one."""

import json

import pytest

from tagstudio.cli.app import run


@pytest.fixture
def tagstudio(tmp_path, music, capsys):
    def called(*arguments):
        status = run(["--library", str(tmp_path / "own.sqlite3"), *arguments], lambda *_: 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    assert called("scan", str(music))[0] == 0
    return called


def test_find_prints_ids_and_paths_or_one_document(tagstudio):
    status, out, _ = tagstudio("find", "codec:flac OR codec:vorbis")
    assert status == 0
    assert [line.split()[:2] for line in out.splitlines()[1:]] == [["2", "one/b.flac"], ["3", "two/c.ogg"]]
    document = json.loads(tagstudio("find", "--json", "-n", "1", "--", "-codec:flac")[1])
    assert [(each["id"], each["path"].endswith("one/a.wav")) for each in document] == [(1, True)]
    assert tagstudio("find", "nothing such")[1:] == ("", "No track matches this search.\n")


def test_find_counts_kinds(tagstudio):
    counts = json.loads(tagstudio("find", "folder:one", "--facets", "--json")[1])
    assert counts["found"] == 2
    values = {value["query"]: value["count"] for group in counts["facets"] for value in group["values"]}
    assert values["codec:=flac"] == 1
    assert values["is:new"] == 2


@pytest.mark.parametrize("command", [
    ("find",), ("find", "--facets"), ("analyse",), ("suggest",), ("judge", "--yes", "jazz"), ("write", "--dry-run"),
    ("searches", "save", "name"),
])  # fmt: skip
def test_every_command_points_at_the_character_of_a_mistake(tagstudio, command):
    name, *rest = command
    given = (name, *rest, "wav bpm:fast") if name == "searches" else (name, "wav bpm:fast", *rest)
    status, out, err = tagstudio(*given)
    assert (status, out) == (1, "")
    what, query, caret = err.splitlines()
    assert "not a number" in what
    assert query[caret.index("^") :] == "fast"


def test_searches_are_saved_listed_renamed_used_and_removed(tagstudio):
    assert tagstudio("searches")[2].startswith("No search was saved yet.")
    assert tagstudio("searches", "save", "First album", "folder:one")[0] == 0
    assert tagstudio("searches", "rename", "first ALBUM", "album 1")[0] == 0
    for words in (("searches", "--json"), ("searches", "list", "--json")):
        (only,) = json.loads(tagstudio(*words)[1])
        assert (only["name"], only["query"], only["count"]) == ("album 1", "folder:one", 2)
    assert len(json.loads(tagstudio("find", 'in:"album 1"', "--json")[1])) == 2
    assert tagstudio("searches", "remove", "album 1")[0] == 0
    status, _, err = tagstudio("searches", "remove", "album 1")
    assert (status, "no saved search" in err) == (1, True)
