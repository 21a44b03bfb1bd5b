"""Cards say what is there, and reading them costs no torch."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tagstudio import paths
from tagstudio.domain.errors import ModelError
from tagstudio.nn.catalogue import SHIPPED, ModelCard, card, cards, read_card


def test_the_shipped_models_come_first_and_in_order() -> None:
    assert tuple(each.id for each in cards())[: len(SHIPPED)] == SHIPPED


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_card_describes_its_weights_and_outputs(model_id: str) -> None:
    shipped = card(model_id)
    raw = (paths.models() / shipped.weights).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == shipped.sha256
    assert len(set(shipped.classes)) == len(shipped.classes) == shipped.outputs["scores"].shape[0] == 50
    assert int(np.prod(shipped.outputs[shipped.embedding].shape)) == shipped.embedding_dim
    assert shipped.window_s == shipped.window_frames * shipped.frame_s
    assert "ISC" in shipped.licence


def test_published_scores_are_kept_with_four_digits() -> None:
    assert {each: (card(each).roc_auc, card(each).pr_auc) for each in SHIPPED} == {
        "mtt-musicnn": (0.9067, 0.3831),
        "msd-musicnn": (0.8802, 0.2891),
        "mtt-vgg": (0.9030, 0.3823),
        "msd-vgg": (0.8768, 0.2819),
    }


def test_the_licence_lies_beside_the_weights() -> None:
    assert "Music Technology Group" in (paths.models() / "LICENSE.musicnn").read_text(encoding="utf-8")


def test_an_unknown_model_is_refused_with_the_ids_there_are() -> None:
    with pytest.raises(ModelError) as refused:
        card("mtt-musicn")
    assert all(model_id in refused.value.advice for model_id in SHIPPED)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"schema": 3}', "[" * 100_000, b"\xff\xfe".hex()])
def test_a_damaged_card_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "own.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"own\.json") as refused:
        read_card(file)
    assert refused.value.advice


def test_a_card_without_an_embedding_is_refused(tmp_path: Path) -> None:
    text = json.loads((paths.models() / "mtt-vgg.json").read_text(encoding="utf-8"))
    for output in text["schema"]["outputs"]:
        output["output_purpose"] = ""
    file = tmp_path / "own.json"
    file.write_text(json.dumps(text), encoding="utf-8")
    with pytest.raises(ModelError):
        read_card(file)


def test_a_card_can_be_hashed_and_equals_itself_read_again() -> None:
    again: ModelCard = read_card(paths.models() / "mtt-vgg.json")
    assert again == card("mtt-vgg")
    assert hash(again) == hash(card("mtt-vgg"))


def test_what_the_window_imports_loads_no_torch() -> None:
    script = (
        "import sys; import tagstudio.nn.catalogue, tagstudio.nn.embed, tagstudio.nn.results; "
        "tagstudio.nn.catalogue.cards(); "
        "sys.exit(sum(name.split('.')[0] in ('torch', 'torchaudio', 'safetensors') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[3]).returncode == 0
