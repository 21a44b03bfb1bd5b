"""Which history holds, whatever a library has been through."""

from hypothesis import given
from hypothesis import strategies as st

from tagstudio.library.histories import History

FIRST = (0, "0" * 64)
steps = st.lists(
    st.tuples(
        st.sampled_from(["judge", "judge", "undo nothing", "go back", "go to", "write anew"]), st.integers(0, 99)
    ),
    max_size=40,
)


def judgement(past, batch, name):
    id_, hash_ = past[-1]["end"] if past else FIRST
    return {"kind": "judge", "batch": batch, "prev_hash": hash_, "end": [id_ + 1, f"{hash_[:9]} {name}"]}


def lived(chosen):
    """Return the lines that a library writes which goes through these steps, and those that hold at the end."""
    written, past, states = [], [], [[]]
    for number, (step, chance) in enumerate(chosen):
        newest = past[-1]["batch"] if past else 0
        if step == "judge":
            past = [*past, judgement(past, newest + 1, number)]
            written.append(past[-1])
        elif step == "undo nothing":
            past = [*past, {"kind": "undo", "batch": newest + 1, "end": list(past[-1]["end"] if past else FIRST)}]
            written.append(past[-1])
        elif step == "write anew":
            written += past
        else:
            past = past[: chance % (len(past) + 1)] if step == "go back" else states[chance % len(states)]
            end, batch = (list(past[-1]["end"]), past[-1]["batch"]) if past else (list(FIRST), 0)
            written.append({"end": end, "batch": batch})
        states.append(past)
    return written, past


def history(lines):
    made = History()
    for line in lines:
        made.add(line)
    return made


@given(steps, st.integers(0, 99))
def test_what_follows_a_state_is_what_the_library_did_since(chosen, chance):
    written, past = lived(chosen)
    cut = chance % (len(past) + 1)
    end = tuple(past[cut - 1]["end"]) if cut else FIRST
    batch = past[cut - 1]["batch"] if cut else 0
    found = history(written).since(end, batch)
    judged = [line for line in past[cut:] if "prev_hash" in line]
    assert [line for line in found if "prev_hash" in line] == judged
    assert history(written).has(end) is True


@given(steps, st.integers(0, 99))
def test_a_lost_line_costs_no_other_judgement(chosen, chance):
    written, past = lived([each for each in chosen if each[0] in ("judge", "undo nothing", "write anew")])
    if not written:
        return
    lost = written[chance % len(written)]
    found = history([line for line in written if line is not lost]).since(FIRST, 0)
    assert [line for line in found if "prev_hash" in line] == [
        line for line in past if "prev_hash" in line and line is not lost
    ]


def test_of_a_history_that_was_given_up_follows_what_was_judged_until_then():
    first = judgement([], 1, "first")
    second = judgement([first], 2, "second")
    third = judgement([first, second], 3, "third")
    made = history([first, second, third, {"end": first["end"], "batch": 1}, judgement([first], 2, "instead")])
    assert made.has(tuple(second["end"])) is False
    assert made.since(tuple(second["end"]), 2) == [third]
    assert made.has((7, "never heard of")) is None
