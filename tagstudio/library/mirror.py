"""The mirror: every judgement once more, as a line of text beside the backups, with names instead of numbers.

A backup is up to half an hour old; the mirror has what was judged since. It is written right after the library, by
whoever wrote that, and catches up when it has fallen behind: the library never waits for it and never fails with it.
"""

import contextlib
import fcntl
import gzip
import hashlib
import json
import logging
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tagstudio.domain.disk_faults import reason as why
from tagstudio.domain.errors import DamagedLibraryError
from tagstudio.domain.wording import counted
from tagstudio.library import checks
from tagstudio.library.backups import backup_folder
from tagstudio.library.chain import FIRST_HASH
from tagstudio.library.histories import History, Line, histories

log = logging.getLogger(__name__)

NAME = "judgements.jsonl"
PATTERN = "judgements-*.jsonl.gz"
_TAIL_BYTES = 1 << 18
_JSON = json.JSONEncoder(sort_keys=True)
_LINES = """
    SELECT b.id, b.kind, b.text, b.made_at, b.undoes, j.id, j.hash, j.prev_hash, j.verdict, j.origin, j.start_s,
           j.end_s, j.track_id, j.tag_id, r.path, t.path, t.audio_hash, w.name, f.name
    FROM batch AS b
    LEFT JOIN judgement AS j ON j.batch_id = b.id AND j.id > :judgement
    LEFT JOIN track AS t ON t.id = j.track_id LEFT JOIN root AS r ON r.id = t.root_id
    LEFT JOIN tag AS w ON w.id = j.tag_id LEFT JOIN facet AS f ON f.id = w.facet_id
    WHERE b.id >= :batch AND (b.id > :batch OR j.id IS NOT NULL) ORDER BY b.id, j.id
"""


