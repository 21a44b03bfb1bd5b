"""Searches, facets and completion over 100,000 tracks, beside beets' own queries over the same tracks.

``python tests/bench/bench_search.py [--manifest FILE | --make SCRIPT] [--library FILE] [--tracks 100000]``: the
manifest (``manifest.jsonl.gz``) is what the big-library script writes; ``--make`` runs that script first. ``--library``
keeps the filled library for the next run. Some searches are run cold, in a library just opened; then every search has
its p50 and p95. beets lists the same tracks from a library of its own, in the same run.
"""

import argparse
import contextlib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from beets.library import Item
from beets.library import Library as BeetsLibrary
from big_library import entries, fill
from figures import Figure, table

from tagstudio.gui.presenters.library import look
from tagstudio.services import find
from tagstudio.services.completion import complete
from tagstudio.services.facets import facet_counts, score_all
from tagstudio.services.saved_searches import counted, save
from tagstudio.services.studio import Studio, open_studio

SEARCH_MS, FACETS_MS, COMPLETION_MS = 50.0, 100.0, 20.0
RUNS = 20
BEETS_RUNS = 3

SEARCHES = (
    "", "l", "lo", "lov", "love", "blue love", "the", "mp3", "a b", "radio edit", '"radio edit"', "爱", "é", "zzqx",
    "love -blue", "love OR blue OR night", "-love", "(love OR blue) -mp3 night", "artist:blue", "title:love",
    "album:machine", "genre:jazz", 'genre:="hip hop"', "comment:x", "composer:a", "path:remix", "folder:blue",
    "bpm:120..130", "bpm:>140", "year:1990..1999", "year:2014", "date:2014-01", "length:3:00..5:00", "length:>10:00",
    "codec:flac", "rate:>44100", "channels:1", "added:..7d", "judged:..30d", "is:new", "is:heard", "is:failed",
    "is:missing", "is:unjudged", "tag:{tag}", "-tag:{tag}", "no:{tag}", "judged:{tag}", "tag:{tag} love -genre:rock",
    "suggest:{tag}>0.8", "suggest:{tag}", "unreviewed:mood", "unreviewed:genre", "missing:genre", "missing:title",
    "year:1980..1999 (tag:{tag} OR suggest:{tag}>0.6) -love", "in:kept", "id:77",
)  # fmt: skip
COMPLETED = (
    "", "ar", "lov", "tag:", "tag:r", "artist:", "artist:b", "album:m", "genre:", "genre:ro", "is:", "in:", "missing:",
)  # fmt: skip
BEETS = {
    "": "", "love": "love", "artist:blue": "artist:blue", "title:love": "title:love", "genre:jazz": "genres:jazz",
    "bpm:120..130": "bpm:120..130", "year:1990..1999": "year:1990..1999", "path:remix": "title:remix",
    "love OR blue OR night": "love , blue , night", "-love": "^love",
}  # fmt: skip


def spent(act: Callable[[], object], runs: int) -> np.ndarray:
    """Return how long each run took, in milliseconds, (runs,)."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return np.array(taken)


def figure(name: str, taken: np.ndarray, limit: float, note: str = "") -> Figure:
    """Return p95 beside its limit, with p50 in the note."""
    p50, p95 = np.percentile(taken, (50, 95))
    return Figure(name, float(p95), "ms", limit, f"p50 {p50:.1f} {note}".rstrip())


def searches(studio: Studio, asked: list[str]) -> tuple[list[Figure], dict[str, float]]:
    """Time every search as the table asks for it: ids in order of path; then its facets."""
    found, facets, medians = [], [], {}
    for text in asked:
        n = len(find.ids(studio, text, order="path"))
        taken = spent(lambda text=text: find.ids(studio, text, order="path"), RUNS)
        medians[text] = float(np.percentile(taken, 50))
        found.append(figure(f"find {text or '(everything)'}", taken, SEARCH_MS, f"{n:,} found"))
        facet_counts(studio, text)
        taken = spent(lambda text=text: facet_counts(studio, text), RUNS)
        facets.append(figure(f"facets {text or '(everything)'}", taken, FACETS_MS))
    return [*found, *facets], medians


def cold(file: Path, asked: list[str]) -> list[Figure]:
    """Time the first search and the first facets of a library that was just opened."""
    figures = []
    for text in asked:
        with open_studio(file) as studio:
            taken = spent(lambda text=text: find.ids(studio, text, order="path"), 1)
        figures.append(figure(f"cold find {text or '(everything)'}", taken, SEARCH_MS))
    with open_studio(file) as studio:
        embeddings = spent(lambda: studio.embeddings(fresh=True), 1)
        figures.append(Figure("embeddings into memory, as for the table", float(embeddings[0]), "ms"))
        figures.append(figure("cold facets, tags not scored yet", spent(lambda: facet_counts(studio), 1), FACETS_MS))
        figures.append(Figure("scores of all tags", float(spent(lambda: score_all(studio), 1)[0]), "ms"))
    return figures


def window(studio: Studio) -> list[Figure]:
    """Time what the window does on each keystroke, and completion."""
    typed = ["l", "lo", "lov", "love", "love ", "love b", "love bl", "love blu", "love blue"]
    look(studio, "", None)
    keys = np.concatenate([spent(lambda text=text: look(studio, text, None), 5) for text in typed])
    figures = [figure("a look per keystroke, ids in order and counts", keys, SEARCH_MS)]
    for text in COMPLETED:
        complete(studio, text, len(text))
        taken = spent(lambda text=text: complete(studio, text, len(text)), RUNS)
        figures.append(figure(f"complete {text or '(nothing)'}", taken, COMPLETION_MS))
    figures.append(figure("saved searches with counts", spent(lambda: counted(studio), 5), SEARCH_MS))
    return figures


def beets(manifest: Path, count: int, ours: dict[str, float]) -> Iterator[Figure]:
    """Time ``beet ls`` through beets' own library, every row read as ``ls`` does."""
    with tempfile.TemporaryDirectory() as scratch:
        library = BeetsLibrary(str(Path(scratch) / "beets.db"), str(manifest.parent))
        with library.transaction():
            for entry in entries(manifest, count):
                library.add(_item(manifest.parent, entry))
        for text, theirs in BEETS.items():
            taken = spent(lambda theirs=theirs: [str(item.path) for item in library.items(theirs)], BEETS_RUNS)
            p50 = float(np.percentile(taken, 50))
            note = f"ours takes {ours[text] / p50:.3f} of it"
            yield Figure(f"beets ls {theirs or '(everything)'}", p50, "ms", ours[text], note)
        library._close()


