"""What listening gave, keyed by audio: embeddings, taggrams, waveforms. All of it can be made again.

A model's numbers count only for what made them (weights and front end): asked for another maker, the cache has none.
A file of its own in the folder ``<library>.cache/``. Delete the folder and it is rebuilt; a damaged file is set aside.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tagstudio.domain.disk_faults import reason
from tagstudio.domain.errors import LibraryError
from tagstudio.library.cache_file import ForeignFileError, connect, is_damage, look, why_unwritable
from tagstudio.library.faults import explained
from tagstudio.library.listened import FULL, Listened, Taggram

log = logging.getLogger(__name__)

# Waveforms and spectrograms of about 250 tracks; the ones made longest ago go first.
OVERVIEW_BYTES = 512 << 20
_ROWS_AT_ONCE = 2048
_MODEL = "SELECT id FROM model WHERE name = ? AND made_by = ?"


class Cache:
    """The cache of one library; safe to use from several threads and processes.

    ``warning`` says that a damaged cache was replaced by an empty one; else it is empty. Where the file cannot be
    written, what it holds can still be looked at, and ``why_not`` says why nothing new is kept.

    Raises
    ------
    LibraryError
        From every method: the disk is full, the folder cannot be written, or the file turned out to be damaged. In
        the last case it has been set aside, and the next call works on a new one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "cache.sqlite3"
        self.warning = self.why_not = ""
        self._pool: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._aside = threading.RLock()
        self._open()

    @property
    def version(self) -> int:
        """A number that changes with every ``put``, whoever made it."""
        with self._connection() as connection:
            (version,) = connection.execute("SELECT version FROM counter").fetchone()
        return int(version)

    def put(self, heard: Sequence[Listened]) -> None:
        """Keep what was heard, all of it or nothing; what was heard more fully before stays.

        What the same model gave before in another shape, or made by something else, is forgotten.
        """
        with self._writing() as connection:
            for each in heard:
                _put(connection, each)
            if heard:
                connection.execute("UPDATE counter SET version = version + 1")

    def done(self, model_id: str, excerpts: int | None, made_by: str = "") -> set[str]:
        """Return the audio hashes that a model heard at least so fully; None means everything."""
        query = f"SELECT audio_hash FROM mean WHERE model = ({_MODEL}) AND quality >= ?"
        with self._connection() as connection:
            rows = connection.execute(query, (model_id, made_by, FULL if excerpts is None else excerpts)).fetchall()
        return {row[0] for row in rows}

    def vectors(self, model_id: str, made_by: str = "") -> tuple[list[str], NDArray[np.float32], NDArray[np.float32]]:
        """Return what a model thinks of every track it heard, in the order of the hashes.

        Returns
        -------
        audio_hashes : list of str
        embeddings : ndarray, shape (tracks, dimensions)
        mean_scores : ndarray, shape (tracks, classes)
            Both of shape (0, 0) when the model heard nothing.
        """
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                return _vectors(connection, model_id, made_by)
            finally:
                connection.execute("COMMIT")

    def taggram(self, audio_hash: str, model_id: str, made_by: str = "") -> Taggram | None:
        """Return a model's scores over time for one track; None when it was not heard."""
        query = (
            "SELECT numbers, scores, embeddings, n_windows, preprocessing, classes, dimensions "
            f"FROM taggram JOIN model ON model.id = taggram.model WHERE model = ({_MODEL}) AND audio_hash = ?"
        )
        with self._connection() as connection:
            row = connection.execute(query, (model_id, made_by, audio_hash)).fetchone()
        return None if row is None else _taggram(*row)

    def require_writable(self) -> None:
        """Refuse what would end in ``put``; a cache that could not be written is tried again.

        Raises
        ------
        LibraryError
            If nothing can be kept.
        """
        with self._aside:
            if self.why_not:
                self._anew()
            if self.why_not:
                raise LibraryError(
                    f"What is heard could not be kept in “{self.folder}”: {self.why_not}.",
                    "Free some space there, or allow writing beside the library.",
                )

    def put_overview(self, audio_hash: str, blob: bytes) -> None:
        """Keep the picture of a track; the oldest ones make room when there are too many."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO overview (audio_hash, blob) VALUES (?, ?)", (audio_hash, blob))
            sizes = connection.execute("SELECT made, length(blob) FROM overview ORDER BY made DESC").fetchall()
            kept = 0
            for made, size in sizes:
                kept += size
                if kept > OVERVIEW_BYTES:
                    connection.execute("DELETE FROM overview WHERE made <= ?", (made,))
                    break

    def overview(self, audio_hash: str) -> bytes | None:
        """Return the picture of a track as it was put; None when there is none."""
        with self._connection() as connection:
            row = connection.execute("SELECT blob FROM overview WHERE audio_hash = ?", (audio_hash,)).fetchone()
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        """Close the file; no other thread may be using it."""
        while not self._pool.empty():
            self._pool.get_nowait().close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self.why_not:
            self.require_writable()
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                # A full disk has rolled back already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that no other thread has."""
        if not self.why_not and not self.file.exists():
            self._renew()
        pool = self._pool
        try:
            with explained(self.file):
                try:
                    connection = pool.get_nowait()
                except queue.Empty:
                    connection = self._connect()
                try:
                    yield connection
                finally:
                    if pool is self._pool:
                        pool.put(connection)
                    else:
                        connection.close()
        except LibraryError as error:
            if not is_damage(error.__cause__):
                raise
            self._set_aside(pool, "was damaged")
            raise LibraryError(
                "The cache was damaged and has been started anew; nothing you decided is lost.", "Analyse again."
            ) from error

    def _renew(self) -> None:
        """Begin an empty cache where somebody deleted the old one."""
        with self._aside:
            if not self.file.exists():
                self._anew()

    def _anew(self) -> None:
        self.close()
        self._pool = queue.LifoQueue()
        self._open()

    def _open(self) -> None:
        """Open or make the file; start anew when it is not a cache of ours, look only when it cannot be written."""
        self.why_not = ""
        try:
            self._make_folder()
            with explained(self.file):
                self._pool.put(self._connected())
        except LibraryError as error:
            self.why_not = why_unwritable(self.file, error)
            if not self.why_not:
                raise
            log.warning("the cache is only looked at: %s", self.why_not)
            with explained(self.file):
                self._pool.put(self._connect())

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"The cache folder “{self.folder}” cannot be made: {reason(error)}.",
                "Allow writing beside the library.",
            ) from error

    def _connect(self) -> sqlite3.Connection:
        return look(self.file) if self.why_not else connect(self.file)

    def _connected(self) -> sqlite3.Connection:
        try:
            return connect(self.file)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            is_foreign = isinstance(error, ForeignFileError)
            self._set_aside(self._pool, "is not of this version" if is_foreign else "was damaged")
            return connect(self.file)

    def _set_aside(self, pool: "queue.LifoQueue[sqlite3.Connection]", fault: str) -> None:
        """Give a useless file another name; connections still lent to other threads end with it."""
        with self._aside:
            if pool is not self._pool:
                return
            self.close()
            self._pool = queue.LifoQueue()
            for suffix in ("-wal", "-shm"):
                self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
            if self.file.exists():
                self.file.replace(self.file.with_name(self.file.name + ".damaged"))
        self.warning = f"The cache {fault} and has been started anew; the tracks will be listened to again."
        log.warning(self.warning)


