"""Out with one command, in with another, taken back with a third."""

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_verdicts_go_out_come_in_and_are_taken_back(program, music, tmp_path):
    program("scan", music)
    program("judge", "path:one", "--yes", "jazz", "--no", "=1+1")
    program("export", tmp_path / "tags.json")
    program("export", tmp_path / "wide.csv", "--wide", "--bom")
    program("export", tmp_path / "labels", "--format", "audacity")
    assert len(list((tmp_path / "labels").iterdir())) == 2
    kept = program.library
    program.library = tmp_path / "another.sqlite3"
    program("scan", music)
    seen = program.json("import", tmp_path / "tags.json", "--dry-run")
    assert (seen["judged"], seen["new"], seen["left_out"], seen["matched"]) == (0, 2, 2, 3)
    assert [each["tag"] for each in seen["unknown_tags"]] == ["=1+1"]
    done = program.json("import", tmp_path / "tags.json", "--add-tags")
    assert (done["judged"], done["new_tags"], done["unmatched"]) == (4, ["=1+1"], [])
    assert program.json("import", tmp_path / "wide.csv")["same"] == 4
    assert program.json("undo")["judged"] == 4
    mapped = program.json("import", tmp_path / "wide.csv", "--map", "jazz=jazz", "--dry-run")
    assert mapped["new"] == 4
    assert program.json("merge", kept)["judged"] == 4
    assert "open" in program.refused("merge", program.library)
    assert "JAMS" in program.refused("import", music)
