"""Stylizing in this process. Loads an engine (local_pack.py)."""

from __future__ import annotations

from ...compute.engine import StageDone
from ...tasks.stylize_run import StylizeSettings, plan_stylize
from ..arguments.alpha_map import load_map
from ..chosen_pack import ChosenPack
from ..options import StylistOptions
from .local_pack import LocalPack
from .stylist import Stylized, StylizeJob


class LocalStylist(LocalPack):
    """A Stylist of this process."""

    def __init__(self, chosen: ChosenPack, options: StylistOptions) -> None:
        """Load the pack and the map. Raises PackError, DeviceError, ImageError."""
        super().__init__(chosen, options.pack)
        self._chosen = chosen
        self._options = options
        self._map = None
        if options.alpha_map is not None:
            self._map = load_map(options.alpha_map, max_pixels=options.pack.max_pixels)

    def do(self, job: StylizeJob, on_stage: StageDone | None = None) -> Stylized:
        """Raises ImageSizeError or DeviceError when the memory does not do."""
        picture = job.picture
        settings = StylizeSettings(
            self._chosen.dials(job.turned, use_map=self._map is not None),
            self._options.scale,
            self._options.preserve_color,
            is_deep=self._options.is_deep(picture.metadata.bit_depth),
        )
        map_ = None if self._map is None else self._map.values

        def run() -> Stylized:
            plan = plan_stylize(self.pack, picture.size, settings, map_=map_)
            notes = () if self._map is None else self._map.notes_on(picture.size)
            return Stylized(plan.run(picture.colors, on_stage=on_stage), plan.working, notes)

        return self.compute(run, name=job.name)
