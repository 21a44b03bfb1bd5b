"""An import says what it will do, does just that as one batch, and never costs what the curator said."""

import os

import pytest
from exchanged import empty, exported, fill, held, imported
from sqlalchemy import text

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.domain.vocabulary import tag_key
from tagstudio.library import exchange as table
from tagstudio.library import judgements, tag_aliases, tags, tracks
from tagstudio.services.exchange import (
    AddTag,
    Choices,
    LeaveOut,
    MapTo,
    apply_import,
    export,
    plan_for,
    plan_import,
    plan_merge,
    preview,
)
from tagstudio.services.exchange.matching import Way
from tagstudio.services.judge import undo

NAMES = [b"a/one.flac", b"a/two.flac", b"b/two.flac", b"c/three.flac"]


@pytest.fixture
def here(tmp_path):
    with empty(tmp_path / "here" / "l.sqlite3") as studio:
        fill(studio, NAMES, ["First", "Second"])
        yield studio


def say(studio, track_id, word, verdict=Verdict.YES, origin=Origin.CURATOR):
    with studio.library.write() as session:
        tag = tags.add(session, word)
        judgements.record(session, [Judgement(track_id=track_id, tag_id=tag.id, verdict=verdict, origin=origin)])


def table_of(folder, *rows, name="given.csv", encoding="utf-8"):
    file = folder / name
    file.write_bytes("\r\n".join(["path,tag,state", *rows]).encode(encoding))
    return file


def everything(plan, **more):
    return Choices(words={word.key: AddTag("use") for word in plan.words}, **more)


def said_of(studio, word):
    return {place.decode(): verdict.value for place, tag, _, verdict, *_ in held(studio) if tag == word}


def test_a_preview_changes_nothing_and_says_what_will_be(here, tmp_path):
    say(here, 1, "jazz", Verdict.NO)
    rows = ["/music/a/one.flac,jazz,yes", "/music/c/three.flac,jazz,yes", "/elsewhere/x.flac,jazz,no"]
    rows += ["/music/a/one.flac,never heard of,yes", "/music/a/one.flac,,", "/music/a/one.flac,jazz,perhaps"]
    file = table_of(tmp_path, *rows)
    before = here.file.read_bytes(), held(here)
    plan = run(plan_import(here, file))
    seen = preview(here, plan, Choices(words={"never heard of": LeaveOut()}))
    assert (here.file.read_bytes(), held(here)) == before
    assert (seen.new, seen.n_conflicts, seen.left_out, seen.unmatched) == (1, 1, 1, 1)
    assert [(each.name, each.rows) for each in plan.unmatched] == [("/elsewhere/x.flac", 1)]
    assert [(each.line, "perhaps" in each.reason) for each in plan.bad_rows] == [(7, True)]
    done = run(apply_import(here, plan, Choices(words={"never heard of": LeaveOut()})))
    assert done.preview == seen
    assert done.judged.judged == 1


def test_the_own_verdict_stays_unless_theirs_is_wanted(here, tmp_path):
    say(here, 1, "jazz", Verdict.NO)
    file = table_of(tmp_path, "/music/a/one.flac,jazz,yes")
    plan = run(plan_import(here, file))
    run(apply_import(here, plan))
    assert said_of(here, "jazz") == {"/music/a/one.flac": "no"}
    run(apply_import(here, plan, Choices(theirs=True)))
    assert said_of(here, "jazz") == {"/music/a/one.flac": "yes"}


def test_what_a_file_said_of_itself_gives_way_to_an_import_but_never_wins(here, tmp_path):
    say(here, 1, "jazz", Verdict.NO, Origin.FILE)
    say(here, 2, "jazz", Verdict.NO)
    file = tmp_path / "given.csv"
    file.write_text("path,tag,state,source\n/music/a/one.flac,jazz,yes,curator\n/music/a/two.flac,jazz,yes,file\n")
    plan = run(plan_import(here, file))
    seen = preview(here, plan, Choices(theirs=True))
    assert (seen.new, seen.n_conflicts) == (1, 0)
    run(apply_import(here, plan, Choices(theirs=True)))
    assert said_of(here, "jazz") == {"/music/a/one.flac": "yes", "/music/a/two.flac": "no"}


def test_an_import_is_one_batch_of_its_origin_with_a_backup_and_undo_takes_it_back(here, tmp_path):
    say(here, 1, "jazz", Verdict.NO)
    before = held(here)
    file = table_of(tmp_path, *(f"/music/{name.decode()},{word},yes" for name in NAMES for word in ("jazz", "wow")))
    plan = run(plan_import(here, file))
    done = run(apply_import(here, plan, everything(plan, theirs=True)))
    assert done.judged.judged == 8
    assert done.backup.exists()
    with here.library.read() as session:
        (last, *_) = judgements.history(session)
        assert (last.batch, last.kind, last.judged) == (done.judged.batch, "import", 8)
        origins = {each.origin for each in table.held(session)}
    assert origins == {Origin.IMPORT}
    undo(here)
    assert held(here) == before


