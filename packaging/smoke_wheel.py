"""Build the wheel, look into it, install it in an environment of its own and run the main loop from it.

The environment borrows the dependencies of the one this runs in, so that nothing is downloaded twice.
"""

import json
import logging
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DATA = "tagstudio/_data/"
REQUIRED = (
    "tagstudio/__main__.py",
    DATA + "resources/vocabularies/starter.json",
    DATA + "resources/demo/CREDITS.md",
    DATA + "models/LICENSE.musicnn",
)
MODELS = ("mtt-musicnn", "msd-musicnn", "mtt-vgg", "msd-vgg")
DEMO_TRACKS = 12

log = logging.getLogger("smoke")


def build(folder: Path) -> Path:
    """Build the wheel into ``folder`` with the tools at hand and return it."""
    _run([sys.executable, "-m", "pip", "wheel", ROOT, "--no-deps", "--no-build-isolation", "--wheel-dir", folder])
    return next(folder.glob("*.whl"))


def check_contents(wheel: Path) -> None:
    """Fail unless the wheel holds the resources, the models and their licences, and no tests."""
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {*REQUIRED, *(f"{DATA}models/{model}{suffix}" for model in MODELS for suffix in (".json", ".safetensors"))}
    _require(wanted <= names, f"missing in the wheel: {sorted(wanted - names)}")
    stray = [name for name in names if name.startswith("tests/") or "__pycache__" in name]
    _require(not stray, f"should not be in the wheel: {stray}")
    log.info("%s: %.1f MB, %d files", wheel.name, wheel.stat().st_size / 1e6, len(names))


def install(wheel: Path, folder: Path) -> Path:
    """Install the wheel in an environment below ``folder`` and return its folder of programs."""
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    python = programs / "python"
    _run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel])
    # Only now the dependencies, else pip finds TagStudio installed already.
    packages = Path(_run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return programs


def check_loop(programs: Path, folder: Path) -> None:
    """Scan, analyse and suggest on the demo tracks inside the wheel."""
    home = {"HOME": str(folder), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": "", "XDG_STATE_HOME": ""}
    environment = {**os.environ, **home, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONPATH", None)
    tell = "import tagstudio.gui.app; from tagstudio import paths; print(paths.resources())"
    resources = Path(_run([programs / "python", "-c", tell], cwd=folder, env=environment).strip())
    _require(resources.is_relative_to(programs.parent), f"{resources} is not inside the new environment")

    def tagstudio(*arguments: str | Path) -> Any:
        library = ["--library", folder / "library.sqlite3"]
        return json.loads(_run([programs / "tagstudio", *library, *arguments, "--json"], cwd=folder, env=environment))

    _require({card["id"] for card in tagstudio("models")} >= set(MODELS), "a model is missing")
    _require(tagstudio("scan", resources / "demo")["new"] == DEMO_TRACKS, "not every demo track was found")
    _require(tagstudio("analyse")["analysed"] == DEMO_TRACKS, "not every demo track was heard")
    suggested = {Path(track["path"]).stem: track["suggestions"] for track in tagstudio("suggest", "--top", "8")}
    tags = [each["tag"] for each in suggested["Muldjord - Mutilated Mime"]]
    _require("metal" in tags, f"metal is not suggested for death metal, but {tags}")
    log.info("the wheel scans, hears and suggests: death metal is %s", ", ".join(tags))


def main() -> int:
    """Do all of it in a temporary folder; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    with tempfile.TemporaryDirectory(prefix="tagstudio-smoke-") as name:
        folder = Path(name)
        wheel = build(folder)
        check_contents(wheel)
        check_loop(install(wheel, folder / "venv"), folder)
    return 0


def _run(command: list[str | Path], **options: Any) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, **options)
    _require(done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}")
    return done.stdout


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        sys.exit(f"smoke test: {complaint}")


if __name__ == "__main__":
    sys.exit(main())
