"""Yes and no teach a word at once; undo takes everything back."""

import csv
import io
import json
import shutil

import numpy as np
import pytest

from tagstudio import paths
from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.services import browse, vocabulary
from tagstudio.services.analyse import analyse
from tagstudio.services.demo import demo_folder
from tagstudio.services.exchange import export
from tagstudio.services.judge import history, judge, redo, undo
from tagstudio.services.retrain import retrain
from tagstudio.services.review import STRATEGIES, questions
from tagstudio.services.scan import scan
from tagstudio.services.similar import similar
from tagstudio.services.studio import open_studio
from tagstudio.services.suggest import ranking, suggest, tag_named, track_suggestions


def ids(studio, *names):
    return [browse.track_ids(studio, f"path:{name}")[0] for name in names]


def test_every_track_that_was_heard_has_suggestions_with_a_source(demo):
    found = suggest(demo, minimum=0.0)
    assert len(found) == 12
    for each in found:
        assert each.suggestions
        assert all(0 <= one.score <= 1 and one.source for one in each.suggestions)


def test_one_yes_teaches_a_new_word_and_ranks_its_track_first(demo):
    (metal,) = ids(demo, "Muldjord")
    result = judge(demo, [metal], {"crushing": Verdict.YES})
    assert result.new_tags == ("crushing",)
    ranked = ranking(demo, tag_named(demo, "crushing").id)
    assert ranked.track_ids[0] == metal
    assert len(ranked.track_ids) == 12
    assert result.heads[0].auc is None


def test_yes_and_no_separate_and_quality_comes_with_an_interval(demo):
    loud = ids(demo, "Muldjord", "Noiz2sa", "Parsec47")
    calm = ids(demo, "Palace", "Coffee", "Chimes")
    judge(demo, loud, {"pushing": Verdict.YES})
    result = judge(demo, calm, {"pushing": Verdict.NO})
    (head,) = result.heads
    assert (head.yes, head.no) == (3, 3)
    assert 0 <= head.auc_low <= head.auc <= head.auc_high <= 1
    ranked = ranking(demo, head.tag_id)
    place = {int(track_id): place for place, track_id in enumerate(ranked.track_ids)}
    assert max(place[each] for each in loud) < min(place[each] for each in calm)


def test_undo_and_redo_are_exact_opposites(demo):
    (track,) = ids(demo, "Palace")
    before = track_suggestions(demo, track)
    judge(demo, [track], {"regal": Verdict.YES, "piano": Verdict.NO})
    judged = track_suggestions(demo, track)
    undo(demo)
    assert {(each.tag, round(each.score, 5), each.verdict) for each in before} == {
        (each.tag, round(each.score, 5), each.verdict) for each in track_suggestions(demo, track)
    }
    redo(demo)
    assert [(each.tag, each.verdict) for each in track_suggestions(demo, track)] == [(e.tag, e.verdict) for e in judged]
    assert [entry.kind for entry in history(demo)] == ["redo", "undo", "judge"]


def test_a_judged_tag_is_no_suggestion_any_more(demo):
    (track,) = ids(demo, "Muldjord")
    (found,) = suggest(demo, f"id:{track}", top=1)
    judge(demo, [track], {found.suggestions[0].tag: Verdict.NO})
    (again,) = suggest(demo, f"id:{track}", minimum=0.0, top=1000)
    assert found.suggestions[0].tag not in {each.tag for each in again.suggestions}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_queue_is_never_empty_while_something_is_unjudged(demo, strategy):
    vocabulary.add_tag(demo, "brand new")
    asked = questions(demo, strategy=strategy, tag="brand new", n=100)
    assert len(asked) == 12
    judge(demo, [each.track_id for each in asked[:11]], {"brand new": Verdict.NO})
    assert len(questions(demo, strategy=strategy, tag="brand new")) == 1
    assert all(each.why for each in asked)
    assert len({each.track_id for each in questions(demo, strategy=strategy, n=8)}) == 8


def test_the_nearest_track_to_a_track_is_never_itself(demo):
    found = similar(demo, str(ids(demo, "Noiz2sa")[0]), 5)
    assert len(found) == 5
    assert all(each.distance > 0 for each in found)
    assert [each.distance for each in found] == sorted(each.distance for each in found)


def test_retrain_reports_every_judged_tag(demo):
    judge(demo, ids(demo, "Palace", "Coffee"), {"soft": Verdict.YES, "mine": Verdict.YES})
    reports = run(retrain(demo))
    assert {each.tag for each in reports} == {"soft", "mine"}
    with pytest.raises(NothingFoundError):
        run(retrain(demo, ["no such tag"]))


