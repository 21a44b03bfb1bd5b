"""What starting the program loads: the window and the command line come up without torch and other heavy packages."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "torchaudio", "sklearn", "scipy", "librosa", "sounddevice", "safetensors.torch"}
QT = {"PySide6", "pyqtgraph"}
# Imports the modules named on the command line and prints everything that was loaded.
PROBE = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def _modules(package: str) -> list[str]:
    folder = ROOT / "tagstudio" / package
    # Alembic runs the migrations; they cannot be imported.
    files = (file for file in folder.rglob("*.py") if "migrations" not in file.parts)
    names = (file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in files)
    return sorted(name.removesuffix(".__init__") for name in names)


@cache
def _loaded_with(*modules: str) -> frozenset[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *modules],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return frozenset(json.loads(done.stdout))


@pytest.mark.parametrize("package", ["gui", "cli", "services", "library", "audio", "filetags", "domain"])
def test_no_module_of_the_package_loads_torch(package):
    assert not _loaded_with(*_modules(package)) & HEAVY


@pytest.mark.parametrize("module", ["tagstudio.cli.app", "tagstudio.nn.catalogue", "tagstudio.workers"])
def test_the_module_loads_no_torch(module):
    assert not _loaded_with(module) & HEAVY


@pytest.mark.parametrize("package", ["cli", "services", "library", "audio", "nn", "learning", "filetags", "domain"])
def test_no_package_but_the_window_loads_qt(package):
    assert not _loaded_with(*_modules(package)) & QT


def test_the_probe_notices():
    assert "torch" in _loaded_with(*_modules("nn"))


def test_a_worker_process_loads_nothing_of_the_program_that_started_it():
    # It loads the module that was started, and what it needs itself.
    needed = _loaded_with("tagstudio.workers")
    assert _loaded_with("tagstudio.__main__", "tagstudio.workers") - needed == {"tagstudio.__main__"}
