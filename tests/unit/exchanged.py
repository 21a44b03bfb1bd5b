"""Libraries for the tests of exchange: tracks that need no files, verdicts of every kind, and what holds of them."""

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.domain.vocabulary import tag_name
from tagstudio.library import exchange as table
from tagstudio.library import judgements, roots, tags, tracks
from tagstudio.services.exchange import AddTag, Choices, ExportOptions, Imported, apply_import, export, plan_import
from tagstudio.services.studio import Studio, open_studio

ROOT = b"/music"
VERDICTS = (Verdict.YES, Verdict.NO, Verdict.UNSURE)
# What comes back from a file of each format: verdicts, segments, facets, and whether they were the file's own tags.
CARRIES = {
    "csv": "vsfo", "json": "vsfo", "jams": "vsfo", "sqlite": "vsfo", "raven": "vsfo", "audacity": "vs", "wide": "vf",
    "per_facet": "yf", "rekordbox": "yf",
}  # fmt: skip
OPTIONS = {"wide": ExportOptions(wide=True), "per_facet": ExportOptions(per_facet=True)}
ENDINGS = {"wide": "csv", "per_facet": "csv", "jams": "folder", "audacity": "folder", "rekordbox": "xml"}


def usable(texts: Iterable[str]) -> list[str]:
    """Return the texts that can be tags, each but once."""
    names = {}
    for text in texts:
        with suppress(TagStudioError):
            names[tag_name(text).casefold()] = tag_name(text)
    return list(names.values())


def fill(studio: Studio, names: Sequence[bytes], titles: Sequence[str] = (), *, has_hashes: bool = True) -> list[int]:
    """Add tracks at these paths below ``/music``; equal names give equal tracks in every library."""
    with studio.library.write() as session:
        root = roots.add(session, ROOT)
        return [
            tracks.add(
                session, root_id=root.id, path=name, size=1, mtime_ns=1,
                facts=TrackFacts(
                    audio_hash=f"{name.hex()[-40:]}{number:04x}" if has_hashes else "",
                    duration_s=100.25 + number, codec="flac", rate=44100, channels=2,
                    fields={"title": (titles[number % len(titles)],), "artist": ("Ärtist",)} if titles else {},
                ),
            )
            for number, name in enumerate(names)
        ]  # fmt: skip


def judge_all(
    studio: Studio, ids: Sequence[int], words: Sequence[str], *, spans: Sequence[tuple[float, float]]
) -> None:
    """Say something of every word about some track and some segment, and let a file say something, too."""
    with studio.library.write() as session:
        made = []
        for number, word in enumerate(words):
            tag = tags.add(session, word, ("genre", "mood", "own facet (a)")[number % 3])
            track_id = ids[number % len(ids)]
            verdict = VERDICTS[number % 3]
            made.append(Judgement(track_id=track_id, tag_id=tag.id, verdict=verdict))
            other = ids[(number + 1) % len(ids)]
            made.append(Judgement(track_id=other, tag_id=tag.id, verdict=Verdict.YES, origin=Origin.FILE))
            if spans:
                start_s, end_s = spans[number % len(spans)]
                made.append(Judgement(track_id=track_id, tag_id=tag.id, verdict=verdict, start_s=start_s, end_s=end_s))
        judgements.record(session, made)


def held(studio: Studio, carries: str = "vsfo") -> set[tuple[Any, ...]]:
    """Return what holds in a library, as far as a format carries it."""
    with studio.library.read() as session:
        every, words = table.held(session), table.every_tag(session)
        place = {each.id: each.root + b"/" + each.path for each in table.known_tracks(session)}
    return {
        (
            place[each.track_id],
            words[each.tag_id].name,
            words[each.tag_id].facet if "f" in carries else "",
            each.verdict,
            each.origin is Origin.FILE if "o" in carries else None,
            each.start_s,
            each.end_s,
        )
        for each in every
        if ("s" in carries or each.start_s is None) and ("y" not in carries or each.verdict is Verdict.YES)
    }


def exported(studio: Studio, folder: Path, kind: str, **more: Any) -> Path:
    """Export everything in one of the ways of ``CARRIES``."""
    folder.mkdir(parents=True, exist_ok=True)
    ending = ENDINGS.get(kind, kind)
    file = folder / (f"out.{ending}" if ending != "folder" else "out")
    run(export(studio, file, file_format=ENDINGS.get(kind) if kind in OPTIONS else kind,
               options=OPTIONS.get(kind, ExportOptions()), **more))  # fmt: skip
    return file


def imported(studio: Studio, file: Path, kind: str | None = None, *, theirs: bool = False) -> Imported:
    """Import a file and add all its words."""
    plan = run(plan_import(studio, file, file_format=ENDINGS.get(kind, kind) if kind in OPTIONS else kind))
    words = {word.key: AddTag(word.facet or "use") for word in plan.words}
    return run(apply_import(studio, plan, Choices(words=words, theirs=theirs)))


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        open_studio(Path(folder) / "l.sqlite3").close()
        return (Path(folder) / "l.sqlite3").read_bytes()


def empty(file: Path) -> Studio:
    """Open a new library, its folder made; a copy of one that was made once, which is quicker."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_template())
    return open_studio(file)
