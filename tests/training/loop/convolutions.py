"""Every convolution that the nets make, in bfloat16 against float32, on several kinds of processor.

Run as a process of its own, with kinds as arguments, ONEDNN_MAX_CPU_ISA's values. Prints a line of
JSON for each: how many convolutions there are, and what is wrong with which.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.completion_net import INPUT_CHANNELS, completion_net
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.training.completion.discriminator import PatchDiscriminator
from dynamic_style.training.loss_network import CONVOLUTIONS, LossNetwork

MOST_OFF = 0.02  # of the norm; rounding to bfloat16 gives 0.003
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
PARTS = ("output", "gradient of the input", "gradient of the weight")
SIZE = (16, 24)
NAMES = ("input", "weight", "bias", "stride", "padding", "dilation")


class Convolution(NamedTuple):
    """One call of F.conv2d, by its shapes."""

    net: str
    input: tuple[int, ...]
    weight: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]


class Recorder(TorchFunctionMode):
    """Writes down the convolutions that are made within."""

    def __init__(self, net: str) -> None:
        super().__init__()
        self.net = net
        self.found: list[Convolution] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is F.conv2d:
            given = dict(zip(NAMES, args, strict=False))
            given.update(kwargs or {})
            shapes = (tuple(given[name].shape) for name in ("input", "weight"))
            settings = (
                _pair(given.get(name, value))
                for name, value in (("stride", 1), ("padding", 0), ("dilation", 1))
            )
            self.found.append(Convolution(self.net, *shapes, *settings))
        return func(*args, **(kwargs or {}))


def nets() -> Iterator[tuple[str, Callable[[], object]]]:
    """Names, and calls that make all convolutions of a net and of its tuning blocks."""
    photo, holed = torch.rand(2, 3, *SIZE), torch.rand(2, INPUT_CHANNELS, *SIZE)
    for width in (4, 16, 32):
        yield f"style {width}", partial(_all_of, style_transfer_net(width), photo)
    for width in (4, 24):
        yield f"completion {width}", partial(_all_of, completion_net(width), holed)
    for width in (4, 32):
        yield f"discriminator {width}", partial(PatchDiscriminator(width), photo, photo[:, :1])
    weights = {}
    for index, inputs, outputs in CONVOLUTIONS.values():
        weights[f"features.{index}.weight"] = torch.zeros(outputs, inputs, 3, 3)
        weights[f"features.{index}.bias"] = torch.zeros(outputs)
    network = LossNetwork(weights, activation_scale=1.0)
    yield "loss network", partial(network, photo, ("relu4_3",))


def wrong(convolution: Convolution) -> Iterator[str]:
    """What is far from float32, in each layout: of the output and the gradients."""
    torch.manual_seed(1)
    fan_in = convolution.weight[1] * convolution.weight[2] * convolution.weight[3]
    x, weight = torch.randn(convolution.input), torch.randn(convolution.weight) / fan_in**0.5
    settings = convolution.stride, convolution.padding, convolution.dilation
    gradient = torch.randn_like(F.conv2d(x, weight, None, *settings))

    def results(dtype: torch.dtype, layout: torch.memory_format) -> tuple[torch.Tensor, ...]:
        seen, by = (t.to(dtype, memory_format=layout).requires_grad_() for t in (x, weight))
        output = F.conv2d(seen, by, None, *settings)
        return output.detach(), *torch.autograd.grad(output, (seen, by), gradient.to(dtype))

    exact = results(torch.float32, torch.contiguous_format)
    for name, layout in LAYOUTS.items():
        for part, a, b in zip(PARTS, exact, results(torch.bfloat16, layout), strict=True):
            off = float((b.float() - a).norm() / a.norm())
            if not off < MOST_OFF:
                yield f"{convolution}, {name}: {part} {off:.2f}"


def report() -> str:
    seen: dict[tuple[Any, ...], Convolution] = {}
    for name, run in nets():
        with Recorder(name) as recorder, torch.no_grad():
            run()
        for convolution in recorder.found:
            seen.setdefault(convolution[1:], convolution)
    faults = [fault for convolution in seen.values() for fault in wrong(convolution)]
    return json.dumps({"convolutions": len(seen), "faults": faults})


def main() -> None:
    torch.set_num_threads(1)
    one = torch.ones(1, requires_grad=True)
    torch.autograd.grad(one * 2, one)  # what the first call imports, each child then has
    for kind in sys.argv[1:]:
        child = os.fork()  # oneDNN reads the variable once, before its first convolution
        if child == 0:
            os.environ["ONEDNN_MAX_CPU_ISA"] = kind
            sys.stdout.write(report() + "\n")
            sys.stdout.flush()
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(f"the process for {kind} failed")


def _all_of(net: DynamicNet, x: torch.Tensor) -> None:
    net.add_dial("dial")
    net(x, {"dial": Alpha((1.0,))})


def _pair(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return (value, value) if isinstance(value, int) else tuple(value)


if __name__ == "__main__":
    main()
