"""One request to fill a hole, from the host's bytes to the result in the same layout.

Previews and runs that count take the same path: the patch fill does not depend on any dial and is
kept, so that a moved dial costs what the net costs, and what was shown is what is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import torch

from ..compute.device import memory_at_hand
from ..images.limits import check_picture_fits
from ..protocol.errors import DeviceError
from ..protocol.messages import CompleteRun, Result, Stage
from ..protocol.pixels import Pixels
from ..tasks.completion import Completion, HoleSettings, start_completion
from ..tasks.inpainting.fills import Progress
from .host_pixels import cover_of, digest, to_completed, to_cutout, to_image, to_map
from .pack_cache import LoadedPack, LoadedPacks
from .preview_cache import ActivationCache, CacheKey
from .progress import Report, StageClock, timed
from .request_dials import alphas_of, load_for

TASK = "completion"
FILL_SHARE = 0.7  # of the progress: searching patches takes longer than the net


class CompleteRunner:
    """For one thread."""

    def __init__(self, packs: LoadedPacks, cache: ActivationCache) -> None:
        self._packs = packs
        self._cache = cache

    def run(self, request: CompleteRun, report: Report) -> Result:
        """Raises DynamicStyleErrors, and whatever report raises."""
        timings: dict[str, float] = {}
        with timed(timings, "load"):
            report(0.0, "loading the pack")
            loaded = load_for(request, self._packs, task=TASK)
        try:
            pixels = self._completed(request, loaded, report, timings)
        except DeviceError:
            if not len(self._cache):
                raise
            self._cache.clear()  # the memory that it held may be what was missing
            pixels = self._completed(request, loaded, report, timings)
        finally:
            self._cache.settle()
        pixels.sha256()  # computed here, so that the thread that sends need not
        return Result(request.job, pixels, timings)

    def _completed(
        self, request: CompleteRun, loaded: LoadedPack, report: Report, timings: dict[str, float]
    ) -> Pixels:
        pixels = request.pixels
        check_picture_fits((pixels.height, pixels.width), memory_at_hand(torch.device("cpu")))
        alphas = alphas_of(request, loaded)

        def filled(share: float) -> None:
            report(FILL_SHARE * share, "searching patches")

        with timed(timings, "fill"):
            report(0.0, "searching patches")
            settings = _settings(request, loaded)
            completion = self._cache.get(
                _key(request, loaded, settings),
                lambda: _started(request, loaded, settings, filled),
            )
        if request.is_cutout:
            # within the hole the fill alone, whatever the selection's softness
            hole = (completion.mask > 0).to(completion.mask.dtype)
            shown = replace(completion, mask=hole)
        else:
            shown = completion

        def net_report(fraction: float, stage: Stage) -> None:
            report(FILL_SHARE + (1 - FILL_SHARE) * fraction, stage)

        clock = StageClock(loaded, net_report, doing="blending in")
        with timed(timings, "net"):
            image = shown.run(alphas, on_stage=clock.stage_done)
        with timed(timings, "write"):
            if request.is_cutout:
                return to_cutout(image, pixels, completion.mask)
            return to_completed(image, pixels, completion.mask)


def _settings(request: CompleteRun, loaded: LoadedPack) -> HoleSettings:
    return HoleSettings(
        grow_px=request.grow_px,
        feather_px=request.feather_px,
        seed=request.seed,
        working_px=loaded.pack.manifest.working_size_px,
    )


def _started(
    request: CompleteRun,
    loaded: LoadedPack,
    settings: HoleSettings,
    on_fill: Progress,
) -> Completion:
    return start_completion(
        loaded.pack.net,
        to_image(request.pixels),
        to_map(request.mask)[None, None],
        settings=settings,
        cover=cover_of(request.pixels),
        on_fill=on_fill,
    )


def _key(request: CompleteRun, loaded: LoadedPack, settings: HoleSettings) -> CacheKey:
    """All that a fill depends on."""
    hashed = hashlib.sha256(digest(request.pixels) + digest(request.mask.pixels))
    hashed.update(repr(settings).encode())
    size = (request.pixels.height, request.pixels.width)
    return CacheKey(loaded.pack.sha256, hashed.digest(), size)
