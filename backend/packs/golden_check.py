"""The golden check: a small picture and what the net made of it when the pack was written.

Run again on another machine it tells whether the weights, this program and this processor still
make the same pictures. It finds damage and mistakes; it does not prove who made a pack. The nets
are run in float32, whatever precision pictures are painted in. Needs no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from ..nets.architectures import LAYOUTS, NetLayout
from ..protocol.errors import PackIntegrityError
from .pack_json.manifest import Architecture, GoldenCheck
from .pack_json.manifest_parser import GOLDEN_SETTINGS
from .safetensors_file import Arrays, Shapes

SIZE_PX = 32  # the smallest round size that leaves 8 x 8 positions after the two strides

# (1, C, H, W) and whole dials' alphas to what the net makes, (1, 3, H', W'), not clamped.
GoldenRun = Callable[[npt.NDArray[np.float32], Mapping[str, float]], npt.NDArray[np.float32]]


def golden_shapes(architecture: Architecture) -> Shapes:
    """Names and shapes of golden.safetensors."""
    layout = LAYOUTS[architecture.name]
    size = given_size(layout)
    given = (1, layout.input_channels, *size)
    picture = (1, 3, *layout.made_size(size))
    return {"input": given} | {f"output{i}": picture for i in range(GOLDEN_SETTINGS)}


def given_size(layout: NetLayout) -> tuple[int, int]:
    """(height, width) of the input that a net is checked with."""
    return (SIZE_PX, SIZE_PX) if layout.generates_px is None else (1, 1)


def check_golden(
    run: GoldenRun, golden: GoldenCheck, arrays: Arrays, *, where: str
) -> tuple[float, ...]:
    """Largest difference at each setting. Raises PackIntegrityError where one is too large."""
    differences = []
    for i, setting in enumerate(golden.settings):
        output = run(arrays["input"], setting)
        difference = float(np.abs(output - arrays[f"output{i}"]).max())
        if not difference <= golden.tolerance:  # so that NaN fails too
            at = ", ".join(f"{dial}={alpha:g}" for dial, alpha in setting.items()) or "rest"
            raise PackIntegrityError(
                f"{where}: the golden check fails at {at}: the picture differs by "
                f"{difference:.2g} where {golden.tolerance:.2g} is allowed; the weights are not "
                "those the pack was written with, get it again"
            )
        differences.append(difference)
    return tuple(differences)
