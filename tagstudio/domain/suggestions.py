"""Suggestions: a tag for a track, how sure, and where it comes from."""

from dataclasses import dataclass

from tagstudio.domain.judgements import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A tag that may fit a track.

    ``score`` is a probability in [0, 1]; ``source`` names the head or the model tags behind it;
    ``verdict`` is what the curator already said, if anything.
    """

    track_id: int
    tag_id: int
    tag: str
    facet: str
    score: float
    source: str
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask the curator next, and why; ``score`` is None while nothing is known of the tag."""

    track_id: int
    tag_id: int
    tag: str
    score: float | None
    why: str
