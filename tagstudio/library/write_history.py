"""What was done to each file, write after write and back, and what of it can be taken back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tagstudio.library import write_journal
from tagstudio.library.schema import WriteRunRow
from tagstudio.library.write_journal import DONE, RESTORE, RESTORED, Entry


class WriteHistory:
    """The entries of every file that was touched; a restore has an aim, the entry that it takes back.

    An entry can be taken back while nothing stands on it: each later entry of its file was taken back itself, or took
    back one that is later still. So entries and their restores nest like brackets, and what is outside of all brackets
    is the writes that the file holds, each made on top of the one before.
    """

    def __init__(self, entries: Iterable[Entry], aims: Mapping[int, int]) -> None:
        self._aims = dict(aims)
        self._states: dict[int, str] = {}
        self._runs: dict[int, int] = {}
        self._files: dict[object, list[int]] = defaultdict(list)
        for each in entries:
            self._add(each.id, each.run, _file(each), each.state)

    def blocker(self, entry: Entry) -> int | None:
        """Return the entry that has to be taken back before this one, if any."""
        for later in reversed(self._files[_file(entry)]):
            if later <= entry.id:
                return None
            if self._states[later] == DONE and self._aims.get(later, 0) <= entry.id:
                return later
        return None

    def run_of(self, entry_id: int) -> int:
        """Return the run of an entry."""
        return self._runs[entry_id]

    def is_tagging(self, entry_id: int) -> bool:
        """Whether an entry brought tags into a file: a write, or what took back a restore."""
        return entry_id not in self._aims or not self.is_tagging(self._aims[entry_id])

    def take_back(self, entry: Entry, *, restore_id: int, run: int) -> dict[int, str]:
        """Add a restore that was carried out; return the new states of the entries before it.

        What an entry had taken back is in the file once more when that entry is taken back, and so on.
        """
        self._aims[restore_id] = entry.id
        changes = self.after(restore_id)
        self._states.update(changes)
        self._add(restore_id, run, _file(entry), DONE)
        return changes

    def after(self, restore_id: int) -> dict[int, str]:
        """Return what the entries before a restore have become with it."""
        return {aim: DONE if step % 2 else RESTORED for step, aim in enumerate(self._chain(restore_id))}

    def _chain(self, entry_id: int) -> Iterator[int]:
        while (aim := self._aims.get(entry_id)) is not None:
            yield aim
            entry_id = aim

    def _add(self, entry_id: int, run: int, file: object, state: str) -> None:
        self._states[entry_id], self._runs[entry_id] = state, run
        self._files[file].append(entry_id)


def read(session: Session) -> WriteHistory:
    """Return the history of all files."""
    return WriteHistory(write_journal.written(session), aims(session))


def aims_text(entry_ids: Sequence[int]) -> str:
    """Return what the journal keeps of a run that takes back these entries, one for each of its own."""
    return json.dumps({"takes_back": list(entry_ids)})


def aims(session: Session) -> dict[int, int]:
    """Return the entry that each entry of a restore takes back, or was going to."""
    rows = write_journal.of_kind(session, RESTORE)
    runs: dict[int, list[Entry]] = defaultdict(list)
    for each in rows:
        runs[each.run].append(each)
    options = select(WriteRunRow.id, WriteRunRow.options).where(WriteRunRow.kind == RESTORE)
    texts = dict(session.execute(options).all())
    found: dict[int, int] = {}
    for run, entries in runs.items():
        named = _named(texts[run])
        # A text that does not fit its entries tells nothing.
        if len(named) == len(entries):
            found |= {each.id: aim for each, aim in zip(entries, named, strict=True) if 0 < aim < each.id}
    return found


def _named(text: str) -> list[int]:
    try:
        return [int(each) for each in json.loads(text)["takes_back"]]
    except (ValueError, KeyError, TypeError):
        return []


def _file(entry: Entry) -> object:
    return entry.track_id if entry.track_id is not None else entry.path
