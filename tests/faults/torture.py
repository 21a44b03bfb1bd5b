"""The torture corpus: nasty files with what each must do, made by ``make_torture.py`` beside the checkout."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[2].parent / "shared" / "tools" / "faults"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of the corpus; ``path`` is relative to it.

    ``expect`` is one of decodes, partial, error, ignored, either.
    """

    name: str
    path: bytes
    category: str
    kind: str
    expect: str
    note: str
    fs: str
    sha256: str
    write: str
    is_core: bool


@dataclass(frozen=True, slots=True)
class Torture:
    """A corpus on the disk; ``music`` is the folder to scan."""

    folder: Path
    entries: tuple[Entry, ...]

    @property
    def music(self) -> Path:
        return self.folder / "files"

    def file(self, entry: Entry) -> bytes:
        """Return the absolute path of an entry."""
        return os.path.join(os.fsencode(self.music), entry.path)  # noqa: PTH118 -- bytes


def shared_tools() -> Path:
    """Return the folder of the shared fault tools; skips where it is not beside the checkout."""
    if not _SHARED.is_dir():
        pytest.skip(f"the shared fault tools are not at {_SHARED}")
    return _SHARED


def make_torture(folder: Path, *, whole: bool) -> Torture:
    """Make the corpus in ``folder``; not ``whole`` removes every file that is not in its core."""
    maker = shared_tools() / "make_torture.py"
    done = subprocess.run(
        [sys.executable, maker, "--out", folder], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    entries = [_entry(each) for each in json.loads((folder / "manifest.json").read_text())["entries"]]
    made = Torture(folder, tuple(entries))
    if not whole:
        kept = [each for each in entries if each.is_core]
        for entry in entries:
            if not entry.is_core and entry.fs != "dir":
                Path(os.fsdecode(made.file(entry))).unlink(missing_ok=True)
        made = Torture(folder, tuple(kept))
    return made


def _entry(given: dict[str, object]) -> Entry:
    return Entry(
        name=str(given["id"]),
        path=base64.b64decode(str(given["path_b64"])),
        category=str(given["category"]),
        kind=str(given["kind"]),
        expect=str(given["expect"]),
        note=str(given["note"]),
        fs=str(given["fs"]),
        sha256=str(given.get("sha256", "")),
        write=str(given["write"]),
        is_core=bool(given["core"]),
    )
