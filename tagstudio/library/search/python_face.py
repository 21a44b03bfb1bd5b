"""The Python face of a search: whether it finds one track that is at hand; the SQL face says the same of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import FIELDS
from tagstudio.library.search.facts import Facts
from tagstudio.library.search.terms import (
    All,
    AnyOf,
    AnyText,
    ColumnNumber,
    ColumnText,
    Disagree,
    FieldNumber,
    FieldText,
    HasState,
    HasVerdict,
    Lacks,
    Moment,
    Not,
    Number,
    PathText,
    Saved,
    Similar,
    Stored,
    Suggested,
    Term,
    Unreviewed,
)  # fmt: skip
from tagstudio.library.texts import leading_number, searchable


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """All of a track that a search can ask about.

    ``fields`` are its descriptive fields as stored, ``verdicts`` what holds by tag id, with when it was said.
    """

    id: int
    display: str
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    duration_s: float = 0.0
    codec: str = ""
    rate: int = 0
    channels: int = 0
    size: int = 0
    added_at: str = ""
    is_missing: bool = False
    last_error: str = ""
    verdicts: Mapping[int, tuple[Verdict, str]] = field(default_factory=dict)


def holds(term: Term, subject: Subject, facts: Facts) -> bool:
    """Tell whether a search finds a track."""
    return _holds(term, subject, facts, {})


def _holds(term: Term, subject: Subject, facts: Facts, saved: dict[str, bool]) -> bool:
    if isinstance(term, Saved):
        if term.name not in saved:
            saved[term.name] = _holds(term.term, subject, facts, saved)
        return saved[term.name]
    if isinstance(term, Not):
        return not _holds(term.term, subject, facts, saved)
    if isinstance(term, All):
        return all(_holds(each, subject, facts, saved) for each in term.terms)
    if isinstance(term, AnyOf):
        return any(_holds(each, subject, facts, saved) for each in term.terms)
    if isinstance(term, Suggested | Similar | Disagree):
        return subject.id in facts.answers[term]
    return _stored(term, subject, facts)


def _stored(term: Stored, subject: Subject, facts: Facts) -> bool:
    if isinstance(term, HasState | Unreviewed | Lacks | HasVerdict):
        return _said(term, subject, facts)
    if isinstance(term, Moment | Number | ColumnText | ColumnNumber):
        return _measured(term, subject)
    return _written(term, subject)


def _written(term: AnyText | PathText | FieldText | FieldNumber, subject: Subject) -> bool:
    path = searchable(subject.display)
    if isinstance(term, AnyText):
        texts = [path, *(searchable(value) for name in FIELDS for value in subject.fields.get(name, ()))]
        return any(term.value in text for text in texts)
    if isinstance(term, PathText):
        folders, slash, _ = path.rpartition("/")
        return term.value in (folders + slash if term.is_folder else path)
    values = subject.fields.get(term.name, ())
    if isinstance(term, FieldText):
        folded = [searchable(value) for value in values]
        return term.value in folded if term.is_whole else any(term.value in value for value in folded)
    numbers = [leading_number(value) for value in values]
    return any(number is not None and term.span.holds(number) for number in numbers)


def _measured(term: Moment | Number | ColumnText | ColumnNumber, subject: Subject) -> bool:
    if isinstance(term, Number):
        return subject.id == term.id
    if isinstance(term, ColumnText):
        # As SQLite's lower() does it: A to Z alone.
        text = str(getattr(subject, term.column))
        lowered = "".join(c.lower() if c.isascii() else c for c in text)
        return term.value == lowered if term.is_whole else term.value in lowered
    if isinstance(term, ColumnNumber):
        return term.span.holds(getattr(subject, term.column))
    moments = [subject.added_at] if term.what == "added" else [at for _, at in subject.verdicts.values()]
    return any((not term.since or at >= term.since) and (not term.until or at < term.until) for at in moments)


def _said(term: HasState | Unreviewed | Lacks | HasVerdict, subject: Subject, facts: Facts) -> bool:
    if isinstance(term, HasState):
        return _state(subject, facts) == term.state
    if isinstance(term, Unreviewed):
        return subject.id in facts.heard and not _has_verdict(HasVerdict(term.tag_ids), subject)
    if isinstance(term, Lacks):
        says = term.name is not None and any(searchable(value) for value in subject.fields.get(term.name, ()))
        return not says and not (term.tag_ids and _has_verdict(HasVerdict(term.tag_ids, Verdict.YES), subject))
    return _has_verdict(term, subject)


def _state(subject: Subject, facts: Facts) -> str:
    if subject.is_missing:
        return "missing"
    if subject.last_error:
        return "failed"
    return "heard" if subject.id in facts.heard else "new"


def _has_verdict(term: HasVerdict, subject: Subject) -> bool:
    said = [verdict for tag_id, (verdict, _) in subject.verdicts.items() if not term.tag_ids or tag_id in term.tag_ids]
    return any(term.verdict is None or verdict is term.verdict for verdict in said)
