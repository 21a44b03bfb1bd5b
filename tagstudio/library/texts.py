"""What the library does to text from outside before it is stored, searched or looked up."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select

from tagstudio.domain.tracks import folded


def clean(text: str) -> str:
    """Drop what SQLite cannot keep: NUL characters; lone surrogates become ``?``."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=8192)
def searchable(text: str) -> str:
    """Return the form in which text is searched: case, accents and runs of white space folded."""
    return folded(" ".join(clean(text).split()))


def leading_number(text: str) -> float | None:
    """Return the number that a text begins with (``128.5 BPM``, ``1997-05-21``); None without one."""
    found = re.match(r"\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)", text, re.ASCII)
    return float(found[1]) if found else None


def among(numbers: Iterable[int]) -> Select[Any]:
    """Return a subquery of many ids; one bound parameter, so there is no limit on how many."""
    return select(func.json_each(json.dumps([int(n) for n in numbers])).table_valued("value").c.value)
