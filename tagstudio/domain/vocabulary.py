"""Tags, facets, and the rules for their names."""

import unicodedata
from dataclasses import dataclass

from tagstudio.domain.errors import TagStudioError

FACETS = ("genre", "mood", "instrument", "voice", "rhythm", "sonority", "era", "use")
DEFAULT_FACET = "use"
NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Tag:
    """A word of the curator's vocabulary."""

    id: int
    name: str
    facet: str


@dataclass(frozen=True, slots=True)
class ModelTag:
    """A word that a model was trained on, e.g. ``ModelTag("mtt-musicnn", "no vocal")``."""

    model_id: str
    name: str


def tag_name(text: str) -> str:
    """Return ``text`` as a tag name: NFC, white space folded.

    Raises
    ------
    TagStudioError
        If the name is blank, longer than 100 characters, or holds control characters.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise TagStudioError("A tag needs a name.", "Type at least one letter.")
    if len(name) > NAME_LENGTH:
        raise TagStudioError(
            f"The tag “{name[:20]}…” has {len(name)} characters; {NAME_LENGTH} is the most.", "Choose a shorter name."
        )
    if not name.isprintable():
        raise TagStudioError("The tag holds characters that cannot be shown.", "Type the name again by hand.")
    return name


def tag_key(name: str) -> str:
    """Return what two spellings of one tag share: ``Jazz`` and ``jazz`` are one tag."""
    return unicodedata.normalize("NFC", name.casefold())
