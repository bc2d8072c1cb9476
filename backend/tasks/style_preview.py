"""Style transfer for a dial that is being turned: the same picture again, at other settings.

What does not depend on the moved dial is kept in an IncrementalRun. At equal settings the picture
is that of tasks.style_transfer.stylize_at but for float32 rounding.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ..compute.out_of_memory import name_lack_of_memory
from ..nets.alpha import Alpha
from ..nets.dynamic_net import DynamicNet, StageDone
from ..nets.incremental_run import IncrementalRun
from .memory_budget import out_of_memory_advice
from .style_transfer import pad, pad_over, resize
from .unit_range import as_picture


def start_preview(
    net: DynamicNet, image: torch.Tensor, *, working: tuple[int, int]
) -> IncrementalRun:
    """A replay of the picture (1, 3, H, W) at the working size (height, width), nothing run yet."""
    device = next(net.parameters()).device
    return IncrementalRun(net, pad(resize(image, working)).to(device))


def run_preview(
    replay: IncrementalRun,
    alphas: Mapping[str, Alpha],
    *,
    working: tuple[int, int],
    size: tuple[int, int],
    on_stage: StageDone | None = None,
) -> torch.Tensor:
    """The picture at these settings, (1, 3, *size) in [0, 1], on the CPU.

    working: as in start_preview. on_stage may raise to stop; what was run until then stays kept.
    Raises DeviceError when memory runs out.
    """
    height, width = working
    small = replay.x[..., :height, :width]
    turned = {dial: pad_over(alpha, small, replay.x) for dial, alpha in alphas.items()}
    doing = f"previewing {width} x {height} pixels on {replay.x.device.type}"
    with name_lack_of_memory(doing, advice=out_of_memory_advice(working)), torch.inference_mode():
        result = replay.run(turned, on_stage, linear_end=True)
        result = as_picture(result[..., :height, :width].clone())
        return resize(result.cpu(), size)
