"""What torchrun says in variables, where something else has set them."""

from __future__ import annotations

import pytest

from dynamic_style.backend.protocol.errors import DeviceError
from dynamic_style.training.loop.distributed import join_run


@pytest.mark.parametrize("variable", ["WORLD_SIZE", "RANK", "LOCAL_RANK"])
def test_variables_that_are_none_of_torchruns_are_named(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "x")
    with pytest.raises(DeviceError, match=f"{variable} is 'x'"), join_run("cpu"):
        pytest.fail("it joined")