def test_what_a_person_says_like_the_files_own_tags_is_kept_as_said_by_a_person(here, tmp_path):
    with here.library.write() as session:
        tag = tags.by_name(session, "jazz")
        judgements.record(session, [Judgement(track_id=1, tag_id=tag.id, verdict=Verdict.YES, origin=Origin.FILE)])
    row = "/music/a/one.flac,jazz"
    first = imported(here, table_of(tmp_path, f"{row},yes"))
    assert (first.judged.judged, first.preview.same) == (1, 0)
    other = imported(here, table_of(tmp_path, f"{row},no", name="other.csv"))
    assert (other.judged.judged, other.preview.n_conflicts) == (0, 1)


def test_importing_the_same_file_again_does_nothing(here, tmp_path):
    file = table_of(tmp_path, "/music/a/one.flac,jazz,yes", "/music/a/two.flac,jazz,no")
    assert imported(here, file).judged.judged == 2
    again = imported(here, file)
    assert (again.judged.judged, again.preview.same) == (0, 2)


def test_tracks_are_known_by_audio_then_path_then_its_end_then_name_and_length(here, tmp_path):
    with here.library.read() as session:
        audio_hash = table.known_tracks(session)[0].audio_hash
    rows = [
        f"/moved/away.flac,t,yes,{audio_hash},,",
        "/music/a/two.flac,t,yes,,,",
        "/old drive/music/b/TWO.flac,t,yes,,,",
        "three.flac,t,yes,,,103.9",
        "/x/three.flac,t,no,,Another title,999",
        "/x/two.flac,t,yes,,,",
    ]
    file = tmp_path / "given.csv"
    file.write_text("\n".join(["path,tag,state,audio_hash,title,duration", *rows]))
    plan = run(plan_import(here, file))
    assert plan.track_ids == (1, 2, 3, 4, None, None)
    assert plan.ways == {Way.AUDIO: 1, Way.PATH: 1, Way.BELOW: 1, Way.NAME: 1}
    assert ["length" in plan.unmatched[0].reason, "2 tracks" in plan.unmatched[1].reason] == [True, True]


def test_copies_of_one_recording_are_told_apart_by_their_paths(tmp_path):
    with empty(tmp_path / "l.sqlite3") as studio:
        fill(studio, NAMES)
        with studio.library.write() as session:
            session.execute(text("UPDATE track SET audio_hash = 'same'"))
        for number, word in enumerate(("alpha", "beta", "gamma", "delta"), 1):
            say(studio, number, word)
        file = exported(studio, tmp_path / "out", "json")
        with empty(tmp_path / "two" / "l.sqlite3") as two:
            fill(two, NAMES)
            with two.library.write() as session:
                session.execute(text("UPDATE track SET audio_hash = 'same'"))
            imported(two, file)
            assert held(two) == held(studio)


def test_an_import_judges_the_copy_that_is_there_and_not_the_missing_one(here, tmp_path):
    with here.library.write() as session:
        session.execute(text("UPDATE track SET audio_hash = 'same'"))
        tracks.mark_missing(session, [1, 2])
    given = tmp_path / "given.csv"
    given.write_text("path,tag,state,audio_hash\n/elsewhere/x.flac,jazz,yes,same\n")
    imported(here, given)
    assert said_of(here, "jazz") == {"/music/b/two.flac": "yes"}


def test_a_word_can_stand_for_a_tag_and_is_remembered(here, tmp_path):
    file = table_of(tmp_path, "/music/a/one.flac,jaz,yes")
    plan = run(plan_import(here, file))
    (word,) = plan.unknown
    assert "jazz" in {tag.name for tag in word.near}
    done = run(apply_import(here, plan, Choices(words={"jaz": MapTo("jazz")})))
    assert done.preview.new_aliases == ("jaz",)
    assert said_of(here, "jazz") == {"/music/a/one.flac": "yes"}
    later = run(plan_import(here, file))
    assert later.unknown == []
    assert preview(here, later).same == 1


def test_words_that_differ_in_accents_are_different_words(here, tmp_path):
    plan = run(plan_import(here, table_of(tmp_path, "/music/a/one.flac,jázz,yes")))
    assert [word.text for word in plan.unknown] == ["jázz"]


def test_a_file_that_contradicts_itself_is_believed_once(here, tmp_path):
    plan = run(plan_import(here, table_of(tmp_path, "/music/a/one.flac,jazz,yes", "/music/a/one.flac,Jazz,no")))
    done = run(apply_import(here, plan))
    assert said_of(here, "jazz") == {"/music/a/one.flac": "yes"}
    assert [row.line for row in done.preview.contradictions] == [3]


