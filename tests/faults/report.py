"""Make the table of the fault tests from their results.

python tests/faults/report.py            print the table: full counts; short ones, marked, where there is no full one
python tests/faults/report.py --write    put it into docs/reliability.md, between the markers
python tests/faults/report.py --clear    forget earlier results, before a run
"""

import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
PLAN = (
    *(f"K{number}" for number in range(1, 10)), *(f"D{number}" for number in range(1, 5)), "R1", "R2", "V1", "V2", "V3",
    "V5", "L1", "L2", "L3", "C1", "C2", "C3", "C4", "S1", "S2", "T1", "M1", "M2",
    *(f"X{number}" for number in range(1, 7)),
)  # fmt: skip
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"


def main(arguments: list[str]) -> int:
    """Print or write the table; 1 when something was violated, or an id of the plan is missing."""
    if "--clear" in arguments:
        for file in RESULTS.glob("*.jsonl"):
            file.unlink()
        return 0
    lines = newest(RESULTS / "full.jsonl", RESULTS / "short.jsonl")
    text = table(lines)
    print(text)  # noqa: T201
    if "--write" in arguments:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return 1 if missing(lines) or any(each["violations"] for each in lines) else 0


def newest(whole: Path, short: Path) -> list[dict[str, Any]]:
    """Return the newest line per test and fault, ordered by the fault's id; short ones where a test has no full one."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in [*_read(short), *_read(whole)]:
        found[each["id"], each["test"]] = each
    ran_fully = {(each["id"], _function(each)) for each in found.values() if each["full"]}
    kept = [each for each in found.values() if each["full"] or (each["id"], _function(each)) not in ran_fully]
    return sorted(kept, key=lambda each: (_order(each["id"]), each["what"]))


def missing(lines: list[dict[str, Any]]) -> list[str]:
    """Return the ids of the plan that have no line."""
    return [each for each in PLAN if each not in {line["id"] for line in lines}]


def table(lines: list[dict[str, Any]]) -> str:
    """Return the results as a table in Markdown, with a last line of sums."""
    rows = ["| id | what was done | count | faults | violations |", "|---|---|---|---:|---:|"]
    for each in lines:
        part = each.get("part", 1.0)
        count = "short" if not each["full"] else "full" if part == 1 else f"{part:.0%}"
        rows.append(f"| {each['id']} | {each['what']} | {count} | {each['n']:,} | {each['violations']} |")
    faults, violations = sum(each["n"] for each in lines), sum(each["violations"] for each in lines)
    rows.append(f"| | **all** | | **{faults:,}** | **{violations}** |")
    rows += [f"| {each} | not run | | 0 | |" for each in missing(lines)]
    return "\n".join(rows)


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def _function(line: dict[str, Any]) -> str:
    return str(line["test"]).partition("[")[0]


def _order(fault_id: str) -> tuple[str, int]:
    letters = fault_id.rstrip("0123456789")
    return letters, int(fault_id[len(letters) :] or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
