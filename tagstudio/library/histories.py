"""What the lines of a mirror say of a library's past: which history holds, and which ones were given up.

A library that went on from an older backup has two histories from there. The one written last holds.
"""

from bisect import insort
from collections.abc import Iterable
from typing import Any, TypeAlias

# {"library": id, "end": [id of the newest judgement, its hash], "batch": id, ...}
Line: TypeAlias = dict[str, Any]
End: TypeAlias = tuple[int, str]


class History:
    """The judgements of one library, as they are after every line so far.

    A line may be lost. What comes after it still belongs to the history, by its id.
    """

    def __init__(self) -> None:
        self._judgements: dict[int, Line] = {}
        self._newest = 0
        # Batches without judgements, and their ids in order.
        self._empty: dict[int, Line] = {}
        self._empty_ids: list[int] = []
        # What was given up is among these; the one written last is last.
        self._by_hash: dict[str, Line] = {}

    def add(self, line: Line) -> None:
        """Take in the next line."""
        id_, hash_ = line["end"]
        if "prev_hash" in line:
            self._by_hash.pop(hash_, None)
            self._by_hash[hash_] = line
            self._judged(id_, line)
        elif "kind" in line:
            after = self._judgements.get(id_ + 1)
            if not self._holds(id_, hash_) or (after is not None and after["batch"] <= line["batch"]):
                self._turn_to(id_, hash_)
            if line["batch"] not in self._empty:
                insort(self._empty_ids, line["batch"])
            self._empty[line["batch"]] = line
        else:
            self._turn_to(id_, hash_)
            self._cut_empty(line["batch"])

    def has(self, end: End) -> bool | None:
        """Whether a judgement is in the history that holds; None when no line tells."""
        id_, hash_ = end
        if not id_:
            return True
        if (line := self._judgements.get(id_)) is not None:
            return bool(line["end"][1] == hash_)
        if (after := self._judgements.get(id_ + 1)) is not None:
            return bool(after["prev_hash"] == hash_)
        return False if hash_ in self._by_hash else None

    def since(self, end: End, batch: int) -> list[Line]:
        """Return the lines after a judgement and a batch, oldest first, batches without judgements included.

        After a judgement that was given up follows what was judged until then.
        """
        if self.has(end) is False:
            return self._given_up_since(end[1])
        found = [line for id_, line in self._judgements.items() if id_ > end[0]]
        with_judgements = {line["batch"] for line in found}
        found += [line for id_, line in self._empty.items() if id_ > batch and id_ not in with_judgements]
        return sorted(found, key=lambda line: (line["batch"], line["end"][0]))

    def _given_up_since(self, hash_: str) -> list[Line]:
        following = {line["prev_hash"]: line for line in self._by_hash.values()}
        found = []
        while (line := following.pop(hash_, None)) is not None:
            found.append(line)
            hash_ = line["end"][1]
        return found

    def _judged(self, id_: int, line: Line) -> None:
        after = self._judgements.get(id_ + 1)
        fills_gap = id_ not in self._judgements and after is not None and after["prev_hash"] == line["end"][1]
        # Written once more, or in place of a line that was lost: what follows stays.
        if not fills_gap and not self._is_known(id_, line["end"][1]):
            self._turn_to(id_ - 1, line["prev_hash"])
            self._cut_empty(line["batch"] - 1)
        self._judgements[id_] = line
        self._newest = max(self._newest, id_)

    def _is_known(self, id_: int, hash_: str) -> bool:
        return id_ in self._judgements and self._holds(id_, hash_)

    def _holds(self, id_: int, hash_: str) -> bool:
        now = self._judgements.get(id_)
        return now is None or now["end"][1] == hash_

    def _turn_to(self, id_: int, hash_: str) -> None:
        """Let the history end at a judgement, and be the one that led to it."""
        for each in range(self._newest, id_, -1):
            self._judgements.pop(each, None)
        self._newest = min(self._newest, id_)
        while id_ and not self._is_known(id_, hash_):
            line = self._by_hash.get(hash_)
            if line is None:
                self._judgements.pop(id_, None)
                return
            self._judgements[id_] = line
            self._newest = max(self._newest, id_)
            id_, hash_ = id_ - 1, line["prev_hash"]

    def _cut_empty(self, batch: int) -> None:
        while self._empty_ids and self._empty_ids[-1] > batch:
            del self._empty[self._empty_ids.pop()]


def histories(lines: Iterable[Line]) -> dict[str, History]:
    """Return the history of each library, by its id; the one written last is last."""
    found: dict[str, History] = {}
    last = ""
    for line in lines:
        last = line["library"]
        found.setdefault(last, History()).add(line)
    if found:
        found[last] = found.pop(last)
    return found
