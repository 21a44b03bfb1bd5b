"""Long work as generators of progress: no threads, no callbacks, no Qt.

A job is looped over by the command line, driven on a thread by the window and simply run by a test.
Closing the generator between two yields cancels it; what was committed stays.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; ``total`` is 0 while nobody knows, ``notice`` is something to tell the person."""

    done: int
    total: int
    text: str = ""
    notice: str = ""


Job = Generator[Progress, None, T]


class Cancelled(Exception):  # noqa: N818 -- a decision, not an error
    """A person asked a job to stop."""


def run(job: Job[T]) -> T:
    """Drive a job to its end and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as stop:
            result: T = stop.value
            return result


def seconds_left(done: int, total: int, elapsed_s: float) -> float | None:
    """Estimate the time left from the mean rate so far; None while there is nothing to go by."""
    if done <= 0 or total <= 0 or done > total:
        return None
    return elapsed_s / done * (total - done)
