import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tagstudio.domain.errors import LibraryError, NothingFoundError
from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.library import chain, judgements, roots, tags, tracks
from tagstudio.library.store import Library, open_library

TRACKS, TAGS = 3, 2


def record(library, *made, **how):
    with library.write() as session:
        return judgements.record(session, made, **how)


def standing(library, tag_id=1):
    with library.read() as session:
        return judgements.verdicts(session, tag_id)


def undo(library, batch=None):
    with library.write() as session:
        return judgements.undo(session, batch)


def redo(library):
    with library.write() as session:
        return judgements.redo(session)


def test_the_latest_verdict_wins(filled, verdict):
    record(filled, verdict(1), verdict(2))
    record(filled, verdict(1, Verdict.NO))
    assert standing(filled) == {1: Verdict.NO, 2: Verdict.YES}


def test_a_cleared_verdict_is_as_if_never_given(filled, verdict):
    record(filled, verdict(1))
    record(filled, verdict(1, Verdict.CLEARED))
    assert standing(filled) == {}
    with filled.read() as session:
        assert judgements.verdicts_of(session, [1]) == {}
        assert judgements.counts(session) == {}


def test_a_verdict_on_a_segment_says_nothing_about_the_track(filled, verdict):
    record(filled, verdict(1, Verdict.NO, start_s=0.0, end_s=3.0))
    assert standing(filled) == {}
    record(filled, verdict(1))
    record(filled, verdict(1, Verdict.NO, start_s=3.0, end_s=6.0))
    assert standing(filled) == {1: Verdict.YES}


def test_verdicts_by_track_and_by_tag_and_counts_agree(filled, verdict):
    record(filled, verdict(1), verdict(2, Verdict.NO), verdict(3, Verdict.UNSURE), verdict(1, Verdict.NO, tag_id=2))
    with filled.read() as session:
        found = judgements.verdicts_of(session, range(1, 11))
        counts = judgements.counts(session)
    assert found == {
        (1, 1): Verdict.YES, (2, 1): Verdict.NO, (3, 1): Verdict.UNSURE, (1, 2): Verdict.NO,
    }  # fmt: skip
    assert counts == {1: judgements.Counts(yes=1, no=1, unsure=1), 2: judgements.Counts(no=1)}


def test_a_batch_is_recorded_with_its_text_and_size(filled, verdict):
    judged = record(filled, verdict(1), verdict(2), kind="judge", text="jazz: yes")
    with filled.read() as session:
        (past,) = judgements.history(session)
    assert (judged.judged, judged.batch, judged.text) == (2, past.batch, "jazz: yes")
    assert (past.kind, past.text, past.judged, past.is_undone) == ("judge", "jazz: yes", 2, False)


def test_nothing_judged_leaves_no_batch(filled):
    assert record(filled).judged == 0
    with filled.read() as session:
        assert judgements.history(session) == []


@pytest.mark.parametrize(("track_id", "tag_id"), [(99, 1), (1, 99)])
def test_judging_what_is_not_there_is_refused_as_a_whole(filled, verdict, track_id, tag_id):
    with pytest.raises(NothingFoundError):
        record(filled, verdict(1), verdict(track_id, tag_id=tag_id))
    assert standing(filled) == {}


@pytest.mark.parametrize("span", [(math.nan, math.nan), (1.0, 1.0), (-1.0, 2.0), (0.0, math.inf), (1.0, None)])
def test_a_span_that_is_none_is_refused(filled, span):
    with pytest.raises(ValueError, match="segment"):
        record(filled, Judgement(track_id=1, tag_id=1, verdict=Verdict.YES, start_s=span[0], end_s=span[1]))


@pytest.mark.parametrize("change", [
    "UPDATE judgement SET verdict = 'no'", "DELETE FROM judgement", "UPDATE batch SET text = ''", "DELETE FROM batch",
    "INSERT OR REPLACE INTO batch SELECT * FROM batch", "INSERT OR REPLACE INTO judgement SELECT * FROM judgement",
    "DELETE FROM track", "DELETE FROM tag",
    "INSERT INTO judgement SELECT 2, batch_id, track_id, tag_id, 'no', origin, 0, 1, '', prev_hash, '' FROM judgement",
])  # fmt: skip
def test_judgements_cannot_be_changed_even_by_sql(filled, verdict, change):
    record(filled, verdict(1))
    with pytest.raises(LibraryError), filled.write() as session:
        session.execute(text(change))
    assert standing(filled) == {1: Verdict.YES}


