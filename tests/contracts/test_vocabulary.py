"""The starting vocabulary covers every class of the shipped networks once, under facets that exist."""

import json
from typing import Any

import pytest

from tagstudio import paths
from tagstudio.domain.vocabulary import FACETS, tag_key, tag_name
from tagstudio.nn import catalogue

DATA_SETS = ("mtt", "msd")


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    return json.loads((paths.resources() / "vocabularies" / "starter.json").read_text("utf-8"))


def _classes_mapped(entries: list[dict[str, Any]], data_set: str) -> list[str]:
    return [name for entry in entries for name in entry.get(data_set, ())]


@pytest.mark.parametrize("model_id", ["mtt-musicnn", "mtt-vgg", "msd-musicnn", "msd-vgg"])
def test_every_class_of_a_shipped_network_is_mapped_exactly_once(entries, model_id):
    data_set = model_id.partition("-")[0]
    assert sorted(_classes_mapped(entries, data_set)) == sorted(catalogue.card(model_id).classes)


def test_every_facet_is_known(entries):
    assert {entry["facet"] for entry in entries} <= set(FACETS)


def test_every_tag_has_a_name_of_its_own_in_its_final_spelling(entries):
    names = [entry["tag"] for entry in entries]
    assert [tag_name(name) for name in names] == names
    assert len({tag_key(name) for name in names}) == len(names)


def test_every_tag_is_there_for_at_least_one_class_and_nothing_else_is_said(entries):
    for entry in entries:
        assert set(entry) <= {"tag", "facet", *DATA_SETS}
        assert any(entry.get(data_set) for data_set in DATA_SETS)


@pytest.mark.parametrize(
    "synonyms",
    [
        {("mtt", "no vocals"), ("mtt", "no vocal"), ("mtt", "no voice"), ("msd", "instrumental")},
        {("mtt", "female voice"), ("mtt", "woman"), ("msd", "female vocalists"), ("msd", "female vocalist")},
        {("mtt", "male vocal"), ("mtt", "man"), ("msd", "male vocalists")},
        {("mtt", "classical"), ("mtt", "classic")},
        {("mtt", "rock"), ("msd", "rock")},
    ],
)
def test_synonyms_are_one_tag(entries, synonyms):
    tags = {entry["tag"] for entry in entries for d in DATA_SETS for name in entry.get(d, ()) if (d, name) in synonyms}
    assert len(tags) == 1