def _put(connection: sqlite3.Connection, heard: Listened) -> None:
    model = _model(connection, heard)
    key = model, heard.audio_hash
    better = "SELECT 1 FROM mean WHERE model = ? AND audio_hash = ? AND quality > ?"
    if connection.execute(better, (*key, heard.quality)).fetchone():
        return
    connection.execute(
        "INSERT OR REPLACE INTO mean VALUES (?, ?, ?, ?, ?)",
        (*key, heard.quality, heard.mean_embedding.tobytes(), heard.mean_scores.tobytes()),
    )
    connection.execute(
        "INSERT OR REPLACE INTO taggram VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*key, heard.preprocessing_id, heard.n_windows, heard.numbers.astype("<i8").tobytes(),
         heard.scores.astype("<f4").tobytes(), heard.embeddings.tobytes()),
    )  # fmt: skip


def _model(connection: sqlite3.Connection, heard: Listened) -> int:
    """Return the number of a model; what it gave in another shape, or made by something else, is forgotten."""
    kind = heard.scores.shape[1], heard.embeddings.shape[1], heard.made_by
    query = "SELECT id, classes, dimensions, made_by FROM model WHERE name = ?"
    row = connection.execute(query, (heard.model_id,)).fetchone()
    if row is not None and row[1:] == kind:
        return int(row[0])
    if row is not None:
        for table in ("mean", "taggram"):
            connection.execute(f"DELETE FROM {table} WHERE model = ?", (row[0],))
        connection.execute("DELETE FROM model WHERE id = ?", (row[0],))
    made = connection.execute(
        "INSERT INTO model (name, classes, dimensions, made_by) VALUES (?, ?, ?, ?)", (heard.model_id, *kind)
    )
    return int(made.lastrowid or 0)


def _vectors(
    connection: sqlite3.Connection, model_id: str, made_by: str
) -> tuple[list[str], NDArray[np.float32], NDArray[np.float32]]:
    query = f"SELECT id, classes, dimensions FROM model WHERE id = ({_MODEL})"
    row = connection.execute(query, (model_id, made_by)).fetchone()
    model, classes, dimensions = row or (0, 0, 0)
    (count,) = connection.execute("SELECT count(*) FROM mean WHERE model = ?", (model,)).fetchone()
    hashes: list[str] = []
    embeddings = np.empty((count, dimensions), "<f4")
    scores = np.empty((count, classes), "<f4")
    found = connection.execute("SELECT audio_hash, embedding, scores FROM mean WHERE model = ? ORDER BY 1", (model,))
    while rows := found.fetchmany(_ROWS_AT_ONCE):
        names, some_embeddings, some_scores = zip(*rows, strict=True)
        here = slice(len(hashes), len(hashes) + len(names))
        embeddings[here] = np.frombuffer(b"".join(some_embeddings), "<f4").reshape(-1, dimensions)
        scores[here] = np.frombuffer(b"".join(some_scores), "<f4").reshape(-1, classes)
        hashes.extend(names)
    return hashes, embeddings, scores


def _taggram(
    numbers: bytes, scores: bytes, embeddings: bytes, n_windows: int, preprocessing: str, classes: int, dimensions: int
) -> Taggram:
    heard = np.frombuffer(numbers, "<i8")
    # Two bytes a value or four: the size tells.
    kind = "<f2" if len(embeddings) == 2 * len(heard) * dimensions else "<f4"
    return Taggram(
        numbers=heard, scores=np.frombuffer(scores, "<f4").reshape(-1, classes),
        embeddings=np.frombuffer(embeddings, kind).reshape(-1, dimensions),
        n_windows=n_windows, preprocessing_id=preprocessing,
    )  # fmt: skip
