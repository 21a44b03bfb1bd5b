"""Learn heads from judgements and keep them, with the quality they were measured to have."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.vocabulary import Tag
from tagstudio.learning.prototypes import STRATEGY
from tagstudio.library import heads, tags
from tagstudio.services.scores import tag_scores
from tagstudio.services.studio import Studio


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadReport:
    """A head after learning: examples, models it stands on, and its leave-one-out quality.

    ``auc`` and its 95 % interval are None while there are fewer than two yes or two no.
    """

    tag: str
    tag_id: int
    yes: int
    no: int
    model: str
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    threshold: float | None
    seconds: float


def retrain(studio: Studio, names: Sequence[str] = ()) -> Job[list[HeadReport]]:
    """Learn the heads of these tags, by default of every tag with a yes or a no, and save them.

    Raises
    ------
    NothingFoundError
        If a tag of that name does not exist.
    """
    with studio.library.read() as session:
        wanted = [tags.by_name(session, name) for name in names]
    scores = tag_scores(studio)
    wanted = wanted or [
        scores.tags[tag_id] for tag_id, said in scores.verdicts.items() if said and tag_id in scores.tags
    ]
    reports = []
    for done, tag in enumerate(wanted):
        yield Progress(done, len(wanted), tag.name)
        reports.append(learn(studio, tag) or _nothing_learned(studio, tag))
    yield Progress(len(wanted), len(wanted))
    return reports


def learn(studio: Studio, tag: Tag) -> HeadReport | None:
    """Learn and save the head of one tag and rank the library by it; None without a heard example."""
    start = time.perf_counter()
    scores = tag_scores(studio)
    head = scores.head(tag.id)
    if head is None:
        return None
    scores.column(tag.id)
    seconds = time.perf_counter() - start
    auc, low, high = (head.quality.auc, head.quality.low, head.quality.high) if head.quality else (None, None, None)
    with studio.library.write() as session:
        heads.save(
            session,
            tag_id=tag.id,
            model_ids=scores.embeddings.model_ids,
            strategy=STRATEGY,
            blob=head.to_bytes(),
            n_yes=head.n_yes,
            n_no=head.n_no,
            auc=auc,
            auc_low=low,
            auc_high=high,
            threshold=head.threshold,
        )
    return HeadReport(
        tag=tag.name,
        tag_id=tag.id,
        yes=head.n_yes,
        no=head.n_no,
        model="+".join(scores.embeddings.model_ids),
        auc=auc,
        auc_low=low,
        auc_high=high,
        threshold=head.threshold,
        seconds=round(seconds, 4),
    )


def _nothing_learned(studio: Studio, tag: Tag) -> HeadReport:
    said = list(tag_scores(studio).verdicts.get(tag.id, {}).values())
    return HeadReport(
        tag=tag.name,
        tag_id=tag.id,
        yes=said.count(Verdict.YES),
        no=said.count(Verdict.NO),
        model="",
        auc=None,
        auc_low=None,
        auc_high=None,
        threshold=None,
        seconds=0.0,
    )
