"""The requests that start a job: one frozen dataclass for each task.

All of them have `job`, `pack`, `dials`, `pixels`, `mask`, `pack_sha256` and `preview_stream`, which
is what the queue, the client and the panels look at; `task` is what their pack must be for, and
`purpose` that in words. Contradicting values raise MalformedError. See
PROTOCOL.md, section 6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from .dial_spec import DialSetting
from .errors import MalformedError
from .limits import MAX_FEATHER_PX, MAX_GROW_PX, check_name
from .pixels import Pixels

MaskRole = Literal["selection", "alpha_map", "both"]


@dataclass(frozen=True)
class Mask:
    """A gray u8 picture as large as the run's. As a selection, 255 takes the result, 0 keeps every
    byte of what was sent, and numbers between blend; as an alpha map it feeds dials' use_map.
    """

    pixels: Pixels
    role: MaskRole

    def __post_init__(self) -> None:
        shape = (self.pixels.layout, self.pixels.depth, self.pixels.value_range)
        if shape != ("gray", "u8", (0.0, 255.0)):
            raise MalformedError(
                f"mask: it is {shape[0]} {shape[1]} with range {shape[2]}; "
                "it must be gray u8 with range 0 to 255"
            )


@dataclass(frozen=True)
class StylizeRun:
    """Stylize a picture. Reply: any number of Progress, then Result.

    job: the client's name for it, used once. pack: a pack's id; pack_sha256: refuse with
    "pack.integrity" unless it is this very pack. dials: settings by dial id; dials not named are at
    alpha 0. working_size_px: the longer side that the net sees, None for the pack's own.
    preserve_color: keep the picture's colours, take the style's brightness only. ends_in_8_bits:
    the result is kept in 8 bits, however deep its pixels travel; u8 ones need not say so.
    preview_stream: None for a run that counts; else this is a preview, and a newer one of the same
    client and stream (say, one per document) supersedes it.
    """

    type: ClassVar[str] = "stylize_run"
    task: ClassVar[str] = "style_transfer"
    purpose: ClassVar[str] = "stylizing pictures"
    job: str
    pack: str
    dials: Mapping[str, DialSetting]
    pixels: Pixels
    mask: Mask | None = None
    pack_sha256: str | None = None
    working_size_px: int | None = None
    preserve_color: bool = False
    preview_stream: str | None = None
    ends_in_8_bits: bool = False

    def __post_init__(self) -> None:
        _check_run(self)
        if self.working_size_px is not None and self.working_size_px < 1:
            raise MalformedError(f"run: working_size_px is {self.working_size_px}; 1 is the least")
        mapped = _mapped_dials(self)
        role = None if self.mask is None else self.mask.role
        if mapped and role in (None, "selection"):
            raise MalformedError(
                f"run: dial '{mapped[0]}' uses the map, but there is no mask with the role "
                "alpha_map or both"
            )
        if role == "alpha_map" and not mapped:
            raise MalformedError("run: the mask is an alpha map, but no dial has use_map set")


@dataclass(frozen=True)
class CompleteRun:
    """Fill what the mask selects from the rest of the picture. Reply: as for StylizeRun.

    mask: the hole, with the role selection; between 0 and 255 the fill is blended in. grow_px: how
    far the hole reaches beyond the selection. feather_px: over how many pixels inside the (grown)
    hole's edge the fill is blended in. seed: another one gives another fill. is_cutout: the result
    shows the fill alone: outside the hole it is transparent, and its colours are not blended; the
    pixels need an alpha channel in use.
    The other fields are those of StylizeRun.
    """

    type: ClassVar[str] = "complete_run"
    task: ClassVar[str] = "completion"
    purpose: ClassVar[str] = "filling selections"
    job: str
    pack: str
    dials: Mapping[str, DialSetting]
    pixels: Pixels
    mask: Mask
    grow_px: int = 0
    feather_px: int = 0
    seed: int = 0
    is_cutout: bool = False
    pack_sha256: str | None = None
    preview_stream: str | None = None

    def __post_init__(self) -> None:
        _check_run(self)
        if self.mask.role != "selection" or _mapped_dials(self):
            raise MalformedError(
                "run: the mask of a completion is its hole: it has the role selection, and no "
                "dial has use_map set"
            )
        if self.is_cutout and self.pixels.alpha == "none":
            raise MalformedError("run: a cutout needs pixels with an alpha channel in use")
        for name, value, most in (
            ("grow_px", self.grow_px, MAX_GROW_PX),
            ("feather_px", self.feather_px, MAX_FEATHER_PX),
        ):
            if not 0 <= value <= most:
                raise MalformedError(f"run: {name} is {value}; it must be from 0 to {most}")


@dataclass(frozen=True)
class GenerateRun:
    """Make a picture of nothing but a seed and the dials. Reply: as for StylizeRun.

    pixels: what it is laid into: brought to the size of the largest square in their middle, where
    it is opaque; what lies beside comes back as it was. mask: a selection, which limits where it
    shows. seed: another one gives another picture.
    The other fields are those of StylizeRun.
    """

    type: ClassVar[str] = "generate_run"
    task: ClassVar[str] = "generation"
    purpose: ClassVar[str] = "making pictures of its own"
    job: str
    pack: str
    dials: Mapping[str, DialSetting]
    pixels: Pixels
    mask: Mask | None = None
    seed: int = 0
    pack_sha256: str | None = None
    preview_stream: str | None = None

    def __post_init__(self) -> None:
        _check_run(self)
        is_selection = self.mask is None or self.mask.role == "selection"
        if not is_selection or _mapped_dials(self):
            raise MalformedError(
                "run: the mask of a generation has the role selection, and no dial has use_map set"
            )


Run = StylizeRun | CompleteRun | GenerateRun
TASKS: dict[str, type[Run]] = {run.task: run for run in get_args(Run)}
RUNS: dict[str, type[Run]] = {run.type: run for run in get_args(Run)}  # by wire name


def _check_run(run: Run) -> None:
    check_name("job", run.job)
    check_name("pack", run.pack)
    for dial in run.dials:
        check_name("dial", dial)
    if run.preview_stream is not None:
        check_name("preview_stream", run.preview_stream)
    if run.pack_sha256 is not None and not re.fullmatch("[0-9a-f]{64}", run.pack_sha256):
        raise MalformedError("run: pack_sha256 must be 64 lower-case hexadecimal digits")
    if run.mask is not None:
        size = (run.pixels.width, run.pixels.height)
        mask_size = (run.mask.pixels.width, run.mask.pixels.height)
        if mask_size != size:
            raise MalformedError(
                f"run: the mask has {mask_size[0]}x{mask_size[1]} pixels and the picture "
                f"{size[0]}x{size[1]}; they must be the same"
            )


def _mapped_dials(run: Run) -> list[str]:
    return [dial for dial, setting in run.dials.items() if setting.use_map]
