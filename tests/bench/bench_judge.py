"""From a verdict to a new ranking of 100,000 tracks, through the services and with everything saved.

Run ``make bench`` or ``python tests/bench/bench_judge.py [--tracks 100000]``. The library and its cache are real; the
embeddings in it are made up. Filling them takes a minute or two and is not part of any figure.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from figures import Figure, table

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import roots, tracks
from tagstudio.library.listened import Listened, preprocessing_id
from tagstudio.nn.catalogue import card
from tagstudio.services.judge import judge
from tagstudio.services.networks import DEFAULT_MODELS
from tagstudio.services.studio import Studio, open_studio
from tagstudio.services.suggest import ranking

BATCH = 2000
JUDGED = 20
SEED = 3


def fill(studio: Studio, count: int) -> None:
    """Add tracks and what both networks would have heard in them."""
    random = np.random.default_rng(SEED)
    with studio.library.write() as session:
        root = roots.add(session, b"/music")
    for start in range(0, count, BATCH):
        numbers = range(start, min(count, start + BATCH))
        with studio.library.write() as session:
            for number in numbers:
                facts = TrackFacts(audio_hash=f"{number:032x}", duration_s=200, codec="mp3", rate=44_100, channels=2)
                tracks.add(session, root_id=root.id, path=b"%d.mp3" % number, size=1, mtime_ns=1, facts=facts)
        studio.library.cache.put([_heard(random, number, model) for number in numbers for model in DEFAULT_MODELS])


def _heard(random: np.random.Generator, number: int, model_id: str) -> Listened:
    model = card(model_id)
    return Listened(
        audio_hash=f"{number:032x}",
        model_id=model_id,
        made_by=model.made_by,
        preprocessing_id=preprocessing_id(1),
        n_windows=50,
        numbers=np.zeros(1, np.int64),
        scores=random.random((1, len(model.classes)), np.float32),
        embeddings=random.standard_normal((1, model.embedding_dim), np.float32),
    )


def measure(count: int) -> list[Figure]:
    """Judge one track after the other for an own tag; each time the whole library is ranked anew."""
    with tempfile.TemporaryDirectory() as scratch, open_studio(Path(scratch) / "library.sqlite3") as studio:
        fill(studio, count)
        start = time.perf_counter()
        _ = studio.embeddings(fresh=True).standardised.background
        loaded_s = time.perf_counter() - start
        spent = []
        for number in range(1, JUDGED + 1):
            verdict = Verdict.YES if number % 2 else Verdict.NO
            start = time.perf_counter()
            result = judge(studio, [number * 37], {"own": verdict})
            ranked = ranking(studio, result.heads[0].tag_id)
            spent.append((time.perf_counter() - start) * 1000)
            assert len(ranked.track_ids) == count
    return [
        Figure("load and standardise", loaded_s, "s", note=f"{count} tracks, once"),
        Figure("verdict to new ranking, median", float(np.median(spent)), "ms", 150.0, "yardstick: the most allowed"),
        Figure("verdict to new ranking, worst", max(spent), "ms", 150.0),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=100_000)
    print(table(measure(parser.parse_args().tracks)))


if __name__ == "__main__":
    main()
