"""Whatever is in a file to import, the program explains itself, and the library stays as it was."""

import json
import random
import sqlite3
import unicodedata
from contextlib import closing, suppress

import pytest
from exchanged import CARRIES, ENDINGS, empty, exported, fill, held, judge_all

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.services import saved_searches
from tagstudio.services.exchange import FORMATS, apply_import, plan_for, plan_import, plan_merge, preview
from tagstudio.services.exchange.source import LINE_CHARACTERS

NAMES = [b"a/one.flac", b"b/two.flac"]
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + ']><DJ_PLAYLISTS Version="1.0.0"><COLLECTION><TRACK TrackID="1" Location="&j;"/></COLLECTION></DJ_PLAYLISTS>'
)
READS_A_FILE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    '<DJ_PLAYLISTS><COLLECTION><TRACK TrackID="1" Name="&a;" Location="file://localhost/a"/></COLLECTION></DJ_PLAYLISTS>'
)


@pytest.fixture
def here(tmp_path):
    with empty(tmp_path / "here" / "l.sqlite3") as studio:
        judge_all(studio, fill(studio, NAMES, ["T"]), ["alpha", "beta", "gamma"], spans=((1.0, 2.5),))
        yield studio


def looked_at(studio, file, kind=None):
    """Plan and preview; a TagStudioError is an answer, anything else is a fault of the program."""
    before = studio.file.read_bytes(), held(studio)
    with suppress(TagStudioError):
        preview(studio, run(plan_for(studio, file, file_format=kind)))
    assert (studio.file.read_bytes(), held(studio)) == before


@pytest.mark.parametrize("kind", CARRIES)
def test_damaged_files_never_crash_and_change_nothing(here, tmp_path, kind):
    place = exported(here, tmp_path / "out", kind)
    whole = (place if place.is_file() else min(place.iterdir())).read_bytes()
    chance = random.Random(kind)
    named = ENDINGS.get(kind, kind) if kind in ("wide", "per_facet") else kind
    for number in range(60):
        damaged = bytearray(whole)
        if number % 3 == 0:
            damaged = damaged[: chance.randrange(1, len(damaged))]
        elif number % 3 == 1:
            for _ in range(8):
                damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        else:
            at = chance.randrange(len(damaged))
            damaged[at:at] = chance.choice([b"\0", b"\xff\xfe", b'"', b"[" * 5000, b"\t\t", b"1e999", b"-1", b"\n" * 9])
        file = tmp_path / "damaged"
        file.write_bytes(damaged)
        looked_at(here, file, named)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "contents",
    [b"\0" * 5000, b"\xff\xd8\xff\xe0 JFIF", b"PK\x03\x04" + b"\0" * 200, b"fLaC", b"hello", b"{}", b"[" * 200_000,
     b'{"tracks": ' + b"[" * 200_000, b"SQLite format 3\0" + b"\0" * 4000, b"\n" * 100, b"<a>" * 5000],
)  # fmt: skip
def test_a_file_of_another_kind_is_explained_in_a_sentence(here, tmp_path, kind, contents):
    file = tmp_path / "other"
    file.write_bytes(contents)
    if kind == "m3u8" and b"\0" not in contents and contents.strip():
        # A line of text may be the name of a track; nothing of it is found here.
        assert run(plan_import(here, file, file_format=kind)).matched == 0
        return
    with pytest.raises(TagStudioError) as caught:
        run(plan_import(here, file, file_format=kind))
    assert caught.value.what.endswith(".")
    assert caught.value.advice


@pytest.mark.parametrize("text", [LAUGHS, READS_A_FILE])
def test_xml_with_declared_entities_is_refused(here, tmp_path, text):
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(TagStudioError, match="Rekordbox"):
        run(plan_import(here, tmp_path / "a.xml"))


def document(folder, **more):
    file = folder / "given.json"
    file.write_text(json.dumps({"format": "tagstudio-export", "version": 2, "tracks": [], **more}))
    return file


def test_a_path_that_no_file_can_have_is_listed(here, tmp_path):
    tags = [{"tag": "jazz", "state": "yes"}]
    plan = run(plan_import(here, document(tmp_path, tracks=[{"path": "/a/\ud800.mp3", "tags": tags}])))
    assert [(each.name, each.rows) for each in plan.unmatched] == [("/a/\N{REPLACEMENT CHARACTER}.mp3", 1)]


def test_saved_searches_of_a_file_get_names_that_a_person_could_give_or_are_bad_rows(here, tmp_path):
    names = ["odd\ud800", " padded ", "two\nlines", "nul\0", "", "x" * 101, "bell\7"]
    file = document(tmp_path, searches=[{"name": name, "query": f"{name} \ud800\0"} for name in names])
    plan = run(plan_import(here, file))
    kept = ["odd?", "padded", "two lines", "nul"]
    assert [("name" in each.reason) for each in plan.bad_rows] == [True] * 3
    assert list(preview(here, plan).new_searches) == kept
    assert list(run(apply_import(here, plan)).preview.new_searches) == kept
    for name in kept:
        assert saved_searches.remove(here, name).name == name


def test_a_preview_names_just_the_saved_searches_that_will_be_added(here, tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "Café") for form in ("NFC", "NFD"))
    saved_searches.save(here, composed, "low")
    names = [decomposed, "new", "NEW"]
    plan = run(plan_import(here, document(tmp_path, searches=[{"name": name, "query": "low"} for name in names])))
    assert preview(here, plan).new_searches == ("new",)
    assert run(apply_import(here, plan)).preview.new_searches == ("new",)


def test_an_endless_line_is_a_bad_row_and_the_rest_goes_on(here, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("path,tag,state\n" + "x" * (3 * LINE_CHARACTERS) + "\n/music/a/one.flac,jazz,yes\n")
    plan = run(plan_import(here, file))
    assert [(row.line, "longer" in row.reason) for row in plan.bad_rows] == [(2, True)]
    assert len(plan.claims) == 1


def test_a_quote_that_never_closes_is_a_bad_row(here, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text('path,tag,state\n/music/a/one.flac,jazz,yes\n"' + "x\n" * 100_000)
    plan = run(plan_import(here, file))
    assert len(plan.claims) == 1
    assert plan.n_bad


def test_a_database_whose_tables_are_endless_views_is_refused(here, tmp_path):
    file = exported(here, tmp_path / "out", "sqlite")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE verdict")
        connection.execute(
            "CREATE VIEW verdict AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS file_id, 1 AS word_id, 'yes' AS verdict, '' AS origin, NULL AS start_s, NULL AS end_s FROM n"
        )
    with pytest.raises(TagStudioError):
        run(plan_import(here, file))


@pytest.mark.parametrize("name", ["no such file", "folder", "nothing.csv", "bad\0name"])
def test_what_cannot_be_read_is_explained(here, tmp_path, name):
    (tmp_path / "folder").mkdir(exist_ok=True)
    (tmp_path / "nothing.csv").touch()
    with pytest.raises(TagStudioError) as caught:
        run(plan_for(here, tmp_path / name))
    assert caught.value.advice


def test_pipes_and_devices_do_not_hold_the_program_up(here, tmp_path):
    import os
    from pathlib import Path

    os.mkfifo(tmp_path / "pipe.csv")
    for file in (tmp_path / "pipe.csv", Path("/dev/zero")):
        for plan in (plan_import, plan_merge):
            with pytest.raises(TagStudioError):
                run(plan(here, file))
