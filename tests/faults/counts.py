"""How often faults are injected, and where the counts go."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def full() -> bool:
    """Tell whether the full counts of the plan are wanted: ``make faults``."""
    return os.environ.get("TAGSTUDIO_FAULTS") == "full"


def part() -> float:
    """Return which part of the full counts is wanted, from 0 to 1: ``TAGSTUDIO_FAULTS_PART``, for want of time."""
    return float(os.environ.get("TAGSTUDIO_FAULTS_PART", "1"))


def times(short: int, whole: int) -> int:
    """Return ``whole`` under ``make faults``, or a part of it that is no less than ``short``; else ``short``."""
    return max(min(short, whole), round(whole * part())) if full() else short


@dataclass(frozen=True, slots=True)
class Record:
    """Adds a line to the results: which fault, how often, what it broke."""

    test: str

    def __call__(self, fault_id: str, what: str, *, n: int, violations: Sequence[Any] = ()) -> None:
        """Note ``n`` injected faults; fails when none hit or when something broke."""
        line = {
            "id": fault_id,
            "what": what,
            "n": n,
            "violations": len(violations),
            "full": full(),
            "part": part() if full() else 0.0,
            "test": self.test,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        RESULTS.mkdir(exist_ok=True)
        with (RESULTS / ("full.jsonl" if full() else "short.jsonl")).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        assert n > 0, f"{fault_id}: no fault hit anything, so nothing was tested"
        assert not violations, f"{fault_id}: {len(violations)} of {n}: " + "\n".join(map(str, violations[:10]))
