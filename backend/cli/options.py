"""What a command was told, as frozen dataclasses, and the arguments that several commands share.

Each command turns argparse's namespace into its options once, and hands on nothing else.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path

from ..compute.engine_wish import (
    ENGINE_VARIABLE,
    ENGINES,
    PRECISION_VARIABLE,
    PRECISIONS,
    EngineWish,
    wished,
)
from ..tasks.working_size import SCALE_HELP, Scale, parse_scale
from .arguments.dials import ALPHA_HELP
from .arguments.numbers import add_threads_argument
from .arguments.pictures import add_limit_argument, most_pixels
from .arguments.shards import WHOLE, Shard
from .cluster.options import ClusterOptions


class BackendUse(Enum):
    """Whether the backend does the work instead of this process. ALWAYS: one is started if none
    runs.
    """

    NEVER = "never"
    IF_RUNNING = "if running"
    ALWAYS = "always"


@dataclass(frozen=True)
class PackOptions:
    """Which pack computes with which dials, on what, and how large a file it takes. pack: an id, a
    folder or a file. alphas: --alpha as it was given, once or more often.
    """

    pack: str
    alphas: tuple[str, ...]
    wish: EngineWish
    max_pixels: int


@dataclass(frozen=True)
class StylistOptions:
    """How pictures are stylized: what stylize and sweep have in common. bit_depth: of results, None
    for each picture's own.
    """

    pack: PackOptions
    scale: Scale | None
    preserve_color: bool
    alpha_map: Path | None = None
    bit_depth: int | None = None

    def is_deep(self, own_bits: int) -> bool:
        """Whether the result of a picture of so many bits is kept in more than 8."""
        return (self.bit_depth or own_bits) > 8


@dataclass(frozen=True)
class WriteOptions:
    """How results are written. format: by its name, None for what the files' names say. quality: of
    formats that lose something. force: replace what exists; skip_existing: leave it. shard: which
    of them.
    """

    format: str | None
    quality: int
    force: bool
    skip_existing: bool
    shard: Shard = WHOLE


@dataclass(frozen=True)
class StylizeOptions:
    """inputs, output: files, folders or '-', as they were given."""

    inputs: tuple[str, ...]
    output: str
    stylist: StylistOptions
    backend: BackendUse
    write: WriteOptions
    cluster: ClusterOptions | None = None


@dataclass(frozen=True)
class SweepOptions:
    """input: a photo, or seeds. dial: None for the pack's first. alphas: None for its trained
    range. cell_px: None for what suits the pictures.
    """

    input: str
    output: str
    stylist: StylistOptions
    backend: BackendUse
    dial: str | None
    alphas: str | None
    cell_px: int | None
    force: bool


@dataclass(frozen=True)
class FramesOptions:
    """output: as it was given. stylist: its --alpha has keys over time. keys: a file of them, then
    --alpha says nothing. rate: frames a second, None for the clip's own. calm: in [0, 1]. shard:
    which of the frames.
    """

    input: Path
    output: str
    stylist: StylistOptions
    keys: Path | None
    ease: str
    rate: Fraction | None
    keeps_going: bool
    quality: int
    force: bool
    calm: float = 0.0
    shard: Shard = WHOLE
    cluster: ClusterOptions | None = None


@dataclass(frozen=True)
class ServeOptions:
    """cache_bytes: of previews, None for a share of the memory. idle_exit_s: after which a backend
    that nobody needs ends.
    """

    wish: EngineWish
    cache_bytes: int | None
    idle_exit_s: float


@dataclass(frozen=True)
class CompleterOptions:
    """How holes are filled; grow_px and the rest as tasks/complete_run.py has them."""

    pack: PackOptions
    grow_px: int
    feather_px: int
    seed: int


@dataclass(frozen=True)
class CompleteOptions:
    """inputs, mask, output: files or folders, as they were given."""

    inputs: tuple[str, ...]
    mask: str
    output: str
    completer: CompleterOptions
    backend: BackendUse
    invert_mask: bool
    write: WriteOptions
    cluster: ClusterOptions | None = None


@dataclass(frozen=True)
class GenerateOptions:
    """output: as it was given. seeds: of the pictures. side_px: of each of them."""

    output: str
    pack: PackOptions
    backend: BackendUse
    seeds: tuple[int, ...]
    side_px: int
    write: WriteOptions


def add_pack_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", required=True, metavar="ID", help="a pack's id, folder or file")
    parser.add_argument(
        "--alpha", action="append", default=[], metavar="[DIAL=]A[,A...]", help=ALPHA_HELP
    )


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """What nets run on."""
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="auto (the default), cpu, cuda or mps"
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="auto (the default) takes torch where there is a GPU and OpenVINO on the CPU; "
        f"{ENGINE_VARIABLE} says it otherwise",
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="auto (the default) takes bfloat16 where the CPU and OpenVINO have it: several times "
        f"as fast, half a step of 1/255 away on average; {PRECISION_VARIABLE} says it otherwise",
    )
    add_threads_argument(parser)


def add_backend_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether this process computes."""
    backend = parser.add_mutually_exclusive_group()
    backend.add_argument(
        "--via-backend",
        action="store_true",
        help="let the backend process do it, with what it computes on, and start it if none runs; "
        "the pack must be installed. Without this option a backend that runs already does it "
        "where the result is the same and soon done",
    )
    backend.add_argument(
        "--no-backend", action="store_true", help="let no backend do it, although one runs"
    )


def add_stylist_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that stylizes."""
    add_pack_arguments(parser)
    parser.add_argument("--scale", metavar="SIZE", help=SCALE_HELP)
    parser.add_argument(
        "--preserve-color",
        action="store_true",
        help="keep the photo's hues: lightness of the result, chroma of the photo",
    )
    add_engine_arguments(parser)
    add_limit_argument(parser)


def engine_wish(parsed: argparse.Namespace) -> EngineWish:
    """Raises UsageError for words of the environment that say nothing."""
    return wished(parsed.engine, parsed.precision, device=parsed.device, threads=parsed.threads)


def backend_use(parsed: argparse.Namespace) -> BackendUse:
    if parsed.via_backend:
        return BackendUse.ALWAYS
    return BackendUse.NEVER if parsed.no_backend else BackendUse.IF_RUNNING


def pack_options(parsed: argparse.Namespace) -> PackOptions:
    return PackOptions(
        pack=parsed.pack,
        alphas=tuple(parsed.alpha),
        wish=engine_wish(parsed),
        max_pixels=most_pixels(getattr(parsed, "max_megapixels", None)),
    )


def stylist_options(
    parsed: argparse.Namespace, *, alpha_map: str | None = None, bit_depth: int | None = None
) -> StylistOptions:
    """Raises UsageError for a --scale that is none."""
    return StylistOptions(
        pack=pack_options(parsed),
        scale=parse_scale(parsed.scale) if parsed.scale else None,
        preserve_color=parsed.preserve_color,
        alpha_map=Path(alpha_map) if alpha_map else None,
        bit_depth=bit_depth,
    )
