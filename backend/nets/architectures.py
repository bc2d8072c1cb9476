"""What there is to know of each net without making it: its taps, its inputs, its parameters.

Needs no torch, so that packs are checked, and other engines build the nets, without it. The nets
themselves are `style_transfer_net.py`, `completion_net.py` and `generation_net.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

HIGHER, LOWER = "higher", "lower"  # the sides of a dial; lower answers alpha < 0 of a dual one
RESIDUAL_BLOCKS = 5  # of the style net
DILATIONS = (2, 4, 8, 1)  # of the completion net
SLOPE = 0.2  # of the completion net's leaky ReLU, on the negative side
FILLS = ("detailed", "mean", "smooth")  # of the hole, each RGB in [0, 1], in the input's order
COMPLETION_INPUTS = 3 * len(FILLS) + 1  # and 1 in the hole, 0 elsewhere
LATENT_NUMBERS = 100  # that the generation net makes a picture of
GENERATED_PX = 64  # a side of that picture
BATCH_NORM_PARTS = ("weight", "bias", "mean", "variance")

# What a ModuleDict calls its own, and so no dial can be called in torch (2.13).
TORCH_WORDS = frozenset(
    [
        "apply",
        "bfloat16",
        "buffers",
        "children",
        "clear",
        "compile",
        "cpu",
        "cuda",
        "double",
        "eval",
        "float",
        "forward",
        "half",
        "ipu",
        "items",
        "keys",
        "modules",
        "mtia",
        "parameters",
        "pop",
        "to",
        "train",
        "training",
        "type",
        "update",
        "values",
        "xpu",
    ]
)

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class NetLayout:
    """A main net of any width. taps: from a width to the channels at each tap, in the net's order.
    reductions: how many times smaller than the picture the feature map at a tap is, on each side.
    main_shapes: from a width to its parameters, under their names in main.safetensors. ends_affine:
    whether all behind the last tap is affine, so that what dials do there is linear in alpha.
    size_multiple: height and width are multiples of it, and not below smallest_side_px.
    interpolates: whether there are dials of weights for it.
    generates_px: a side of the square that it makes of an input of 1 x 1; None: what it makes is as
    large as its input.
    """

    input_channels: int
    taps: Callable[[int], dict[str, int]]
    reductions: Mapping[str, int]
    main_shapes: Callable[[int], Shapes]
    ends_affine: bool = False
    size_multiple: int = 4  # two stride-2 stages
    smallest_side_px: int = 8
    generates_px: int | None = None
    interpolates: bool = True

    def made_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """(height, width) of what the net makes of an input of that (height, width)."""
        return size if self.generates_px is None else (self.generates_px, self.generates_px)


def dial_shapes(channels_at: Mapping[str, int], *, dual: bool) -> Shapes:
    """The parameters of a dial's file; channels_at: of its own taps."""
    shapes: Shapes = {}
    for side in (HIGHER, LOWER) if dual else (HIGHER,):
        for tap, channels in channels_at.items():
            for index in (1, 2, 3):
                shapes |= _conv(f"{side}.{tap}.conv{index}", channels, channels, 3)
    return shapes


def weight_dial_shapes(main: Mapping[str, tuple[int, ...]], *, dual: bool) -> Shapes:
    """The parameters of the file of a dial of weights; main: those of its main net."""
    sides = (HIGHER, LOWER) if dual else (HIGHER,)
    return {f"{side}.{name}": shape for side in sides for name, shape in main.items()}


def _style_taps(width: int) -> dict[str, int]:
    return {"res3": 4 * width, "up1": 4 * width, "conv_out": width}


def _style_shapes(width: int) -> Shapes:
    half, quarter = 2 * width, 4 * width
    shapes = {
        **_conv_norm("conv1", 3, width, 9),
        **_conv_norm("conv2", width, half, 3),
        **_conv_norm("conv3", half, quarter, 3),
    }
    for index in range(1, RESIDUAL_BLOCKS + 1):
        for inner in ("conv1", "conv2"):
            shapes |= _conv_norm(f"res{index}.{inner}", quarter, quarter, 3)
    shapes |= _conv_norm("up1.layer", quarter, half, 3)
    shapes |= _conv_norm("up2.layer", half, width, 3)
    return shapes | _conv("conv_out.conv", width, 3, 9)


def _completion_taps(width: int) -> dict[str, int]:
    return {"up1": 4 * width, "up2": 2 * width, "conv_out": width}


def _completion_shapes(width: int) -> Shapes:
    half, quarter = 2 * width, 4 * width
    shapes = {
        **_conv("conv1.layer.conv", COMPLETION_INPUTS, width, 5),
        **_conv("conv2.layer.conv", width, half, 3),
        **_conv("conv3.layer.conv", half, quarter, 3),
    }
    for index in range(1, len(DILATIONS) + 1):
        shapes |= _conv(f"dilated{index}.layer.layer.conv", quarter, quarter, 3)
    shapes |= _conv("up1.layer.conv", quarter + half, half, 3)
    shapes |= _conv("up2.layer.conv", half + width, width, 3)
    return shapes | _conv("conv_out.layer", width, 2, 3)


def _generation_taps(width: int) -> dict[str, int]:
    return {"up2": 4 * width, "up3": 2 * width, "conv_out": width}


def _generation_shapes(width: int) -> Shapes:
    shapes: Shapes = {}
    inputs = LATENT_NUMBERS
    for name, outputs in (
        ("project", 8 * width),
        ("up1", 4 * width),
        ("up2", 2 * width),
        ("up3", width),
    ):
        shapes[f"{name}.conv.weight"] = (inputs, outputs, 4, 4)  # transposed: inputs come first
        shapes |= {f"{name}.norm.{part}": (outputs,) for part in BATCH_NORM_PARTS}
        inputs = outputs
    return shapes | {"conv_out.weight": (width, 3, 4, 4)}


def _conv(name: str, inputs: int, outputs: int, kernel: int) -> Shapes:
    return {f"{name}.weight": (outputs, inputs, kernel, kernel), f"{name}.bias": (outputs,)}


def _conv_norm(name: str, inputs: int, outputs: int, kernel: int) -> Shapes:
    norm = {f"{name}.norm.weight": (outputs,), f"{name}.norm.bias": (outputs,)}
    return _conv(f"{name}.conv", inputs, outputs, kernel) | norm


LAYOUTS = {
    "style_transfer": NetLayout(
        3, _style_taps, {"res3": 4, "up1": 4, "conv_out": 1}, _style_shapes, ends_affine=True
    ),
    "completion": NetLayout(
        COMPLETION_INPUTS, _completion_taps, {"up1": 4, "up2": 2, "conv_out": 1}, _completion_shapes
    ),
    "generation": NetLayout(
        LATENT_NUMBERS,
        _generation_taps,
        {"up2": 8, "up3": 4, "conv_out": 2},
        _generation_shapes,
        size_multiple=1,
        smallest_side_px=1,
        generates_px=GENERATED_PX,
        interpolates=False,  # between two nets' running variances there may be none
    ),
}
