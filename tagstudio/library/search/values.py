"""Numbers, durations, moments and ranges of them, as they are written in a search."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tagstudio.library.search.terms import Span

_COMPARED = re.compile(r"(>=|<=|>|<|=)(.+)", re.DOTALL)
_RANGE = re.compile(r"(.*?)\.\.(.*)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-5]?[0-9](?:\.[0-9]{1,3})?)", re.ASCII)
_SPELLED = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?", re.ASCII)
_AGE = re.compile(r"([0-9]{1,6})(h|d|w|m|y)", re.ASCII)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", re.ASCII)
# A month is 30 days and a year 365: an age is a rule of thumb.
HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}

Reader = Callable[[str], float | None]
Moments = tuple[datetime | None, datetime | None]


def number(text: str) -> float | None:
    """Return ``128`` or ``0.75``."""
    return float(text) if _NUMBER.fullmatch(text) else None


def share(text: str) -> float | None:
    """Return a probability: ``0.8`` or ``80%``."""
    if text.endswith("%"):
        percent = number(text[:-1])
        return None if percent is None else percent / 100
    return number(text)


def kilohertz(text: str) -> float | None:
    """Return a rate in Hz: ``44100``, ``44.1k`` or ``44.1khz``."""
    found = re.fullmatch(r"([0-9.]+)(?:k|khz)", text)
    if found and (value := number(found[1])) is not None:
        return value * 1000
    return number(text.removesuffix("hz"))


def seconds(text: str) -> float | None:
    """Return a duration in seconds: ``90``, ``3:20``, ``1:02:03``, ``3m20s``."""
    if found := _CLOCK.fullmatch(text):
        return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3])
    if text and (found := _SPELLED.fullmatch(text)):
        return sum(int(part or 0) * unit for part, unit in zip(found.groups(), (3600, 60, 1), strict=True))
    return number(text)


def is_range(text: str) -> bool:
    """Tell whether a value is written as a comparison or a range."""
    return bool(_COMPARED.fullmatch(text)) or ".." in text


def span(text: str, read: Reader) -> Span | None:
    """Return the range that a text names; None when it is none.

    A whole number alone finds all that begins with it: ``128`` is from 128 up to but not 129.
    """
    if compared := _COMPARED.fullmatch(text):
        return _compared(compared[1], read(compared[2]))
    if ends := _RANGE.fullmatch(text):
        return _between(ends[1], ends[2], read)
    value = read(text)
    return None if value is None else _exactly(value)


def _compared(sign: str, value: float | None) -> Span | None:
    if value is None:
        return None
    if sign == "=":
        return Span(value, value)
    is_open = len(sign) == 1
    if sign.startswith(">"):
        return Span(low=value, with_low=not is_open)
    return Span(high=value, with_high=not is_open)


def _between(low: str, high: str, read: Reader) -> Span | None:
    ends = [read(end) if end else infinite for end, infinite in ((low, -math.inf), (high, math.inf))]
    if ends[0] is None or ends[1] is None or not (low or high):
        return None
    return Span(ends[0], ends[1])


def _exactly(value: float) -> Span:
    return Span(value, value + 1, with_high=False) if value == int(value) else Span(value, value)


def whole(span: Span) -> Span:
    """Return the range of all numbers whose whole part lies in a range: ``1990..1999`` up to, but not, 2000."""
    low = span.low if math.isinf(span.low) else math.ceil(span.low) if span.with_low else math.floor(span.low) + 1
    high = span.high if math.isinf(span.high) else math.floor(span.high) + 1 if span.with_high else math.ceil(span.high)
    return Span(low, high, with_high=math.isinf(span.high))


def moments(text: str, now: datetime) -> Moments | None:
    """Return from when on and until before when a text means; None when it is no time.

    Dates are days of this computer's clock (``2026``, ``2026-01``, ``2026-01-15``, ``today``, ``yesterday``); ages
    count back from now (``7d``, ``12h``, ``2w``, ``3m``, ``1y``), so ``..7d`` is the last seven days.
    """
    try:
        return _moments(text, now)
    except OverflowError:  # before the year 1
        return None


def _moments(text: str, now: datetime) -> Moments | None:
    if compared := _COMPARED.fullmatch(text):
        return _since_or_until(compared[1], compared[2], now)
    if ".." not in text:
        if (age := _age(text)) is not None:
            return now - age, None
        return _day(text, now)
    low, _, high = text.partition("..")
    ages = [_age(end) for end in (low, high)]
    if any(age is not None for age in ages):
        if any(age is None and end for age, end in zip(ages, (low, high), strict=True)):
            return None  # an age and a date
        youngest, oldest = ages
        return (None if oldest is None else now - oldest), (None if youngest is None else now - youngest)
    return _days(low, high, now)


def _days(low: str, high: str, now: datetime) -> Moments | None:
    first = _day(low, now) if low else (None, None)
    last = _day(high, now) if high else (None, None)
    if first is None or last is None or not (low or high):
        return None
    return first[0], last[1]


def _since_or_until(sign: str, text: str, now: datetime) -> Moments | None:
    if (age := _age(text)) is not None:
        # A smaller age is a later moment.
        return (now - age, None) if sign in ("<", "<=", "=") else (None, now - age)
    if (day := _day(text, now)) is None:
        return None
    meant: dict[str, Moments] = {
        ">": (day[1], None), ">=": (day[0], None), "<": (None, day[0]), "<=": (None, day[1]), "=": day,
    }  # fmt: skip
    return meant[sign]


def _age(text: str) -> timedelta | None:
    found = _AGE.fullmatch(text)
    return timedelta(hours=int(found[1]) * HOURS[found[2]]) if found else None


def _day(text: str, now: datetime) -> Moments | None:
    if text in ("today", "yesterday"):
        local = now.astimezone() - timedelta(days=text == "yesterday")
        text = local.strftime("%Y-%m-%d")
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day = (None if part is None else int(part) for part in found.groups())
    try:
        start = datetime(year or 1, month or 1, day or 1)
        end = _after(start, month, day)
        return start.astimezone(UTC), end.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None  # the 31st of February, the year 0


def _after(start: datetime, month: int | None, day: int | None) -> datetime:
    if day is not None:
        return start + timedelta(days=1)
    if month is None or month == 12:
        return start.replace(year=start.year + 1, month=1)
    return start.replace(month=month + 1)


def written(moment: datetime | None) -> str | None:
    """Return a moment as the library writes it, so that texts compare like times."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")
