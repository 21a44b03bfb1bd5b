"""A library in a temporary folder, and the quickest ways to fill it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import roots, search, tags, tracks
from tagstudio.library.store import Library, open_library


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite3"


@pytest.fixture
def library(file: Path) -> Iterator[Library]:
    with open_library(file) as opened:
        yield opened


@pytest.fixture
def facts() -> Callable[..., TrackFacts]:
    def made(audio_hash: str = "hash", **fields: tuple[str, ...]) -> TrackFacts:
        return TrackFacts(
            audio_hash=audio_hash, duration_s=180.0, codec="mp3", rate=44100, channels=2, fields=fields
        )  # fmt: skip

    return made


@pytest.fixture
def filled(library: Library, facts: Callable[..., TrackFacts]) -> Library:
    """Ten tracks (ids 1 to 10) in one root, three tags (ids 1 to 3)."""
    with library.write() as session:
        root = roots.add(session, b"/music")
        for i in range(1, 11):
            tracks.add(
                session, root_id=root.id, path=b"%d.mp3" % i, size=i, mtime_ns=i,
                facts=facts(f"hash{i}", title=(f"Title {i}",)),
            )  # fmt: skip
        for name in ("jazz", "calm", "piano"):
            tags.add(session, name)
    return library


@pytest.fixture
def verdict() -> Callable[..., Judgement]:
    def made(track_id: int, answer: Verdict = Verdict.YES, tag_id: int = 1, **more: float) -> Judgement:
        return Judgement(track_id=track_id, tag_id=tag_id, verdict=answer, **more)

    return made


@pytest.fixture
def found() -> Callable[..., list[int]]:
    """Return the ids of the tracks that a search finds in the library of a session."""

    def by(session, text: str, **more) -> list[int]:
        everything = np.asarray(tracks.ids(session), np.int64)
        query = search.parse(text, search.known(session))
        return everything[query.found(session, everything, **more)].tolist()

    return by
