"""The style net on a picture that does not fit into memory: pass after pass, in horizontal strips.

Each InstanceNorm takes its statistics from all strips before any of them is normalised, so the
result is the whole picture's but for rounding: no seams, and no strip with a look of its own. What
is kept of the whole are at most three feature maps of a quarter of the picture's sides, or one of
these and one of half of them; what has the picture's own resolution, where maps would be largest,
is computed again instead.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...images.resampling import bilinear
from ...nets.architectures import RESIDUAL_BLOCKS
from ...nets.strip_size import rows_per_strip
from ...packs.weights import PackWeights
from ..engine import Alphas, Floats, StageDone
from ..norm_statistics import Moments as NormMoments
from ..norm_statistics import NormMemory
from .feature_map import BFLOAT16, FeatureMap
from .layers import NORM_EPS
from .runtime import settings_for
from .strip_layers import (
    Map,
    added,
    convolution,
    convolved_by,
    imagenet_denormalised,
    imagenet_normalised,
    multiplied,
    narrow_convolution,
    relu,
    scaled,
    scaled_by,
    tuning_block,
    upsample_convolution,
)
from .strip_pass import Moments, Rows, StripPasses, rows_of
from .turned_blocks import TurnedBlock, turned_blocks
from .turned_weights import turn_weights, turned_dials

# Pixels times the net's width, in one strip: with half as many, the rows around the strips take a
# quarter more time.
STRIP_CHANNELS = 1 << 22
KEPT_AS: dict[str, np.dtype[Any]] = {"float32": np.dtype(np.float32), "bfloat16": BFLOAT16}
BYTES_OF_PIXEL = 16  # of the result, and of one map of alpha
# Peaks of OpenVINO 2026.4 less the resident net and the whole maps, at widths 4, 16 and 32 with
# three dials and a map: per pixel of a strip with what is around it, and unit of width, a tenth
# added; and of any run.
BYTES_OF_STRIP = {"float32": 108, "bfloat16": 54}
BYTES_OF_ANY_RUN = 48 << 20
ROWS_AROUND = 20  # of the picture, where a strip reaches farthest: in the last pass
LAST_RADIUS = 4  # of the convolution that gives the picture
BLOCK_RADIUS = 3  # of a tuning block: pixels on each side that its output depends on


def strip_rows(width: int, net_width: int) -> int:
    """Of a picture of that width, in one strip: a multiple of 4, as sizes are."""
    return rows_per_strip(width, pixels=STRIP_CHANNELS // net_width) // 4 * 4


def bytes_in_strips(net_width: int, size: tuple[int, int], *, precision: str) -> int:
    """What a run takes at its peak, for a picture of `size` (height, width)."""
    height, width = size
    quarter = net_width * KEPT_AS[precision].itemsize / 4  # of such a map, per pixel of the picture
    per_pixel = max(3 * quarter, 2 * quarter + BYTES_OF_PIXEL)
    rows = min(height, strip_rows(width, net_width) + ROWS_AROUND)
    strip = rows * width * net_width * BYTES_OF_STRIP[precision]
    return int(height * width * per_pixel + strip) + BYTES_OF_ANY_RUN


class StyleStrips:
    """One run. x: (H, W, 3), as Net.run() takes it. rows: of a strip, a multiple of 4; None:
    strip_rows. memory: what the norms mix in. used: what they have used, after the run.
    """

    def __init__(
        self,
        weights: PackWeights,
        x: Floats,
        alphas: Alphas,
        *,
        precision: str,
        threads: int | None,
        on_stage: StageDone | None = None,
        rows: int | None = None,
        memory: NormMemory | None = None,
    ) -> None:
        self._weights = turn_weights(weights, turned_dials(weights.manifest, alphas))
        self._memory = memory
        self.used: dict[str, NormMoments] = {}
        self._x = FeatureMap(np.require(x, np.float32, "C"))
        self._alphas = alphas
        net_width = weights.manifest.architecture.width
        self._rows = rows or strip_rows(x.shape[1], net_width)
        self._passes = StripPasses(
            settings_for(precision, threads),
            rows=self._rows,
            dtype=KEPT_AS[precision],
            on_strip=self._tell,
        )
        self._on_stage = on_stage
        self._done, self._total = 0, self._strips_in_all()

    def run(self) -> Floats:
        """(H, W, 3), not clamped."""
        h = self._layer(rows_of(self._x).then(imagenet_normalised), "conv1")
        h = self._layer(h, "conv2", stride=2)
        h = self._layer(h, "conv3", stride=2)
        kept = self._passes.keep(h)
        del h  # and with it the memory of its maps
        for index in range(1, RESIDUAL_BLOCKS + 1):
            kept = self._residual(self._with_dials(kept, f"res{index}"), f"res{index}")
        self._passes.forget()
        h = rows_of(self._with_dials(kept, "up1"))
        del kept
        h = self._enlarged(h, "up1.layer")
        h = self._enlarged(h, "up2.layer")
        h = self._turned(h, "conv_out")
        last = partial(narrow_convolution, arrays=self._weights.main, name="conv_out.conv")
        made = h.then(last, reach=LAST_RADIUS).then(imagenet_denormalised)
        colors = np.empty(self._x.values.shape, np.float32)
        self._passes.write(made, colors)
        return colors

    def _residual(self, x: FeatureMap, name: str) -> FeatureMap:
        """All of them by the same graphs. Without biases: what follows takes the mean away."""
        main = self._weights.main
        first, second = (main[f"{name}.conv{n}.conv.weight"] for n in (1, 2))
        biases = [main[f"{name}.conv{n}.conv.bias"] for n in (1, 2)]
        moments = Moments()
        convolved = rows_of(x).then(convolved_by, reach=1, numbers=(first,))
        inner = self._passes.keep(convolved, moments, kind="convolution")
        normed = rows_of(inner).then(
            lambda x, scale, shift: relu(scaled_by(x, scale, shift)),
            numbers=self._scale_and_shift(moments, f"{name}.conv1", left_out=biases[0]),
        )
        moments = Moments()
        convolved = normed.then(convolved_by, reach=1, numbers=(second,))
        change = self._passes.keep(convolved, moments, kind="second convolution")
        del inner, normed, convolved
        total = rows_of(change).then(
            lambda change, x, scale, shift: added(scaled_by(change, scale, shift), x),
            x,
            numbers=self._scale_and_shift(moments, f"{name}.conv2", left_out=biases[1]),
        )
        return self._passes.keep(total, kind="sum")

    def _layer(self, x: Rows, name: str, *, stride: int = 1) -> Rows:
        """Convolution, InstanceNorm and ReLU."""
        return self._normed(self._convolved(x, f"{name}.conv", stride=stride), name).then(relu)

    def _enlarged(self, x: Rows, name: str) -> Rows:
        layer = partial(upsample_convolution, arrays=self._weights.main, name=f"{name}.conv")
        return self._normed(x.then(layer, reach=1, up=2), name).then(relu)

    def _normed(self, convolved: Rows, name: str) -> Rows:
        """With InstanceNorm. What comes before it is kept, unless it has the picture's own
        resolution.
        """
        moments = Moments()
        if convolved.height == self._x.height:
            self._passes.measure(convolved, moments)
        else:
            convolved = rows_of(self._passes.keep(convolved, moments))
        scale, shift = self._scale_and_shift(moments, name)
        return convolved.then(partial(scaled, scale=scale, shift=shift))

    def _scale_and_shift(
        self, moments: Moments, name: str, *, left_out: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """What an InstanceNorm multiplies by and adds. left_out: the bias that was not added before
        the moments were taken.
        """
        mean, variance = moments.mean_and_variance()
        bias = 0.0 if left_out is None else left_out
        mean = mean + bias
        if self._memory is not None:
            old_mean, old_variance = self._memory.before[f"{name}.norm"]
            mean = mean + self._memory.share * (old_mean - mean)
            variance = variance + self._memory.share * (old_variance - variance)
        self.used[f"{name}.norm"] = mean.astype(np.float32), variance.astype(np.float32)
        scale = self._weights.main[f"{name}.norm.weight"] / np.sqrt(variance + NORM_EPS)
        shift = self._weights.main[f"{name}.norm.bias"] - (mean - bias) * scale
        return scale.astype(np.float32), shift.astype(np.float32)

    def _convolved(self, x: Rows, name: str, *, stride: int = 1) -> Rows:
        radius = self._weights.main[f"{name}.weight"].shape[-1] // 2
        layer = partial(convolution, arrays=self._weights.main, name=name, stride=stride)
        return x.then(layer, reach=radius, down=stride)

    def _with_dials(self, z: FeatureMap, stage: str) -> FeatureMap:
        """z with what the dials add to it before the stage of that name."""
        rows = rows_of(z)
        turned = self._turned(rows, stage)
        return z if turned is rows else self._passes.keep(turned)

    def _turned(self, z: Rows, stage: str) -> Rows:
        blocks = self._blocks(stage)
        if not blocks:
            return z
        size = z.height, self._x.values.shape[1] * z.height // self._x.height
        maps = {
            id(block.map): FeatureMap(np.ascontiguousarray(bilinear(block.map, size))[..., None])
            for block in blocks
            if block.map is not None
        }

        def add(z: Map, *rows: Map) -> Map:
            of_map = dict(zip(maps, rows, strict=True))
            turned = z
            for block in blocks:
                dial, side, tap = block.block
                psi = tuning_block(z, self._weights.dials[dial], f"{side}.{tap}")
                turned = added(turned, _by_alpha(psi, block, of_map.get(id(block.map))))
            return turned

        return z.then(add, *maps.values(), reach=BLOCK_RADIUS)

    def _blocks(self, stage: str) -> list[TurnedBlock]:
        manifest = self._weights.manifest
        is_tap = stage in manifest.architecture.taps
        return turned_blocks(manifest, self._alphas, stage) if is_tap else []

    def _strips_in_all(self) -> int:
        """How often _tell() will be called. By the heights of what the passes read."""
        full = self._x.height
        half, quarter = full // 2, full // 4
        taps = sum(bool(self._blocks(f"res{index}")) for index in range(1, RESIDUAL_BLOCKS + 1))
        taps += bool(self._blocks("up1"))
        of_height = [full, full, half, quarter] + [quarter] * (3 * RESIDUAL_BLOCKS + taps)
        enlarging = [quarter, half, half]  # to twice as many rows, so of half as many at once
        strips = [-(-height // self._rows) for height in of_height]
        return sum(strips) + sum(-(-height // (self._rows // 2)) for height in enlarging)

    def _tell(self) -> None:
        self._done += 1
        if self._on_stage is not None:
            self._on_stage(self._done, self._total)


def _by_alpha(psi: Map, block: TurnedBlock, map_: Map | None) -> Map:
    if map_ is None:
        return scaled(psi, block.number, 0.0)
    alpha = scaled(map_, block.number, 0.0)
    return multiplied(psi, relu(alpha) if block.is_clipped else alpha)
