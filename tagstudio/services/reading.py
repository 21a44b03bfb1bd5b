"""Reading many files in processes of their own: in groups while all goes well, one by one where a reader died."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tagstudio.audio.listening import time_allowed_s
from tagstudio.domain.errors import TagStudioError, WorkerError
from tagstudio.domain.tracks import TrackFacts
from tagstudio.services.reader import TELL_EVERY_S, FileReader
from tagstudio.services.walk import FoundFile
from tagstudio.worker_faults import garbled, is_late
from tagstudio.workers import Limits, WorkerPool

# A small first group shows the first tracks at once; large ones cost fewer messages.
FIRST_GROUP, LARGEST_GROUP = 4, 200
# A reader is replaced after so many groups, at most 10,000 files: reading from Python leaks nothing, decoders might.
GROUPS_EACH = 50
# A larger file may take its reader minutes, so it is a group of its own: nobody else is to blame.
LARGE_BYTES = 1 << 28
# So many answers of a reader may wait, 0.1 s of reading each: readers go on while a batch is stored.
UNREAD = 16
READER_LIMITS = Limits(memory_bytes=4 * 2**30, may_write=False, calls=GROUPS_EACH, niceness=5, threads=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader said of a file; ``deaths`` is how many readers this file has cost, as far as one can tell."""

    path: bytes
    facts: TrackFacts | TagStudioError
    deaths: int = 0


def read_files(
    files: Mapping[bytes, FoundFile], paths: Sequence[bytes], *, own: Sequence[str] = (), workers: int = 2
) -> Generator[list[Answer]]:
    """Yield what is in each file, several at a time, in whatever order; closing the generator ends the readers.

    A file may take as long as its size allows. When a reader dies or is late, the rest of its group is read again file
    by file, so that one file alone is to blame; only a file that was late all by itself is not.

    Parameters
    ----------
    own : sequence of str
        Names of more fields to keep; see ``FileReader``.
    """
    large = [path for path in paths if files[path].size > LARGE_BYTES]
    groups = [*_groups([path for path in paths if files[path].size <= LARGE_BYTES]), *((path,) for path in large)]
    limit = _Patience(files)
    with WorkerPool(min(workers, max(1, len(groups))), FileReader, tuple(own), limits=READER_LIMITS) as pool:
        suspects: list[bytes] = []
        requests = ((group, (group,)) for group in groups)
        with closing(
            pool.unordered(
                "read_all", requests, timeout_s=limit.of_group, streamed=True, most_items=_most_items, unread=UNREAD
            )
        ) as answers:
            yield from _in_groups(answers, suspects)
        alone = ((path, (path,)) for path in suspects)
        with closing(pool.unordered("read", alone, timeout_s=limit.of_file)) as singles:
            for path, answer in singles:
                facts = answer if isinstance(answer, TrackFacts | TagStudioError) else garbled()
                # One reader died of its group, another of the file alone.
                yield [Answer(path, facts, 2 if isinstance(facts, WorkerError) else 0)]


class _Patience:
    # How long to wait for a reader.
    def __init__(self, files: Mapping[bytes, FoundFile]) -> None:
        self._files = files

    def of_file(self, path: bytes) -> float:
        return time_allowed_s(self._files[path].size)

    def of_group(self, group: Sequence[bytes]) -> float:
        return max(map(self.of_file, group)) + TELL_EVERY_S


def _groups(paths: Sequence[bytes]) -> Iterator[tuple[bytes, ...]]:
    at, size = 0, FIRST_GROUP
    while at < len(paths):
        yield tuple(paths[at : at + size])
        at, size = at + size, min(2 * size, LARGEST_GROUP)


def _most_items(group: Sequence[bytes]) -> int:
    # Each but the last says something of another file.
    return len(group) + 1


def _in_groups(answers: Generator[tuple[tuple[bytes, ...], Any]], suspects: list[bytes]) -> Iterator[list[Answer]]:
    told: dict[tuple[bytes, ...], int] = {}
    for group, answer in answers:
        n = told.get(group, 0)
        if is_late(answer) and len(group) == 1:
            yield [Answer(group[0], answer, 2)]
        elif isinstance(answer, TagStudioError):
            suspects += group[n:]
        elif answer is not None and _is_about(answer, group[n:]):
            told[group] = n + len(answer)
            yield [Answer(path, facts, int(isinstance(facts, WorkerError))) for path, facts in answer]
        elif n < len(group):  # it ended too early, or spoke of something else
            suspects += group[n:]
            told[group] = len(group)


def _is_about(answer: Any, expected: Sequence[bytes]) -> bool:
    if not isinstance(answer, list) or len(answer) > len(expected):
        return False
    kinds = (TrackFacts, TagStudioError)
    return all(
        isinstance(each, tuple) and len(each) == 2 and each[0] == path and isinstance(each[1], kinds)
        for each, path in zip(answer, expected, strict=False)
    )
