"""X1: the torture corpus through every command, watched by the guard; run once, looked at by many tests."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checks import sha256s_of, times_of
from children import Children, acknowledged
from counts import full, part
from guard import Guard
from torture import Torture, make_torture

# Gigabytes of nothing and hours of silence take minutes: under full counts only.
SLOW = (b"sparse_20gb.mp3", b"sparse_3gb.wav", b"silence_3h_44k.flac", b"silence_3h_192k_stereo.flac", b"apic_40mb.mp3")


@dataclass(slots=True)
class Run:
    """What the corpus did to the program, and the program to the corpus."""

    torture: Torture
    library: Path
    before: dict[bytes, list[str]]
    times_before: dict[bytes, tuple[int, int, int]]
    after: dict[bytes, list[str]] = field(default_factory=dict)
    times_after: dict[bytes, tuple[int, int, int]] = field(default_factory=dict)
    steps: dict[str, "subprocess.CompletedProcess[str]"] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)
    is_offline: bool = False
    watched: int = 0
    findings: list[str] = field(default_factory=list)

    def json(self, step: str) -> Any:
        """Return what a command printed."""
        return json.loads(self.steps[step].stdout)

    def lines(self, step: str) -> list[dict[str, Any]]:
        """Return what a driver printed."""
        return acknowledged(self.steps[step].stdout)

    def rows(self) -> dict[bytes, tuple[str, str, str]]:
        """Return last error, audio hash and genre of each track by its path in the corpus."""
        with closing(sqlite3.connect(f"{self.library.as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT path, last_error, audio_hash, genre FROM track").fetchall()
        return {bytes(path): (error, audio_hash, genre) for path, error, audio_hash, genre in rows}

    def heard(self) -> set[str]:
        """Return the audio hashes that were listened to."""
        cache = self.library.with_suffix(".cache") / "cache.sqlite3"
        with closing(sqlite3.connect(f"{cache.as_uri()}?mode=ro", uri=True)) as connection:
            return {row[0] for row in connection.execute("SELECT audio_hash FROM mean")}


def run_torture(folder: Path, children: Children) -> Run:
    """Make the corpus and let every command loose on it."""
    is_whole = full() and part() == 1
    torture = make_torture(folder / "corpus", whole=is_whole)
    if not is_whole:
        torture = _without(torture, SLOW, every=1 if full() else 4)
    made = Run(torture, folder / "library.sqlite3", sha256s_of(torture.music), times_of(torture.music))
    guard = Guard(folder / "guard.pipe", torture.music)
    made.is_offline = _may_unshare()
    try:
        for name, start in _steps(folder, torture, made.library, children, guard, is_offline=made.is_offline):
            began = time.monotonic()
            made.steps[name] = children.finish(start(), timeout_s=900)
            made.took_s[name] = time.monotonic() - began
            guard.collect()
    finally:
        guard.close()
    made.watched, made.findings = guard.watched, guard.findings
    made.after, made.times_after = sha256s_of(torture.music), times_of(torture.music)
    return made


def _steps(
    folder: Path, torture: Torture, library: Path, children: Children, guard: Guard, *, is_offline: bool
) -> list[tuple[str, Callable[[], Any]]]:
    options = {"variables": guard.variables, "unprivileged": True, "offline": is_offline}

    def command(*arguments: object, to: Path = library) -> Callable[[], Any]:
        return lambda: children.start(arguments, library=to, **options)

    steps: list[tuple[str, Callable[[], Any]]] = [
        ("scan", command("scan", torture.music, "--json")),
        ("rescan", command("scan", torture.music, "--json")),
        (
            "analyse",
            command(
                "analyse", "--json", *(["--excerpts", "2"] if full() else ["--excerpts", "1", "--model", "mtt-vgg"])
            ),
        ),
        ("judge", command("judge", "", "--yes", "Jazz", "--no", "<b>bold</b>", "--json")),
        ("prepare", lambda: children.driver("prepare", library, **options)),
        ("export csv", command("export", folder / "out.csv")),
        ("export json", command("export", folder / "out.json")),
    ]
    again = folder / "again" / "library.sqlite3"
    again.parent.mkdir()
    steps += [
        ("scan again", command("scan", torture.music, "--json", to=again)),
        ("import", command("import", folder / "out.json", "--add-tags", "--json", to=again)),
        ("export again", command("export", folder / "again.json", to=again)),
        ("write preview", command("write", "", "--dry-run", "--json")),
    ]
    return steps


def _without(torture: Torture, names: tuple[bytes, ...], *, every: int) -> Torture:
    kept = tuple(each for each in torture.entries if os.path.basename(each.path) not in names)[::every]  # noqa: PTH119
    for entry in torture.entries:
        # Folders stay: one that is called like a track holds another entry.
        if entry not in kept and entry.fs != "dir":
            Path(os.fsdecode(torture.file(entry))).unlink(missing_ok=True)
    return Torture(torture.folder, kept)


def _may_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0
