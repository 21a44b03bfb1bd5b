"""K2 and K3: kill -9 while the networks listen and while a curator judges."""

import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing

import pytest
from harness import acknowledged, check, sha256s_of, times, tracks_of, write_tones

pytestmark = pytest.mark.slow

SEED = 20_240_501
TRACKS = times(8, 24)
BYTES = 4


def half_heard(library):
    """Return what is wrong in the cache: every table of a model has the same tracks, every row all of its numbers."""
    cache = library.with_suffix(".cache") / "cache.sqlite3"
    if not cache.exists():
        return []
    with closing(sqlite3.connect(cache)) as connection:
        wrong = [each[0] for each in connection.execute("PRAGMA integrity_check") if each[0] != "ok"]
        scored = set(connection.execute("SELECT model, audio_hash FROM mean"))
        timed = set(connection.execute("SELECT model, audio_hash FROM taggram"))
        wrong += [f"only one of two: {each}" for each in scored ^ timed]
        query = (
            "SELECT audio_hash, length(scores), classes, length(embedding), dimensions "
            "FROM mean JOIN model ON model.id = mean.model"
        )
        for audio_hash, scores, classes, embedding, dimensions in connection.execute(query):
            if scores != BYTES * classes or embedding != BYTES * dimensions:
                wrong.append(f"half a row: {audio_hash}")
        query = (
            "SELECT audio_hash, length(numbers), length(scores), classes, length(embeddings), dimensions "
            "FROM taggram JOIN model ON model.id = taggram.model"
        )
        for audio_hash, numbers, scores, classes, embeddings, dimensions in connection.execute(query):
            windows = numbers // 8
            if scores != windows * BYTES * classes or embeddings not in (
                2 * windows * dimensions,
                4 * windows * dimensions,
            ):
                wrong.append(f"half a taggram: {audio_hash}")
    return wrong


def heard(library):
    cache = library.with_suffix(".cache") / "cache.sqlite3"
    if not cache.exists():
        return 0
    with closing(sqlite3.connect(cache)) as connection:
        return connection.execute("SELECT count(DISTINCT audio_hash) FROM mean").fetchone()[0]


def test_k2_killing_an_analysis_leaves_whole_tracks_and_the_next_run_hears_the_rest(children, tmp_path, record):
    write_tones(tmp_path / "music", TRACKS, seconds=4)
    library = tmp_path / "library.sqlite3"
    assert children.run(["scan", tmp_path / "music"], library=library).returncode == 0
    tracks, audio = tracks_of(library), sha256s_of(tmp_path / "music")
    chance, hit, wrong, most = random.Random(SEED), 0, [], times(1, 50)
    while hit < most:
        before = heard(library)
        if before >= TRACKS:
            shutil.rmtree(library.with_suffix(".cache"))
            before = 0
        child = children.start(["analyse", "--excerpts", "1", "--model", "mtt-vgg"], library=library)
        try:
            child.wait(chance.uniform(1.0, 7.0))
        except Exception:  # noqa: BLE001 -- still running: that is what we want
            hit += 1
        children.kill(child)
        wrong += half_heard(library)
        wrong += check(library, tracks=tracks, audio=audio)
        if heard(library) < before:
            wrong.append("what was heard before is gone")
    assert children.run(["analyse", "--excerpts", "1", "--model", "mtt-vgg"], library=library).returncode == 0
    if heard(library) != TRACKS:
        wrong.append(f"{heard(library)} of {TRACKS} heard after all")
    record("K2", "kill -9 while the networks listen", n=hit, violations=wrong)


def test_k3_killing_a_curator_loses_no_acknowledged_judgement(children, nursery, tmp_path, record):
    write_tones(tmp_path / "music", 12)
    library = tmp_path / "library.sqlite3"
    assert children.run(["scan", tmp_path / "music"], library=library).returncode == 0
    tracks, chance, acks, wrong = tracks_of(library), random.Random(SEED), [], []
    hit, most, nest = 0, times(4, 200), nursery("judge")
    for number in range(most):
        # From five actions a second, as a person hurries, to as many as go.
        child = nest.start("judge", library, number, chance.choice((5, 20, 0)))
        assert child.stdout.readline().startswith('{"ready"')
        time.sleep(chance.uniform(0.05, 1.5))  # the moment of the crash, not a wait for anything
        done = child.kill()
        hit += done.returncode == -signal.SIGKILL
        acks += [each for each in acknowledged(done.stdout) if "batch" in each]
        wrong += check(library, acks=acks, tracks=tracks)
    assert len(acks) > most
    record("K3", f"kill -9 while judging ({len(acks):,} acknowledged batches)", n=hit, violations=wrong)
