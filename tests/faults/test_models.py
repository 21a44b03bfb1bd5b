"""Damaged and hostile model files and heads: K9, M1, M2."""

import hashlib
import pickle
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from harness import Fault, check, full, times, tracks_of
from safetensors.torch import save_file
from shim import points

from tagstudio.domain.errors import ModelError
from tagstudio.learning.prototypes import InstantHead
from tagstudio.library import heads
from tagstudio.library.store import open_library
from tagstudio.nn import weights
from tagstudio.nn.catalogue import card
from tagstudio.nn.networks import network

pytestmark = pytest.mark.slow

MODEL = "mtt-musicnn"


@pytest.fixture
def models(tmp_path, monkeypatch) -> Path:
    """A folder of models of our own, with the real weights of one."""
    folder = tmp_path / "models"
    folder.mkdir()
    for each in (card(MODEL).weights, *(each.name for each in weights.paths.models().glob("*.json"))):
        shutil.copy(weights.paths.models() / each, folder)
    monkeypatch.setattr(weights.paths, "models", lambda: folder)
    return folder


@pytest.fixture
def unparsed(monkeypatch) -> list[int]:
    """Note every time that bytes reach the parser."""
    parsed: list[int] = []
    real = weights.load
    monkeypatch.setattr(weights, "load", lambda raw: parsed.append(len(raw)) or real(raw))
    return parsed


def refusal(given=None) -> str:
    try:
        weights.read(given or card(MODEL))
    except ModelError as error:
        return f"{error.what} {error.advice}"
    return ""


