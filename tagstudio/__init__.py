"""TagStudio: tag a music collection with networks that learn your own words."""

import os

# Small products on a busy machine: a second thread of the matrix library costs more than it brings, as
# tests/bench/bench_rerank.py --threads 2 shows. It must be said before numpy loads. torch has its own threads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
