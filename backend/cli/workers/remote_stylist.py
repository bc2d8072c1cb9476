"""Stylizing in the backend's process, with the result that this process would have made, in the
same precision.
"""

from __future__ import annotations

import secrets

import numpy as np
from PIL import Image

from ...compute.engine import StageDone
from ...images.color.icc_profile import Floats
from ...protocol.messages import Mask, StylizeRun
from ...protocol.pixels import Pixels
from ...tasks.working_size import working_size
from ..arguments.alpha_map import load_map
from ..chosen_pack import ChosenPack
from ..options import StylistOptions
from .backend_link import BackendLink
from .stylist import Stylized, StylizeJob
from .travel import fits, has_8_bits, to_pixels, to_values
from .worker import BACKEND

MOST_UNASKED_PX = 1 << 20  # at which the net sees a picture: a second or two on most CPUs


class RemoteStylist:
    """A Stylist of the backend's process."""

    computed_by = BACKEND

    def __init__(self, chosen: ChosenPack, options: StylistOptions, link: BackendLink) -> None:
        """Read the map. Raises ImageError."""
        self._chosen = chosen
        self._options = options
        self._link = link
        self.device = link.device
        self.pack_sha256 = link.pack_sha256
        self._map = None
        if options.alpha_map is not None:
            self._map = load_map(options.alpha_map, max_pixels=options.pack.max_pixels)

    def may_do_unasked(self, job: StylizeJob) -> bool:
        """Not with a map: it travels in the picture's size and 8 bits."""
        if self._map is not None or not fits(job.picture.size, 3, self._link.limits):
            return False
        height, width = self._working(job)
        return height * width <= MOST_UNASKED_PX

    def do(self, job: StylizeJob, on_stage: StageDone | None = None) -> Stylized:
        """Errors as a LocalStylist's, and ProtocolErrors."""
        picture = job.picture
        working = self._working(job)
        is_deep = self._options.is_deep(picture.metadata.bit_depth)
        is_changed = job.is_made_smaller or picture.metadata.profile is not None
        is_rounded = not (is_deep or is_changed or picture.metadata.alpha is not None)
        in_8_bits = is_rounded and has_8_bits(picture.colors)
        mask = None
        if self._map is not None:
            mask = Mask(_fitted(self._map.values, picture.size), "alpha_map")
        request = StylizeRun(
            job=secrets.token_hex(8),
            pack=self._chosen.manifest.id,
            pack_sha256=self.pack_sha256,
            dials=self._chosen.dials(job.turned, use_map=mask is not None),
            pixels=to_pixels(picture.colors, in_8_bits=in_8_bits),
            mask=mask,
            working_size_px=max(working),
            preserve_color=self._options.preserve_color,
            ends_in_8_bits=not is_deep,
        )
        notes = () if self._map is None else self._map.notes_on(picture.size)
        made = self._link.ask(request, on_stage, name=job.name)
        return Stylized(to_values(made), working, notes)

    def _working(self, job: StylizeJob) -> tuple[int, int]:
        default_px = self._chosen.manifest.working_size_px
        return working_size(job.picture.size, self._options.scale, default_px=default_px)


def _fitted(map_: Floats, size: tuple[int, int]) -> Pixels:
    """A map (H, W) as the protocol has it: of the picture's size, in 8 bits."""
    height, width = size
    fitted = Image.fromarray(map_)
    if map_.shape != size:
        fitted = fitted.resize((width, height), Image.Resampling.BICUBIC)  # as a net's own map is
    return to_pixels(np.clip(np.asarray(fitted), 0, 1)[..., None], in_8_bits=True)
