"""Hours of use in a row, for the slope of memory. DYNAMIC_STYLE_SOAK_S says for how long."""

from __future__ import annotations

import os
import random
import statistics
import time
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.errors import JobCancelledError
from dynamic_style.backend.protocol.messages import Result

from .servers import picture, run, serve_process

SOAK_S = float(os.environ.get("DYNAMIC_STYLE_SOAK_S", "60"))
MOST_GROWTH = 24 << 20  # of the last third over the middle one: allocators take time to settle


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.usefixtures("installed")
def test_memory_does_not_grow(tiny_addon: Path) -> None:
    memory, count, end = [], 0, time.monotonic() + SOAK_S
    with serve_process("--cache-mb", "8") as process:
        while time.monotonic() < end:
            with process.client(f"host {count}") as client:
                for _ in range(20):
                    count += 1
                    pixels = picture(random.randint(1, 200), random.randint(1, 200), seed=count)
                    stream = random.choice([None, "doc", "other doc"])
                    request = run(f"j{count}", alpha=random.random(), pixels=pixels, stream=stream)
                    cancels = random.random() < 0.2
                    try:
                        events = list(client.run(request, should_cancel=lambda c=cancels: c))
                        assert isinstance(events[-1], Result)
                    except JobCancelledError:
                        assert cancels
                client.install_pack(str(tiny_addon), replace=True)
                client.packs()
                memory.append(client.stats().memory_bytes)
    third = len(memory) // 3
    assert third > 0, f"{count} runs in {SOAK_S} s are too few to tell"
    growth = statistics.mean(memory[-third:]) - statistics.mean(memory[third:-third])
    assert growth < MOST_GROWTH, f"{growth / 1e6:.0f} MB in the last third, after {count} runs"