class Mirror:
    """The mirror of one library; ``warning`` is a sentence when it cannot be written, else empty."""

    def __init__(self, file: Path) -> None:
        self.folder = backup_folder(file)
        self.file = self.folder / NAME
        self.warning = ""
        self._known: tuple[tuple[int, int], Line] | None = None

    def follow(self, connection: sqlite3.Connection) -> None:
        """Append what the library has and the mirror lacks; a mirror that cannot be written is told once."""
        try:
            self._follow(connection)
        except BlockingIOError:
            log.info("%s is being written by another process, which has what is missing or leaves it to the next", NAME)
        except OSError as error:
            if not self.warning:
                self.warning = (
                    f"The second copy of your judgements in “{self.folder}” cannot be written: "
                    f"{why(error)}. The library itself is saved."
                )
                log.warning(self.warning)
        else:
            self.warning = ""

    def ahead(self, connection: sqlite3.Connection) -> list[Line]:
        """Return the lines that follow the newest judgement of a library: what it lacks, if anything."""
        if self.is_of(connection):
            return []
        return self.since(checks.end(connection), checks.newest_batch(connection), checks.identity(connection))

    def lacking(self, connection: sqlite3.Connection) -> int:
        """Return how many judgements a library lacks."""
        return sum("prev_hash" in line for line in self.ahead(connection))

    def is_of(self, connection: sqlite3.Connection) -> bool:
        """Whether the last line is in the library, or is none of its own; what the library has more follows later."""
        try:
            last = self._last_of_file()
        except OSError:
            return True
        # A library of an early version has no id, but its judgements tell.
        library = checks.identity(connection)
        return last is None or (bool(library) and last["library"] != library) or _has(connection, last)

    def since(self, end: tuple[int, str], batch: int, library: str) -> list[Line]:
        """Return the lines that follow a judgement and a batch, oldest first, batches without judgements included.

        They are those of the history that holds (``histories.py``). A line that was lost leaves a gap in the ids. A
        library without an id, of an early version, is known by its judgements.
        """
        history = self.history(library or self.library_with(end))
        return history.since(end, batch) if history else []

    def history(self, library: str) -> History | None:
        """Return the history of a library; None when no line is of it."""
        return histories(self.lines()).get(library)

    def library_with(self, end: tuple[int, str]) -> str:
        """Return the id of the library, written last, that has or had a judgement; empty when there is none."""
        found = reversed(histories(self.lines()).items())
        return next((library for library, each in found if each.has(end) is not None), "")

    def library(self) -> str:
        """Return the id of the library that was written last; empty when nothing was, or it cannot be read."""
        try:
            last = self._last_of_file()
        except OSError:
            return ""
        return str(last["library"]) if last else ""

    def lines(self) -> Iterator[Line]:
        """Yield every whole line, oldest first; torn and changed ones are left out."""
        for file in self.files():
            raw_file = file.open("rb")
            opened = gzip.GzipFile(fileobj=raw_file) if file.suffix == ".gz" else raw_file
            with raw_file, opened, contextlib.suppress(EOFError, gzip.BadGzipFile, zlib.error):
                yield from (line for raw in opened if (line := _line(raw)) is not None)

    def files(self) -> list[Path]:
        """Return the files of the mirror, oldest first."""
        return [*sorted(self.folder.glob(PATTERN)), *([self.file] if self.file.exists() else [])]

    def problem(self, connection: sqlite3.Connection) -> str:
        """Return what is wrong with the mirror of this library in a sentence; empty when nothing is."""
        if not checks.end(connection)[0]:
            return ""
        if not self.files():
            return "There is no second copy of the judgements; it is made with the next judgement."
        library = checks.identity(connection)
        kept = {line["end"][1] for line in self.lines() if line["library"] == library and "prev_hash" in line}
        hashes = connection.execute("SELECT hash FROM judgement").fetchall()
        lacking = sum(row[0] not in kept for row in hashes)
        return f"The second copy lacks {lacking:,} of {len(hashes):,} judgements." if lacking else ""

    def accept(self, end: tuple[int, str], batch: int, library: str) -> None:
        """Note that the library goes on from this judgement, whatever the lines before say.

        Raises
        ------
        OSError
            If the mirror cannot be written.
        """
        if self.file.exists():
            with self._locked() as opened:
                self._append(opened, [{"library": library, "end": list(end), "batch": batch}])

    def compact(self, connection: sqlite3.Connection) -> None:
        """Press what there is into one file and start a new one with all that the library has.

        Raises
        ------
        OSError
            If the disk is full or the folder cannot be written; the mirror is as before then.
        DamagedLibraryError
            If the library lacks judgements: what follows its end would be hidden by a mirror that starts there.
        """
        if not self.file.exists():
            return
        with self._locked() as opened:
            if lacking := self.lacking(connection):
                raise DamagedLibraryError(
                    f"The library lacks {counted(lacking, 'judgement')} that were saved.",
                    "“tagstudio library restore” puts them back.",
                    lacking=lacking,
                )
            number = 1 + max((int(each.name[11:17]) for each in self.folder.glob(PATTERN)), default=0)
            pressed = self.folder / f"judgements-{number:06}.jsonl.gz"
            part = self.folder / f".{pressed.name}.part"
            opened.seek(0)
            raw = opened.read()
            part.write_bytes(gzip.compress(raw))
            if gzip.decompress(part.read_bytes()) != raw:
                raise OSError("what was written does not read back")
            _keep(part)
            part.replace(pressed)
            # Where lines are lost, nothing is followed, so that the library writes all of them.
            last = None if self.problem(connection) else self._last(opened)
            opened.truncate(0)
            opened.seek(0, os.SEEK_END)
            self._known = None
            if last is not None:
                self._append(opened, [{key: last[key] for key in ("library", "end", "batch")}])
        self.follow(connection)

    def _follow(self, connection: sqlite3.Connection) -> None:
        if checks.end(connection)[0] == 0:
            return
        self.folder.mkdir(exist_ok=True)
        library = checks.identity(connection)
        with self._locked() as opened:
            last = self._last(opened)
            # A line of another history: that of an older library, or of one that was put back by hand.
            start = last if last and last["library"] == library and _has(connection, last) else None
            id_, batch = (start["end"][0], start["batch"]) if start else (0, 0)
            hash_ = start["end"][1] if start else FIRST_HASH
            rows = connection.execute(_LINES, {"judgement": id_, "batch": batch})
            self._append(opened, _lines(rows, library, id_, hash_))

    def _last_of_file(self) -> Line | None:
        if not self.file.exists():
            return None
        with self.file.open("rb") as opened:
            return _last_line(opened)

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        with self.file.open("ab+") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield opened

    def _last(self, opened: IO[bytes]) -> Line | None:
        """Return the last whole line; one that was torn is cut."""
        now = _stamp(opened)
        if self._known and self._known[0] == now:
            return self._known[1]
        size = opened.seek(0, os.SEEK_END)
        if size:
            opened.seek(max(0, size - _TAIL_BYTES))
            tail = opened.read()
            if not tail.endswith(b"\n"):
                opened.truncate(size - len(tail) + tail.rfind(b"\n") + 1)
        return _last_line(opened)

    def _append(self, opened: IO[bytes], lines: "Iterator[Line] | list[Line]") -> None:
        last = None
        for line in lines:
            opened.write(_raw(line))
            last = line
        if last is not None:
            _keep_open(opened)
            self._known = _stamp(opened), last


