"""Turn the checkpoints of the published musicnn 0.1.0 wheel into the files under models/.

    pip download --no-deps musicnn==0.1.0
    python tools/convert_musicnn.py musicnn-0.1.0-py3-none-any.whl models

Needs numpy and safetensors only. Writes weights, cards and the licence notice; running it again writes the same bytes.
"""

import argparse
import ast
import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import checkpoints
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

WHEEL_SHA256 = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
N_FRAMES, N_MELS, N_CLASSES = 187, 96, 50

Arrays = dict[str, NDArray[np.float32]]
# Output name: shape of one window, meaning.
Outputs = dict[str, tuple[tuple[int, ...], str]]

MUSICNN_OUTPUTS: Outputs = {
    "timbral": ((187, 408), "answers of the timbral filters over time"),
    "temporal": ((187, 153), "answers of the temporal filters over time"),
    "cnn1": ((187, 64), "first middle layer over time"),
    "cnn2": ((187, 64), "second middle layer over time"),
    "cnn3": ((187, 64), "third middle layer over time"),
    "max_pool": ((753,), "largest value over time of all layers so far"),
    "mean_pool": ((753,), "mean over time of all layers so far"),
    "penultimate": ((200,), "dense layer before the tags"),
}
VGG_OUTPUTS: Outputs = {
    "pool1": ((92, 48, 128), "first layer after pooling"),
    "pool2": ((46, 24, 128), "second layer after pooling"),
    "pool3": ((23, 12, 128), "third layer after pooling"),
    "pool4": ((11, 6, 128), "fourth layer after pooling"),
    "pool5": ((2, 1, 128), "fifth layer after pooling"),
}
LAST_OUTPUTS: Outputs = {
    "logits": ((N_CLASSES,), "scores before the sigmoid"),
    "scores": ((N_CLASSES,), "one probability a tag"),
}


@dataclass(frozen=True)
class Recipe:
    """One published network and what becomes of it."""

    folder: str
    id: str
    title: str
    architecture: str
    labels: str
    dataset: str


RECIPES = (
    Recipe("MTT_musicnn", "mtt-musicnn", "musicnn, MagnaTagATune", "musicnn", "MTT_LABELS", "MagnaTagATune"),
    Recipe(
        "MSD_musicnn", "msd-musicnn", "musicnn, Million Song Dataset", "musicnn", "MSD_LABELS", "Million Song Dataset"
    ),
    Recipe("MTT_vgg", "mtt-vgg", "VGG, MagnaTagATune", "vgg", "MTT_LABELS", "MagnaTagATune"),
    Recipe("MSD_vgg", "msd-vgg", "VGG, Million Song Dataset", "vgg", "MSD_LABELS", "Million Song Dataset"),
)


def main() -> None:
    """Convert every network of the wheel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    if hashlib.sha256(args.wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        raise SystemExit(f"{args.wheel} is not the published musicnn 0.1.0 wheel.")
    with zipfile.ZipFile(args.wheel) as wheel:
        (args.folder / "LICENSE.musicnn").write_bytes(wheel.read("musicnn-0.1.0.dist-info/LICENSE.md"))
        for recipe in RECIPES:
            convert(wheel, recipe, args.folder)


def convert(wheel: zipfile.ZipFile, recipe: Recipe, folder: Path) -> None:
    """Write the weights and the card of one network."""
    variables = read_variables(wheel, recipe.folder)
    tensors = musicnn(variables) if recipe.architecture == "musicnn" else vgg(variables)
    raw = save(tensors, {"license": "ISC, see LICENSE.musicnn"})  # one entry: the order of several changes at every run
    (folder / f"{recipe.id}.safetensors").write_bytes(raw)
    text = json.dumps(card(wheel, recipe, hashlib.sha256(raw).hexdigest()), indent=2, ensure_ascii=False)
    (folder / f"{recipe.id}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{recipe.id}: {sum(t.size for t in tensors.values())} numbers in {len(tensors)} tensors, {len(raw)} bytes")


def read_variables(wheel: zipfile.ZipFile, name: str) -> Arrays:
    """Return the trained variables of one checkpoint, without the optimiser's."""
    index = checkpoints.entries(wheel.read(f"musicnn/{name}/.index"))
    data = wheel.read(f"musicnn/{name}/.data-00000-of-00001")
    trained = {key: entry for key, entry in index.items() if not re.search(r"/Adam|_power$", key)}
    return {key: checkpoints.tensor(data, entry) for key, entry in trained.items()}


def musicnn(variables: Arrays) -> Arrays:
    """Rename and transpose the variables of a musicnn."""
    first = ("timbral.0", "timbral.1", "temporal.0", "temporal.1", "temporal.2")
    found = norm(variables, "", "norm") | norm(variables, "_9", "pool_norm") | norm(variables, "_10", "dense_norm")
    for i, layer in enumerate((*first, "cnn1", "cnn2", "cnn3")):
        source = f"conv2d_{i}" if i else "conv2d"
        found |= convolution(variables, source, f"{layer}.conv", (3, 2, 1, 0))  # (out, in, freq, time)
        found |= norm(variables, f"_{i + 1}", f"{layer}.norm")
    for name in ("cnn1.conv.weight", "cnn2.conv.weight", "cnn3.conv.weight"):
        found[name] = found[name][:, 0]  # over time only: (out, freq, time)
    return found | dense(variables, "dense", "dense") | dense(variables, "dense_1", "classes")


