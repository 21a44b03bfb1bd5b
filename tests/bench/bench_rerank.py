"""One judgement in a library of 100,000 tracks: learn the tag and rank everything again.

Run ``make bench`` or ``python tests/bench/bench_rerank.py [--tracks 100000] [--repeats 15] [--threads 1]``.
The yardstick of a ranking is one pass over the embeddings in memory, the sum of all their numbers.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from figures import Figure, table
from threadpoolctl import threadpool_limits

from tagstudio.domain.sampling import uncertain
from tagstudio.learning.embeddings import Standardised, background_of, standardise
from tagstudio.learning.neighbours import nearest
from tagstudio.learning.prototypes import fit

EXAMPLES = ((1, 0), (5, 5), (50, 150), (1000, 4000))


def embeddings(tracks: int, dimensions: int) -> np.ndarray:
    """Return made-up embeddings, float32 (tracks, dimensions), of about the spectrum that real ones have."""
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((60, dimensions), np.float32) / np.arange(1, 61, dtype=np.float32)[:, None] ** 0.5
    raw = rng.standard_normal((tracks, 60), np.float32) @ mixing
    raw += 0.3 * rng.standard_normal(raw.shape, np.float32)
    return raw


def timed(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return the median and the worst time of ``work``, in milliseconds."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return float(np.median(taken)), max(taken)


def _judgement(library: Standardised, n_yes: int, n_no: int) -> Callable[[], object]:
    rows = np.random.default_rng(1).choice(len(library.units), n_yes + n_no, replace=False)
    return lambda: fit(library, rows[:n_yes], rows[n_yes:]).scores(library.units)


def measure(tracks: int, dimensions: int, repeats: int) -> list[Figure]:
    """Time what happens once per library, and what happens after every judgement."""
    raw = embeddings(tracks, dimensions)
    start = time.perf_counter()
    library = standardise(raw)
    standardised = time.perf_counter()
    background_of(library.units)
    described = time.perf_counter()
    del raw
    _ = library.background
    of = f"{tracks:,} × {dimensions}"
    floor, _ = timed(lambda: library.units.sum(), repeats)
    figures = [
        Figure(f"standardise {of}", 1000 * (standardised - start), "ms", note="once per library"),
        Figure(f"background {of}", 1000 * (described - standardised), "ms", note="once per library"),
    ]
    for n_yes, n_no in EXAMPLES:
        median, worst = timed(_judgement(library, n_yes, n_no), repeats)
        figures.append(Figure(f"learn {n_yes}+{n_no}, rank {of}", median, "ms", floor, f"worst {worst:.1f} ms"))
    scores = fit(library, [0], [1]).scores(library.units)
    judged = np.zeros(tracks, bool)
    for name, work in (
        ("next 20 questions", lambda: uncertain(scores, judged, 20)),
        ("10 nearest", lambda: nearest(library.units, 3, 10)),
    ):
        median, worst = timed(work, repeats)
        figures.append(Figure(f"{name} of {of}", median, "ms", note=f"worst {worst:.1f} ms"))
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1, help="of the matrix products")
    options = parser.parse_args()
    with threadpool_limits(options.threads):
        for dimensions in (400, 912):
            print(table(measure(options.tracks, dimensions, options.repeats)))


if __name__ == "__main__":
    main()
