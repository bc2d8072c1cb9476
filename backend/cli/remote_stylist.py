"""stylize --via-backend: the running backend does the work, and is started if none runs.

A picture that is 8 bits here and becomes 8 bits again travels as such, all others as 32-bit floats.
So the result is the one that this process would have made, in the same precision.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ..compute.engine_wish import wished
from ..packs import identify_pack, shipped_packs_folder, user_packs_folder
from ..protocol.errors import BackendError, DeviceError, ImageSizeError, UsageError
from ..protocol.messages import Mask, Progress, StylizeRun
from ..protocol.pixels import Depth, Pixels, packed_pixels
from ..protocol.process.launch import connect_or_start
from ..tasks.working_size import working_size
from .arguments.alpha_map import load_map
from .chosen_pack import ChosenPack
from .console import PROGRAM
from .options import PackOptions, StylistOptions
from .stylist import Stylized

if TYPE_CHECKING:
    from ..compute.engine import StageDone
    from ..images.color.icc_profile import Floats
    from ..images.picture import Picture

STEPS = 1000  # of progress: the backend tells a fraction, the console counts stages


class RemoteStylist:
    """A Stylist of the backend's process."""

    def __init__(self, chosen: ChosenPack, options: StylistOptions) -> None:
        """Read the map and connect to the backend. Raises ProtocolError, ImageError, or UsageError
        for what only this process could do.
        """
        check_options(options.pack)
        if chosen.path.parent not in (user_packs_folder(), shipped_packs_folder()):
            raise UsageError(
                f"--via-backend runs installed packs only; '{PROGRAM} packs install {chosen.path}' "
                "installs this one"
            )
        _, self.pack_sha256 = identify_pack(chosen.path)
        self._chosen = chosen
        self._options = options
        self._map = None
        if options.alpha_map is not None:
            self._map = load_map(options.alpha_map, max_pixels=options.pack.max_pixels)
        interpreter = Path(sys.executable)
        self._client = connect_or_start(
            host=PROGRAM, version=version(PROGRAM), interpreter=interpreter
        )
        try:
            self.device = self._client.hello().device
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the backend, which stays for others."""
        self._client.close()

    def stylize(
        self,
        picture: Picture,
        *,
        name: str,
        turned: Mapping[str, Sequence[float]] | None = None,
        on_stage: StageDone | None = None,
    ) -> Stylized:
        """Errors as a LocalStylist's, and ProtocolErrors."""
        working = working_size(
            picture.size,
            self._options.scale,
            default_px=self._chosen.manifest.working_size_px,
        )
        notes = () if self._map is None else self._map.notes_on(picture.size)
        request = self._request(picture, turned, long_side_px=max(working))
        try:
            for event in self._client.run(request):
                if not isinstance(event, Progress):
                    return Stylized(_to_colors(event.pixels, picture.size), working, notes)
                if on_stage is not None:
                    on_stage(round(event.fraction * STEPS), STEPS)
        except (ImageSizeError, DeviceError) as error:
            raise type(error)(f"{name}: {error}") from error
        raise BackendError(f"{name}: the backend sent no result; try again")

    def _request(
        self,
        picture: Picture,
        turned: Mapping[str, Sequence[float]] | None,
        *,
        long_side_px: int,
    ) -> StylizeRun:
        height, width = picture.size
        data, depth = self._samples(picture)
        mask = None
        if self._map is not None:
            mask = Mask(_gray(self._map.values, picture.size), "alpha_map")
        return StylizeRun(
            job=secrets.token_hex(8),
            pack=self._chosen.manifest.id,
            pack_sha256=self.pack_sha256,
            dials=self._chosen.dials(turned, use_map=mask is not None),
            pixels=packed_pixels(width, height, data, layout="rgb", depth=depth, alpha="none"),
            mask=mask,
            working_size_px=long_side_px,
            preserve_color=self._options.preserve_color,
        )

    def _samples(self, picture: Picture) -> tuple[bytes, Depth]:
        """The colours in reading order, and the depth in which nothing of them is lost."""
        from ..images.picture import as_floats, as_samples

        if (self._options.bit_depth or picture.metadata.bit_depth) == 8:
            samples = as_samples(picture.colors, 8)
            if picture.metadata.profile is None and (as_floats(samples) == picture.colors).all():
                return samples.tobytes(), "u8"
        return picture.colors.astype("<f4", copy=False).tobytes(), "f32"


def check_options(options: PackOptions) -> None:
    """Raises UsageError for options that are the backend's own."""
    if options.wish != wished(None, None):
        raise UsageError(
            "--device, --engine, --precision and --threads are the backend's own; leave them out, "
            f"or give them to '{PROGRAM} serve'"
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


def _to_colors(pixels: Pixels, size: tuple[int, int]) -> Floats:
    import numpy as np

    from ..images.picture import as_floats

    if pixels.depth == "u8":
        return as_floats(np.frombuffer(pixels.data, np.uint8).reshape(*size, 3))
    return np.frombuffer(pixels.data, "<f4").reshape(*size, 3)
