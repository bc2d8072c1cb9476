"""Hours of use in a row, for the slope of memory. DYNAMIC_STYLE_SOAK_S says for how long, and
DYNAMIC_STYLE_SOAK_PAUSE_S how long to rest between requests. The numbers are kept by
`--junitxml FILE -o junit_family=xunit1`.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.errors import JobCancelledError
from dynamic_style.backend.protocol.messages import Result

from ..servers import picture, run, serve_process

SOAK_S = float(os.environ.get("DYNAMIC_STYLE_SOAK_S", "60"))
PAUSE_S = float(os.environ.get("DYNAMIC_STYLE_SOAK_PAUSE_S", "0"))
MOST_GROWTH = 24 << 20  # of the last third over the middle one: allocators take time to settle


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.usefixtures("installed")
def test_memory_does_not_grow(
    tiny_addon: Path, record_property: Callable[[str, object], None]
) -> None:
    times: list[float] = []
    memory: list[int] = []
    count, started = 0, time.monotonic()
    with serve_process("--cache-mb", "8") as process:
        while time.monotonic() < started + SOAK_S:
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
                    time.sleep(PAUSE_S)
                client.install_pack(str(tiny_addon), replace=True)
                client.packs()
                memory.append(client.stats().memory_bytes)
                times.append(time.monotonic() - started)
    third = len(memory) // 3
    assert third > 1, f"{count} runs in {SOAK_S} s are too few to tell"
    slope = statistics.linear_regression(times[third:], memory[third:]).slope
    record_property("requests", count)
    record_property("bytes per hour after the first third", round(slope * 3600))
    record_property("megabytes", " ".join(str(round(m / 1e6)) for m in memory))
    growth = statistics.mean(memory[-third:]) - statistics.mean(memory[third:-third])
    assert growth < MOST_GROWTH, f"{growth / 1e6:.0f} MB in the last third, after {count} runs"
