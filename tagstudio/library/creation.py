"""Making a new library file: whole or not at all."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from tagstudio.domain.disk_faults import reason
from tagstudio.domain.errors import LibraryError
from tagstudio.library import damage, migrations
from tagstudio.library.backups import utc_now
from tagstudio.library.owners import alone
from tagstudio.library.schema import APPLICATION_ID, SCHEMA


def create_file(file: Path) -> None:
    """Make an empty library; a process that dies meanwhile leaves no half library under that name.

    The journal of a library that is gone is put aside, so that it is not played into this one.

    Raises
    ------
    LibraryError
        If the folder is missing or may not be written, or another process is busy with such a journal.
    """
    with _part(file) as part:
        _build(part)
        if damage.is_journal_left(file):
            _publish_alone(part, file)
        else:
            _publish(part, file)


def _build(part: Path) -> None:
    connection = sqlite3.connect(part, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        event.listen(engine, "begin", lambda each: each.exec_driver_sql("BEGIN"))
        with engine.connect() as each:
            migrations.upgrade(each, SCHEMA)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _publish_alone(part: Path, file: Path) -> None:
    """Put the journal aside that lies beside the name, and give the finished file that name."""
    try:
        with alone(file):
            if not file.exists():
                damage.set_journal_aside(file, damage.free_name(file, utc_now()))
                _publish(part, file)
    except BlockingIOError as error:
        # Another process was quicker, and it is its journal.
        if not file.exists():
            raise LibraryError(f"“{file.name}” is just being restored.", "Wait until that has ended.") from error
    except OSError as error:
        raise _refusal(file, error) from error


def _publish(part: Path, file: Path) -> None:
    """Give the finished file its name, unless another process was quicker."""
    with part.open("rb+") as opened:
        os.fsync(opened.fileno())
    with contextlib.suppress(FileExistsError):
        try:
            os.link(part, file)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links; the check and the renaming are not one step there.
            if not file.exists():
                part.replace(file)
    _keep_folder(file.parent)


def _keep_folder(folder: Path) -> None:
    """Write the folder's entry to the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _part(file: Path) -> Iterator[Path]:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name[:100]}-", suffix=".part", dir=file.parent)
    except OSError as error:
        raise _refusal(file, error) from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _refusal(file: Path, error: OSError) -> LibraryError:
    if not file.parent.is_dir():
        return LibraryError(
            f"The folder “{file.parent}” for the library does not exist.", "Make it, or connect the drive it is on."
        )
    return LibraryError(
        f"No library can be made in “{file.parent}”: {reason(error)}.",
        "Choose a folder that you may write, with free space.",
    )
