"""Where memory runs out the user reads what was going on and what to do; nothing else changes."""

from __future__ import annotations

import pytest
import torch

from dynamic_style.backend.compute.out_of_memory import is_out_of_memory, name_lack_of_memory
from dynamic_style.backend.protocol.errors import DeviceError


def test_a_failed_allocation_is_recognised() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 59)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())
    # what OpenVINO says where oneDNN keeps that it failed, as a user's variable can have it do
    assert is_out_of_memory(
        RuntimeError("[CPU] Convolution node std::future_error: Broken promise")
    )
    assert not is_out_of_memory(RuntimeError("sizes do not match"))


@pytest.mark.parametrize("take", [lambda: torch.empty(1 << 59), lambda: bytearray(1 << 62)])
def test_a_lack_of_memory_says_what_was_going_on_and_what_to_do(take: object) -> None:
    assert callable(take)
    with (
        pytest.raises(DeviceError, match=r"^memory ran out while painting; close programs$"),
        name_lack_of_memory("painting", advice="close programs"),
    ):
        take()


def test_other_faults_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="sizes"), name_lack_of_memory("x", advice="y"):
        raise RuntimeError("sizes do not match")
