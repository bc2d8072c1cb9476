"""Weights from strangers: safetensors bytes checked against the architecture before a net is made.

Format: https://github.com/huggingface/safetensors. The header is read here first, with tighter
limits than the library's, and must match the expected names, shapes and type exactly.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import nn

from ..nets.completion_net import INPUT_CHANNELS, completion_net
from ..nets.dynamic_net import DynamicNet
from ..nets.style_transfer_net import style_transfer_net
from ..protocol.dial_spec import DialSpec
from ..protocol.errors import PackFormatError
from .manifest import Architecture
from .manifest_parser import MAX_FILE_BYTES
from .strict_json import Fields, checked_number, decode_json, shown

MAX_HEADER_BYTES = 1 << 20  # the format itself allows 100 MB
MAX_TENSORS = 512  # a dual dial with three taps has 36
MAX_MAGNITUDE = 1e4  # trained weights stay below 100; far above, float32 overflows in the net


class NetKind(NamedTuple):
    """A main net: how one of a width is made, and how many channels it takes."""

    make: Callable[[int], DynamicNet]
    input_channels: int


NETS = {
    "style_transfer": NetKind(style_transfer_net, 3),
    "completion": NetKind(completion_net, INPUT_CHANNELS),
}

Shapes = Mapping[str, tuple[int, ...]]
Tensors = dict[str, torch.Tensor]


def read_tensors(data: bytes, expected: Shapes, *, where: str) -> Tensors:
    """Tensors of exactly the expected names and shapes, float32, finite. where: for messages.

    Raises PackFormatError.
    """
    _check_header(data, expected, where)
    try:
        tensors: Tensors = safetensors.torch.load(data)
    except SafetensorError as error:
        raise PackFormatError(
            f"{where} is no valid safetensors file ({shown(str(error))}); export it again"
        ) from error
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise PackFormatError(
                f"{where}: {shown(name)} holds NaN or infinity; the training diverged, "
                "or the file was tampered with"
            )
        if float(tensor.abs().max()) > MAX_MAGNITUDE:
            raise PackFormatError(
                f"{where}: {shown(name)} holds a value beyond ±{MAX_MAGNITUDE:g}, "
                "which no trained weight has; do not trust it"
            )
    return tensors


def write_tensors(tensors: Mapping[str, torch.Tensor]) -> bytes:
    """Serialise as float32 safetensors."""
    plain = {name: t.detach().to("cpu", torch.float32).contiguous() for name, t in tensors.items()}
    data: bytes = safetensors.torch.save(plain)
    return data


def build_net(architecture: Architecture, main: bytes, *, where: str) -> DynamicNet:
    """The net of an architecture with main.safetensors loaded: eval mode, float32, on the CPU, no
    gradients. where names the file in messages. Raises PackFormatError.
    """
    with _undrawn():
        net = NETS[architecture.name].make(architecture.width)
    taps = tuple(net.taps)
    if architecture.taps != taps:
        raise PackFormatError(
            f"{where}: the pack's architecture.taps is {shown(', '.join(architecture.taps))}, but "
            f"the net '{architecture.name}' has the taps {', '.join(taps)}; correct pack.json"
        )
    net.main.load_state_dict(read_tensors(main, _shapes(net.main), where=where))
    return net.eval().requires_grad_(False)


def load_dial(net: DynamicNet, spec: DialSpec, data: bytes, *, where: str) -> None:
    """Add a dial to a net and load its file. Raises PackFormatError."""
    if hasattr(net.dials, spec.id):  # nn.ModuleDict refuses its own attributes as names
        raise PackFormatError(
            f"{where}: the dial id '{spec.id}' is a word that PyTorch keeps for itself; "
            "rename the dial"
        )
    with _undrawn():
        dial = net.add_dial(spec.id, taps=spec.taps, dual=spec.dual, zero_init=False)
    dial.load_state_dict(read_tensors(data, _shapes(dial), where=where))
    dial.eval().requires_grad_(False)


def _undrawn() -> AbstractContextManager[None]:
    """Building a net draws initial weights; that must not disturb anyone else's random numbers."""
    return torch.random.fork_rng(devices=[])


def _shapes(module: nn.Module) -> Shapes:
    return {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


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
        if entry.value("dtype")[0] != "F32":
            raise PackFormatError(
                f"{where}: {name} is of type {shown(str(entry.value('dtype')[0]))}, expected F32; "
                "export it as float32"
            )
        if entry.value("shape")[0] != list(shape):
            raise PackFormatError(
                f"{where}: {name} has the shape {shown(str(entry.value('shape')[0]))}, the "
                f"architecture calls for {list(shape)}; correct pack.json or export it again"
            )
        offsets = entry.array("data_offsets", least=2, most=2)
        begin, end = (checked_number(*offset, 0, MAX_FILE_BYTES) for offset in offsets)
        spans.append((begin, end, 4 * math.prod(shape)))  # a float32 has 4 bytes
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
