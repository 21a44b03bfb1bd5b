"""The starting vocabulary and its map from model tags, written into every new library."""

import json
from typing import Any

from tagstudio import paths
from tagstudio.library import tags
from tagstudio.library.store import Library

# Networks trained on the same data set share their words.
_TRAINED_ON = {"mtt": ("mtt-musicnn", "mtt-vgg"), "msd": ("msd-musicnn", "msd-vgg")}


def starter_vocabulary() -> list[dict[str, Any]]:
    """Read ``resources/vocabularies/starter.json`` in the form that ``library.tags.seed`` takes."""
    entries = json.loads((paths.resources() / "vocabularies" / "starter.json").read_text("utf-8"))
    return [{"name": each["tag"], "facet": each["facet"], "model_tags": _by_model(each)} for each in entries]


def _by_model(entry: dict[str, Any]) -> dict[str, list[str]]:
    return {model_id: entry[data] for data, models in _TRAINED_ON.items() if data in entry for model_id in models}


def seed_vocabulary(library: Library) -> None:
    """Give a library that has no tags yet the starting vocabulary."""
    with library.read() as session:
        if library.is_read_only or tags.all_tags(session):
            return
    with library.write() as session:
        if not tags.all_tags(session):
            tags.seed(session, starter_vocabulary())
