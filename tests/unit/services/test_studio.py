"""Laws of an open library's processes: closing waits for none of them."""

import threading
import time
from pathlib import Path

import pytest

from tagstudio.domain.errors import LibraryError, TagStudioError, WorkerError
from tagstudio.services.studio import open_studio
from tagstudio.workers import Worker

UNIT = str(Path(__file__).parents[1])


@pytest.fixture
def hanging(tmp_path, monkeypatch):
    """A library whose processes hang when they are asked to."""
    monkeypatch.syspath_prepend(UNIT)
    from awkward import Awkward

    opened = open_studio(tmp_path / "library.sqlite3")
    opened._ear, opened._networks = Worker(Awkward), Worker(Awkward)
    return opened


def again_and_again(borrowed, begun, ends):
    """Ask a process that hangs, and once more when it is ended, as services do."""
    try:
        with borrowed() as worker:
            for _ in range(2):
                try:
                    answers = worker.stream("tell_and_hang", timeout_s=300)
                    next(answers)
                    begun.release()
                    next(answers)
                except WorkerError as error:
                    failure = error
            raise failure
    except TagStudioError as error:
        ends.append(type(error))


@pytest.mark.parametrize("door", ["ear", "networks"])
def test_closing_ends_every_call_at_once_however_often_it_is_asked_again(hanging, door):
    begun, ends = threading.Semaphore(0), []
    threads = [
        threading.Thread(target=again_and_again, args=(getattr(hanging, door), begun, ends), daemon=True)
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    assert begun.acquire(timeout=30)
    before = time.monotonic()
    hanging.close()
    assert time.monotonic() - before < 5
    for thread in threads:
        thread.join(5)
    assert sorted(kind.__name__ for kind in ends) == ["LibraryError", "LibraryError", "WorkerError"]


def test_a_closed_library_starts_no_process(hanging):
    hanging.close()
    with pytest.raises(LibraryError, match="is closed"), hanging.networks():
        pass
    with pytest.raises(LibraryError, match="is closed"), hanging.ear():
        pass
