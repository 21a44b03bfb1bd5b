"""Tracks that hold the same audio; listed, never deleted."""

from dataclasses import dataclass
from pathlib import Path

from tagstudio.domain.judgements import Verdict
from tagstudio.library import duplicates as table
from tagstudio.library import judgements, tags, tracks
from tagstudio.services.studio import Studio


@dataclass(frozen=True, slots=True)
class Copy:
    """One of several tracks with the same audio; ``tags`` are those with a yes, ``size`` is in bytes."""

    id: int
    file: Path
    display: str
    name: str
    size: int
    is_missing: bool
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Tracks with the same audio."""

    audio_hash: str
    copies: tuple[Copy, ...]


def duplicates(studio: Studio, *, limit: int = 1000) -> list[Group]:
    """Return groups of tracks with the same audio, the largest first; tracks whose files are missing do not count."""
    with studio.library.read() as session:
        found = table.groups(session, limit)
        ids = [track_id for group in found.values() for track_id in group]
        rows = {row.id: row for row in tracks.rows(session, ids)}
        sizes = table.sizes(session, ids)
        said = judgements.verdicts_of(session, ids)
        names = tags.named(session, {tag_id for _, tag_id in said})
    yes: dict[int, list[str]] = {}
    for (track_id, tag_id), verdict in said.items():
        if verdict is Verdict.YES and tag_id in names:
            yes.setdefault(track_id, []).append(names[tag_id].name)
    return [
        Group(
            audio_hash,
            tuple(
                Copy(n, rows[n].file, rows[n].display, rows[n].name, sizes[n], rows[n].is_missing,
                     tuple(sorted(yes.get(n, ()))))
                for n in group
            ),
        )
        for audio_hash, group in found.items()
    ]  # fmt: skip
