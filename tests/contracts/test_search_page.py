"""Every example in the description of the search language is one."""

import re
from pathlib import Path

import pytest

from tagstudio.library import search
from tagstudio.library.search import Known

PAGE = Path(__file__).parents[2] / "docs" / "search.md"
KNOWN = Known(
    tags={"jazz": (1,), "hard rock": (2,)},
    facets={"mood": (3,), "genre": (1, 2)},
    saved={"to hear again": "is:heard"},
)


def examples():
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    cells = [re.split(r"(?<!\\) \| ", row.removeprefix("| "))[0] for row in rows]
    return [each.replace("\\|", "|") for cell in cells for each in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("example", examples())
def test_every_example_of_the_search_page_is_understood(example):
    assert search.parse(example, KNOWN).term


def test_the_page_has_examples():
    assert len(examples()) > 40
