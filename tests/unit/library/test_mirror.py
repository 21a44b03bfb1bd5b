"""The mirror: it has every judgement, mends itself, and never stands in the way."""

import shutil
import sqlite3

import pytest

from tagstudio.domain.errors import DamagedLibraryError
from tagstudio.domain.judgements import Verdict
from tagstudio.library import checks, judgements, store
from tagstudio.library.mirror import Mirror
from tagstudio.library.store import open_library


def judge(library, verdict, *track_ids, answer=Verdict.YES):
    with library.write() as session:
        judgements.record(session, [verdict(each, answer) for each in track_ids], text="by hand")


def kept(file):
    return [line["end"][0] for line in Mirror(file).lines() if "prev_hash" in line]


def problem(file):
    with checks.looked_at(file) as connection:
        return Mirror(file).problem(connection)


def test_every_judgement_is_in_the_mirror_with_names_as_soon_as_it_is_saved(filled, file, verdict):
    judge(filled, verdict, 1, 2)
    judge(filled, verdict, 3)
    lines = list(Mirror(file).lines())
    assert [line["end"][0] for line in lines] == [1, 2, 3]
    assert (lines[0]["tag"], lines[0]["root"], lines[0]["path"], lines[0]["audio_hash"]) == (
        "jazz", "/music", "1.mp3", "hash1",
    )  # fmt: skip
    assert problem(file) == ""


@pytest.mark.parametrize("where", ["connecting", "reading"])
def test_a_library_that_cannot_be_read_for_the_mirror_has_saved_the_judgement_all_the_same(
    filled, file, verdict, monkeypatch, where
):
    def refuse(*_):
        raise sqlite3.OperationalError("database is locked")

    with monkeypatch.context() as patch:
        if where == "reading":
            patch.setattr(Mirror, "_follow", refuse)
        else:
            filled._readers.dispose()
            patch.setattr(store, "_configure", refuse)
        judge(filled, verdict, 1)
    assert kept(file) == []
    with filled.read() as session:
        assert [each.judged for each in judgements.history(session)] == [1]
    judge(filled, verdict, 2)
    assert kept(file) == [1, 2]


@pytest.mark.parametrize("torn", [1, 30, 200])
def test_a_torn_last_line_is_cut_and_written_again(filled, file, verdict, torn):
    judge(filled, verdict, 1, 2)
    mirror = filled.mirror.file
    mirror.write_bytes(mirror.read_bytes()[:-torn])
    judge(filled, verdict, 3)
    assert kept(file) == [1, 2, 3]
    assert mirror.read_bytes().endswith(b"}\n")


def test_a_deleted_mirror_is_made_again_at_the_next_start(filled, file, verdict):
    judge(filled, verdict, 1, 2)
    filled.close()
    shutil.rmtree(file.with_suffix(".backups"))
    open_library(file).close()
    assert kept(file) == [1, 2]


def test_a_mirror_that_cannot_be_written_never_stops_judging(filled, file, verdict):
    file.with_suffix(".backups").write_text("a file where the folder should be")
    judge(filled, verdict, 1)
    judge(filled, verdict, 2)
    assert "cannot be written" in filled.mirror.warning
    file.with_suffix(".backups").unlink()
    judge(filled, verdict, 3)
    assert filled.mirror.warning == ""
    assert kept(file) == [1, 2, 3]


def test_a_library_that_lacks_what_was_saved_is_refused_until_somebody_decides(filled, file, verdict):
    judge(filled, verdict, 1)
    filled.close()
    before = file.read_bytes()
    with open_library(file) as library:
        judge(library, verdict, 2, 3)
    file.write_bytes(before)
    with pytest.raises(DamagedLibraryError, match="lacks 2 judgements") as refused:
        open_library(file)
    assert refused.value.lacking == 2
    assert file.read_bytes() == before


def test_a_pressed_mirror_has_all_lines(filled, file, verdict):
    judge(filled, verdict, 1, 2)
    with checks.looked_at(file) as connection:
        filled.mirror.compact(connection)
    judge(filled, verdict, 3)
    assert kept(file) == [1, 2, 3]
    assert problem(file) == ""


def test_a_changed_line_is_not_believed(filled, file, verdict):
    judge(filled, verdict, 1, 2)
    mirror = filled.mirror.file
    mirror.write_bytes(mirror.read_bytes().replace(b'"yes"', b'"no"', 1))
    assert kept(file) == [2]
    assert "lacks 1 of 2" in problem(file)
