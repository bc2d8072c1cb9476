"""One request to stylize, from the host's bytes to the result in the same layout.

A run that counts takes the command line's own path, so that both give the same bytes; a preview
goes through kept activations.
"""

from __future__ import annotations

import torch

from ..compute.device import is_out_of_memory, memory_at_hand
from ..images.color.oklab import preserve_color
from ..images.limits import check_picture_fits
from ..protocol.errors import DeviceError
from ..protocol.messages import Mask, Result, StylizeRun
from ..protocol.pixels import Pixels
from ..tasks.memory_budget import needs_bands, out_of_memory_advice
from ..tasks.style_preview import run_preview, start_preview
from ..tasks.style_transfer import stylize_at
from ..tasks.working_size import Scale, working_size
from .host_pixels import digest, to_image, to_pixels
from .pack_cache import LoadedPack, LoadedPacks
from .preview_cache import ActivationCache, CacheKey
from .progress import Report, StageClock, timed
from .request_dials import alphas_of, load_for

TASK = "style_transfer"


class StylizeRunner:
    """For one thread."""

    def __init__(self, packs: LoadedPacks, cache: ActivationCache, *, device: torch.device) -> None:
        self._packs = packs
        self._cache = cache
        self._device = device

    def run(self, request: StylizeRun, report: Report) -> Result:
        """Raises DynamicStyleErrors, and whatever report raises."""
        timings: dict[str, float] = {}
        with timed(timings, "load"):
            report(0.0, "loading the pack")
            loaded = load_for(request, self._packs, task=TASK)
        try:
            pixels = self._painted(request, loaded, report, timings)
        except DeviceError:
            if not len(self._cache):
                raise
            self._cache.clear()  # the memory that it held may be what was missing
            pixels = self._painted(request, loaded, report, timings, sparingly=True)
        finally:
            self._cache.settle()
        pixels.sha256()  # computed here, so that the thread that sends need not
        return Result(request.job, pixels, timings)

    def _painted(
        self,
        request: StylizeRun,
        loaded: LoadedPack,
        report: Report,
        timings: dict[str, float],
        *,
        sparingly: bool = False,
    ) -> Pixels:
        """The result's pixels. sparingly: in bands, however much memory there seems to be. Raises
        DeviceError wherever on the way memory runs out.
        """
        try:
            image = self._stylized(request, loaded, report, timings, sparingly=sparingly)
            with timed(timings, "write"):
                return to_pixels(image, request.pixels, _selection(request))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            size = (request.pixels.height, request.pixels.width)
            raise DeviceError(
                f"memory ran out on a picture of {size[1]} x {size[0]} pixels; "
                + out_of_memory_advice(size)
            ) from error

    def _stylized(
        self,
        request: StylizeRun,
        loaded: LoadedPack,
        report: Report,
        timings: dict[str, float],
        *,
        sparingly: bool,
    ) -> torch.Tensor:
        pixels, pack = request.pixels, loaded.pack
        size = (pixels.height, pixels.width)
        wish = Scale(long_side_px=request.working_size_px) if request.working_size_px else None
        working = working_size(size, wish, default_px=pack.manifest.working_size_px)
        alphas = alphas_of(request, loaded)
        clock = StageClock(loaded, report, doing="painting")
        check_picture_fits(size, memory_at_hand(torch.device("cpu")))
        memory = memory_at_hand(self._device)
        in_bands = needs_bands(pack.net, working=working, full=size, memory=memory) or sparingly
        photo: torch.Tensor | None = None
        if request.preview_stream is None or in_bands:
            with timed(timings, "read"):
                photo = to_image(pixels)
            with timed(timings, "net"):
                image = stylize_at(
                    pack.net,
                    photo,
                    alphas,
                    working=working,
                    in_bands=in_bands,
                    on_stage=clock.stage_done,
                )
            clock.learn()
        else:
            with timed(timings, "read"):
                replay = self._cache.get(
                    CacheKey(pack.sha256, digest(pixels), working),
                    lambda: start_preview(pack.net, to_image(pixels), working=working),
                )
            with timed(timings, "net"):
                image = run_preview(
                    replay, alphas, working=working, size=size, on_stage=clock.stage_done
                )
        if request.preserve_color:
            with timed(timings, "color"):
                image = preserve_color(to_image(pixels) if photo is None else photo, image)
        return image


def _selection(request: StylizeRun) -> Mask | None:
    mask = request.mask
    return None if mask is None or mask.role == "alpha_map" else mask
