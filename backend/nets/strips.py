"""A DynamicNet on a picture that does not fit into memory: stage after stage, in horizontal strips.

Each strip is computed with as many rows around it as its convolutions reach; those are cut off, and
each InstanceNorm takes its statistics from all strips before any of them is normalised. So the
result is the whole picture's but for float rounding: no seams, and no strip with a look of its own.
Whole maps are kept only below the picture's resolution; at full resolution, where they would be
largest, strips are computed again instead (a tenth more work for the style net).
"""

from __future__ import annotations

import contextlib
import math
import mmap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import nn

from .alpha import Alpha, TapAlpha
from .dynamic_net import DynamicNet, StageDone
from .layers import ConvLayer, NarrowConv, Normalise, ResidualBlock, UpsampleConv
from .smoothed_norms import SmoothedNorms
from .strip_size import rows_per_strip
from .tuning_block import RADIUS as BLOCK_RADIUS

KNOWN_STAGES = (ConvLayer, NarrowConv, Normalise, ResidualBlock, UpsampleConv)


def can_run_in_strips(net: DynamicNet) -> bool:
    """Whether this module knows how far each of the net's stages reaches."""
    return all(isinstance(stage, KNOWN_STAGES) for stage in net.main.values())


def run_in_strips(
    net: DynamicNet,
    x: torch.Tensor,
    alphas: Mapping[str, Alpha] | None = None,
    on_strip: StageDone | None = None,
    *,
    rows: int | None = None,
    norms: SmoothedNorms | None = None,
) -> torch.Tensor:
    """What net(x, alphas) gives but for float rounding; x (1, 3, H, W) as the net takes it.

    on_strip(strips done, strips in all) may raise to stop. rows: of a strip; None: rows_per_strip.
    norms: what the net's norms use in place of each picture's own statistics.
    """
    height, width = x.shape[-2:]
    rows = rows or rows_per_strip(width)
    run = _Run(net, alphas or {}, on_strip, height=height, rows=rows, norms=norms)
    return run.output(_Whole(x))


class _Map(Protocol):
    """A feature map (1, C, height, W) of which some rows can be had."""

    @property
    def height(self) -> int: ...

    def rows(self, first: int, last: int) -> torch.Tensor:
        """Rows first to last - 1."""


@dataclass(frozen=True)
class _Whole:
    tensor: torch.Tensor

    @property
    def height(self) -> int:
        return self.tensor.shape[-2]

    def rows(self, first: int, last: int) -> torch.Tensor:
        return self.tensor[..., first:last, :]


