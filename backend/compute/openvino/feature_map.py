"""Feature maps outside of OpenVINO's graphs, of which some rows are given to one at a time."""

from __future__ import annotations

import contextlib
import math
import mmap
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .runtime import ov

BFLOAT16 = np.dtype(np.uint16)  # NumPy has no bfloat16: its bits
TYPES = {np.dtype(np.float32): ov.Type.f32, BFLOAT16: ov.Type.bf16}


@dataclass(frozen=True, eq=False)
class FeatureMap:
    """values: (H, W, C) in C order, float32 or BFLOAT16."""

    values: npt.NDArray[Any]

    @property
    def height(self) -> int:
        return len(self.values)

    @property
    def type(self) -> Any:
        return TYPES[self.values.dtype]

    def rows(self, first: int, last: int) -> Any:
        """Rows first to last - 1 as an openvino.Tensor (1, rows, W, C) that shares the memory."""
        rows = self.values[None, first:last]
        return ov.Tensor(rows, ov.Shape(rows.shape), self.type)


def empty_map(shape: tuple[int, int, int], dtype: npt.DTypeLike) -> FeatureMap:
    """Room of its own and not on the heap, where the holes that maps leave would fill with parts of
    strips; unless only the heap has room.
    """
    dtype = np.dtype(dtype)
    with contextlib.suppress(OSError):
        room = mmap.mmap(-1, math.prod(shape) * dtype.itemsize)
        return FeatureMap(np.frombuffer(room, dtype).reshape(shape))
    return FeatureMap(np.empty(shape, dtype))
