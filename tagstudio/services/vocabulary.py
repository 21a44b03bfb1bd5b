"""The curator's words: list, add, rename, complete."""

from dataclasses import dataclass

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.tracks import folded
from tagstudio.domain.vocabulary import DEFAULT_FACET, FACETS, Tag, tag_name
from tagstudio.library import judgements
from tagstudio.library import tags as tag_table
from tagstudio.services.studio import Studio
from tagstudio.services.tallies import tallies

COMPLETIONS = 12


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and how many tracks have each verdict now."""

    tag: Tag
    yes: int
    no: int
    unsure: int


def tags(studio: Studio) -> list[TagCount]:
    """Return the vocabulary, by facet and name, with counts."""
    counts = tallies(studio).counts
    with studio.library.read() as session:
        found = tag_table.all_tags(session)
    ordered = sorted(found, key=lambda tag: (_facet_order(tag.facet), folded(tag.name)))
    nothing = judgements.Counts()
    said = [counts.get(tag.id, nothing) for tag in ordered]
    return [TagCount(tag, each.yes, each.no, each.unsure) for tag, each in zip(ordered, said, strict=True)]


def _facet_order(facet: str) -> tuple[int, str]:
    return (FACETS.index(facet), "") if facet in FACETS else (len(FACETS), facet)


def add_tag(studio: Studio, name: str, facet: str = DEFAULT_FACET) -> Tag:
    """Add a word; one that exists already (in any case) is returned as it is.

    Raises
    ------
    TagStudioError
        If the name is blank, too long or unprintable, or the facet unknown.
    """
    known = tag_name(name)
    if facet not in FACETS:
        raise TagStudioError(f"There is no facet “{facet[:40]}”.", f"The facets are: {', '.join(FACETS)}.")
    with studio.library.write() as session:
        return tag_table.add(session, known, facet)


def rename_tag(studio: Studio, old: str, new: str) -> Tag:
    """Rename a word; its judgements stay with it.

    Raises
    ------
    NothingFoundError
        If ``old`` does not exist.
    TagStudioError
        If ``new`` is no tag name, or another tag has it.
    """
    wanted = tag_name(new)
    with studio.library.write() as session:
        return tag_table.rename(session, tag_table.by_name(session, old).id, wanted)


def completions(studio: Studio, prefix: str) -> list[str]:
    """Return up to 12 tag names that begin with ``prefix``, then those that hold it; accents and case do not matter."""
    wanted = folded(prefix.strip())
    if not wanted:
        return []
    with studio.library.read() as session:
        names = [tag.name for tag in tag_table.all_tags(session)]
    starting = sorted(name for name in names if folded(name).startswith(wanted))
    holding = sorted(name for name in names if wanted in folded(name) and name not in starting)
    return (starting + holding)[:COMPLETIONS]
