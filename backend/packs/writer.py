"""Nets into packs: a folder that the reader accepts, written whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from PIL import Image

from ..nets.alpha import Alpha
from ..nets.architectures import LAYOUTS, NetLayout
from ..nets.dynamic_net import DynamicNet
from ..protocol.dial_spec import DialSpec
from ..protocol.errors import PackFormatError
from .archive import CARD_NAME
from .folder_writer import check_replaceable, check_target, replace_folder
from .golden_check import SIZE_PX, given_size
from .pack_json.manifest import (
    GOLDEN_FILE,
    MAIN_FILE,
    PACK_JSON,
    Architecture,
    FileEntry,
    GoldenCheck,
    Manifest,
    dial_file,
    manifest_bytes,
)
from .pack_json.manifest_parser import (
    GOLDEN_SETTINGS,
    MAX_TOLERANCE,
    expected_files,
    parse_manifest,
)
from .tensors import build_net, load_dial, write_tensors
from .thumbnails import encode_preview, encode_thumbnail
from .weights import check_dial, check_main

# Other processors add in other orders: their rounding errors are of float32's own size here, and
# this many times it is still far below a step of 1/255.
ROUNDING_MARGIN = 30.0
SMALLEST_TOLERANCE = 1e-4
# So far the golden outputs of a net whose weights are rounded to float16 may be from the net's own;
# our packs are half as far off.
HALF_PRECISION_TOLERANCE = 0.25 / 255

__all__ = ["check_manifest", "check_target", "write_pack"]


def write_pack(
    folder: Path,
    *,
    manifest: Manifest,
    net: DynamicNet,
    preview: Image.Image,
    thumbnail: Image.Image,
    include_main: bool = True,
    write_card: Callable[[Manifest], str] | None = None,
) -> None:
    """Write a pack, replacing one that is there. The manifest's golden and files are filled in.

    Weights are rounded to float16 where that changes no golden output by more than
    HALF_PRECISION_TOLERANCE.
    Without include_main the pack is an add-on, and the manifest must name its base's main net.
    thumbnail: any picture, a square is cut from its middle. write_card: makes README.md of the
    manifest as it will be. Raises PackFormatError where the net
    and the manifest do not fit together, PackInstallError where the folder cannot be written.
    """
    label = f"pack '{manifest.id}'"
    if include_main == manifest.is_addon:
        raise PackFormatError(
            f"{label}: base_main_sha256 belongs in add-on packs, and only there; "
            f"{'leave it out' if include_main else 'give the sha256 of the base main net'}"
        )
    tensors = _tensor_files(manifest, net, label)
    golden, pictures = _golden(manifest, tensors, label)
    half_tensors = _tensor_files(manifest, net, label, in_half=True)
    if not include_main:
        half_tensors[MAIN_FILE] = tensors[MAIN_FILE]  # it stays as its base has it
    half_golden, half_pictures = _golden(manifest, half_tensors, label)
    if _largest_difference(pictures, half_pictures) <= HALF_PRECISION_TOLERANCE:
        tensors, golden, pictures = half_tensors, half_golden, half_pictures
    if not include_main:
        del tensors[MAIN_FILE]
    files = {
        **tensors,
        GOLDEN_FILE: write_tensors(pictures),
        "preview.jpg": encode_preview(preview),
        "thumbnail.jpg": encode_thumbnail(thumbnail),
    }
    filled = dataclasses.replace(manifest, golden=golden, files=_entries(files))
    text = manifest_bytes(filled)
    parse_manifest(text, pack=label)  # refuse to write what no one could read
    card = {} if write_card is None else {CARD_NAME: write_card(filled).encode()}
    check_replaceable(folder)
    replace_folder(folder, {PACK_JSON: text, **files, **card})


def check_manifest(manifest: Manifest, *, pack: str) -> None:
    """Raise PackFormatError for what no net could make write_pack accept. golden and files may be
    left out. pack names the pack in messages.
    """
    names = (*expected_files(manifest), "preview.jpg", "thumbnail.jpg")
    filled = dataclasses.replace(
        manifest,
        golden=GoldenCheck(({},) * GOLDEN_SETTINGS, MAX_TOLERANCE),
        files={name: FileEntry("0" * 64, 1) for name in names},
    )
    parse_manifest(manifest_bytes(filled), pack=pack)


def _tensor_files(
    manifest: Manifest, net: DynamicNet, label: str, *, in_half: bool = False
) -> dict[str, bytes]:
    missing = [dial.id for dial in manifest.dials if dial.id not in net.dials]
    surplus = [dial_id for dial_id in net.dials if manifest.dial(dial_id) is None]
    if missing or surplus:
        raise PackFormatError(
            f"{label}: the manifest's dials are not the net's: the net lacks {missing} and has "
            f"{surplus} besides; describe each dial once"
        )
    states = {MAIN_FILE: net.main.state_dict()}
    states |= {dial_file(d.id): net.dials[d.id].state_dict() for d in manifest.dials}
    return {name: write_tensors(state, in_half=in_half) for name, state in states.items()}


def _golden(
    manifest: Manifest, tensors: Mapping[str, bytes], label: str
) -> tuple[GoldenCheck, dict[str, torch.Tensor]]:
    """The golden check of the net as the reader will see it, not of the one in training."""
    architecture = manifest.architecture
    main = check_main(architecture, tensors[MAIN_FILE], where=f"{label}: the main net")
    net = build_net(architecture, main)
    for dial in manifest.dials:
        where = f"{label}: the dial '{dial.id}'"
        arrays = check_dial(architecture, dial, tensors[dial_file(dial.id)], where=where)
        load_dial(net, dial, arrays)
    golden, pictures = _make_golden(net, architecture, manifest.dials)
    if golden.tolerance >= MAX_TOLERANCE:
        raise PackFormatError(
            f"{label}: the net's rounding errors are as large as a step of 1/255, so it would look "
            "different on each computer; train it further"
        )
    return golden, pictures


def _largest_difference(
    pictures: Mapping[str, torch.Tensor], others: Mapping[str, torch.Tensor]
) -> float:
    return max(float((pictures[name] - others[name]).abs().max()) for name in pictures)


def _entries(files: Mapping[str, bytes]) -> dict[str, FileEntry]:
    return {
        name: FileEntry(hashlib.sha256(data).hexdigest(), len(data)) for name, data in files.items()
    }


def _make_golden(
    net: DynamicNet, architecture: Architecture, dials: tuple[DialSpec, ...]
) -> tuple[GoldenCheck, dict[str, torch.Tensor]]:
    """Choose settings that run every block of every dial, and record what the net makes."""
    low = {d.id: d.trained_range[0] if d.dual else sum(d.trained_range) / 2 for d in dials}
    high = {d.id: d.trained_range[1] for d in dials}
    settings: tuple[dict[str, float], ...] = ({d.id: 0.0 for d in dials}, low, high)
    layout = LAYOUTS[architecture.name]
    given = _picture(layout.input_channels) if layout.generates_px is None else _latent(layout)
    outputs = [_run_at(net, given, setting) for setting in settings]
    tensors = {"input": given} | {f"output{i}": output for i, output in enumerate(outputs)}
    return GoldenCheck(settings, _tolerance(net, given, settings, outputs)), tensors


def _run_at(net: DynamicNet, given: torch.Tensor, setting: Mapping[str, float]) -> torch.Tensor:
    """The net's output (1, 3, H, W) with whole dials turned."""
    with torch.inference_mode():
        output: torch.Tensor = net(given, {d: Alpha((alpha,)) for d, alpha in setting.items()})
    return output


