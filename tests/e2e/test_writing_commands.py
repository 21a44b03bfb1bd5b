"""The commands that touch files: write, restore, fields; what they do, what they refuse, and that trying is free."""

import hashlib

import mutagen
import pytest

from tagstudio.cli.app import run as command

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROW = {"path", "id", "state", "reason", "before", "after", "warnings"}


def digests(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def here(tmp_path, capsys):
    """Run a command in this process, which is quicker; return its status and what it said on both ways."""

    def run(*arguments):
        capsys.readouterr()
        status = command(["--library", str(tmp_path / "library.sqlite3"), *map(str, arguments)], lambda *_: 1)
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def judged(program, music):
    program("scan", music)
    program("judge", "", "--yes", "jazz", "--yes", "piano")
    return program


def test_tags_go_into_files_and_out_again(judged, music):
    before = digests(music)
    tried = judged.json("write", "--dry-run")
    assert [set(row) for row in tried] == [ROW] * 3
    assert {row["state"] for row in tried} == {"would change"}
    assert "nothing was written: 3 would change" in judged("write", "--dry-run").stdout
    assert "switched off" in judged.refused("write")
    assert "switched off" in judged.refused("write", "--json")
    assert digests(music) == before

    done = judged.json("write", "path:one", "--yes", "--preserve-mtime")
    assert [(row["state"], row["reason"]) for row in done] == [("done", "")] * 2
    assert [row["after"] for row in done] == [row["after"] for row in tried[:2]]
    assert mutagen.File(music / "one" / "b.flac")["genre"] == ["jazz"]
    assert len(set(digests(music).items()) - set(before.items())) == 2
    assert {row["state"] for row in judged.json("write", "path:one", "--yes")} == {"unchanged"}

    (run,) = judged.json("restore", "--list")
    assert set(run) == {"id", "kind", "text", "made_at", "is_finished", "counts"}
    assert (run["id"], run["kind"], run["is_finished"], run["counts"]) == (1, "write", True, {"done": 2})
    assert [row["state"] for row in judged.json("restore", "--file", "1")] == ["done"]
    assert "1 done, 0 refused" in judged("restore", "--all").stdout
    assert digests(music) == before
    assert "1 " in judged("restore", "--list").stdout


def test_a_file_that_changed_is_refused_and_the_others_are_written(judged, music):
    (music / "one" / "a.wav").write_bytes(b"x" * 5000)
    rows = {row["path"]: row for row in judged.json("write", "--yes")}
    refused = rows.pop(str(music / "one" / "a.wav"))
    assert (refused["state"], refused["reason"]) == ("refused", "it has changed since the last scan")
    assert {row["state"] for row in rows.values()} == {"done"}
    assert (music / "one" / "a.wav").read_bytes() == b"x" * 5000
    assert "refused: " in judged("write", "--dry-run").stdout


def test_the_map_of_fields_is_shown_and_changed_and_holds(judged, music):
    shown = judged.json("fields")
    assert set(shown) == {"profile", "fields"}
    assert all(set(line) == {"facet", "place", "is_own"} for line in shown["fields"])
    assert "Facet" in judged("fields").stdout
    changed = judged.json("fields", "genre=comment:GENRE", "use=none", "--profile", "picard")
    assert changed["profile"] == "picard"
    places = {line["facet"]: line["place"] for line in changed["fields"] if line["is_own"]}
    assert places == {"genre": "comment:GENRE", "use": "none"}
    assert judged.json("fields") == changed
    (row,) = judged.json("write", "path:b.flac", "--dry-run")
    assert "[GENRE: jazz]" in str(row["after"])
    assert judged.json("fields", "genre=", "use=", "--profile", "plain") == shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("write", "--dry-run", "--profile", "winamp"), "plain, picard, itunes, rekordbox"),
        (("write", "--profile", "winamp"), "plain, picard, itunes, rekordbox"),
        (("write", "--dry-run", "--replace", "colour"), "facets are"),
        (("write", "title:'open", "--dry-run", "--profile", "x"), "."),
        (("write", "colour:red", "--dry-run"), "colour"),
        (("restore",), "."), (("restore", "77"), "."), (("restore", "--all"), "."), (("restore", "--file", "77"), "."),
        (("restore", "1", "--all"), "Several"), (("restore", "--continue"), "No run"),
        (("fields", "mood"), "FACET=FIELD"), (("fields", "mood=TITLE"), "other programs"),
        (("fields", "colour=X"), "facets are"), (("fields", "mood=a"), "no name for a field"),
        (("fields", "--profile", "winamp"), "profiles are"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_or_restored_is_explained_and_changes_nothing(here, arguments, says):
    here("tags", "add", "jazz")
    before = here("fields", "--json")
    for options in ((), ("--json",)):
        status, out, said = here(*arguments, *options)
        assert (status, out) == (1, "")
        assert says in said
        assert 1 <= said.count("\n") <= 3
    assert here("fields", "--json") == before


@pytest.mark.parametrize("arguments", [("restore", "x"), ("restore", "0"), ("write", "--no-such"), ("fields", "--x")])
def test_wrong_usage_of_them_is_status_2(here, arguments):
    status, _, said = here(*arguments)
    assert status == 2
    assert said


def test_without_a_library_they_create_none(here, tmp_path):
    for arguments in (("write", "--yes"), ("write", "--dry-run"), ("restore",), ("restore", "--list"), ("fields",)):
        status, _, said = here(*arguments)
        assert status == 1
        assert "Scan a folder first" in said
    assert not (tmp_path / "library.sqlite3").exists()
    here("tags", "add", "jazz")
    assert here("write", "--yes", "--json")[:2] == (0, "[]\n")
    assert here("restore", "--list", "--json")[:2] == (0, "[]\n")