def test_the_chain_holds_and_any_change_breaks_it_where_it_happened(filled, verdict):
    for track_id in range(1, 6):
        record(filled, verdict(track_id))
    with filled.read() as session:
        assert chain.first_broken(session) is None
    with filled.write() as session:
        session.execute(text("DROP TRIGGER judgement_is_kept_from_update"))
        session.execute(text("UPDATE judgement SET verdict = 'no' WHERE id = 3"))
        assert chain.first_broken(session) == 3


def test_undo_and_redo_by_hand(filled, verdict):
    record(filled, verdict(1), text="one")
    record(filled, verdict(1, Verdict.NO), verdict(2), text="two")
    assert undo(filled).text == "undo: two"
    assert standing(filled) == {1: Verdict.YES}
    undo(filled)
    assert standing(filled) == {}
    with pytest.raises(NothingFoundError, match="nothing to undo"):
        undo(filled)
    redo(filled)
    assert standing(filled) == {1: Verdict.YES}
    assert redo(filled).text == "redo: two"
    assert standing(filled) == {1: Verdict.NO, 2: Verdict.YES}
    with pytest.raises(NothingFoundError, match="nothing to redo"):
        redo(filled)


def test_undoing_an_older_batch_leaves_later_verdicts(filled, verdict):
    first = record(filled, verdict(1), verdict(2)).batch
    record(filled, verdict(1, Verdict.NO))
    assert undo(filled, first).judged == 1
    assert standing(filled) == {1: Verdict.NO}
    undo(filled)
    assert standing(filled) == {}


def test_undoing_an_undo_is_a_redo(filled, verdict):
    record(filled, verdict(1))
    undone = undo(filled).batch
    assert undo(filled, undone).text.startswith("redo")
    assert standing(filled) == {1: Verdict.YES}


def test_a_batch_is_undone_once_and_an_unknown_one_never(filled, verdict):
    batch = record(filled, verdict(1)).batch
    undo(filled, batch)
    with pytest.raises(NothingFoundError, match="undone already"):
        undo(filled, batch)
    with pytest.raises(NothingFoundError, match="no batch 99"):
        undo(filled, 99)


def test_a_new_judgement_ends_redo(filled, verdict):
    record(filled, verdict(1))
    undo(filled)
    record(filled, verdict(2))
    with pytest.raises(NothingFoundError, match="nothing to redo"):
        redo(filled)


def test_what_undo_restores_says_so_and_the_history_shows_it(filled, verdict):
    batch = record(filled, verdict(1)).batch
    undo(filled)
    with filled.read() as session:
        origins = session.execute(text("SELECT origin FROM judgement ORDER BY id")).scalars().all()
        assert origins == [Origin.CURATOR, Origin.UNDO]
        assert [(past.undoes, past.is_undone) for past in judgements.history(session)] == [(batch, False), (None, True)]


def test_undo_brings_back_who_said_it(filled):
    def said(verdict, origin):
        record(filled, Judgement(track_id=1, tag_id=1, verdict=verdict, origin=origin))

    def stands():
        with filled.read() as session:
            return session.execute(text("SELECT verdict, origin FROM standing WHERE track_id = 1 AND tag_id = 1")).all()

    said(Verdict.YES, Origin.FILE)
    said(Verdict.YES, Origin.CURATOR)
    said(Verdict.NO, Origin.IMPORT)
    undo(filled)
    assert stands() == [("yes", "curator")]
    undo(filled)
    assert stands() == [("yes", "file")]
    redo(filled)
    redo(filled)
    assert stands() == [("no", "import")]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with open_library(tmp_path_factory.mktemp("laws") / "library.sqlite3") as library:
        with library.write() as session:
            root = roots.add(session, b"/music")
            for i in range(TRACKS):
                tracks.add(session, root_id=root.id, path=b"%d" % i, size=1, mtime_ns=1)
            for name in range(TAGS):
                tags.add(session, f"tag {name}")
        yield library


