"""stylize --via-backend: the running backend does the work, and is started if none runs.

Pictures travel as 32-bit floats, so that the result is the one that this process would have made.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ..packs import Manifest, shipped_packs_folder, user_packs_folder
from ..packs.sources import open_pack, read_checked_manifest
from ..protocol.errors import BackendError, DeviceError, ImageSizeError, UsageError
from ..protocol.messages import DialSetting, Mask, Progress, StylizeRun
from ..protocol.pixels import Buffer, Pixels, packed_pixels
from ..protocol.process.client import Client
from ..protocol.process.launch import connect_or_start
from .arguments.dials import Settings
from .arguments.files import opened_input
from .arguments.pictures import most_pixels
from .console import PROGRAM, Console
from .local_stylist import Stylist

if TYPE_CHECKING:
    from ..images.color.icc_profile import Floats
    from ..images.picture import Picture
    from ..nets.dynamic_net import StageDone

STEPS = 1000  # of progress: the backend tells a fraction, the console counts stages


def add_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--via-backend",
        action="store_true",
        help="let the backend process do it, and start it if none runs; the pack "
        "must be installed, and --device and --threads are what the backend was started with",
    )


class BackendStylist:
    """Takes a Stylist's place. Checks the options on creation, as that does."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Raises UsageError, AlphaError or a PackError."""
        if options.device != "auto" or options.threads is not None:
            raise UsageError(
                f"--device and --threads are the backend's own; leave them out, or give them to "
                f"'{PROGRAM} serve'"
            )
        self._checked = Stylist(options)
        path = self._checked.path
        if path.parent not in (user_packs_folder(), shipped_packs_folder()):
            raise UsageError(
                f"--via-backend runs installed packs only; '{PROGRAM} packs install {path}' "
                "installs this one"
            )
        with open_pack(path) as source:
            _, self._sha256 = read_checked_manifest(source, path)
        self._preserve_color: bool = options.preserve_color
        self._most_pixels = most_pixels(options)
        self._client: Client | None = None
        self._map: Floats | None = None
        self._map_notes: tuple[str, ...] = ()

    @property
    def manifest(self) -> Manifest:
        return self._checked.manifest

    @property
    def settings(self) -> Settings:
        return self._checked.settings

    def tell_ranges(self, console: Console, settings: Settings) -> None:
        self._checked.tell_ranges(console, settings)

    def load(self, *, map_path: Path | None = None) -> None:
        """Connect to the backend and read the map. Raises ProtocolError or ImageError."""
        from ..images.mask_reader import read_alpha_map

        if map_path is not None:
            with opened_input(map_path) as file:
                self._map, self._map_notes = read_alpha_map(
                    file, name=str(map_path), max_pixels=self._most_pixels
                )
        interpreter = Path(sys.executable)
        self._client = connect_or_start(
            host=PROGRAM, version=version(PROGRAM), interpreter=interpreter
        )
        self.device_type = self._client.hello().device

    def close(self) -> None:
        """Let go of the backend, which stays for others."""
        if self._client is not None:
            self._client.close()

    def pack_members(self) -> dict[str, str]:
        id_, number = self.manifest.id, self.manifest.version
        return {"id": id_, "version": number, "sha256": self._sha256}

    def working(self, picture: Picture) -> tuple[int, int]:
        return self._checked.working(picture)

    def notes_on(self, picture: Picture) -> tuple[str, ...]:
        if self._map is None or self._map.shape == picture.size:
            return self._map_notes
        stretched = "the alpha map has another size and was stretched over the picture"
        return (*self._map_notes, stretched)

    def stylize(
        self,
        picture: Picture,
        *,
        name: str,
        settings: Mapping[str, Sequence[float]] | None = None,
        on_stage: StageDone | None = None,
    ) -> Floats:
        """The result (H, W, 3) at the picture's size; errors as a Stylist's, and ProtocolErrors."""
        if self._client is None:
            raise BackendError("not connected to the backend; load() comes first")
        request = self._request(picture, {**self.settings, **(settings or {})})
        try:
            for event in self._client.run(request):
                if not isinstance(event, Progress):
                    return _to_colors(event.pixels.data, picture.size)
                if on_stage is not None:
                    on_stage(round(event.fraction * STEPS), STEPS)
        except (ImageSizeError, DeviceError) as error:
            raise type(error)(f"{name}: {error}") from error
        raise BackendError(f"{name}: the backend sent no result; try again")

    def _request(self, picture: Picture, settings: Mapping[str, Sequence[float]]) -> StylizeRun:
        height, width = picture.size
        samples = picture.colors.astype("<f4", copy=False)  # tobytes() is in reading order
        mask = None if self._map is None else Mask(_gray(self._map, picture.size), "alpha_map")
        has_map = mask is not None
        return StylizeRun(
            job=secrets.token_hex(8),
            pack=self.manifest.id,
            pack_sha256=self._sha256,
            dials={d: DialSetting(tuple(numbers), has_map) for d, numbers in settings.items()},
            pixels=packed_pixels(
                width, height, samples.tobytes(), layout="rgb", depth="f32", alpha="none"
            ),
            mask=mask,
            working_size_px=max(self.working(picture)),
            preserve_color=self._preserve_color,
        )


def _gray(map_: Floats, size: tuple[int, int]) -> Pixels:
    """A map (H, W) as the protocol has it: of the picture's size, in 8 bits."""
    import numpy as np
    from PIL import Image

    height, width = size
    fitted = Image.fromarray(map_)
    if map_.shape != size:
        fitted = fitted.resize((width, height), Image.Resampling.BICUBIC)  # as a net's own map is
    samples = np.clip(np.rint(np.asarray(fitted) * 255), 0, 255).astype(np.uint8)
    return packed_pixels(width, height, samples.tobytes(), layout="gray", depth="u8", alpha="none")


def _to_colors(data: Buffer, size: tuple[int, int]) -> Floats:
    import numpy as np

    return np.frombuffer(data, "<f4").reshape(*size, 3)
