"""Opening a library: two doors, one for any number of readers and one for the single writer.

``library.sqlite3`` holds what people decided. Everything here serves one promise: what was committed is never lost,
and a file that is not ours, newer than us or damaged is refused and left byte for byte as it was.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, QueuePool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tagstudio.domain.errors import LibraryError
from tagstudio.library import backups, damage, migrations, seals
from tagstudio.library.access import (
    FROZEN,
    Access,
    access_to,
    can_share_journal,
    leave_shared_journal,
    reading_mode,
    signature,
    without_writing,
)
from tagstudio.library.cache import Cache
from tagstudio.library.creation import create_file
from tagstudio.library.disks import network_kind
from tagstudio.library.faults import explained
from tagstudio.library.headers import refuse_foreign
from tagstudio.library.mirror import Mirror
from tagstudio.library.owners import Owner, real_file
from tagstudio.library.schema import SCHEMA

log = logging.getLogger(__name__)

BUSY_S = 5.0
READERS = 8
# A file that vanished meanwhile is an error, not a fresh empty library.
OPEN_MODE = "mode=rw"


class Library:
    """One open library file and the cache beside it; safe to use from several threads.

    ``warning`` is a sentence for the person when the file works, but not as safely as it should; else empty.
    """

    def __init__(self, file: Path, access: Access, *, busy_s: float = BUSY_S) -> None:
        self.file = file
        self.warning = ""
        self.mirror = Mirror(file)
        self._busy_s = busy_s
        self._access = access
        self._seen = signature(file)
        self._owner = Owner(file, busy_s)
        self._journal = "WAL"
        self._readers = _engine(file, busy_s, "BEGIN", READERS, self._mode, lambda: self._pragmas("query_only = ON"))
        self._writers = _engine(file, busy_s, "BEGIN IMMEDIATE", 1, self._mode, self._writing_pragmas)
        self._lock = threading.Lock()
        self._writing_thread: int | None = None
        self._cache: Cache | None = None
        self._cache_lock = threading.Lock()
        self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_read_only(self) -> bool:
        """Whether the file, or the disk it lies on, could not be written when it was last tried."""
        return not self._access.is_writable

    @property
    def cache(self) -> Cache:
        """What can be recomputed, in a folder beside the file; opened when first asked for."""
        with self._cache_lock:
            self._require_open()
            if self._cache is None:
                self._cache = Cache(cache_folder(self.file))
            return self._cache

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Look at one consistent state of the library; writing is refused.

        Raises
        ------
        LibraryError
            If the file cannot be read.
        """
        self._require_open()
        self._look_again_if_changed()
        with explained(self.file), Session(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Change the library: on the disk when the block has ended, not at all when it raised.

        Raises
        ------
        LibraryError
            If another program holds the library for longer than five seconds, the disk is full, the file may not be
            written or is damaged. Nothing is changed then.
        RuntimeError
            If this thread is already writing.
        """
        self._require_open()
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("write() inside write()")
        self.require_writable()
        with self._lock, explained(self.file):
            # It may have been closed while this waited for the lock; a claim that is taken then would never end.
            self._require_open()
            if self._owner.claim():
                self._writers.dispose()
            self._writing_thread = threading.get_ident()
            try:
                with Session(self._writers, expire_on_commit=False) as session:
                    # Take the lock before the block starts, so that what it reads is what it changes.
                    session.connection()
                    seals.watch(session)
                    yield session
                    is_judged = seals.renew(session)
                    session.commit()
                if is_judged:
                    self._follow_if_possible()
            finally:
                self._writing_thread = None

    def require_writable(self) -> None:
        """Refuse what would end in writing, before any work is done for it.

        A library that could not be written is tried again: space may have been freed, or writing allowed.

        Raises
        ------
        LibraryError
            If the library may not be written.
        """
        with self._lock:
            self._require_open()
            if self.is_read_only and not self._try_again():
                raise LibraryError(
                    f"“{self.file.name}” is open for reading only: {self._access.why_not}.", self._access.advice
                )

    def close(self) -> None:
        """Close the file; what was committed is in it, no journal is left beside it."""
        with self._cache_lock, self._lock:
            if not self._is_open:
                return
            self._is_open = False
            self._readers.dispose()
            self._writers.dispose()
            if self._cache is not None:
                self._cache.close()
            self._owner.release()

    def _follow(self) -> None:
        """Let the mirror have what was judged."""
        with self._readers.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            self.mirror.follow(raw)

    def _follow_if_possible(self) -> None:
        """Let the mirror have what was judged; it never fails what is saved already."""
        try:
            self._follow()
        except (sqlite3.Error, SQLAlchemyError, UnicodeDecodeError, LibraryError) as error:
            log.warning("the second copy of the judgements of %s has to catch up later: %s", self.file, error)

    def _require_open(self) -> None:
        if not self._is_open:
            raise LibraryError(f"“{self.file.name}” is closed.", "Open the library again.")

    def _mode(self) -> str:
        return self._access.mode

    def _pragmas(self, *more: str) -> tuple[str, ...]:
        journal = () if self.is_read_only else (f"journal_mode = {self._journal}",)
        return (*journal, "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF", *more)

    def _writing_pragmas(self) -> tuple[str, ...]:
        # Before SQLite 3.51.3 two processes that checkpoint at the same moment can damage the file.
        checkpoints = () if self._owner.is_first else ("wal_autocheckpoint = 0",)
        # In KiB: while many tracks are added, the ends of all indexes stay in memory.
        return self._pragmas("cache_size = -16384", *checkpoints)

    def _try_again(self) -> bool:
        with explained(self.file):
            self._access = _access(self.file, reading_mode(self.file, self._busy_s))
        if not self.is_read_only:
            log.info("%s may be written now", self.file)
            self._readers.dispose()
            self.warning = ""
            self._owner.claim()
        return not self.is_read_only

    def _look_again_if_changed(self) -> None:
        """Read a file anew that is open without locks and that somebody else, who may write it, has changed."""
        if self._access.mode != FROZEN or signature(self.file) == self._seen:
            return
        with self._lock, explained(self.file):
            self._seen = signature(self.file)
            self._access = replace(self._access, mode=reading_mode(self.file, self._busy_s))
            self._readers.dispose()


def open_library(file: Path, *, create: bool = True, busy_s: float = BUSY_S) -> Library:
    """Open a library; make it when it does not exist, bring it to this program's schema when it is older.

    The folder must exist: a missing one is most often a drive that is not there. Where the file may not be written, or
    its disk is full, it is opened for reading only, and its ``warning`` says so.

    Raises
    ------
    LibraryError
        If the file is missing (``create=False``), not a library, newer than this program, damaged, locked, or its
        folder is missing or not writable. The file is left as it was.
    """
    file = real_file(file)
    with explained(file):
        if not file.exists():
            if not create:
                damage.refuse_vanished(file)
                raise LibraryError(f"There is no library at “{file}”.", "Scan a folder first, or name another file.")
            damage.refuse_vanished(file)
            create_file(file)
        version, reading = _version(file, busy_s)
        access = _access(file, reading)
        try:
            return _opened(file, access, version, busy_s)
        except (LibraryError, sqlite3.Error) as error:
            cause = getattr(error.__cause__, "orig", error.__cause__) if isinstance(error, LibraryError) else error
            fallback = without_writing(reading, cause) if access.is_writable else None
            if fallback is None:
                raise
        return _opened(file, fallback, version, busy_s)


def _opened(file: Path, access: Access, version: int, busy_s: float) -> Library:
    library = Library(file, access, busy_s=busy_s)
    try:
        _prepare(library, version)
    except BaseException:
        library.close()
        raise
    return library


def _version(file: Path, busy_s: float) -> tuple[int, str]:
    try:
        with explained(file):
            return refuse_foreign(file, busy_s)
    except LibraryError as error:
        raise damage.with_offer(file, error) from error


def sqlite_version() -> str:
    """Return the version of SQLite that Python runs on."""
    return sqlite3.sqlite_version


def cache_folder(file: Path) -> Path:
    """Return where the cache of a library lives: ``library.sqlite3`` has ``library.cache/``.

    Of another name nothing is left out, as for backups.
    """
    return file.with_suffix(".cache") if file.suffix == backups.USUAL_SUFFIX else file.with_name(f"{file.name}.cache")


def _access(file: Path, reading: str) -> Access:
    return access_to(file, reading, OPEN_MODE)


def _prepare(library: Library, version: int) -> None:
    """Migrate if needed, and find out whether the file can be written and has the safe journal."""
    is_first = library._owner.is_first
    # Before anything opens the file for writing: SQLite would move a journal that lies beside it into it.
    damage.require_whole(library.file, library.mirror, is_first=is_first)
    if library.is_read_only:
        _refuse_old(library, version)
        library.warning = f"“{library.file.name}” is open for reading only: {library._access.why_not}."
    else:
        _choose_journal(library)
        _migrate(library, version)
        _tidy(library, is_first=is_first)
    log.info("opened %s, SQLite %s, %s", library.file, sqlite3.sqlite_version, library.warning or "safe journal")


def _choose_journal(library: Library) -> None:
    """Let the file do without the safe journal where programs cannot share the memory that it needs."""
    file, mode = library.file, library._access.mode
    if network_kind(file) or not can_share_journal(file, mode):
        leave_shared_journal(file, mode, library._busy_s)
        library._journal = "DELETE"


def _tidy(library: Library, *, is_first: bool) -> None:
    """Delete what dead processes have left, and let the mirror have what it lacks."""
    if is_first:
        damage.sweep(library.file)
        backups.sweep(library.file)
    library._follow()
    library.warning = library.warning or library.mirror.warning


def _refuse_old(library: Library, version: int) -> None:
    if version < SCHEMA:
        raise LibraryError(
            f"“{library.file.name}” was made by an older version of TagStudio and must be brought to this one, "
            f"but it may not be written: {library._access.why_not}.",
            library._access.advice,
        )


def _migrate(library: Library, version: int) -> None:
    with library._writers.connect() as connection:
        if version < SCHEMA:
            log.info("migrating %s from schema %d to %d", library.file, version, SCHEMA)
            backups.back_up(library.file, f"schema-{version}")
            migrations.upgrade(connection, SCHEMA)
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        (mode,) = raw.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        kind = network_kind(library.file)
        where = f"on a network drive ({kind})" if kind else f"on a disk without the safe journal (it has “{mode}”)"
        library.warning = (
            f"“{library.file.name}” lies {where}; move it to a local disk, or let only one program use it."
        )


def _engine(
    file: Path, busy_s: float, begin: str, size: int, mode: Callable[[], str], pragmas: Callable[[], tuple[str, ...]]
) -> Engine:
    def connect() -> sqlite3.Connection:
        uri = f"{file.as_uri()}?{mode()}"
        connection = sqlite3.connect(uri, uri=True, timeout=busy_s, isolation_level=None, check_same_thread=False)
        with explained(file):
            try:
                _configure(connection, pragmas())
            except BaseException:
                connection.close()
                raise
        return connection

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=0 if size == 1 else 32
    )
    # The driver would begin by itself, and not before every statement; we send BEGIN ourselves.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _configure(connection: sqlite3.Connection, pragmas: tuple[str, ...]) -> None:
    for pragma in pragmas:
        with closing(connection.execute(f"PRAGMA {pragma}")) as answer:
            answer.fetchall()
