"""A pack loaded into this process, ready for pictures: what stylize and sweep have in common.

Loads an engine: import it once everything else is known to be right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ..compute.choose_engine import choose_engine
from ..compute.engine import StageDone, make_ready
from ..compute.fresh_thread import in_fresh_thread
from ..images.picture import Picture
from ..packs.weights import read_weights
from ..protocol.errors import DeviceError, ImageSizeError
from ..tasks.stylize_run import StylizeSettings, plan_stylize
from .arguments.alpha_map import load_map
from .chosen_pack import ChosenPack
from .options import StylistOptions
from .stylist import Stylized


class LocalStylist:
    """A Stylist of this process."""

    def __init__(self, chosen: ChosenPack, options: StylistOptions) -> None:
        """Load the pack and the map. Raises PackError, DeviceError, ImageError."""
        engine = choose_engine(options.pack.wish)
        self._pack = make_ready(engine, read_weights(chosen.path))
        self._chosen = chosen
        self._options = options
        self._map = None
        if options.alpha_map is not None:
            self._map = load_map(options.alpha_map, max_pixels=options.pack.max_pixels)
        self._ran_out = False  # of memory, at an earlier picture
        self.device = engine.title
        self.pack_sha256 = self._pack.sha256

    def stylize(
        self,
        picture: Picture,
        *,
        name: str,
        turned: Mapping[str, Sequence[float]] | None = None,
        on_stage: StageDone | None = None,
    ) -> Stylized:
        """Raises ImageSizeError or DeviceError when the memory does not do."""
        settings = StylizeSettings(
            self._chosen.dials(turned, use_map=self._map is not None),
            self._options.scale,
            self._options.preserve_color,
            is_deep=(self._options.bit_depth or picture.metadata.bit_depth) > 8,
        )
        map_ = None if self._map is None else self._map.values
        try:
            plan = plan_stylize(self._pack, picture.size, settings, map_=map_)
            run = partial(plan.run, picture.colors, on_stage=on_stage)
            result = in_fresh_thread(run) if self._ran_out else run()
        except (ImageSizeError, DeviceError) as error:
            self._ran_out |= isinstance(error, DeviceError)
            raise type(error)(f"{name}: {error}") from error
        notes = () if self._map is None else self._map.notes_on(picture.size)
        return Stylized(result, plan.working, notes)
