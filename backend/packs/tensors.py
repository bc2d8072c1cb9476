"""Packs as torch nets: load one, and turn nets back into files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ..nets.completion_net import completion_net
from ..nets.dynamic_net import DynamicNet
from ..nets.generation_net import generation_net
from ..nets.style_transfer_net import style_transfer_net
from ..protocol.dial_spec import DialSpec
from .pack_json.manifest import Architecture, Manifest
from .safetensors_file import Arrays, write_arrays
from .weights import PackWeights, read_weights

# How a main net of a width is made.
NETS: dict[str, Callable[[int], DynamicNet]] = {
    "style_transfer": style_transfer_net,
    "completion": completion_net,
    "generation": generation_net,
}


@dataclass(frozen=True)
class Pack:
    """A pack ready to run. net: eval mode, float32, on the CPU, no gradients. sha256: of pack.json,
    which holds the hashes of all other files, so it identifies the content. main_sha256: of
    main.safetensors, the pack's own or its base's.
    """

    manifest: Manifest
    net: DynamicNet
    sha256: str
    main_sha256: str
    path: Path


def load_pack(path: Path, *, bases: Sequence[Path] | None = None) -> Pack:
    """Load a pack's folder or .dynpack. bases: packs in which an add-on's main net is looked for,
    the installed ones when None. Raises a PackError.
    """
    weights = read_weights(path, bases=bases)
    return Pack(
        weights.manifest, as_net(weights), weights.sha256, weights.main_sha256, weights.path
    )


def as_net(weights: PackWeights) -> DynamicNet:
    """The torch net of a pack's weights: eval mode, float32, on the CPU, no gradients."""
    net = build_net(weights.manifest.architecture, weights.main)
    for dial in weights.manifest.dials:
        load_dial(net, dial, weights.dials[dial.id])
    return net


def write_tensors(tensors: Mapping[str, torch.Tensor], *, in_half: bool = False) -> bytes:
    """Serialise as safetensors, float32 or, in_half, float16."""
    arrays = {name: t.detach().to("cpu", torch.float32).numpy() for name, t in tensors.items()}
    return write_arrays(arrays, in_half=in_half)


def build_net(architecture: Architecture, main: Arrays) -> DynamicNet:
    """The net of an architecture with its weights: eval mode, float32, on the CPU, no gradients."""
    with _undrawn():
        net = NETS[architecture.name](architecture.width)
    net.main.load_state_dict(as_tensors(main))
    return net.eval().requires_grad_(False)


def load_dial(net: DynamicNet, spec: DialSpec, arrays: Arrays) -> None:
    """Add a dial to a net with its weights."""
    dial: nn.Module
    if spec.kind == "weights":
        dial = net.add_weight_dial(spec.id, dual=spec.dual)
    else:
        with _undrawn():
            dial = net.add_dial(spec.id, taps=spec.taps, dual=spec.dual, zero_init=False)
    dial.load_state_dict(as_tensors(arrays))
    dial.eval().requires_grad_(False)


def as_tensors(arrays: Arrays) -> dict[str, torch.Tensor]:
    """Copies, which a net may own."""
    return {name: torch.tensor(array) for name, array in arrays.items()}


def _undrawn() -> AbstractContextManager[None]:
    """Building a net draws initial weights; that must not disturb anyone else's random numbers."""
    return torch.random.fork_rng(devices=[])
