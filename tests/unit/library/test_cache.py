import multiprocessing
import os
import shutil
import sqlite3
import threading
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagstudio.domain.errors import LibraryError
from tagstudio.library import cache as cache_module
from tagstudio.library.cache import Cache
from tagstudio.library.listened import Listened, preprocessing_id
from tagstudio.library.store import open_library

CLASSES, DIMENSIONS = 5, 8


def heard(audio_hash="a", model_id="m", excerpts=6, n_windows=100, seed=0, dtype=np.float32, dimensions=DIMENSIONS,
          made_by=""):  # fmt: skip
    """What listening to so many spread windows gives."""
    count = n_windows if excerpts is None else min(excerpts, n_windows)
    random = np.random.default_rng(seed)
    return Listened(
        audio_hash=audio_hash, model_id=model_id, preprocessing_id=preprocessing_id(excerpts), n_windows=n_windows,
        numbers=np.linspace(0, n_windows - 1, count).astype(int),
        scores=random.random((count, CLASSES), dtype=np.float32),
        embeddings=random.standard_normal((count, dimensions)).astype(dtype), made_by=made_by,
    )  # fmt: skip


@pytest.fixture
def cache(tmp_path):
    opened = Cache(tmp_path / "library.cache")
    yield opened
    opened.close()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_taggram_comes_back_as_it_was_put(cache, dtype):
    put = heard(dtype=dtype)
    cache.put([put])
    got = cache.taggram("a", "m")
    assert got is not None
    np.testing.assert_array_equal(got.numbers, put.numbers)
    np.testing.assert_array_equal(got.scores, put.scores)
    np.testing.assert_array_equal(got.embeddings, put.embeddings)
    assert got.embeddings.dtype == dtype
    assert (got.n_windows, got.preprocessing_id) == (100, "mel96-16k/6")


