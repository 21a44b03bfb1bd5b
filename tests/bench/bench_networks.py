"""How fast the networks are, beside plain matrix products of as many multiply-adds.

Run ``make bench`` or ``python tests/bench/bench_networks.py [--repeats 10]``. A figure is milliseconds of processor
time for one window of 2.992 s, so it holds on a busy machine too; the last rows are wall time of all cores together.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from figures import Figure, table
from torch.utils.flop_counter import FlopCounterMode

from tagstudio.nn.architecture import Network
from tagstudio.nn.catalogue import SHIPPED, card
from tagstudio.nn.devices import Runner
from tagstudio.nn.embed import WINDOW_SAMPLES, Networks
from tagstudio.nn.frontend import LogMel
from tagstudio.nn.networks import network

BATCHES = (1, 2, 3, 8)
WINDOW_S = card("mtt-musicnn").window_s
MATRIX = 1024


def measure(repeats: int) -> list[Figure]:
    """Return every figure."""
    runner = Runner("cpu")  # sets up the processor as the program does
    with torch.no_grad():
        rate = _matrix_rate(repeats)
        figures = [Figure("matrix product", rate / 1e9, "GFLOP/s per core", note=f"{MATRIX} x {MATRIX}, float32")]
        figures.append(Figure("mel", _mel_ms(repeats), "ms per window"))
        for model_id in SHIPPED:
            figures += _network_figures(model_id, rate, repeats)
    figures += _wall_figures(runner.threads, repeats)
    return figures


def _network_figures(model_id: str, rate: float, repeats: int) -> list[Figure]:
    net = network(card(model_id))
    flops = _flops(net)
    floor, found = 1e3 * flops / rate, []
    for batch in BATCHES:
        mel = torch.rand(batch, 187, 96)
        spent = 1e3 * _best(lambda mel=mel: net(mel), repeats, time.process_time) / batch
        note = f"{flops / 1e9:.3f} GFLOP; {1e3 * WINDOW_S / spent:.0f} x real time per core"
        found.append(Figure(f"{model_id}, {batch} at once", spent, "ms per window", floor, note))
    return found


def _wall_figures(threads: int, repeats: int) -> list[Figure]:
    networks = Networks(SHIPPED, "cpu")
    waves = np.random.default_rng(0).standard_normal((12, WINDOW_SAMPLES)).astype(np.float32) * np.float32(0.1)
    found = []
    for model_ids in (SHIPPED[:2], SHIPPED):
        spent = _best(lambda ids=model_ids: networks.hear(waves, ids), max(2, repeats // 3), time.perf_counter)
        note = f"{len(waves) * WINDOW_S / spent:.0f} x real time"
        name = f"{' + '.join(model_ids)}, {threads} threads"
        found.append(Figure(name, 1e3 * spent / len(waves), "ms wall per window", note=note))
    return found


def _mel_ms(repeats: int) -> float:
    front, waves = LogMel(), torch.rand(8, WINDOW_SAMPLES)
    return 1e3 * _best(lambda: front(waves), repeats, time.process_time) / len(waves)


def _matrix_rate(repeats: int) -> float:
    left, right = torch.rand(MATRIX, MATRIX), torch.rand(MATRIX, MATRIX)
    return 2 * MATRIX**3 / _best(lambda: left @ right, repeats, time.process_time)


def _flops(net: Network) -> int:
    # Two operations per multiply-add.
    with FlopCounterMode(display=False) as counter:
        net(torch.rand(1, 187, 96))
    return int(counter.get_total_flops())


def _best(work: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    work()
    spent = []
    for _ in range(repeats):
        start = clock()
        work()
        spent.append(clock() - start)
    return min(spent)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=10)
    print(table(measure(parser.parse_args().repeats)))


if __name__ == "__main__":
    main()
