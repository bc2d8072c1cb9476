"""What a host asks of the backend: one frozen dataclass for each request, named by a verb.

Each request gets exactly one final reply: the one that its docstring names, or Failure. `type` is
the name on the wire. Contradicting values raise MalformedError. See PROTOCOL.md, section 6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from .errors import MalformedError
from .pixels import Pixels

MaskRole = Literal["selection", "alpha_map", "both"]

MAX_LEASE_S = 3600.0
MAX_NUMBERS = 64  # taps of one dial; the style net has three


@dataclass(frozen=True)
class Hello:
    """Open a session; the first request on every new connection. host: who calls, such as
    "krita 5.2.9". Reply: Welcome.
    """

    type: ClassVar[str] = "hello"
    host: str
    version: str


@dataclass(frozen=True)
class ListPacks:
    """Reply: Packs."""

    type: ClassVar[str] = "list_packs"


@dataclass(frozen=True)
class DialSetting:
    """numbers: one alpha for all taps of the dial, or one for each tap in its order.
    use_map: multiply them, pixel by pixel, by the run's mask (0 = black, 1 = white).
    """

    numbers: tuple[float, ...]
    use_map: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.numbers) <= MAX_NUMBERS:
            raise MalformedError(
                f"dial setting: {len(self.numbers)} numbers; give one, or one for each tap"
            )


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
    preserve_color: keep the picture's colours, take the style's brightness only.
    preview_stream: None for a run that counts; else this is a preview, and a newer one of the same
    client and stream (say, one per document) supersedes it.
    """

    type: ClassVar[str] = "stylize_run"
    job: str
    pack: str
    dials: Mapping[str, DialSetting]
    pixels: Pixels
    mask: Mask | None = None
    pack_sha256: str | None = None
    working_size_px: int | None = None
    preserve_color: bool = False
    preview_stream: str | None = None

    def __post_init__(self) -> None:
        _check_name("job", self.job)
        _check_name("pack", self.pack)
        for dial in self.dials:
            _check_name("dial", dial)
        if self.preview_stream is not None:
            _check_name("preview_stream", self.preview_stream)
        if self.pack_sha256 is not None and not re.fullmatch("[0-9a-f]{64}", self.pack_sha256):
            raise MalformedError("run: pack_sha256 must be 64 lower-case hexadecimal digits")
        if self.working_size_px is not None and self.working_size_px < 1:
            raise MalformedError(f"run: working_size_px is {self.working_size_px}; 1 is the least")
        self._check_mask()

    def _check_mask(self) -> None:
        mapped = [dial for dial, setting in self.dials.items() if setting.use_map]
        role = None if self.mask is None else self.mask.role
        if mapped and role in (None, "selection"):
            raise MalformedError(
                f"run: dial '{mapped[0]}' uses the map, but there is no mask with the role "
                "alpha_map or both"
            )
        if role == "alpha_map" and not mapped:
            raise MalformedError("run: the mask is an alpha map, but no dial has use_map set")
        if self.mask is not None:
            size = (self.pixels.width, self.pixels.height)
            mask_size = (self.mask.pixels.width, self.mask.pixels.height)
            if mask_size != size:
                raise MalformedError(
                    f"run: the mask has {mask_size[0]}x{mask_size[1]} pixels and the picture "
                    f"{size[0]}x{size[1]}; they must be the same"
                )


@dataclass(frozen=True)
class Cancel:
    """Stop a job of this client, which then ends with Failure "protocol.cancelled". A job that has
    ended, or never was, is no error. Reply: Done.
    """

    type: ClassVar[str] = "cancel"
    job: str

    def __post_init__(self) -> None:
        _check_name("job", self.job)


@dataclass(frozen=True)
class InstallPack:
    """path: an absolute path to a .dynpack file or a pack's folder, as the backend sees it.
    Reply: PackInstalled.
    """

    type: ClassVar[str] = "install_pack"
    path: str
    replace: bool = False


@dataclass(frozen=True)
class RemovePack:
    """Reply: Done."""

    type: ClassVar[str] = "remove_pack"
    pack: str

    def __post_init__(self) -> None:
        _check_name("pack", self.pack)


@dataclass(frozen=True)
class VerifyPack:
    """Compare every hash and run the golden check. Reply: Done, or Failure with what is wrong."""

    type: ClassVar[str] = "verify_pack"
    pack: str

    def __post_init__(self) -> None:
        _check_name("pack", self.pack)


@dataclass(frozen=True)
class GetStats:
    """Reply: Stats."""

    type: ClassVar[str] = "get_stats"


@dataclass(frozen=True)
class Lease:
    """Keep the backend alive for that long from now; 0 gives the lease back. Reply: Done."""

    type: ClassVar[str] = "lease"
    duration_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.duration_s <= MAX_LEASE_S:
            raise MalformedError(
                f"lease: {self.duration_s} s; it must be from 0 to {MAX_LEASE_S:g}"
            )


@dataclass(frozen=True)
class Shutdown:
    """End the backend. Unfinished jobs fail with "protocol.cancelled". Reply: Done."""

    type: ClassVar[str] = "shutdown"


def _check_name(what: str, name: str) -> None:
    if not 1 <= len(name) <= 128 or not name.isprintable():
        raise MalformedError(
            f"{what}: {name[:40]!r} is no valid name; use 1 to 128 printable characters"
        )
