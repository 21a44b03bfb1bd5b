"""Batches fit the device, and a device that fails costs speed, never an answer."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tagstudio.domain.errors import ModelError
from tagstudio.nn.devices import CPU, Runner, choose


def _accelerated() -> Runner:
    # A device that is not the CPU and is on every machine; it keeps shapes and no numbers.
    runner = Runner("cpu")
    runner.device, runner.batch = torch.device("meta"), 8
    return runner


@given(n_rows=st.integers(0, 30), batch=st.integers(1, 9), threads=st.integers(1, 4))
def test_every_row_is_worked_on_once_and_in_order(n_rows: int, batch: int, threads: int) -> None:
    runner = Runner("cpu", threads=threads)
    runner.batch = batch
    parts = runner.over(torch.arange(n_rows), lambda rows: rows)
    assert torch.equal(torch.cat([torch.zeros(0, dtype=torch.int64), *parts]), torch.arange(n_rows))
    assert all(0 < len(part) <= batch for part in parts)


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_falls_back_and_says_so(name: str) -> None:
    device, notice = choose(name)
    if device == CPU:
        assert name in notice
        assert "CPU" in notice
    else:
        assert notice == ""


def test_choosing_the_cpu_needs_no_notice() -> None:
    assert choose("cpu") == (CPU, "")


def test_an_unknown_device_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ModelError, match="tpu") as refused:
        choose("tpu")
    assert "cuda" in refused.value.advice


def test_out_of_memory_halves_the_batch_and_keeps_what_was_done() -> None:
    runner, seen = _accelerated(), []

    def work(rows: Tensor) -> int:
        if len(seen) >= 1 and len(rows) > 2:
            raise torch.OutOfMemoryError("no room")
        seen.append(len(rows))
        return len(rows)

    assert runner.over(torch.zeros(13), work) == seen == [8, 2, 2, 1]
    assert runner.notice == ""


def test_a_device_without_room_for_one_row_is_left_for_the_cpu() -> None:
    runner = _accelerated()

    def work(rows: Tensor) -> str:
        if rows.device != CPU:
            raise torch.OutOfMemoryError("no room")
        return rows.device.type

    assert set(runner.over(torch.zeros(3), work)) == {"cpu"}
    assert "too little memory" in runner.notice


def test_a_device_that_fails_is_left_for_the_cpu_and_nothing_is_done_twice() -> None:
    runner, seen = _accelerated(), []

    def work(rows: Tensor) -> int:
        if rows.device != CPU and seen:
            raise RuntimeError("CUDA error: unspecified launch failure")
        seen.append(len(rows))
        return len(rows)

    assert sum(runner.over(torch.zeros(11), work)) == 11
    assert seen[0] == 8
    assert runner.device == CPU
    assert runner.notice == "The meta device failed; the networks run on the CPU instead."


def test_a_full_memory_is_told_in_one_sentence() -> None:
    def work(rows: Tensor) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    with pytest.raises(ModelError, match="not enough memory"):
        Runner("cpu").over(torch.zeros(5), work)


def test_other_faults_are_not_swallowed() -> None:
    def work(rows: Tensor) -> None:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes"):
        Runner("cpu").over(torch.zeros(5), work)
