"""What goes out to a file, and what comes in from one; the same for every format."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.judgements import Origin, Verdict
from tagstudio.domain.tracks import Track, shown
from tagstudio.domain.vocabulary import tag_key, tag_name
from tagstudio.library.saved_searches import search_name
from tagstudio.library.texts import clean

BAD_ROWS_KEPT = 1000
LONGEST_S = 1e12
UNKNOWN = "unknown"
WORDS_OF_VERDICTS = {
    "yes": Verdict.YES, "positive": Verdict.YES, "no": Verdict.NO, "negative": Verdict.NO,
    "unsure": Verdict.UNSURE, "uncertain": Verdict.UNSURE,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict that holds; on a segment when it has a start and an end."""

    tag: str
    facet: str
    verdict: Verdict
    origin: Origin
    made_at: str = ""
    start_s: float | None = None
    end_s: float | None = None
    score: float | None = None

    @property
    def is_segment(self) -> bool:
        """Whether it is about a part of the track only."""
        return self.start_s is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A suggestion; ``is_calibrated`` when the curator's own judgements are in its score."""

    tag: str
    facet: str
    score: float
    source: str
    is_calibrated: bool


@dataclass(frozen=True, slots=True)
class TrackContent:
    """A track with what was said of it, by tag and time, and what is suggested, by tag."""

    track: Track
    said: tuple[Said, ...] = ()
    guesses: tuple[Guess, ...] = ()

    @property
    def on_track(self) -> list[Said]:
        """The verdicts on the whole track."""
        return [each for each in self.said if not each.is_segment]

    @property
    def on_segments(self) -> list[Said]:
        """The verdicts on parts of it."""
        return [each for each in self.said if each.is_segment]

    @property
    def yes(self) -> list[Said]:
        """The tags that fit the whole track."""
        return [each for each in self.on_track if each.verdict is Verdict.YES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A tag of a vocabulary with its other spellings."""

    tag: str
    facet: str
    aliases: tuple[str, ...] = ()
    is_used: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryContent:
    """All that an export may write; ``tracks`` can be walked through once.

    The words are in the order of people: by facet, then by name. ``is_used`` is false for those that no track has.
    """

    library_id: str
    words: tuple[Word, ...]
    searches: tuple[tuple[str, str], ...]
    n_tracks: int
    tracks: Iterator[TrackContent]


@dataclass(frozen=True, slots=True)
class Reference:
    """How a file names a track; what it does not say is empty. ``path`` escapes odd bytes as Python does."""

    path: str = ""
    audio_hash: str = ""
    title: str = ""
    artist: str = ""
    duration_s: float | None = None
    stem: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A verdict that a file holds: on the track with that number in ``Reading.references``, for the word so spelled."""

    line: int
    reference: int
    word: str
    verdict: Verdict
    origin: Origin = Origin.IMPORT
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A part of a file that could not be used, and why; ``line`` is 0 where a format has no lines."""

    line: int
    reason: str


@dataclass(slots=True)
class Reading:
    """What a file says, as far as it could be understood; filled by the reader of its format."""

    references: list[Reference] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    words: dict[str, Word] = field(default_factory=dict)
    searches: list[tuple[str, str]] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    n_bad: int = 0
    guesses: int = 0
    notices: list[str] = field(default_factory=list)
    _numbers: dict[Reference, int] = field(default_factory=dict)

    def track(self, reference: Reference) -> int:
        """Return the number of a track; the same one for the same reference."""
        number = self._numbers.setdefault(reference, len(self.references))
        if number == len(self.references):
            self.references.append(reference)
        return number

    def refuse(self, line: int, reason: str) -> None:
        """Note a row that is not used."""
        self.n_bad += 1
        if len(self.bad_rows) < BAD_ROWS_KEPT:
            self.bad_rows.append(BadRow(line, shown(reason)))

    def know(self, tag: str, facet: str = "", *, aliases: tuple[str, ...] = (), line: int = 0) -> str | None:
        """Note a word, with its facet if the file tells it; returns its key, or None for what cannot be a tag."""
        try:
            name = tag_name(_storable(tag))
        except TagStudioError as error:
            self.refuse(line, error.what)
            return None
        key = tag_key(name)
        old = self.words.get(key)
        if old is None:
            self.words[key] = Word(tag=name, facet=facet.strip(), aliases=aliases)
        elif (facet and not old.facet) or aliases:
            self.words[key] = Word(tag=old.tag, facet=old.facet or facet.strip(), aliases=old.aliases or aliases)
        return key

    def save(self, name: str, query: str) -> None:
        """Note a saved search; one whose name cannot be is a bad row."""
        try:
            self.searches.append((search_name(name), clean(query)))
        except TagStudioError as error:
            self.refuse(0, f"A saved search was left out. {error.what}")

    def say(
        self, line: int, reference: int, tag: str, verdict: Verdict, *, facet: str = "", origin: Origin = Origin.IMPORT,
        start_s: float | None = None, end_s: float | None = None,
    ) -> None:  # fmt: skip
        """Note a verdict; a word or a span that cannot be is a bad row."""
        if not _is_span(start_s, end_s):
            self.refuse(line, f"From {start_s} to {end_s} seconds is no part of a track.")
            return
        key = self.know(tag, facet, line=line)
        if key is not None:
            # What a file's own tags said stays weaker than what a person said.
            origin = Origin.FILE if origin is Origin.FILE else Origin.IMPORT
            self.claims.append(Claim(line, reference, key, verdict, origin, start_s, end_s))


def verdict_of(text: str) -> Verdict | None:
    """Return the verdict that a word in a file means; None for the words that mean none.

    Raises
    ------
    ValueError
        If it is no word for a verdict.
    """
    word = text.strip().casefold()
    if word in ("", UNKNOWN):
        return None
    if word not in WORDS_OF_VERDICTS:
        raise ValueError(f"“{shown(text)}” is no verdict: yes, no and unsure are.")
    return WORDS_OF_VERDICTS[word]


def origin_of(text: str) -> Origin:
    """Return where a verdict in a file came from; anything unknown is the person who made the file."""
    return Origin.FILE if text.strip().casefold() == Origin.FILE.value else Origin.IMPORT


def seconds(text: str) -> float | None:
    """Return a time in seconds, None for an empty cell; a decimal comma is understood.

    Raises
    ------
    ValueError
        If it is no number.
    """
    text = text.strip()
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"“{shown(text)}” is no time in seconds.") from None


def number_text(value: float | None) -> str:
    """Write a number so that reading gives the same one; nothing for None."""
    return "" if value is None else repr(value)


def _is_span(start_s: float | None, end_s: float | None) -> bool:
    if start_s is None and end_s is None:
        return True
    if start_s is None or end_s is None or not (math.isfinite(start_s) and math.isfinite(end_s)):
        return False
    return 0 <= start_s < end_s <= LONGEST_S


def _storable(text: str) -> str:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