def vgg(variables: Arrays) -> Arrays:
    """Rename and transpose the variables of a VGG."""
    found = norm(variables, "", "norm") | dense(variables, "dense", "classes")
    for i in range(5):
        found |= convolution(variables, f"{i + 1}CNN", f"layers.{i}.conv", (3, 2, 0, 1))  # (out, in, time, freq)
        found |= norm(variables, f"_{i + 1}", f"layers.{i}.norm")
    return found


def norm(variables: Arrays, suffix: str, name: str) -> Arrays:
    """Return a batch norm under its new names."""
    return {f"{name}.{new}": variables[f"batch_normalization{suffix}/{old}"] for new, old in NORM.items()}


def convolution(variables: Arrays, source: str, name: str, axes: tuple[int, ...]) -> Arrays:
    """Rename a convolution and reorder the (time, freq, in, out) of its kernel."""
    kernel = np.ascontiguousarray(variables[f"{source}/kernel"].transpose(axes))
    return {f"{name}.weight": kernel, f"{name}.bias": variables[f"{source}/bias"]}


def dense(variables: Arrays, source: str, name: str) -> Arrays:
    """Turn (in, out) into (out, in)."""
    kernel = np.ascontiguousarray(variables[f"{source}/kernel"].T)
    return {f"{name}.weight": kernel, f"{name}.bias": variables[f"{source}/bias"]}


def card(wheel: zipfile.ZipFile, recipe: Recipe, sha256: str) -> dict[str, Any]:
    """Return the card: Essentia's model JSON, and our own fields after it."""
    is_musicnn = recipe.architecture == "musicnn"
    outputs = (MUSICNN_OUTPUTS if is_musicnn else VGG_OUTPUTS) | LAST_OUTPUTS
    embedding = "penultimate" if is_musicnn else "pool5"
    return {
        "name": recipe.title,
        "type": recipe.architecture,
        "link": "https://pypi.org/project/musicnn/0.1.0/",
        "version": "0.1.0",
        "description": f"50 tags of {recipe.dataset}, predicted from 3 s of log-mel spectrogram.",
        "author": "Jordi Pons, Music Technology Group, Universitat Pompeu Fabra",
        "email": "",
        "release_date": "2019-08-18",
        "framework": "safetensors",
        "framework_version": "0.4",
        "classes": labels(wheel, recipe.labels),
        "model_types": ["safetensors"],
        "dataset": {"name": recipe.dataset},
        "schema": {
            "inputs": [{"name": "mel", "type": "float", "shape": ["batch", N_FRAMES, N_MELS]}],
            "outputs": [schema(name, shape, meaning, embedding) for name, (shape, meaning) in outputs.items()],
        },
        "inference": {"sample_rate": 16000, "algorithm": "TensorflowPredictMusiCNN"},
        "id": recipe.id,
        "weights": f"{recipe.id}.safetensors",
        "sha256": sha256,
        "license": "ISC, see LICENSE.musicnn",
        "front_end": "mel96-16k",
        "frame_size": 512,
        "hop": 256,
        "n_mels": N_MELS,
        "mel": "Slaney scale and area norm, 0 to 8000 Hz, power rounded to float16",
        "log_compression": "log10(1 + 10000 x)",
        "patch_seconds": N_FRAMES * 256 / 16000,
        "window_frames": N_FRAMES,
        "hop_frames": N_FRAMES,
        "embedding_dim": int(np.prod(outputs[embedding][0])),
        "calibration": None,
        "scores": scores(wheel, recipe.folder),
    }


def schema(name: str, shape: tuple[int, ...], meaning: str, embedding: str) -> dict[str, Any]:
    """Describe one output."""
    purpose = {"scores": "predictions", embedding: "embeddings"}.get(name, "")
    op = {"scores": "Sigmoid"}.get(name, "")
    full = ["batch", *shape]
    return {"name": name, "type": "float", "shape": full, "op": op, "output_purpose": purpose, "description": meaning}


def labels(wheel: zipfile.ZipFile, name: str) -> list[str]:
    """Return the tags in the order of the network's outputs."""
    module = ast.parse(wheel.read("musicnn/configuration.py"))
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return [str(label) for label in ast.literal_eval(node.value)]
    raise SystemExit(f"{name} is not in the wheel.")


def scores(wheel: zipfile.ZipFile, name: str) -> dict[str, float]:
    """Return the areas under the curves of the package's own test, rounded."""
    text = wheel.read(f"musicnn/{name}/experiment.result").decode()
    roc, pr = re.findall(r"AUC: (0\.\d+)", text)
    return {"roc_auc": round(float(roc), 4), "pr_auc": round(float(pr), 4)}


if __name__ == "__main__":
    main()
