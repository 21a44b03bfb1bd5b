"""Make the table of the fault tests from their results.

python tests/faults/report.py            print the table of the newest run
python tests/faults/report.py --write    put it into docs/reliability.md, between the markers
python tests/faults/report.py --clear    forget earlier results, before a run
"""

import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"


def main(arguments: list[str]) -> int:
    """Print or write the table; 1 when something was violated or nothing was run."""
    if "--clear" in arguments:
        for file in RESULTS.glob("*.jsonl"):
            file.unlink()
        return 0
    lines = newest(RESULTS / "full.jsonl") or newest(RESULTS / "short.jsonl")
    text = table(lines)
    print(text)  # noqa: T201
    if "--write" in arguments:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return 1 if not lines or any(each["violations"] for each in lines) else 0


def newest(file: Path) -> list[dict[str, Any]]:
    """Return the newest line per test, fault and what was done, ordered by the fault's id."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            each = json.loads(line)
            found[each["id"], each["what"], each["test"]] = each
    return sorted(found.values(), key=lambda each: (_order(each["id"]), each["what"]))


def table(lines: list[dict[str, Any]]) -> str:
    """Return the results as a table in Markdown, with a last line of sums."""
    rows = ["| id | what was done | faults | violations |", "|---|---|---:|---:|"]
    rows += [f"| {each['id']} | {each['what']} | {each['n']:,} | {each['violations']} |" for each in lines]
    faults, violations = sum(each["n"] for each in lines), sum(each["violations"] for each in lines)
    return "\n".join([*rows, f"| | **all** | **{faults:,}** | **{violations}** |"])


def _order(fault_id: str) -> tuple[str, int]:
    letters = fault_id.rstrip("0123456789")
    return letters, int(fault_id[len(letters) :] or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
