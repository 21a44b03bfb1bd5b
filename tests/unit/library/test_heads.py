import math

import pytest
from sqlalchemy import text

from tagstudio.domain.errors import LibraryError
from tagstudio.library import heads


def save(session, blob=b"weights", **more):
    how = {"tag_id": 1, "model_ids": ("mtt-musicnn", "msd-musicnn"), "strategy": "instant", "n_yes": 3, "n_no": 2}
    return heads.save(session, blob=blob, threshold=0.5, **(how | more))


def test_the_head_saved_last_is_current_and_the_ones_before_are_kept(filled):
    with filled.write() as session:
        first, second = save(session, b"one", auc=0.7, auc_low=0.5, auc_high=0.9), save(session, b"two")
        other = save(session, b"three", tag_id=2)
    with filled.read() as session:
        assert heads.current(session) == {1: second, 2: other}
        assert heads.current(session, [2]) == {2: other}
        assert [head.blob for head in heads.history(session, 1)] == [b"two", b"one"]
        assert heads.load(session, first.id).auc == 0.7
        assert second.model_ids == ("mtt-musicnn", "msd-musicnn")
        assert second.auc is None


def test_a_damaged_head_is_never_used_and_the_one_before_stands_in(filled):
    with filled.write() as session:
        first, second = save(session, b"one"), save(session, b"two")
        session.execute(text("UPDATE head SET blob = x'00' WHERE id = :id"), {"id": second.id})
    with filled.read() as session:
        assert heads.current(session)[1].id == first.id
        with pytest.raises(LibraryError, match="damaged"):
            heads.load(session, second.id)
        with pytest.raises(LibraryError, match="no head 99"):
            heads.load(session, 99)
        assert [head.id for head in heads.history(session, 1)] == [first.id]


def test_when_every_head_is_damaged_there_is_none(filled):
    with filled.write() as session:
        save(session)
        session.execute(text("UPDATE head SET blob = x'00'"))
        assert heads.current(session) == {}


@pytest.mark.parametrize("wrong", [{"auc": math.nan}, {"auc_low": 1.5}, {"auc_high": -0.1}, {"auc": math.inf}])
def test_a_quality_that_is_no_probability_is_refused(filled, wrong):
    with pytest.raises(ValueError, match="between 0 and 1"), filled.write() as session:
        save(session, **wrong)
    with filled.read() as session:
        assert heads.current(session) == {}


def test_only_the_newest_heads_of_a_tag_are_kept(filled):
    with filled.write() as session:
        for number in range(heads.KEPT + 5):
            save(session, b"%d" % number)
        save(session, b"other", tag_id=2)
    with filled.read() as session:
        kept = heads.history(session, 1)
        assert [head.blob for head in kept] == [b"%d" % n for n in range(heads.KEPT + 4, 4, -1)]
        assert len(heads.history(session, 2)) == 1