spans = st.sampled_from([(None, None), (None, None), (0.0, 3.0)])
verdicts = st.builds(
    lambda track, tag, answer, span: Judgement(
        track_id=track, tag_id=tag, verdict=answer, start_s=span[0], end_s=span[1]
    ),
    st.integers(1, TRACKS), st.integers(1, TAGS), st.sampled_from(Verdict), spans,
)  # fmt: skip
actions = st.lists(
    st.one_of(
        st.lists(verdicts, min_size=1, max_size=4),
        st.sampled_from(["undo", "redo"]),
        st.tuples(st.just("undo"), st.integers(1, 8)),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


class Model:
    """What must hold, said in the plainest way: replay the batches in effect."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.batches: list[tuple[object, int | None]] = []  # judgements, undoes

    def in_effect(self, batch: int) -> bool:
        return not any(undoes == batch and self.in_effect(self.first + i) for i, (_, undoes) in enumerate(self.batches))

    def holds(self) -> dict[tuple[int, int], Verdict]:
        found = {}
        for i, (made, undoes) in enumerate(self.batches):
            if undoes is None and self.in_effect(self.first + i):
                found |= {(each.track_id, each.tag_id): each.verdict for each in made if each.start_s is None}
        return {key: answer for key, answer in found.items() if answer is not Verdict.CLEARED}

    def newest(self) -> int | None:
        ordinary = [self.first + i for i, (_, undoes) in enumerate(self.batches) if undoes is None]
        return max(filter(self.in_effect, ordinary), default=None)


def apply(session, model, action):
    """Do ``action`` in the library and in the model; both may refuse."""
    if isinstance(action, list):
        judgements.record(session, action)
        model.batches.append((action, None))
        return
    batch = None if isinstance(action, str) else model.first + action[1] - 1
    before = judgements.verdicts_of(session, range(1, TRACKS + 1))
    try:
        done = judgements.redo(session) if action == "redo" else judgements.undo(session, batch)
    except NothingFoundError:
        if action == "undo":
            assert model.newest() is None
        elif action != "redo":
            assert batch is not None
            assert batch - model.first >= len(model.batches) or not model.in_effect(batch)
        assert judgements.verdicts_of(session, range(1, TRACKS + 1)) == before
        return
    undoes = next(past.undoes for past in judgements.history(session, 1) if past.batch == done.batch)
    assert action != "undo" or undoes == model.newest()
    assert batch is None or undoes == batch
    model.batches.append(((), undoes))


@given(actions=actions)
@settings(max_examples=60, deadline=None)
def test_what_holds_is_the_replay_of_the_batches_in_effect(shared, actions):
    """Whatever is judged, undone and redone, in any order; and the chain never breaks."""
    with shared.write() as session:
        model = Model((session.execute(text("SELECT max(id) FROM batch")).scalar() or 0) + 1)
        for action in actions:
            apply(session, model, action)
            assert judgements.verdicts_of(session, range(1, TRACKS + 1)) == model.holds()
        assert chain.first_broken(session) is None
        session.rollback()


@given(made=st.lists(st.lists(verdicts, min_size=1, max_size=4), min_size=1, max_size=5), back=st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_redo_after_undo_restores_everything(shared, made, back):
    back = min(back, len(made))
    with shared.write() as session:
        states = [judgements.verdicts_of(session, range(1, TRACKS + 1))]
        for batch in made:
            judgements.record(session, batch)
            states.append(judgements.verdicts_of(session, range(1, TRACKS + 1)))
        for step in range(back):
            judgements.undo(session)
            assert judgements.verdicts_of(session, range(1, TRACKS + 1)) == states[-2 - step]
        for step in range(back):
            judgements.redo(session)
            assert judgements.verdicts_of(session, range(1, TRACKS + 1)) == states[len(made) - back + step + 1]
        session.rollback()