def _lines(rows: "sqlite3.Cursor", library: str, id_: int, hash_: str) -> Iterator[Line]:
    for batch, kind, text, made_at, undoes, judgement, own_hash, prev_hash, *rest in rows:
        line: Line = {"library": library, "batch": batch, "kind": kind, "text": text, "made_at": made_at}
        line["undoes"] = undoes
        if judgement is not None:
            id_, hash_ = judgement, own_hash
            verdict, origin, start_s, end_s, track_id, tag_id, root, path, audio_hash, tag, facet = rest
            line |= {
                "prev_hash": prev_hash, "verdict": verdict, "origin": origin, "start_s": start_s, "end_s": end_s,
                "track_id": track_id, "tag_id": tag_id, "root": os.fsdecode(root), "path": os.fsdecode(path),
                "audio_hash": audio_hash, "tag": tag, "facet": facet,
            }  # fmt: skip
        line["end"] = [id_, hash_]
        yield line


def _raw(line: Line) -> bytes:
    text = _JSON.encode(line)
    return f'{{"sum": "{_sum(text)}", "line": {text}}}\n'.encode()


def _line(raw: bytes) -> Line | None:
    try:
        read = json.loads(raw)
        line: Line = read["line"]
        return line if read["sum"] == _sum(_JSON.encode(line)) else None
    except (ValueError, KeyError, TypeError):
        return None


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _last_line(opened: IO[bytes]) -> Line | None:
    size = opened.seek(0, os.SEEK_END)
    for span in (_TAIL_BYTES, size):
        opened.seek(max(0, size - span))
        found = (line for raw in reversed(opened.read().splitlines()) if (line := _line(raw)) is not None)
        if (last := next(found, None)) is not None:
            return last
    return None


def _has(connection: sqlite3.Connection, line: Line) -> bool:
    judgement_id, hash_ = line["end"]
    if not judgement_id:
        return True
    row = connection.execute("SELECT hash FROM judgement WHERE id = ?", (judgement_id,)).fetchone()
    return row is not None and row[0] == hash_


def _stamp(opened: IO[bytes]) -> tuple[int, int]:
    status = os.fstat(opened.fileno())
    return status.st_ino, status.st_size


def _keep(file: Path) -> None:
    with file.open("rb+") as opened:
        _keep_open(opened)


def _keep_open(opened: IO[bytes]) -> None:
    opened.flush()
    os.fsync(opened.fileno())
