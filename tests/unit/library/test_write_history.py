"""What of the written files can be taken back: one step after the other, and everything at once."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from tagstudio.library.write_history import WriteHistory
from tagstudio.library.write_journal import DONE

ORIGINAL = 0
# Few contents, so that files often come to hold again what they held before.
steps = st.lists(st.one_of(st.tuples(st.just("write"), st.integers(0, 3)), st.tuples(st.just("back"), st.integers(0))))


class File:
    """A file and its journal; what is taken back has to make the new contents out of what is there."""

    def __init__(self):
        self.contents, self.entries, self.aims = ORIGINAL, [], {}

    def write(self, contents):
        if contents != self.contents:
            self._add(contents)

    def back(self, entry):
        """Take an entry back if nothing stands on it; return whether it was."""
        history = WriteHistory(self.entries, self.aims)
        if history.blocker(entry) is not None:
            return False
        assert self.contents == entry.new
        made = self._add(entry.old)
        self.aims[made.id] = entry.id
        for entry_id, state in history.take_back(entry, restore_id=made.id, run=made.run).items():
            self.entries[entry_id - 1].state = state
        return True

    def done(self, *, writes_only=False):
        return [each for each in self.entries if each.state == DONE and not (writes_only and each.id in self.aims)]

    def _add(self, contents):
        number = len(self.entries) + 1
        made = SimpleNamespace(id=number, run=number, track_id=1, state=DONE, old=self.contents, new=contents)
        self.entries.append(made)
        self.contents = contents
        return made


def after(taken):
    file = File()
    for what, number in taken:
        if what == "write":
            file.write(number)
        elif able := file.done():
            file.back(able[number % len(able)])
    return file


@given(taken=steps)
def test_after_any_sequence_the_newest_write_comes_back_until_the_original_is_there(taken):
    file = after(taken)
    while left := file.done(writes_only=True):
        assert file.back(left[-1])
        assert file.done(writes_only=True) == left[:-1]
    assert file.contents == ORIGINAL


@given(taken=steps)
def test_after_any_sequence_everything_comes_back_at_once(taken):
    file = after(taken)
    history = WriteHistory(file.entries, file.aims)
    contents = file.contents
    for number, entry in enumerate(file.done(writes_only=True)[::-1], len(file.entries) + 1):
        assert history.blocker(entry) is None
        assert contents == entry.new
        contents = entry.old
        history.take_back(entry, restore_id=number, run=number)
    assert contents == ORIGINAL


@given(taken=steps, number=st.integers(0))
def test_taking_back_what_stands_on_an_entry_makes_way_for_it(taken, number):
    file = after(taken)
    if not (able := file.done()):
        return
    entry = able[number % len(able)]
    while (blocker := WriteHistory(file.entries, file.aims).blocker(entry)) is not None:
        assert file.back(file.entries[blocker - 1])
    assert entry.state == DONE
    assert file.back(entry)
