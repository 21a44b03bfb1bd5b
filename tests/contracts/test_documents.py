"""What the documents show and name exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_picture_and_file_that_a_document_links_is_there(document):
    links = re.findall(r"""(?:\]\(|src="|srcset=")([^)"#]+)[)"]""", document.read_text("utf-8"))
    own = [link for link in links if "://" not in link]
    assert [link for link in own if not (document.parent / link).exists()] == []
