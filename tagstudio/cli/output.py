"""How commands speak: results on stdout, progress and failures on stderr."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from tagstudio.domain.errors import QueryError, TagStudioError
from tagstudio.domain.jobs import Job, Progress

T = TypeVar("T")
LINE_EVERY_S = 10.0
PIPED_WIDTH = 120
POINTED_CHARS = 40


def print_json(document: object) -> None:
    """Print exactly one JSON document; ASCII, so that any path survives."""
    sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headers; text is data and never markup."""
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_printable(cell)) for cell in row))
    console.print(table)


def print_line(text: str) -> None:
    """Print one line of result."""
    sys.stdout.write(_printable(text) + "\n")


def note(text: str) -> None:
    """Tell the person something that is no result."""
    sys.stderr.write(_printable(text) + "\n")


def explain(error: TagStudioError) -> None:
    """Print what happened and what to do next; under a search, point at the character."""
    note(f"{error.what} {error.advice}".rstrip())
    if isinstance(error, QueryError) and error.query.isprintable() and error.query:
        for line in _pointed(error.query, error.position):
            note(line)


def _pointed(query: str, position: int) -> tuple[str, str]:
    """Return the part of a search around a character, and a line that points at it."""
    before = query[max(0, position - POINTED_CHARS) : position]
    return f"  {before}{query[position : position + POINTED_CHARS]}", " " * (2 + cell_len(before)) + "^"


def follow(job: Job[T]) -> T:
    """Drive a job to its end, show how far it is, and return its result."""
    console = Console(stderr=True)
    return _with_bar(job, console) if console.is_terminal else _with_lines(job)


def _with_bar(job: Job[T], console: Console) -> T:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(progress: Progress) -> None:
            if progress.notice:
                console.print(Text(progress.notice))
            bar.update(task, completed=progress.done, total=progress.total or None, description=_short(progress.text))

        return _driven(job, tell)


def _with_lines(job: Job[T]) -> T:
    told = time.monotonic()

    def tell(progress: Progress) -> None:
        nonlocal told
        if progress.notice:
            note(progress.notice)
        if time.monotonic() - told >= LINE_EVERY_S:
            told = time.monotonic()
            of = f" of {progress.total}" if progress.total else ""
            note(f"{progress.done}{of} {progress.text}".rstrip())

    return _driven(job, tell)


def _driven(job: Job[T], tell: Callable[[Progress], None]) -> T:
    try:
        while True:
            tell(next(job))
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        job.close()


def _short(text: str) -> str:
    return text if len(text) <= 50 else "…" + text[-49:]


def _printable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
