"""Record verdicts, take them back, and let the touched tags learn at once."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.judgements import Judged, Judgement, Origin, Verdict
from tagstudio.domain.vocabulary import DEFAULT_FACET, Tag, tag_name
from tagstudio.domain.wording import counted
from tagstudio.library import judgements, tags
from tagstudio.library.store import Library
from tagstudio.services import find
from tagstudio.services.retrain import HeadReport, learn
from tagstudio.services.studio import Studio

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JudgementResult:
    """What was recorded, what was learned from it, and the words that are new to the vocabulary."""

    judged: Judged
    heads: tuple[HeadReport, ...] = ()
    new_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One batch of judgements, for the history and the undo command."""

    batch: int
    kind: str
    text: str
    made_at: str
    is_undone: bool


def judge(
    studio: Studio, track_ids: Sequence[int], verdicts: Mapping[str, Verdict], *, origin: Origin = Origin.CURATOR
) -> JudgementResult:
    """Record a verdict per tag for every track, as one batch, and learn from it.

    The verdicts are on disk before anything is learned. A tag that is new to the vocabulary is added to it.

    Raises
    ------
    TagStudioError
        If there is no track or no verdict, or a name is no tag name.
    """
    recorded, touched, new = record(studio.library, track_ids, verdicts, origin=origin)
    return JudgementResult(recorded, _learned(studio, touched), new)


def record(
    library: Library, track_ids: Sequence[int], verdicts: Mapping[str, Verdict], *, origin: Origin = Origin.CURATOR
) -> tuple[Judged, list[Tag], tuple[str, ...]]:
    """Record verdicts without learning; returns the batch, the touched tags and the names of new ones."""
    if not track_ids:
        raise NothingFoundError("No track matches.", "Try a wider search, or scan a folder first.")
    if not verdicts:
        raise TagStudioError(
            "There is no verdict to record.", "Name at least one tag with --yes, --no, --unsure or --clear."
        )
    with library.write() as session:
        said, new = _meant(session, verdicts)
        made = [
            Judgement(track_id=track_id, tag_id=tag.id, verdict=verdict, origin=origin)
            for track_id in track_ids
            for tag, verdict in said.items()
        ]
        text = ", ".join(f"{verdict} {tag.name}" for tag, verdict in said.items())
        recorded = judgements.record(session, made, kind="judge", text=f"{text} ({counted(len(track_ids), 'track')})")
    return recorded, list(said), tuple(new)


def _meant(session: Any, verdicts: Mapping[str, Verdict]) -> tuple[dict[Tag, Verdict], list[str]]:
    """Return the verdict by tag, and the names that were new; two spellings of one tag must agree."""
    said: dict[Tag, Verdict] = {}
    new = []
    for name, verdict in verdicts.items():
        tag, is_new = _tag(session, tag_name(name), verdict)
        if said.setdefault(tag, verdict) is not verdict:
            raise TagStudioError(f"“{tag.name}” has two verdicts.", "Give one verdict per tag.")
        if is_new:
            new.append(tag.name)
    return said, new


def _tag(session: Any, name: str, verdict: Verdict) -> tuple[Tag, bool]:
    try:
        return tags.by_name(session, name), False
    except NothingFoundError:
        if verdict is Verdict.CLEARED:
            raise
        return tags.add(session, name, DEFAULT_FACET), True


def judge_query(studio: Studio, query: str, verdicts: Mapping[str, Verdict]) -> tuple[Judged, tuple[str, ...]]:
    """Record verdicts for all tracks of a query; learning is left to ``retrain`` and ``suggest``."""
    recorded, _, new = record(studio.library, find.track_ids(studio, query), verdicts)
    return recorded, new


def undo(studio: Studio, batch: int | None = None) -> JudgementResult:
    """Take a batch back, by default the newest that stands; verdicts changed since are left alone.

    Raises
    ------
    NothingFoundError
        If there is no such batch, or nothing to undo.
    """
    with studio.library.write() as session:
        undone = judgements.undo(session, batch)
        touched = _tags_of(session, undone.batch)
    return JudgementResult(undone, _learned(studio, touched))


def redo(studio: Studio) -> JudgementResult:
    """Bring back what the last undo took; raises NothingFoundError when the last action was no undo."""
    with studio.library.write() as session:
        redone = judgements.redo(session)
        touched = _tags_of(session, redone.batch)
    return JudgementResult(redone, _learned(studio, touched))


def history(studio: Studio, limit: int = 50) -> list[HistoryEntry]:
    """Return the newest batches, newest first."""
    with studio.library.read() as session:
        return [
            HistoryEntry(
                batch=each.batch, kind=each.kind, text=each.text, made_at=each.made_at, is_undone=each.is_undone
            )
            for each in judgements.history(session, limit)
        ]


def _tags_of(session: Any, batch: int) -> list[Tag]:
    return list(tags.named(session, judgements.tags_of(session, batch)).values())


def _learned(studio: Studio, touched: Iterable[Tag]) -> tuple[HeadReport, ...]:
    """Learn from verdicts that are on the disk; a head that cannot be saved is no reason to say they are not."""
    try:
        return tuple(report for tag in touched if (report := learn(studio, tag)) is not None)
    except TagStudioError as error:
        log.warning("the verdicts are saved, but a head is not: %s", error)
        return ()
