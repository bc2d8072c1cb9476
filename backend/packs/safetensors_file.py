"""Weights from strangers: safetensors bytes checked against the architecture before a net is made.

Format: https://github.com/huggingface/safetensors. The header is read here first, with tighter
limits than the library's, and must match the expected names, shapes and type exactly. No torch.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import safetensors.numpy
from safetensors import SafetensorError

from ..protocol.errors import PackFormatError
from .pack_json.manifest_parser import MAX_FILE_BYTES
from .pack_json.strict_json import Fields, checked_number, decode_json, shown

MAX_HEADER_BYTES = 1 << 20  # the format itself allows 100 MB
MAX_TENSORS = 512  # a dual dial with three taps has 36
ITEM_BYTES = {"F32": 4, "F16": 2}  # of the types that weights may have
MAX_MAGNITUDE = 1e4  # trained weights stay below 100; far above, float32 overflows in the net

Shapes = Mapping[str, tuple[int, ...]]
Arrays = dict[str, npt.NDArray[np.float32]]


def read_arrays(data: bytes, expected: Shapes, *, where: str) -> Arrays:
    """Arrays of exactly the expected names and shapes, float32, finite, whichever of the two types
    the file has. where: for messages. Raises PackFormatError.
    """
    _check_header(data, expected, where)
    try:
        loaded = safetensors.numpy.load(data)
    except SafetensorError as error:
        raise PackFormatError(
            f"{where} is no valid safetensors file ({shown(str(error))}); export it again"
        ) from error
    arrays: Arrays = {name: array.astype(np.float32, copy=False) for name, array in loaded.items()}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise PackFormatError(
                f"{where}: {shown(name)} holds NaN or infinity; the training diverged, "
                "or the file was tampered with"
            )
        if float(np.abs(array).max()) > MAX_MAGNITUDE:
            raise PackFormatError(
                f"{where}: {shown(name)} holds a value beyond ±{MAX_MAGNITUDE:g}, "
                "which no trained weight has; do not trust it"
            )
    return arrays


def write_arrays(arrays: Mapping[str, npt.NDArray[np.float32]], *, in_half: bool = False) -> bytes:
    """Serialise float32 arrays. in_half: rounded to float16, in half the bytes."""
    dtype = np.float16 if in_half else np.float32
    data: bytes = safetensors.numpy.save(
        {name: np.ascontiguousarray(array, dtype) for name, array in arrays.items()}
    )
    return data


def _check_header(data: bytes, expected: Shapes, where: str) -> None:
    if len(data) < 8:
        raise PackFormatError(f"{where} is too short to be a safetensors file; export it again")
    (length,) = struct.unpack("<Q", data[:8])
    if length > MAX_HEADER_BYTES:
        raise PackFormatError(
            f"{where} has a header of {length} bytes; at most {MAX_HEADER_BYTES} are allowed, "
            "so do not trust it"
        )
    if length > len(data) - 8:
        raise PackFormatError(f"{where} ends inside its header; get the pack again")
    header = decode_json(
        data[8 : 8 + length], where=f"{where}: its header", max_bytes=MAX_HEADER_BYTES
    )
    if not isinstance(header, dict):
        raise PackFormatError(f"{where}: its header is no JSON object; export it again")
    entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
    if len(entries) > MAX_TENSORS:
        raise PackFormatError(
            f"{where} has {len(entries)} tensors; at most {MAX_TENSORS} are allowed, "
            "so do not trust it"
        )
    for name in sorted(expected.keys() - entries.keys()):
        raise PackFormatError(f"{where} lacks the tensor '{name}'; export it again")
    for name in sorted(entries.keys() - expected.keys()):
        raise PackFormatError(
            f"{where} has the tensor {shown(name)}, which its net does not have; export it again"
        )
    spans = []
    for name, shape in expected.items():
        entry = Fields(entries[name], f"{where}: {name}", ("dtype", "shape", "data_offsets"))
        item_bytes = ITEM_BYTES.get(str(entry.value("dtype")[0]))
        if item_bytes is None:
            raise PackFormatError(
                f"{where}: {name} is of type {shown(str(entry.value('dtype')[0]))}, expected F32 "
                "or F16; export it as float32"
            )
        if entry.value("shape")[0] != list(shape):
            raise PackFormatError(
                f"{where}: {name} has the shape {shown(str(entry.value('shape')[0]))}, the "
                f"architecture calls for {list(shape)}; correct pack.json or export it again"
            )
        offsets = entry.array("data_offsets", least=2, most=2)
        begin, end = (checked_number(*offset, 0, MAX_FILE_BYTES) for offset in offsets)
        spans.append((begin, end, item_bytes * math.prod(shape)))
    _check_spans(spans, len(data) - 8 - length, where)


def _check_spans(spans: list[tuple[float, float, int]], size: int, where: str) -> None:
    """(begin, end, needed bytes) of each tensor: together they fill the data, end to end."""
    needed = sum(length for _, _, length in spans)
    if needed != size:
        raise PackFormatError(
            f"{where} has {size} bytes of weights where {needed} are needed; get the pack again"
        )
    at = 0
    for begin, end, length in sorted(spans):
        if begin != at or end != at + length:
            raise PackFormatError(f"{where}: its tensors overlap or leave gaps; do not trust it")
        at += length
