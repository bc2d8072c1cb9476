"""The computing device: never another than the one that was asked for."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
import torch

from dynamic_style.backend.compute.device import (
    available_devices,
    choose_device,
    device_memory_at_hand,
    device_title,
    set_threads,
)
from dynamic_style.backend.compute.memory import group_memory_left
from dynamic_style.backend.protocol.errors import DeviceError, UsageError


def test_the_cpu_is_always_there() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert "cpu" in available_devices()


def test_auto_takes_a_device_that_is_there() -> None:
    assert choose_device("auto").type in available_devices()


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_missing_device_is_refused_with_the_reason(name: str) -> None:
    if name in available_devices():
        assert choose_device(name).type == name
        return
    with pytest.raises(
        DeviceError, match=rf"'{name}'.*(built without|finds no|has no).*--device auto"
    ):
        choose_device(name)


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'gpu'.*auto, cpu, cuda, mps"):
        choose_device("gpu")


def test_threads_are_set_and_shown() -> None:
    before = torch.get_num_threads()
    try:
        set_threads(2)
        assert torch.get_num_threads() == 2
        assert "2 threads" in device_title(torch.device("cpu"))
    finally:
        set_threads(before)
    with pytest.raises(UsageError, match="--threads 0"):
        set_threads(0)


def test_the_memory_at_hand_is_within_the_machines() -> None:
    assert 0 < device_memory_at_hand(torch.device("cpu")) <= psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("limit", "expected"), [("1000", 1000 - 700 + 200), ("max", None), ("500", 0)]
)
def test_a_containers_limit_counts(tmp_path: Path, limit: str, expected: int | None) -> None:
    (tmp_path / "memory.max").write_text(f"{limit}\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("700\n", encoding="ascii")
    (tmp_path / "memory.stat").write_text("anon 400\ninactive_file 200\n", encoding="ascii")
    if limit == "500":  # above its limit: happens while the kernel takes memory back
        (tmp_path / "memory.stat").write_text("anon 700\n", encoding="ascii")
    assert group_memory_left(tmp_path) == expected


def test_without_a_container_there_is_no_limit(tmp_path: Path) -> None:
    assert group_memory_left(tmp_path) is None