@dataclass(frozen=True)
class _Computed:
    """A function of another map's rows, computed whenever some are asked for.

    compute(strip, number of its first row) gives `up` rows for each `down` rows of the strip. The
    `reach` rows (a multiple of `down`) at a cut edge of the strip may come out wrong.
    """

    source: _Map
    compute: Callable[[torch.Tensor, int], torch.Tensor]
    reach: int = 0
    up: int = 1
    down: int = 1

    @property
    def height(self) -> int:
        return -(-self.source.height * self.up // self.down)

    def rows(self, first: int, last: int) -> torch.Tensor:
        low = max(0, first // self.up * self.down - self.reach)
        high = min(self.source.height, -(-last // self.up) * self.down + self.reach)
        cut = first - low * self.up // self.down
        strip = self.compute(self.source.rows(low, high), low)
        return strip[..., cut : cut + last - first, :]


class _Run:
    def __init__(
        self,
        net: DynamicNet,
        alphas: Mapping[str, Alpha],
        on_strip: StageDone | None,
        *,
        height: int,
        rows: int,
        norms: SmoothedNorms | None,
    ) -> None:
        self._net = net
        self._alphas = alphas
        self._height = height
        self._rows = rows
        self._on_strip = on_strip
        self._norms = norms
        self._done = 0
        self._total = self._strips_in_all()

    def output(self, x: _Map) -> torch.Tensor:
        h = x
        for name, stage in self._net.main.items():
            h = self._tap(h, name)
            h = self._stage(h, stage)
        return self._whole(h).tensor

    def _stage(self, x: _Map, stage: nn.Module) -> _Map:
        match stage:
            case ConvLayer():
                return self._normed(_convolved(x, stage.conv), stage)
            case ResidualBlock():
                inner = self._normed(_convolved(x, stage.conv1.conv), stage.conv1)
                convolved = self._kept(_convolved(inner, stage.conv2.conv))
                del inner  # and with it the map that it normalises
                change = self._normed(convolved, stage.conv2)
                total = _Computed(x, lambda z, at: z + change.rows(at, at + z.shape[-2]))
                return self._kept(total, into=convolved)
            case UpsampleConv():
                larger = _Computed(x, lambda z, _: stage.enlarged(z), reach=1, up=2)
                return self._normed(larger, stage.layer)
            case NarrowConv():
                return _Computed(x, lambda z, _: stage(z), reach=stage.conv.kernel_size[0] // 2)
            case _:
                return _Computed(x, lambda z, _: stage(z))

    def _normed(self, x: _Map, layer: ConvLayer) -> _Map:
        """A convolution's output, normalised as the layer does where it has a norm."""
        x = self._kept(x)
        if not layer.has_norm:
            return _Computed(x, lambda z, _: layer.relu(z.clone())) if layer.has_relu else x
        norm = layer.norm
        mean, variance = self._statistics(x)
        if self._norms is not None:
            mean, variance = self._norms.mix(norm, mean, variance)

        def normalise(z: torch.Tensor, _: int) -> torch.Tensor:
            normed = F.batch_norm(z, mean, variance, norm.weight, norm.bias, eps=norm.eps)
            return torch.relu_(normed) if layer.has_relu else normed

        return _Computed(x, normalise)

    def _tap(self, z: _Map, name: str) -> _Map:
        """z with what the dials add to it before the stage of that name."""
        at_tap = self._at_tap(name)
        if not at_tap:
            return z
        like = z.rows(0, 1).new_empty(())
        size = (1, 1, z.height, z.rows(0, 1).shape[-1])
        maps = {
            dial: TapAlpha(1.0, alpha.map).resampled_map(like.expand(size))[0, 0]
            for dial, alpha in at_tap.items()
            if alpha.map is not None
        }

        def add(strip: torch.Tensor, first: int) -> torch.Tensor:
            h = strip
            for dial, alpha in at_tap.items():
                map_ = maps[dial][first : first + strip.shape[-2]] if dial in maps else None
                part = TapAlpha(alpha.number, map_)
                added = self._net.dial(dial).offset(name, strip, part)
                h = h if added is None else h + added
            return h

        return self._kept(_Computed(z, add, reach=BLOCK_RADIUS))

    def _at_tap(self, name: str) -> dict[str, TapAlpha]:
        """The dials that are turned before the stage of that name."""
        if name not in self._net.taps:
            return {}
        index = list(self._net.taps).index(name)
        at_tap = {dial: alpha.at_tap(index) for dial, alpha in self._alphas.items()}
        return {dial: alpha for dial, alpha in at_tap.items() if alpha.number}

    def _kept(self, x: _Map, *, into: _Map | None = None) -> _Map:
        """x as a whole, unless it has the picture's own resolution."""
        return x if x.height == self._height else self._whole(x, into=into)

    def _whole(self, x: _Map, *, into: _Map | None = None) -> _Whole:
        """x as a whole. into: a map that is no longer needed but by x, row for row."""
        if isinstance(x, _Whole):
            return x
        whole = into.tensor if isinstance(into, _Whole) else _empty(x)
        for first, last in self._strips(x.height):
            whole[..., first:last, :] = x.rows(first, last)
            self._tell()
        return _Whole(whole)

    def _statistics(self, x: _Map) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and variance (C,) of each channel over the whole map, by Chan's method for parts."""
        count, mean, squares = 0, torch.zeros(1, 1), torch.zeros(1, 1)
        for first, last in self._strips(x.height):
            strip = x.rows(first, last)
            number = strip.shape[-2] * strip.shape[-1]
            own = strip.mean((2, 3), keepdim=True)
            spread = torch.linalg.vector_norm(strip - own, dim=(2, 3))
            if count == 0:
                mean = torch.zeros(own.shape[:2], dtype=torch.float64)
                squares = torch.zeros_like(mean)
            away = own[..., 0, 0].double().cpu() - mean
            squares += spread.double().cpu() ** 2 + away**2 * count * number / (count + number)
            mean += away * number / (count + number)
            count += number
            if not isinstance(x, _Whole):
                self._tell()
        dtype, device = strip.dtype, strip.device
        return mean[0].to(device, dtype), (squares[0] / count).to(device, dtype)

    def _strips_in_all(self) -> int:
        """How often _tell() will be called: once for each strip of each pass over a map."""
        height, passed = self._height, [self._height]  # the last pass makes the output
        for name, stage in self._net.main.items():
            if self._at_tap(name) and height < self._height:
                passed.append(height)
            match stage:
                case ConvLayer():
                    height = -(-height // stage.conv.stride[0])
                    if stage.has_norm or height < self._height:
                        passed.append(height)
                case ResidualBlock():
                    passed += [height] * (3 if height < self._height else 2)
                case UpsampleConv():
                    height *= 2
                    passed.append(height)
        return sum(-(-height // self._rows) for height in passed)

    def _strips(self, height: int) -> Iterator[tuple[int, int]]:
        for first in range(0, height, self._rows):
            yield first, min(height, first + self._rows)

    def _tell(self) -> None:
        self._done += 1
        if self._on_strip is not None:
            self._on_strip(self._done, self._total)


def _empty(x: _Map) -> torch.Tensor:
    """Room for all of x. On a CPU of its own and not on the heap, where the holes that maps leave
    would fill with parts of strips; unless only the heap has room.
    """
    row = x.rows(0, 1)
    shape = (*row.shape[:2], x.height, row.shape[-1])
    if row.device.type == "cpu":
        with contextlib.suppress(OSError):
            room = mmap.mmap(-1, math.prod(shape) * row.element_size())
            return torch.frombuffer(room, dtype=row.dtype).view(shape)
    return row.new_empty(shape)


def _convolved(x: _Map, convolution: nn.Conv2d) -> _Map:
    stride, radius = convolution.stride[0], convolution.kernel_size[0] // 2
    return _Computed(
        x, lambda z, _: convolution(z), reach=-(-radius // stride) * stride, down=stride
    )