@pytest.mark.parametrize(
    "given",
    [
        "label,label_type,filename\njazz,positive,one.flac\njazz,negative,three.flac\n",
        "path;tag;state\n/music/a/one.flac;jazz;yes\n/music/c/three.flac;jazz;no\n",
        "Path\tTag\tVerdict\n/music/a/one.flac\tjazz\tYes\n/music/c/three.flac\tjazz\tNO\n",
    ],
)
def test_tables_of_other_programs_are_understood(here, tmp_path, given):
    (tmp_path / "given.csv").write_text(given)
    imported(here, tmp_path / "given.csv")
    assert said_of(here, "jazz") == {"/music/a/one.flac": "yes", "/music/c/three.flac": "no"}


def test_scores_are_never_verdicts(here, tmp_path):
    (tmp_path / "a.csv").write_text("path,tag,score\n/music/a/one.flac,jazz,0.97\n")
    (tmp_path / "b.selections.txt").write_text(
        "Selection\tBegin Time (s)\tEnd Time (s)\tCommon Name\tConfidence\tBegin Path\n"
        "1\t0\t3\tjazz\t0.9\t/music/a/one.flac\n"
    )
    for name in ("a.csv", "b.selections.txt"):
        plan = run(plan_import(here, tmp_path / name))
        assert (plan.claims, plan.guesses) == ((), 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(here, tmp_path, encoding):
    plan = run(plan_import(here, table_of(tmp_path, "/music/a/one.flac,Café,yes", encoding=encoding)))
    assert [word.text for word in plan.words] == ["Café"]
    assert bool(plan.notices) == (encoding == "cp1252")


def test_merging_brings_verdicts_tags_spellings_and_searches_and_leaves_the_other_as_it_is(here, tmp_path):
    with empty(tmp_path / "other" / "l.sqlite3") as other:
        fill(other, [b"elsewhere/one.flac", *NAMES[1:], b"gone.flac"])
        for number, word in enumerate(("alpha", "jazz", "alpha", "jazz", "lost"), 1):
            say(other, number, word, Verdict.NO)
        with other.library.write() as session:
            tag_aliases.add(session, {"alfa": tags.by_name(session, "alpha").id})
            table.add_searches(session, [("mine", "tag:alpha")])
    files = {file.name: file.read_bytes() for file in (tmp_path / "other").iterdir() if file.is_file()}
    plan = run(plan_merge(here, tmp_path / "other" / "l.sqlite3"))
    done = run(apply_import(here, plan))
    assert {file.name: file.read_bytes() for file in (tmp_path / "other").iterdir() if file.is_file()} == files
    # Of the same name, but with other audio; and one that is not here at all.
    assert {each.name for each in plan.unmatched} == {"/music/elsewhere/one.flac", "/music/gone.flac"}
    assert plan.matched == 3
    assert done.judged.judged == plan.matched
    assert "alpha" in done.preview.new_tags
    assert (done.preview.new_aliases, done.preview.new_searches) == (("alfa",), ("mine",))
    with here.library.read() as session:
        assert judgements.history(session)[0].kind == "merge"
        assert table.searches(session) == [("mine", "tag:alpha")]
        assert tag_key("alfa") in tag_aliases.spellings(session)


def test_a_library_that_is_open_elsewhere_is_merged_with_what_its_journal_holds(here, tmp_path):
    with empty(tmp_path / "other" / "l.sqlite3") as other:
        say(other, fill(other, NAMES)[0], "jazz")
        assert (tmp_path / "other" / "l.sqlite3-wal").stat().st_size
        before = {file.name: file.read_bytes() for file in (tmp_path / "other").iterdir() if file.is_file()}
        plan = run(plan_for(here, tmp_path / "other" / "l.sqlite3"))
        after = {file.name: file.read_bytes() for file in (tmp_path / "other").iterdir() if file.is_file()}
    assert after == before
    assert preview(here, plan).new == 1


def test_a_library_is_not_merged_into_itself(here, tmp_path):
    os.link(here.file, tmp_path / "link.sqlite3")
    for file in (here.file, tmp_path / "link.sqlite3"):
        with pytest.raises(TagStudioError, match="open"):
            run(plan_merge(here, file))


@pytest.mark.parametrize("word", ["annotations", "file_metadata"])
def test_an_export_is_no_jams_document_whatever_its_tags_are_called(here, tmp_path, word):
    say(here, 1, word)
    plan = run(plan_import(here, exported(here, tmp_path / "out", "json")))
    assert (plan.format, preview(here, plan).same) == ("json", 1)
    jams = exported(here, tmp_path / "out", "jams")
    assert run(plan_import(here, min(jams.iterdir()).rename(tmp_path / "jams.json"))).format == "jams"


def test_what_a_file_holds_tells_its_format_before_its_name_does(here, tmp_path):
    say(here, 1, "jazz")
    run(export(here, tmp_path / "verdicts.selections.txt"))
    misnamed = (tmp_path / "verdicts.selections.txt").rename(tmp_path / "tags.txt")
    plan = run(plan_import(here, misnamed))
    assert not plan.bad_rows
    assert preview(here, plan, Choices()).same == 1
