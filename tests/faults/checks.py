"""Call the independent checker, and take the snapshots it compares with."""

import hashlib
import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

CHECKER = Path(__file__).parent / "checker.py"
# Hashing 20 GB of nothing proves nothing: of larger files only size and time are compared.
LARGEST_HASHED = 1 << 28


def check(
    library: Path | None,
    *,
    acks: Iterable[Mapping[str, Any]] = (),
    tracks: Iterable[bytes] = (),
    audio: Mapping[bytes, Sequence[str]] | None = None,
    exports: Mapping[Path, Sequence[str]] | None = None,
    temps: Iterable[Path] = (),
    backups: Path | None = None,
    batch_rows: Iterable[int] = (),
) -> list[dict[str, str]]:
    """Return the violations that the checker finds; see ``checker.py`` for what each argument means.

    ``audio`` and ``exports`` map a file to the sha256 digests that it may have.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-I", str(CHECKER)]
        if library is not None:
            command += ["--library", str(library)]
        command += ["--acks", _listed(folder, "acks", acks)]
        command += ["--tracks", _listed(folder, "tracks", (path.hex() for path in tracks))]
        command += ["--audio", _listed(folder, "audio", _digests(audio or {}))]
        command += ["--exports", _listed(folder, "exports", _digests(exports or {}))]
        command += [part for each in temps for part in ("--temps", str(each))]
        command += [part for each in batch_rows for part in ("--batch-rows", str(each))]
        if backups is not None:
            command += ["--backups", str(backups)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)
    assert bool(found) == bool(done.returncode), done.stderr
    return found


def violations_text(violations: Iterable[Mapping[str, str]]) -> str:
    """Return violations as lines for an assertion."""
    return "\n".join(f"{each['invariant']}: {each['what']}" for each in violations)


def tracks_of(library: Path) -> list[bytes]:
    """Return the absolute paths of all tracks of a library, read without the program."""
    with closing(sqlite3.connect(f"{library.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        query = "SELECT root.path, track.path FROM track JOIN root ON root.id = root_id ORDER BY track.id"
        return [bytes(root) + b"/" + bytes(path) for root, path in connection.execute(query)]


def sha256s_of(folder: Path) -> dict[bytes, list[str]]:
    """Return, by absolute path, the digest of every regular file below a folder; very large ones are left out."""
    return {
        path: [hashlib.sha256(Path(os.fsdecode(path)).read_bytes()).hexdigest()]
        for path, status in _files(os.fsencode(folder))
        if status.st_size <= LARGEST_HASHED
    }


def times_of(folder: Path) -> dict[bytes, tuple[int, int, int]]:
    """Return, by absolute path, size, time of change and mode of every regular file below a folder."""
    return {path: (at.st_size, at.st_mtime_ns, at.st_mode) for path, at in _files(os.fsencode(folder))}


def _files(folder: bytes) -> Iterable[tuple[bytes, os.stat_result]]:
    for here, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(here, name)  # noqa: PTH118 -- bytes
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode):
                yield path, status


def _digests(given: Mapping[Any, Sequence[str]]) -> Iterable[dict[str, Any]]:
    return ({"path": os.fsencode(path).hex(), "sha256": list(digests)} for path, digests in given.items())


def _listed(folder: str, name: str, lines: Iterable[Any]) -> str:
    file = Path(folder) / name
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(file)