@pytest.mark.parametrize("name", ["", "   ", "x" * 300])
def test_a_name_that_is_no_tag_name_changes_nothing(demo, name):
    with pytest.raises(TagStudioError):
        judge(demo, ids(demo, "Palace"), {name: Verdict.YES})
    assert history(demo) == []


def test_the_same_library_exports_the_same_bytes(demo, tmp_path):
    judge(demo, ids(demo, "Palace"), {"=formula": Verdict.YES, "plain": Verdict.NO})
    for name in ("a.csv", "b.csv", "a.json", "b.json"):
        run(export(demo, tmp_path / name))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(), newline="")))
    (guarded,) = [row for row in rows if row["tag"] == "'=formula"]
    assert guarded["guarded"] == "tag"
    document = json.loads((tmp_path / "a.json").read_text())
    assert len(document["tracks"]) == 12
    said = {
        tag["tag"]: tag["state"] for track in document["tracks"] for tag in track["tags"] if tag["state"] != "unknown"
    }
    assert said == {"=formula": "yes", "plain": "no"}


def test_an_export_that_fails_leaves_the_old_file(demo, tmp_path):
    with pytest.raises(TagStudioError, match="could not be written"):
        run(export(demo, tmp_path / "no such folder" / "tags.csv"))
    with pytest.raises(TagStudioError, match="no exchange format"):
        run(export(demo, tmp_path / "tags.docx"))
    assert not list(tmp_path.glob("tags*"))


def test_scores_are_the_same_whether_learned_step_by_step_or_at_once(demo, heard_demo, tmp_path):
    loud, calm = ids(demo, "Muldjord", "Noiz2sa"), ids(demo, "Palace", "Coffee")
    for track in loud:
        judge(demo, [track], {"word": Verdict.YES})
    for track in calm:
        judge(demo, [track], {"word": Verdict.NO})
    step_by_step = ranking(demo, tag_named(demo, "word").id)
    demo.memory.clear()
    at_once = ranking(demo, tag_named(demo, "word").id)
    np.testing.assert_array_equal(step_by_step.track_ids, at_once.track_ids)
    np.testing.assert_allclose(step_by_step.scores, at_once.scores)


def test_a_setting_that_was_changed_holds_at_the_next_start(tmp_path):
    with open_studio(tmp_path / "library.sqlite3") as studio:
        studio.change_settings(volume=0.25)
    try:
        with open_studio(tmp_path / "library.sqlite3") as studio:
            assert studio.settings.volume == 0.25
        paths.settings_file().write_text("{")
        with pytest.raises(TagStudioError, match="settings"):
            open_studio(tmp_path / "library.sqlite3")
    finally:
        paths.settings_file().unlink()


def test_two_spellings_of_one_tag_must_agree(demo):
    tracks = ids(demo, "Palace")
    for verdicts in ({"Piano": Verdict.YES, "piano": Verdict.NO}, {"new": Verdict.YES, " new ": Verdict.NO}):
        with pytest.raises(TagStudioError, match="two verdicts"):
            judge(demo, tracks, verdicts)
    assert history(demo) == []


def test_a_word_nobody_knows_anything_about_is_asked_last_and_says_so(demo):
    vocabulary.add_tag(demo, "brand new")
    assert "brand new" not in {each.tag for each in questions(demo, n=12)}
    (asked,) = questions(demo, tag="brand new", n=1)
    assert asked.score is None
    assert "Nothing is known" in asked.why


def test_one_track_heard_by_another_model_makes_no_other_track_unknown(demo):
    before = {each.track.id: len(each.suggestions) for each in suggest(demo)}
    run(analyse(demo, "path:Palace", models=["mtt-vgg"], excerpts=3))
    assert {each.track.id: len(each.suggestions) for each in suggest(demo)}.keys() == before.keys()
    assert len(similar(demo, str(ids(demo, "Palace")[0]), 11)) == 11


def test_a_missing_track_is_not_asked_about_but_still_teaches(demo, tmp_path):
    folder = tmp_path / "copies"
    shutil.copytree(demo_folder(), folder)
    with open_studio(tmp_path / "other.sqlite3") as studio:
        run(scan(studio, [folder]))
        run(analyse(studio, excerpts=1))
        (gone,) = ids(studio, "Muldjord")
        judge(studio, [gone], {"crushing": Verdict.YES})
        next(folder.glob("Muldjord*")).unlink()
        run(scan(studio, [folder]))
        asked = questions(studio, tag="crushing", n=100)
        assert gone not in {each.track_id for each in asked}
        assert len(asked) == 11
        assert all(each.score is not None for each in asked)
        assert gone not in {each.track.id for each in suggest(studio)}
        counts = browse.summary(studio)
        assert (counts.tracks, counts.analysed, counts.missing, counts.unheard) == (12, 11, 1, 0)
