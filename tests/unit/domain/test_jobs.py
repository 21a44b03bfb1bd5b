"""Jobs: run to the end, cancelled between yields, time left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagstudio.domain.jobs import Progress, run, seconds_left


def _counting(total, closed):
    try:
        for done in range(total):
            yield Progress(done, total, f"no. {done}")
    finally:
        closed.append(True)
    return total


@pytest.mark.parametrize("total", [0, 1, 5])
def test_running_a_job_returns_its_result(total):
    assert run(_counting(total, [])) == total


def test_closing_a_job_between_yields_lets_it_clean_up():
    closed = []
    job = _counting(5, closed)
    assert next(job) == Progress(0, 5, "no. 0")
    job.close()
    assert closed == [True]


def test_a_failing_job_fails_in_the_hands_of_who_runs_it():
    def failing():
        yield Progress(0, 1)
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        run(failing())


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.floats(0.001, 10**6))
def test_time_left_is_in_proportion_and_ends_at_zero(done, total, elapsed_s):
    left = seconds_left(done, total, elapsed_s)
    if done > total:
        assert left is None
    else:
        assert left == pytest.approx(elapsed_s * (total - done) / done)
        assert (left == 0) == (done == total)


@pytest.mark.parametrize(("done", "total"), [(0, 10), (-1, 10), (5, 0), (11, 10)])
def test_no_time_left_is_claimed_without_grounds(done, total):
    assert seconds_left(done, total, 3.0) is None
