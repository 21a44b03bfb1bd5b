"""Small disks that are full soon."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


def small_disks(folder: Path) -> Iterator[Callable[[int], Path]]:
    """Yield a function that mounts a disk of so many kilobytes; all are unmounted afterwards."""
    mounted: list[Path] = []

    def mount(kilobytes: int) -> Path:
        place = folder / f"disk{len(mounted)}"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tagstudio-test", place],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"mounting a small disk is not allowed here: {done.stderr.strip()}")
        mounted.append(place)
        return place

    try:
        yield mount
    finally:
        for place in mounted:
            subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)


def fill(folder: Path, *, leave_kb: int = 0) -> Path:
    """Write a file that leaves so many kilobytes of a small disk; delete it to have the room back."""
    file = folder / "filler.bin"
    with file.open("wb", buffering=0) as out:
        free = os.statvfs(folder)
        left = free.f_bavail * free.f_frsize - leave_kb * 1024
        try:
            while left > 0:
                left -= out.write(b"x" * min(left, 1 << 16))
        except OSError:
            pass  # full: what we want
    return file