def test_vectors_are_the_means_over_the_windows(cache):
    both = [heard("b", seed=1), heard("a", seed=2)]
    cache.put([*both, heard("a", model_id="other", seed=3)])
    hashes, embeddings, scores = cache.vectors("m")
    assert hashes == ["a", "b"]
    for row, each in zip((1, 0), both, strict=True):
        np.testing.assert_allclose(embeddings[row], each.embeddings.mean(axis=0), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(scores[row], each.scores.mean(axis=0), rtol=1e-5)
    assert (embeddings.dtype, scores.shape) == (np.float32, (2, CLASSES))


def test_what_was_never_heard_is_empty(cache):
    hashes, embeddings, scores = cache.vectors("m")
    assert hashes == []
    assert embeddings.shape == scores.shape == (0, 0)
    assert cache.done("m", 1) == set()
    assert cache.taggram("a", "m") is None
    assert cache.overview("a") is None


def test_more_excerpts_do_for_fewer_and_everything_does_for_all(cache):
    cache.put([heard("six"), heard("ten", excerpts=10), heard("full", excerpts=None), heard("short", n_windows=4)])
    assert cache.done("m", 6) == {"six", "ten", "full", "short"}
    assert cache.done("m", 7) == {"ten", "full", "short"}
    assert cache.done("m", None) == {"full", "short"}
    assert cache.done("other", 1) == set()


@given(puts=st.lists(st.tuples(st.sampled_from([1, 6, 10, None]), st.integers(0, 99)), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_the_fullest_listening_stays_and_the_latest_of_equals(tmp_path_factory, puts):
    opened = Cache(tmp_path_factory.mktemp("order") / "x.cache")
    for excerpts, seed in puts:
        opened.put([heard(excerpts=excerpts, seed=seed)])
    best = max(range(len(puts)), key=lambda i: (puts[i][0] or 10**9, i))
    got = opened.taggram("a", "m")
    assert got is not None
    np.testing.assert_array_equal(got.scores, heard(excerpts=puts[best][0], seed=puts[best][1]).scores)
    np.testing.assert_allclose(opened.vectors("m")[2][0], got.scores.mean(axis=0), rtol=1e-5)
    opened.close()


def test_the_version_changes_with_every_put_and_only_then(cache):
    seen = {cache.version}
    assert cache.version in seen
    for audio_hash in "abc":
        cache.put([heard(audio_hash)])
        assert cache.version not in seen
        seen.add(cache.version)
    cache.put([])
    cache.put_overview("a", b"picture")
    assert cache.version in seen


def test_a_put_is_all_or_nothing(cache, monkeypatch):
    def fail(*_):
        raise sqlite3.OperationalError("no")

    monkeypatch.setattr(cache_module, "_put", fail)
    before = cache.version
    with pytest.raises(LibraryError):
        cache.put([heard()])
    monkeypatch.undo()
    assert cache.version == before
    assert cache.done("m", 1) == set()
    cache.put([heard()])
    assert cache.done("m", 1) == {"a"}


def test_a_model_whose_shape_changed_starts_anew(cache):
    cache.put([heard("a"), heard("b"), heard("a", model_id="other")])
    cache.put([heard("c", dimensions=3)])
    assert cache.done("m", 1) == {"c"}
    assert cache.vectors("m")[1].shape == (1, 3)
    assert cache.taggram("a", "m") is None
    assert cache.done("other", 1) == {"a"}


def test_what_something_else_made_counts_as_not_heard(cache):
    cache.put([heard("a", made_by="weights 1")])
    for made_by in ("weights 2", ""):
        assert cache.done("m", 1, made_by) == set()
        assert cache.vectors("m", made_by)[0] == []
        assert cache.taggram("a", "m", made_by) is None
    assert cache.done("m", 1, "weights 1") == {"a"}
    assert cache.vectors("m", "weights 1")[0] == ["a"]
    assert cache.taggram("a", "m", "weights 1") is not None


def test_what_other_weights_made_is_dropped_even_if_it_was_heard_more_fully(cache):
    cache.put([heard(name, made_by="weights 1", excerpts=None) for name in "ab"] + [heard("a", model_id="other")])
    cache.put([heard("a", made_by="weights 2", excerpts=1)])
    assert cache.done("m", 1, "weights 1") == set()
    assert cache.done("m", 1, "weights 2") == {"a"}
    assert cache.taggram("b", "m", "weights 1") is None
    assert cache.done("other", 1) == {"a"}
    with cache._connection() as connection:
        for table in ("mean", "taggram", "model"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (2,)


@given(puts=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["1", "2"])), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_numbers_of_two_makers_are_never_mixed(tmp_path_factory, puts):
    opened = Cache(tmp_path_factory.mktemp("makers") / "x.cache")
    for audio_hash, made_by in puts:
        opened.put([heard(audio_hash, made_by=made_by)])
    last = puts[-1][1]
    since = next((i for i in range(len(puts), 0, -1) if puts[i - 1][1] != last), 0)
    expected = {audio_hash for audio_hash, _ in puts[since:]}
    assert opened.done("m", 1, last) == set(opened.vectors("m", last)[0]) == expected
    assert opened.done("m", 1, {"1": "2", "2": "1"}[last]) == set()
    opened.close()


@pytest.mark.parametrize("wrong", [
    {"scores": np.full((6, CLASSES), np.nan, np.float32)}, {"scores": np.zeros((5, CLASSES), np.float32)},
    {"embeddings": np.full((6, 2), np.inf, np.float32)}, {"embeddings": np.zeros((6, 2))}, {"numbers": np.arange(7)},
    {"preprocessing_id": "mel96-16k"}, {"preprocessing_id": "mel96-16k/0"},
])  # fmt: skip
def test_what_is_not_a_listening_is_refused_before_it_is_stored(wrong):
    right = {name: getattr(heard(), name) for name in Listened.__slots__}
    with pytest.raises(ValueError, match=r".+"):
        Listened(**(right | wrong))


def test_overviews_make_room_for_newer_ones(cache, monkeypatch):
    monkeypatch.setattr(cache_module, "OVERVIEW_BYTES", 2500)
    for name in "abc":
        cache.put_overview(name, name.encode() * 1000)
    assert [cache.overview(name) is not None for name in "abc"] == [False, True, True]
    cache.put_overview("b", b"again")
    assert cache.overview("b") == b"again"


def test_a_deleted_cache_folder_is_made_again(tmp_path):
    with open_library(tmp_path / "library.sqlite3") as library:
        library.cache.put([heard()])
    for each in (tmp_path / "library.cache").iterdir():
        each.unlink()
    (tmp_path / "library.cache").rmdir()
    with open_library(tmp_path / "library.sqlite3") as library:
        assert library.cache.done("m", 1) == set()
        assert library.cache.warning == ""
        library.cache.put([heard()])


def test_a_cache_deleted_while_in_use_begins_anew(cache):
    cache.put([heard("a")])
    before = cache.version
    shutil.rmtree(cache.folder)
    assert cache.done("m", 1) == set()
    assert cache.version != before
    cache.put([heard("b")])
    assert cache.done("m", 1) == {"b"}


def damaged(kind, file):
    if kind == "text":
        file.write_text("not a cache " * 1000)
    elif kind == "foreign":
        file.unlink()
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE mean (x)")
    else:
        os.truncate(file, 1000)


@pytest.mark.parametrize("kind", ["text", "foreign", "cut"])
def test_a_damaged_or_foreign_cache_is_set_aside_with_a_warning(tmp_path, kind):
    folder = tmp_path / "library.cache"
    first = Cache(folder)
    first.put([heard()])
    first.close()
    damaged(kind, first.file)
    contents = first.file.read_bytes()
    second = Cache(folder)
    assert ("is not of this version" if kind == "foreign" else "was damaged") in second.warning
    assert "started anew" in second.warning
    assert second.done("m", 1) == set()
    second.put([heard()])
    assert second.done("m", 1) == {"a"}
    assert (folder / "cache.sqlite3.damaged").read_bytes() == contents
    second.close()


def test_damage_found_while_working_is_said_once_and_then_it_works_again(tmp_path):
    folder = tmp_path / "library.cache"
    first = Cache(folder)
    for i in range(50):
        first.put([heard(str(i), n_windows=200, excerpts=None)])
    first.close()
    raw = bytearray(first.file.read_bytes())
    raw[16384:] = os.urandom(len(raw) - 16384)
    first.file.write_bytes(raw)
    second = Cache(folder)
    with pytest.raises(LibraryError, match="started anew"):
        second.vectors("m")
    assert second.done("m", 1) == set()
    second.put([heard()])
    assert second.done("m", 1) == {"a"}
    second.close()


def test_a_cache_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "library.cache").write_text("in the way")
    with pytest.raises(LibraryError, match="cannot be made"):
        Cache(tmp_path / "library.cache")


def test_a_full_disk_is_explained_and_nothing_is_half_kept(cache):
    cache.put([heard("small")])
    with cache._connection() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LibraryError, match="disk is full"):
        cache.put([heard(str(i), excerpts=None, n_windows=500) for i in range(20)])
    assert cache.done("m", 1) == {"small"}
    with cache._connection() as connection:
        connection.execute("PRAGMA max_page_count = 100000")
    cache.put([heard("large", excerpts=None, n_windows=500)])
    assert cache.done("m", None) == {"large"}


def test_threads_may_put_and_look_at_the_same_time(cache):
    failures = []

    def work(number):
        try:
            for i in range(10):
                cache.put([heard(f"{number}-{i}")])
                hashes, embeddings, _ = cache.vectors("m")
                assert len(hashes) == len(embeddings)
                assert cache.taggram(f"{number}-{i}", "m") is not None
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(cache.done("m", 6)) == 40


def put_elsewhere(folder):
    other = Cache(folder)
    other.put([heard("elsewhere")])
    other.close()


def test_another_process_is_noticed(cache):
    before = cache.version
    child = multiprocessing.get_context("spawn").Process(target=put_elsewhere, args=(cache.folder,))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert cache.version != before
    assert cache.done("m", 6) == {"elsewhere"}
