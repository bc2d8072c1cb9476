"""One request to stylize, from the host's bytes to the result in the same layout.

A run that counts takes the command line's own path, so that both give the same bytes; a preview
goes through kept activations.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import torch

from .activation_cache import ActivationCache, CacheKey
from .color import preserve_color
from .device import is_out_of_memory, memory_at_hand
from .dial_settings import LARGEST_ALPHA, at_net_taps
from .loaded_packs import LoadedPack, LoadedPacks
from .nets.alpha import Alpha
from .pixel_conversion import digest, to_image, to_map, to_pixels
from .protocol.errors import AlphaError, DeviceError, PackIntegrityError, UsageError
from .protocol.messages import Mask, Result, StylizeRun
from .protocol.pixels import Pixels
from .tasks.style_preview import run_preview, start_preview
from .tasks.style_transfer import stylize_at
from .tiling import check_picture_fits, check_run_fits, out_of_memory_advice
from .working_size import Scale, working_size

TASK = "style_transfer"

# How much of the run is done, 0 to 1, and what is going on. May raise to stop the run.
Report = Callable[[float, str], None]


class StylizeRunner:
    """For one thread."""

    def __init__(self, packs: LoadedPacks, cache: ActivationCache, *, device: torch.device) -> None:
        self._packs = packs
        self._cache = cache
        self._device = device

    def run(self, request: StylizeRun, report: Report) -> Result:
        """Raises DynamicStyleErrors, and whatever report raises."""
        timings: dict[str, float] = {}
        with _timed(timings, "load"):
            report(0.0, "loading the pack")
            loaded = self._load(request)
        try:
            pixels = self._painted(request, loaded, report, timings)
        except DeviceError:
            if not len(self._cache):
                raise
            self._cache.clear()  # the memory that it held may be what was missing
            pixels = self._painted(request, loaded, report, timings)
        finally:
            self._cache.settle()
        pixels.sha256()  # computed here, so that the thread that sends need not
        return Result(request.job, pixels, timings)

    def idle(self) -> None:
        """To be called now and then while there is nothing to do."""
        self._packs.unload_idle()

    def _load(self, request: StylizeRun) -> LoadedPack:
        loaded = self._packs.get(request.pack)
        pack = loaded.pack
        if pack.manifest.task != TASK:
            raise UsageError(
                f"pack '{request.pack}' is for {pack.manifest.task!r}, not for pictures to "
                "stylize; choose another pack"
            )
        if request.pack_sha256 not in (None, pack.sha256):
            raise PackIntegrityError(
                f"pack '{request.pack}' is not the one that was asked for: it has the hash "
                f"{pack.sha256[:12]}…, not {str(request.pack_sha256)[:12]}…; list the packs again"
            )
        return loaded

    def _painted(
        self, request: StylizeRun, loaded: LoadedPack, report: Report, timings: dict[str, float]
    ) -> Pixels:
        """The result's pixels. Raises DeviceError wherever on the way memory runs out."""
        try:
            image = self._stylized(request, loaded, report, timings)
            with _timed(timings, "write"):
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
        self, request: StylizeRun, loaded: LoadedPack, report: Report, timings: dict[str, float]
    ) -> torch.Tensor:
        pixels, pack = request.pixels, loaded.pack
        size = (pixels.height, pixels.width)
        wish = Scale(long_side_px=request.working_size_px) if request.working_size_px else None
        working = working_size(size, wish, default_px=pack.manifest.working_size_px)
        alphas = _alphas(request, loaded)
        clock = _StageClock(loaded, report)
        check_picture_fits(size, memory_at_hand(torch.device("cpu")))
        check_run_fits(pack.net, working=working, full=size, memory=memory_at_hand(self._device))
        photo: torch.Tensor | None = None
        if request.preview_stream is None:
            with _timed(timings, "read"):
                photo = to_image(pixels)
            with _timed(timings, "net"):
                image = stylize_at(
                    pack.net, photo, alphas, working=working, on_stage=clock.stage_done
                )
            clock.learn()
        else:
            with _timed(timings, "read"):
                replay = self._cache.get(
                    CacheKey(pack.sha256, digest(pixels), working),
                    lambda: start_preview(pack.net, to_image(pixels), working=working),
                )
            with _timed(timings, "net"):
                image = run_preview(
                    replay, alphas, working=working, size=size, on_stage=clock.stage_done
                )
        if request.preserve_color:
            with _timed(timings, "color"):
                image = preserve_color(to_image(pixels) if photo is None else photo, image)
        return image


class _StageClock:
    """Tells how much of a net is done, by how long each stage took the last time."""

    def __init__(self, loaded: LoadedPack, report: Report) -> None:
        self._loaded = loaded
        self._report = report
        self._seconds: list[float] = []
        self._last = time.perf_counter()

    def stage_done(self, done: int, total: int) -> None:
        now = time.perf_counter()
        self._seconds.append(now - self._last)
        self._last = now
        known = self._loaded.stage_seconds
        if len(known) == total and sum(known) > 0:
            fraction = sum(known[:done]) / sum(known)
        else:
            fraction = done / total
        self._report(min(1.0, fraction), "painting")

    def learn(self) -> None:
        """Remember how long the stages took, for the next run."""
        self._loaded.stage_seconds = self._seconds


class _timed:
    """Adds the seconds that a block takes to timings[step]."""

    def __init__(self, timings: dict[str, float], step: str) -> None:
        self._timings = timings
        self._step = step

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_error: object) -> None:
        spent = time.perf_counter() - self._started
        self._timings[self._step] = self._timings.get(self._step, 0.0) + spent


def _alphas(request: StylizeRun, loaded: LoadedPack) -> Mapping[str, Alpha]:
    """Every dial's alpha, in the pack's order, as the sum of the dials depends on it bit for bit.
    Raises AlphaError.
    """
    manifest, net = loaded.pack.manifest, loaded.pack.net
    for name in request.dials:
        if manifest.dial(name) is None:
            ids = ", ".join(dial.id for dial in manifest.dials)
            raise AlphaError(
                f"pack '{manifest.id}' has no dial '{name}'; its dials are: {ids or 'none'}"
            )
    mask = request.mask
    map_ = to_map(mask) if mask is not None and mask.role != "selection" else None
    alphas = {}
    for dial in manifest.dials:
        setting = request.dials.get(dial.id)
        if setting is None:
            alphas[dial.id] = Alpha((0.0,))
            continue
        if len(setting.numbers) not in (1, len(dial.taps)):
            raise AlphaError(
                f"dial '{dial.id}': {len(setting.numbers)} numbers; it takes 1, or "
                f"{len(dial.taps)} for its taps {', '.join(dial.taps)}"
            )
        for number in setting.numbers:
            if abs(number) > LARGEST_ALPHA:
                raise AlphaError(
                    f"dial '{dial.id}': {number:g} cannot be used; alpha is usually between 0 and "
                    f"1 and never beyond {LARGEST_ALPHA:g}"
                )
        numbers = at_net_taps(setting.numbers, dial, list(net.taps))
        alphas[dial.id] = Alpha(numbers, map_ if setting.use_map else None)
    return alphas


def _selection(request: StylizeRun) -> Mask | None:
    mask = request.mask
    return None if mask is None or mask.role == "alpha_map" else mask
