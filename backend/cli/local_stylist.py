"""A loaded pack with its dials set, ready for pictures; what stylize and sweep have in common."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..compute.fresh_thread import in_fresh_thread
from ..packs import Manifest, find_pack, read_manifest
from ..packs.dial_numbers import at_net_taps
from ..protocol.errors import DeviceError, ImageSizeError
from ..tasks.working_size import SCALE_HELP, Scale, parse_scale, working_size
from .arguments.dials import ALPHA_HELP, Settings, range_notes, read_settings
from .arguments.files import opened_input
from .arguments.numbers import add_threads_argument
from .arguments.pictures import add_limit_argument, most_pixels
from .arguments.tasks import check_task
from .console import Console

if TYPE_CHECKING:  # torch is loaded only once everything else is known to be right
    import torch

    from ..images.color.icc_profile import Floats
    from ..images.picture import Picture
    from ..nets.alpha import Alpha
    from ..nets.dynamic_net import StageDone

TASK = "style_transfer"
LARGEST_STRETCH = 1.03  # of a map over its picture before the user is told: more than rounding


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that runs a net."""
    parser.add_argument("--pack", required=True, metavar="ID", help="a pack's id, folder or file")
    parser.add_argument(
        "--alpha", action="append", default=[], metavar="[DIAL=]A[,A...]", help=ALPHA_HELP
    )
    parser.add_argument("--scale", metavar="SIZE", help=SCALE_HELP)
    parser.add_argument(
        "--preserve-color",
        action="store_true",
        help="keep the photo's hues: lightness of the result, chroma of the photo",
    )
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="auto (the default), cpu, cuda or mps"
    )
    add_threads_argument(parser)
    add_limit_argument(parser)


class Stylist:
    """Checks the options on creation, without torch; load() then makes it ready to stylize."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Raises UsageError, AlphaError or a PackError."""
        self.scale: Scale | None = parse_scale(options.scale) if options.scale else None
        self.path: Path = find_pack(options.pack)
        self.manifest: Manifest = read_manifest(self.path)
        check_task(self.manifest, TASK)
        self.settings: Settings = read_settings(options.alpha, self.manifest)
        self._options = options
        self._ran_out = False  # of memory, at an earlier picture
        self._map: torch.Tensor | None = None
        self._map_notes: tuple[str, ...] = ()

    def tell_ranges(self, console: Console, settings: Settings) -> None:
        """Tell about numbers beyond what the dials were trained on, or beyond what is safe."""
        notes, warnings = range_notes(settings, self.manifest)
        for text in notes:
            console.note(f"note: {text}")
        for text in warnings:
            console.warning(text)

    def load(self, *, map_path: Path | None = None) -> None:
        """Load the pack and the map onto the device. Raises PackError, DeviceError, ImageError."""
        import torch

        from ..compute.device import choose_device, device_title, set_threads
        from ..compute.glibc_malloc import keep_freed_memory
        from ..images.mask_reader import read_alpha_map
        from ..packs.reader import load_pack

        keep_freed_memory()
        if self._options.threads is not None:
            set_threads(self._options.threads)
        self.device = choose_device(self._options.device)
        self.device_title = device_title(self.device)
        self.pack = load_pack(self.path)
        self.pack.net.to(self.device)
        if map_path is not None:
            with opened_input(map_path) as file:
                map_, self._map_notes = read_alpha_map(
                    file, name=str(map_path), max_pixels=most_pixels(self._options)
                )
            self._map = torch.from_numpy(map_).to(self.device)

    @property
    def device_type(self) -> str:
        return self.device.type

    def pack_members(self) -> dict[str, str]:
        """What a JSON document says about the pack."""
        id_, version = self.manifest.id, self.manifest.version
        return {"id": id_, "version": version, "sha256": self.pack.sha256}

    def working(self, picture: Picture) -> tuple[int, int]:
        """The (height, width) that the net works at for this picture."""
        return working_size(picture.size, self.scale, default_px=self.manifest.working_size_px)

    def notes_on(self, picture: Picture) -> tuple[str, ...]:
        """What the user should know about the options with this picture."""
        if self._map is None:
            return ()
        height, width = picture.size
        stretch = self._map.shape[1] * height / (self._map.shape[0] * width)
        if 1 / LARGEST_STRETCH <= stretch <= LARGEST_STRETCH:
            return self._map_notes
        stretched = "the alpha map has another shape and was stretched over the picture"
        return (*self._map_notes, stretched)

    def stylize(
        self,
        picture: Picture,
        *,
        name: str,
        settings: Mapping[str, Sequence[float]] | None = None,
        on_stage: StageDone | None = None,
    ) -> Floats:
        """The result (H, W, 3) at the picture's size. settings: dials that differ from the options'
        own.

        Raises ImageSizeError or DeviceError when the memory does not do.
        """
        from ..compute.device import memory_at_hand
        from ..images.color.oklab import preserve_color
        from ..images.tensors import to_colors, to_tensor
        from ..tasks.memory_budget import needs_bands
        from ..tasks.style_transfer import stylize_at

        working = self.working(picture)
        alphas = self._alphas({**self.settings, **(settings or {})})
        memory = memory_at_hand(self.device)
        net, image = self.pack.net, to_tensor(picture.colors)
        try:
            in_bands = needs_bands(net, working=working, full=picture.size, memory=memory)
            compute = partial(
                stylize_at,
                net,
                image,
                alphas,
                working=working,
                in_bands=in_bands,
                on_stage=on_stage,
            )
            result = in_fresh_thread(compute) if self._ran_out else compute()
        except (ImageSizeError, DeviceError) as error:
            self._ran_out |= isinstance(error, DeviceError)
            raise type(error)(f"{name}: {error}") from error
        if self._options.preserve_color:
            result = preserve_color(image, result)
        return to_colors(result)

    def _alphas(self, settings: Mapping[str, Sequence[float]]) -> dict[str, Alpha]:
        from ..nets.alpha import Alpha

        taps = list(self.pack.net.taps)
        return {
            dial.id: Alpha(at_net_taps(settings[dial.id], dial, taps), self._map)
            for dial in self.manifest.dials
        }
