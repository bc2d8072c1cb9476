"""The one import of openvino, without its telemetry (the folder's __init__ says what that does)."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

# None makes an import fail, which openvino expects of both: it goes on without them.
SHUT_OUT = ("openvino_telemetry", "openvino.tools.ovc")
for _name in SHUT_OUT:
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]
# Its threads' library looks into /sys for the processors' layout, and complains on stderr where a
# container has none; it runs all the same. 2 hides all that hwloc says (hwloc(7)).
os.environ.setdefault("HWLOC_HIDE_ERRORS", "2")
# The oneDNN in it keeps the code that it makes. Where memory runs out meanwhile, it keeps that this
# failed, and the next pictures of that size fail, too ("Broken promise"), as long as the process
# lives. So it is told to keep nothing. OpenVINO keeps code itself, for each compiled graph: what
# takes longer, by 4 ms, is a size that only another graph has seen.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "0")

import openvino as ov  # noqa: E402
from openvino import opset13 as ops  # noqa: E402

__all__ = ["core", "has_bfloat16", "infer", "ops", "ov", "settings_for"]

DEVICE = "CPU"
HINTS = {"float32": "f32", "bfloat16": "bf16"}


@cache
def core() -> Any:
    """OpenVINO's own state, of which a process needs one."""
    return ov.Core()


def settings_for(precision: str, threads: int | None) -> dict[str, Any]:
    """For compiling a graph. threads: None for one on each core."""
    settings: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": HINTS[precision],
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # other programs compute on these cores, too
    }
    return settings if threads is None else settings | {"INFERENCE_NUM_THREADS": threads}


def infer(request: Any) -> None:
    """Run a request to its end. Raises RuntimeError where there is no memory for that.

    request.infer() is not for use: where memory runs out, OpenVINO (2026.4) ends the process in it,
    or says nothing and leaves the output as it was.
    """
    request.start_async()
    request.wait()


def has_bfloat16() -> bool:
    """Whether this CPU computes in bfloat16 by itself, and so faster than in float32."""
    return "BF16" in core().get_property(DEVICE, "OPTIMIZATION_CAPABILITIES")


def cpu_name() -> str:
    """As its maker calls it."""
    return str(core().get_property(DEVICE, "FULL_DEVICE_NAME")).strip()