def damaged_files(whole: bytes):
    """Yield what may have become of a file, by name."""
    for size in (0, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        yield f"cut to {size}", whole[:size]
    chance = random.Random(1)
    for number in range(times(20, 200)):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        yield f"bit flip {number}", bytes(flipped)
    yield "huge header", (2**62).to_bytes(8, "little") + whole[8:]
    yield "header of another length", (10**6).to_bytes(8, "little") + whole[8:]
    yield "text", b"not a model " * 1000


def test_m1_a_damaged_model_file_is_refused_before_it_is_parsed(models, unparsed, record):
    file = models / card(MODEL).weights
    whole = file.read_bytes()
    bad, count = [], 0
    for name, raw in damaged_files(whole):
        file.write_bytes(raw)
        count += 1
        said = refusal()
        bad += [] if "damaged or of another version" in said and "Install TagStudio again" in said else [(name, said)]
    bad += [f"{len(unparsed)} files were parsed"] if unparsed else []
    file.unlink()
    bad += [] if "cannot be read" in refusal() else ["a missing file"]
    file.write_bytes(whole)
    bad += [] if refusal() == "" and unparsed == [len(whole)] else ["the whole file is refused"]
    record("M1", "model file cut, flipped, with a huge header", n=count, violations=bad)


def test_m1_weights_of_another_shape_or_architecture_do_not_fit(models, record):
    import torch

    right, untrained = weights.read(card(MODEL)), network(card(MODEL))
    name, tensor = next((name, each) for name, each in right.items() if each.ndim > 1)
    wrong = {
        "wrong shape": {**right, name: torch.zeros(*tensor.shape[:-1], tensor.shape[-1] + 1)},
        "a tensor is missing": {key: each for key, each in right.items() if key != name},
        "another architecture": {"layer.weight": torch.zeros(3, 3)},
        "nothing in it": {},
    }
    bad = []
    for what, tensors in wrong.items():
        file = models / "other.safetensors"
        save_file({key: each.contiguous() for key, each in tensors.items()}, file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        other = replace(card(MODEL), weights=file.name, sha256=digest)
        try:
            weights.fill(untrained, other)
        except ModelError as error:
            bad += [] if "do not fit" in error.what else [(what, error.what)]
        else:
            bad.append(f"{what} was taken")
    record("M1", "model of another shape or architecture", n=len(wrong), violations=bad)


class Payload:
    """What a pickle would do: leave a file behind."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return open, (str(self.canary), "w")


def poisoned(folder: Path, canary: Path) -> dict[str, bytes]:
    """Return files that run code when they are unpickled, by name."""
    import torch

    made = {"weights.pkl": pickle.dumps(Payload(canary)), "weights.safetensors": pickle.dumps(Payload(canary))}
    torch.save({"weight": Payload(canary)}, folder / "weights.pt")
    made["weights.pt"] = (folder / "weights.pt").read_bytes()
    np.save(folder / "array.npy", np.array([Payload(canary)], object), allow_pickle=True)
    made["weights.npy"] = (folder / "array.npy").read_bytes()
    return made


def test_m2_a_model_that_would_run_code_is_refused_and_runs_none(models, heard, record, tmp_path):
    canary = tmp_path / "canary"
    bad = []
    made = poisoned(tmp_path, canary)
    for name, raw in made.items():
        # Even with a card that vouches for it.
        (models / name).write_bytes(raw)
        vouched = replace(card(MODEL), weights=name, sha256=hashlib.sha256(raw).hexdigest())
        bad += [] if "not a safetensors file" in refusal(vouched) else [f"{name}: {refusal(vouched)}"]
        (models / card(MODEL).weights).write_bytes(raw)
        bad += [] if "damaged or of another version" in refusal() else [f"{name} in place of the weights"]
        file = heard.copy(tmp_path / f"with {name}")
        with closing(sqlite3.connect(file)) as connection, connection:
            digest = hashlib.sha256(raw).hexdigest()
            connection.execute("UPDATE head SET blob = ?, sha256 = ?", (raw, digest))
        with open_library(file) as library, library.read() as session:
            for head in heads.current(session).values():
                try:
                    InstantHead.from_bytes(head.blob)
                except ModelError:
                    continue
                bad.append(f"{name} as a head was taken")
        bad += ["the canary was made"] if canary.exists() else []
    pickle.loads(made["weights.pkl"]).close()
    assert canary.exists(), "the payload does nothing, so nothing was tested"
    record("M2", "pickle payloads as model and as head", n=3 * len(made), violations=bad)


def damaged_heads(whole: bytes):
    for size in (0, 7, 8, 100, len(whole) // 2):
        yield f"cut to {size}", whole[:size]
    chance = random.Random(2)
    for number in range(times(20, 200)):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        yield f"bit flip {number}", bytes(flipped)


def test_m1_a_damaged_head_gives_way_to_the_one_before(heard, record, tmp_path):
    file = heard.copy(tmp_path / "library")
    bad, count = [], 0
    with closing(sqlite3.connect(file)) as connection:
        (number, whole), (before,) = (
            connection.execute("SELECT id, blob FROM head WHERE is_current").fetchone(),
            connection.execute("SELECT max(id) FROM head WHERE NOT is_current").fetchone(),
        )
    with open_library(file) as library:
        for name, raw in damaged_heads(whole):
            with closing(sqlite3.connect(file)) as connection, connection:
                connection.execute("UPDATE head SET blob = ? WHERE id = ?", (raw, number))
            with library.read() as session:
                (found,) = heads.current(session).values()
            count += 1
            bad += [] if found.id == before else [f"{name}: head {found.id} was taken"]
    record("M1", "head in the library cut or flipped", n=count, violations=bad)


@pytest.mark.parametrize("kind", ["kill", "half"] if full() else ["kill"])
def test_k9_killed_while_a_head_is_saved_the_old_or_the_new_head_is_there(shim, nursery, heard, record, tmp_path, kind):
    old = heard.copy(tmp_path / "old")
    tracks = tracks_of(old)
    nest = nursery("learn", shim=shim)

    def current(file):
        with open_library(file) as library, library.read() as session:
            return {head.id: head.blob for head in heads.current(session).values()}

    def attempt(variables):
        shutil.rmtree(tmp_path / "work", ignore_errors=True)
        file = heard.copy(tmp_path / "work")
        return file, nest.run("learn", file, variables=variables)

    before = current(old)
    file, done = attempt({})
    assert done.returncode == 0, done.stderr
    after = current(file)
    assert after.keys() != before.keys()
    bad, killed = [], 0
    for at in points(shim.count(attempt, "library.sqlite3"), 60 if full() else 3, salt=kind):
        file, done = attempt(shim.variables("library.sqlite3", Fault(kind, at)))
        killed += done.returncode == 137
        found = check(file, tracks=tracks)
        now = current(file)
        found += [] if now.keys() in (before.keys(), after.keys()) else [f"heads {list(now)}"]
        found += [] if all(InstantHead.from_bytes(blob) for blob in now.values()) else ["a head does not load"]
        bad += [f"{kind}@{at}: {each}" for each in found]
    record("K9", f"killed ({kind}) while a head is saved", n=killed, violations=bad)
