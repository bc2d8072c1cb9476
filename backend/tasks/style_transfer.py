"""Style transfer: run the net on one picture, at its own or at a working size.

Pictures are float32 (1, 3, H, W), RGB, [0, 1], sRGB-encoded, on the net's device. Relies on
nets.style_transfer_net for the sizes that the net can take.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F

from ..compute.fresh_thread import in_fresh_thread
from ..compute.glibc_malloc import return_freed_memory
from ..compute.out_of_memory import name_lack_of_memory
from ..nets.alpha import Alpha
from ..nets.dynamic_net import DynamicNet, StageDone
from ..nets.strips import can_run_in_strips, run_in_strips
from ..nets.style_transfer_net import SIZE_MULTIPLE
from ..protocol.errors import DeviceError
from .memory_budget import out_of_memory_advice
from .unit_range import as_picture

# Below this the reflection padding of the 9x9 convolutions, and that of the 3x3 ones at a quarter
# of the size, has too few pixels to reflect.
SMALLEST_SIDE_PX = 8

Run = Callable[[torch.Tensor, Mapping[str, Alpha], "StageDone | None"], torch.Tensor]

log = logging.getLogger(__name__)


def stylize(
    net: DynamicNet,
    image: torch.Tensor,
    alphas: Mapping[str, Alpha],
    *,
    in_strips: bool = False,
    on_stage: StageDone | None = None,
) -> torch.Tensor:
    """Stylize a picture of any size from 1 x 1 up, at that size. Returns (1, 3, H, W) in [0, 1].

    An alpha's map covers the picture, whatever its own size. With every alpha 0 the result is the
    main net's bit for bit. in_strips needs a fraction of the memory; the result is the same but for
    rounding (1e-4). A picture that turns out not to fit as a whole is run in strips.
    on_stage(done, total) is called after each stage, or strip, and may raise to stop; when a whole
    run ends for lack of memory it starts again.
    Raises DeviceError when memory runs out, AlphaError where the net's numbers overflow.
    """
    if not in_strips:
        try:
            return _stylize(net.forward, image, alphas, on_stage)
        except DeviceError:
            if not can_run_in_strips(net):
                raise
        log.info("no room for %s as a whole, going on in strips", tuple(image.shape))
        return_freed_memory()
        return in_fresh_thread(lambda: _in_strips(net, image, alphas, on_stage))
    return _in_strips(net, image, alphas, on_stage)


def _in_strips(
    net: DynamicNet,
    image: torch.Tensor,
    alphas: Mapping[str, Alpha],
    on_stage: StageDone | None,
) -> torch.Tensor:
    return _stylize(partial(run_in_strips, net), image, alphas, on_stage)


def _stylize(
    run: Run,
    image: torch.Tensor,
    alphas: Mapping[str, Alpha],
    on_stage: StageDone | None,
) -> torch.Tensor:
    height, width = image.shape[-2:]
    with _name_lack_of_memory(image), torch.inference_mode():
        padded = pad(image)
        turned = {dial: pad_over(alpha, image, padded) for dial, alpha in alphas.items()}
        return as_picture(run(padded, turned, on_stage))[..., :height, :width]


def stylize_at(
    net: DynamicNet,
    image: torch.Tensor,
    alphas: Mapping[str, Alpha],
    *,
    working: tuple[int, int],
    in_strips: bool = False,
    on_stage: StageDone | None = None,
) -> torch.Tensor:
    """Stylize a picture at the working size (height, width) and bring the result back to its own.

    The net is fed on its own device; the result lies where the picture does. in_strips and on_stage
    are stylize()'s.
    Raises DeviceError when memory runs out.
    """
    device = next(net.parameters()).device
    with _name_lack_of_memory(image):
        small = resize(image, working).to(device)
        result = stylize(net, small, alphas, in_strips=in_strips, on_stage=on_stage)
        del small
        return resize(result.to(image.device), (image.shape[-2], image.shape[-1]))


def resize(image: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """(1, C, H, W) in [0, 1] to (1, C, *size) by an antialiased bicubic filter, in [0, 1]."""
    if image.shape[-2:] == size:
        return image
    with torch.inference_mode():
        resized = F.interpolate(image, size, mode="bicubic", antialias=True)
        return resized.clamp(0, 1)  # bicubic overshoots at edges


def _name_lack_of_memory(image: torch.Tensor) -> AbstractContextManager[None]:
    height, width = image.shape[-2:]
    return name_lack_of_memory(
        f"stylizing {width} x {height} pixels on {image.device.type}",
        advice=out_of_memory_advice((height, width)),
    )


def pad(image: torch.Tensor) -> torch.Tensor:
    """Extend a picture or a map (1, C, H, W) right and down to a size the net takes."""
    height, width = image.shape[-2:]
    right, bottom = _round_up(width) - width, _round_up(height) - height
    if right == bottom == 0:
        return image
    # a reflection needs more pixels than it adds; very small pictures repeat their border instead
    mode = "reflect" if right < width and bottom < height else "replicate"
    return F.pad(image, (0, right, 0, bottom), mode=mode)


def pad_over(alpha: Alpha, image: torch.Tensor, padded: torch.Tensor) -> Alpha:
    """The alpha with its map laid over the padded picture, so that it keeps its place."""
    if alpha.map is None:
        return alpha
    map_ = alpha.map[None, None].to(image)
    if padded.shape != image.shape:
        if map_.shape[-2:] != image.shape[-2:]:
            size = (image.shape[-2], image.shape[-1])
            map_ = F.interpolate(map_, size, mode="bilinear", antialias=True)
        map_ = pad(map_)
    return replace(alpha, map=map_[0, 0])


def _round_up(side: int) -> int:
    return max(SMALLEST_SIDE_PX, -(-side // SIZE_MULTIPLE) * SIZE_MULTIPLE)
