"""From the audio file to the tags: what the published networks say about the reference clips."""

import os
from pathlib import Path

import numpy as np
import pytest

from tagstudio.audio.listening import Ear
from tagstudio.nn.catalogue import SHIPPED
from tagstudio.nn.embed import Networks

REFS = Path(__file__).parents[4] / "shared" / "refs"
pytestmark = pytest.mark.skipif(not REFS.is_dir(), reason="the reference clips (../shared/refs) are not here")
CLIPS = sorted(file.name.removesuffix(".melpow.npz") for file in REFS.glob("*.melpow.npz"))


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks(SHIPPED, "cpu")


def _top_five(scores: np.ndarray) -> set[int]:
    return set(np.argsort(-scores)[:5].tolist())


@pytest.mark.slow
@pytest.mark.parametrize("clip", CLIPS)
def test_a_file_gets_the_published_tags(networks: Networks, clip: str) -> None:
    heard = networks.hear(Ear().hear(os.fsencode(REFS / clip), None).windows)
    for model_id in SHIPPED:
        data, kind = model_id.split("-")
        with np.load(REFS / f"{clip}.{data.upper()}_{kind}.npz") as stored:
            taggram, mean = stored["taggram"], stored["mean_tags"]
        scores = heard[model_id].scores
        assert scores.shape == taggram.shape
        assert np.abs(scores.mean(0) - mean).max() < 0.01
        assert _top_five(scores.mean(0)) == _top_five(mean)


def test_an_excerpt_is_heard_as_in_the_whole_file(networks: Networks) -> None:
    path = os.fsencode(REFS / CLIPS[1])
    whole = networks.hear(Ear().hear(path, None).windows, ["mtt-musicnn"])["mtt-musicnn"].scores
    some = Ear().hear(path, 3)
    scores = networks.hear(some.windows, ["mtt-musicnn"])["mtt-musicnn"].scores
    assert np.abs(scores - whole[some.numbers]).max() < 0.01
