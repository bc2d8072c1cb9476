"""A picture as a host keeps it: raw bytes and what they mean, checked once when it is made.

Hosts send their own layout and get the same back, so that no plugin touches single pixels; the
backend converts. Numbers of more than one byte are little-endian.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from .errors import MalformedError
from .limits import DEFAULT_LIMITS

Buffer = bytes | bytearray | memoryview

Layout = Literal["bgra", "rgba", "rgb", "gray", "gray_alpha"]
Depth = Literal["u8", "u16", "f16", "f32"]
AlphaKind = Literal["none", "straight", "premultiplied"]
Transfer = Literal["srgb", "linear"]

CHANNELS = {"bgra": 4, "rgba": 4, "rgb": 3, "gray": 1, "gray_alpha": 2}
SAMPLE_BYTES = {"u8": 1, "u16": 2, "f16": 2, "f32": 4}
# The largest number that may stand for black or white, and how far the two must lie apart at least:
# numbers in between are to be told from each other, and none is to overflow on its way.
RANGE_BOUNDS = {
    "u8": (255.0, 1.0),
    "u16": (65535.0, 1.0),
    "f16": (65504.0, 2**-14),
    "f32": (1e30, 1e-30),
}
LEAST_CONTRAST = 1e-3  # of the range to its larger end
FULL_RANGE = {"u8": (0.0, 255.0), "u16": (0.0, 65535.0), "f16": (0.0, 1.0), "f32": (0.0, 1.0)}

_WORDS = {
    "layout": get_args(Layout),
    "depth": get_args(Depth),
    "alpha": get_args(AlphaKind),
    "transfer": get_args(Transfer),
}


@dataclass(frozen=True)
class Pixels:
    """width and height in pixels; stride: bytes from one row to the next, padding included.

    data: stride * height bytes, top row first. It must not change any more; the Pixels own it.
    alpha: "none" where there is no alpha channel, or where the fourth channel means nothing.
    transfer: whether the numbers follow the sRGB curve or grow linearly with light.
    value_range: the numbers of black and white (of transparent and opaque, too), within
    RANGE_BOUNDS.
    Raises MalformedError where these contradict each other.
    """

    width: int
    height: int
    stride: int
    layout: Layout
    depth: Depth
    alpha: AlphaKind
    transfer: Transfer
    value_range: tuple[float, float]
    data: Buffer = field(repr=False)
    _digests: list[bytes] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_words()
        self._check_size()
        self._check_range()
        if self.alpha != "none" and not self.has_alpha_channel:
            raise self._error(f"alpha is {self.alpha}, but the layout has no alpha channel")
        if isinstance(self.data, memoryview) and not self.data.c_contiguous:
            raise self._error("data is a view with gaps; pass bytes that lie side by side")
        needed = self.stride * self.height
        if byte_length(self.data) != needed:
            raise self._error(
                f"{self.height} rows of {self.stride} bytes are {needed} bytes, "
                f"but there are {byte_length(self.data)}"
            )

    @property
    def channels(self) -> int:
        return CHANNELS[self.layout]

    @property
    def has_alpha_channel(self) -> bool:
        return self.layout in ("bgra", "rgba", "gray_alpha")

    @property
    def row_bytes(self) -> int:
        """Bytes of one row without its padding."""
        return self.width * self.channels * SAMPLE_BYTES[self.depth]

    def sha256(self) -> bytes:
        """The SHA-256 of data, computed once. After decoding it is known without computing."""
        if not self._digests:
            self._digests.append(hashlib.sha256(self.data).digest())
        return self._digests[0]

    def with_data(self, data: Buffer) -> Pixels:
        """The same description with other bytes, as a result has it."""
        return replace(self, data=data)

    def has_format_of(self, other: Pixels) -> bool:
        """Whether everything but the bytes is the same."""
        return self._description() == other._description()

    def remember_sha256(self, digest: bytes) -> None:
        """Spare sha256() its work. Only for who has just compared digest with the data's."""
        self._digests[:] = [digest]

    def _description(self) -> tuple[object, ...]:
        size = (self.width, self.height, self.stride)
        return (*size, self.layout, self.depth, self.alpha, self.transfer, self.value_range)

    def _check_words(self) -> None:
        for name, words in _WORDS.items():
            if getattr(self, name) not in words:
                raise MalformedError(
                    f"pixels: {name} is {getattr(self, name)!r}; it must be one of "
                    f"{', '.join(words)}"
                )

    def _check_size(self) -> None:
        for name in ("width", "height"):
            side = getattr(self, name)
            if not 1 <= side <= DEFAULT_LIMITS.side_px:
                raise self._error(f"{name} must be from 1 to {DEFAULT_LIMITS.side_px}")
        if self.stride < self.row_bytes:
            raise self._error(f"a row has {self.row_bytes} bytes, so the stride is too short")

    def _check_range(self) -> None:
        low, high = self.value_range
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise self._error(f"value_range is {self.value_range}; it must be two rising numbers")
        most, least = RANGE_BOUNDS[self.depth]
        end = max(abs(low), abs(high))
        if end > most or high - low < max(least, LEAST_CONTRAST * end):
            raise self._error(
                f"value_range is {self.value_range}; its ends must be from {-most:g} to {most:g} "
                f"and at least {least:g}, and a thousandth of the larger one, apart"
            )

    def _error(self, why: str) -> MalformedError:
        return MalformedError(
            f"pixels of {self.width}x{self.height}, {self.layout} {self.depth}, "
            f"stride {self.stride}: {why}"
        )


def packed_pixels(
    width: int,
    height: int,
    data: Buffer,
    *,
    layout: Layout,
    depth: Depth,
    alpha: AlphaKind,
    transfer: Transfer = "srgb",
) -> Pixels:
    """Pixels whose rows have no padding and whose numbers use the depth's full range."""
    stride = width * CHANNELS[layout] * SAMPLE_BYTES[depth]
    value_range = FULL_RANGE[depth]
    return Pixels(width, height, stride, layout, depth, alpha, transfer, value_range, data)


def byte_length(data: Buffer) -> int:
    """Bytes of a buffer, whatever its items are: len() of a memoryview counts items."""
    return data.nbytes if isinstance(data, memoryview) else len(data)