def _item(folder: Path, entry: dict) -> Item:
    said = {name: values[0] for name, values in entry["tags"].items()}
    path = folder / entry["path"]
    item = Item(path=str(path).encode("utf-8", "surrogateescape"))
    for name in ("title", "artist", "album", "albumartist", "comments"):
        item[name] = said.get(name, "")
    item["genres"] = list(entry["tags"].get("genre", ()))
    with contextlib.suppress(ValueError):
        item["year"] = int(said.get("date", "0")[:4])
    with contextlib.suppress(ValueError):
        item["bpm"] = int(said.get("bpm", "0"))
    return item


def made_by(script: Path, folder: Path, count: int) -> Path:
    """Make a large library and return its manifest."""
    command = [sys.executable, script, "--out", folder, "--tracks", str(count), "--seed", "1", "--clutter"]
    subprocess.run([*map(str, command)], check=True)
    return folder / "manifest.jsonl.gz"


def prepare(file: Path, manifest: Path, count: int) -> str:
    """Fill the library if it is not there, save a search, and return the name of a tag that was judged."""
    with open_studio(file) as studio:
        if not len(find.ids(studio)):
            fill(studio, manifest, count)
        save(studio, "kept", "love -blue year:1990..2010")
    _spread_judgements(file)
    with open_studio(file) as studio:
        return max(facet_counts(studio, limit=1000).groups[1].values, key=lambda value: value.count).label


def _spread_judgements(file: Path) -> None:
    """Let what holds have been said over two years, as if a curator had been at work."""
    with contextlib.closing(sqlite3.connect(file)) as plain:
        newest = datetime.now(UTC)
        moments = [(newest - timedelta(days=d)).isoformat(timespec="milliseconds") for d in range(730)]
        plain.executemany(
            "UPDATE standing SET made_at = ? WHERE judgement_id % 730 = ?", [(at, d) for d, at in enumerate(moments)]
        )
        plain.commit()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--manifest", type=Path, help="what the big-library script wrote")
    source.add_argument("--make", type=Path, help="the big-library script, run here first")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--tracks", type=int, default=100_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        manifest = wanted.manifest or made_by(wanted.make, Path(scratch) / "music", wanted.tracks)
        file = wanted.library or Path(scratch) / "library.sqlite3"
        tag = prepare(file, manifest, wanted.tracks)
        asked = [text.replace("{tag}", f'"{tag}"') for text in SEARCHES]
        figures = cold(file, ["", "l", "love", "artist:blue", "tag:" + f'"{tag}"', "length:3:00..5:00"])
        with open_studio(file) as studio:
            score_all(studio)
            measured, ours = searches(studio, asked)
            figures += [*measured, *window(studio)]
        print(table(figures), flush=True)
        print(table(list(beets(manifest, wanted.tracks, ours))))
    for kind in ("find", "facets", "complete"):
        p95 = [each for each in figures if each.name.startswith(kind)]
        over = [each.name for each in p95 if each.yardstick and each.value > each.yardstick]
        print(f"{kind}: {len(p95)} kinds, worst p95 {max(each.value for each in p95):.1f} ms, over the limit: {over}")


if __name__ == "__main__":
    main()
