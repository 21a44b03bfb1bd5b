"""TagStudio: tag a music collection with networks that learn your own words."""

import os

# Small products on a busy machine: a second thread of the matrix library costs more than it brings (measured: the
# median of a retraining rises from 20 to 100 ms). It must be said before numpy loads. torch has its own threads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
