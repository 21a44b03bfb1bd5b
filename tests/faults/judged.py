"""A library with judgements of all kinds, and what it says, for tests that damage and restore it."""

import random
import sqlite3
from contextlib import closing

from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import judgements, roots, tags, tracks
from tagstudio.library.store import open_library
from tagstudio.services.studio import open_studio

SEED = 20_240_502
TRACKS = 60


def fill(file, batches=60):
    """Make a library with tracks, tags of its own, and judgements of all kinds."""
    with open_studio(file) as studio, studio.library.write() as session:
        root = roots.add(session, b"/music")
        for i in range(TRACKS):
            facts = TrackFacts(
                audio_hash=f"{i:064x}", duration_s=100.0, codec="mp3", rate=44100, channels=2,
                fields={"title": (f"Title {i}",), "genre": ("Rock",)},
            )  # fmt: skip
            tracks.add(session, root_id=root.id, path=b"%d.mp3" % i, size=i, mtime_ns=i, facts=facts)
        tags.add(session, "a word of my own", "use")
    judge(file, range(batches))


def judge(file, numbers):
    chance = random.Random(SEED)
    verdicts = [Verdict.YES, Verdict.NO, Verdict.UNSURE, Verdict.CLEARED]
    with open_library(file, create=False) as library:
        for number in numbers:
            with library.write() as session:
                made = [
                    Judgement(
                        track_id=1 + chance.randrange(TRACKS), tag_id=1 + (number + each) % 60,
                        verdict=chance.choice(verdicts),
                    )
                    for each in range(3)
                ]  # fmt: skip
                judgements.record(session, made, text=f"batch {number}")
        with library.write() as session:
            judgements.undo(session)
        with library.write() as session:
            judgements.redo(session)


def truth(file):
    """Return the judgements and what they mean, as any program reads them: names, identity, order, what holds."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as plain:
        said = plain.execute(
            "SELECT j.id, j.verdict, j.origin, j.start_s, j.end_s, j.made_at, j.hash, w.name, w.is_hidden, f.name, "
            "t.path, t.audio_hash, r.path, b.kind, b.text, b.undoes FROM judgement AS j "
            "LEFT JOIN tag AS w ON w.id = j.tag_id LEFT JOIN facet AS f ON f.id = w.facet_id "
            "LEFT JOIN track AS t ON t.id = j.track_id LEFT JOIN root AS r ON r.id = t.root_id "
            "LEFT JOIN batch AS b ON b.id = j.batch_id ORDER BY j.id"
        ).fetchall()
        holds = plain.execute(
            "SELECT s.verdict, s.origin, s.made_at, w.name, t.path FROM standing AS s "
            "LEFT JOIN tag AS w ON w.id = s.tag_id LEFT JOIN track AS t ON t.id = s.track_id ORDER BY 4, 5"
        ).fetchall()
        words = plain.execute("SELECT id, name FROM tag ORDER BY id").fetchall()
    return said, holds, words
