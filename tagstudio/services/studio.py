"""An open library with what is kept warm to work on it: embeddings in memory, decoding and network processes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tagstudio import paths
from tagstudio.audio.listening import EAR_LIMITS, Ear
from tagstudio.domain.disk_faults import reason
from tagstudio.domain.errors import LibraryError, TagStudioError
from tagstudio.domain.settings import Settings, load_settings, save_settings
from tagstudio.library.backups import backup_folder
from tagstudio.library.headers import is_older
from tagstudio.library.owners import real_file
from tagstudio.library.store import Library, open_library
from tagstudio.services.embeddings import LibraryEmbeddings, load_embeddings
from tagstudio.services.networks import network_worker
from tagstudio.services.starter import seed_vocabulary
from tagstudio.workers import Worker

# While an analysis adds embeddings all the time, reloading them may take this share of the time and no more.
RELOAD_SHARE = 0.2
INTERRUPT_EVERY_S = 0.1


class Studio:
    """One open library; its methods may be called from any thread."""

    def __init__(self, library: Library, settings: Settings | None = None) -> None:
        self.library = library
        self.settings = settings or Settings()
        self._ear = Worker(Ear, limits=EAR_LIMITS)
        self._networks: Worker | None = None
        self._ear_lock, self._network_lock, self._embedding_lock = threading.Lock(), threading.Lock(), threading.Lock()
        # What services remember between calls, by their own names.
        self.memory: dict[str, Any] = {}
        self.memory_lock = threading.RLock()
        # What else ends with it.
        self.at_close: list[Callable[[], None]] = []
        self._tracks_version = 0
        self._embeddings: LibraryEmbeddings | None = None
        self._loaded_at, self._load_s = 0.0, 0.0
        self._is_open = True

    @property
    def file(self) -> Path:
        """The library's file."""
        return self.library.file

    @property
    def is_read_only(self) -> bool:
        """Whether the library may only be looked at."""
        return self.library.is_read_only

    @property
    def warning(self) -> str:
        """A sentence for the person when library or cache work, but not as they should; else empty."""
        return self.library.warning or self.library.cache.warning

    def embeddings(self, *, fresh: bool = False) -> LibraryEmbeddings:
        """Return the embeddings of all tracks that were listened to.

        They are reloaded when the cache or the set of tracks has changed; during an analysis they may be a few
        seconds old unless ``fresh``.
        """
        with self._embedding_lock:
            if self._embeddings is None or (self._is_stale() and (fresh or self._may_reload())):
                start = time.monotonic()
                self._embeddings = load_embeddings(self.library, version=self._version())
                self._loaded_at = time.monotonic()
                self._load_s = self._loaded_at - start
            return self._embeddings

    def change_settings(self, **changes: Any) -> None:
        """Change settings by name and keep them for the next start; nothing is written when nothing changes.

        Raises
        ------
        TagStudioError
            If they cannot be saved; they hold for this run all the same.
        """
        before, self.settings = self.settings, replace(self.settings, **changes)
        if self.settings != before:
            save_settings(paths.settings_file(), self.settings)

    def note_tracks_changed(self) -> None:
        """Say that tracks came, went or changed, so that their embeddings are put together anew."""
        self._tracks_version += 1

    @contextmanager
    def ear(self) -> Iterator[Worker]:
        """Borrow the interactive decoding process."""
        with self._ear_lock:
            self._require_open()
            yield self._ear

    @contextmanager
    def networks(self) -> Iterator[Worker]:
        """Borrow the interactive network process; the first use starts it."""
        with self._network_lock:
            self._require_open()
            if self._networks is None:
                self._networks = network_worker()
            yield self._networks

    def close(self) -> None:
        """End the processes, even in the middle of an answer, and close the library; who waits for one is refused."""
        self.end_processes()
        self.library.close()
        while self.at_close:
            self.at_close.pop()()

    def end_processes(self) -> None:
        """End the processes; for when the library cannot be waited for, because another program holds it."""
        self._is_open = False
        with _taken(self._ear_lock, lambda: self._ear):
            self._ear.close()
        with _taken(self._network_lock, lambda: self._networks):
            if self._networks is not None:
                self._networks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _require_open(self) -> None:
        if not self._is_open:
            raise LibraryError(f"“{self.file.name}” is closed.", "Open the library again.")

    def _is_stale(self) -> bool:
        return self._embeddings is None or self._embeddings.version != self._version()

    def _version(self) -> tuple[int, int]:
        return self.library.cache.version, self._tracks_version

    def _may_reload(self) -> bool:
        return (time.monotonic() - self._loaded_at) * RELOAD_SHARE >= self._load_s


@contextmanager
def _taken(lock: threading.Lock, worker: Callable[[], Worker | None]) -> Iterator[None]:
    """Take a lock whose holder waits for a worker: end its child again and again, it may be starting another one."""
    while not lock.acquire(timeout=INTERRUPT_EVERY_S):
        if (busy := worker()) is not None:
            busy.interrupt()
    try:
        yield
    finally:
        lock.release()


def open_studio(file: Path | None = None, *, create: bool = True) -> Studio:
    """Open a library, by default the one ``TAGSTUDIO_LIBRARY`` names or the platform's.

    A new one gets the starting vocabulary.

    Raises
    ------
    LibraryError
        If the file is not a library, comes from a newer version, or is locked.
    TagStudioError
        If the settings cannot be read.
    """
    if file is None:
        file = paths.default_library()
        _make_folder(file.parent)
    settings = load_settings(paths.settings_file())
    library = open_library(file, create=create)
    try:
        seed_vocabulary(library)
    except BaseException:
        library.close()
        raise
    return Studio(library, settings)


def upgrade_notice(file: Path | None = None) -> str:
    """Return what to tell a person while the library is opened for the first time by this version; else nothing."""
    file = file or paths.default_library()
    if not is_older(file):
        return ""
    kept = backup_folder(real_file(file)).name
    return f"“{file.name}” is brought to this version of TagStudio; a copy of it as it was is kept in “{kept}”."


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TagStudioError(
            f"The folder “{folder}” for your library cannot be made: {reason(error)}.",
            "Name another place with --library.",
        ) from error
