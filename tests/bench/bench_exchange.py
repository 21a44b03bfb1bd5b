"""How long exports and imports of a large library take, beside a bare write of as many rows.

``python tests/bench/bench_exchange.py [TRACKS]``; the tracks need no files.
"""

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.library import exchange as table
from tagstudio.library import judgements, tags
from tagstudio.services.exchange import apply_import, export, plan_import, preview
from tagstudio.services.studio import Studio, open_studio

TAGS_PER_TRACK = 3


def fill(studio: Studio, count: int, *, per_track: int = TAGS_PER_TRACK) -> None:
    """Add tracks in bulk, and a few verdicts on each."""
    with studio.library.write() as session:
        session.execute(
            text("INSERT INTO root (path, display, added_at) VALUES (CAST('/music' AS BLOB), '/music', '')")
        )
        session.execute(
            text(
                "INSERT INTO track (root_id, path, display, path_search, search, title, artist, album, genre, size, "
                "mtime_ns, audio_hash, duration_s, codec, rate, channels, is_missing, last_error, deaths, added_at) "
                "VALUES (1, CAST(:name AS BLOB), :name, :name, :name, 'Title', 'Artist', '', '', 1, 1, :name, 180, "
                "'flac', 44100, 2, 0, '', 0, '')"
            ),
            [{"name": f"artist {n // 10}/track {n}.flac"} for n in range(count)],
        )
        ids = [each.id for each in table.known_tracks(session)]
        words = [tag.id for tag in tags.all_tags(session)]
        judgements.record(
            session,
            [
                Judgement(track_id=each, tag_id=words[(each + n) % len(words)], verdict=Verdict.YES)
                for each in ids
                for n in range(per_track)
            ],
        )


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Run and print how long it took."""
    start = time.perf_counter()
    done = work()
    print(f"{name:<28}{time.perf_counter() - start:8.2f} s")
    return done


def main(count: int) -> None:
    """Fill a library, export it in every form, and import it into an empty one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_studio(folder / "l.sqlite3") as studio:
            timed(f"filling {count:,} tracks", lambda: fill(studio, count))
            for ending in ("csv", "json", "sqlite", "m3u8", "xml", "selections.txt"):
                timed(f"export .{ending}", lambda ending=ending: run(export(studio, folder / f"out.{ending}")))
            rows = [["x"] * 15] * (count * TAGS_PER_TRACK)
            with (folder / "bare.csv").open("w") as bare:
                timed("bare csv rows", lambda: csv.writer(bare).writerows(rows))
            plan = timed("plan of an import", lambda: run(plan_import(studio, folder / "out.json")))
            timed("preview of it", lambda: preview(studio, plan))
        with open_studio(folder / "two.sqlite3") as two:
            fill(two, count, per_track=0)
            plan = timed("plan for an empty library", lambda: run(plan_import(two, folder / "out.json")))
            done = timed("import", lambda: run(apply_import(two, plan)))
            print(f"{done.judged.judged:,} verdicts")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