def _picture(channels: int) -> torch.Tensor:
    """A gradient under noise, (1, channels, SIZE_PX, SIZE_PX) in [0, 1]: smooth and fine structure.
    Where there is a channel more than whole pictures, it is a hole, 1 in a square in the middle and
    0 around it, and the pictures differ in it.
    """
    size, pictures = (SIZE_PX, SIZE_PX), channels // 3
    noise = torch.rand(1, 3 * pictures, *size, generator=torch.Generator().manual_seed(0))
    ramp = torch.linspace(0, 1, SIZE_PX)
    drawn = 0.5 * noise + 0.25 * (ramp[:, None] + ramp[None, :])
    hole = torch.zeros(1, 1, *size)
    hole[..., SIZE_PX // 4 : -SIZE_PX // 4, SIZE_PX // 4 : -SIZE_PX // 4] = 1
    first = drawn[:, :3].repeat(1, pictures, 1, 1)
    return torch.cat([torch.where(hole > 0, drawn, first), hole], dim=1)[:, :channels]


def _latent(layout: NetLayout) -> torch.Tensor:
    """Numbers in [-1, 1], (1, C, 1, 1), of which a net makes a picture."""
    shape = (1, layout.input_channels, *given_size(layout))
    return torch.rand(shape, generator=torch.Generator().manual_seed(0)) * 2 - 1


def _tolerance(
    net: DynamicNet,
    given: torch.Tensor,
    settings: tuple[dict[str, float], ...],
    outputs: list[torch.Tensor],
) -> float:
    """A margin over the rounding error of float32, which is measured against float64."""
    net.double()
    exact = [_run_at(net, given.double(), setting) for setting in settings]
    net.float()
    error = max(float((a - b).abs().max()) for a, b in zip(exact, outputs, strict=True))
    return min(max(ROUNDING_MARGIN * error, SMALLEST_TOLERANCE), MAX_TOLERANCE)
