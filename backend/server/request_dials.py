"""What every task's run says in the same words: which pack, and how its dials stand."""

from __future__ import annotations

from collections.abc import Mapping

from ..nets.alpha import Alpha
from ..packs.dial_numbers import LARGEST_ALPHA, at_net_taps
from ..protocol.errors import AlphaError, PackIntegrityError, UsageError
from ..protocol.messages import Run
from .host_pixels import to_map
from .pack_cache import LoadedPack, LoadedPacks

TASK_TITLES = {"style_transfer": "stylizing pictures", "completion": "filling selections"}


def load_for(request: Run, packs: LoadedPacks, *, task: str) -> LoadedPack:
    """The request's pack. Raises a PackError, or UsageError for a pack that is for another task."""
    loaded = packs.get(request.pack)
    pack = loaded.pack
    if pack.manifest.task != task:
        is_for = TASK_TITLES.get(pack.manifest.task, repr(pack.manifest.task))
        raise UsageError(
            f"pack '{request.pack}' is for {is_for}, not for {TASK_TITLES[task]}; choose another "
            "pack"
        )
    if request.pack_sha256 not in (None, pack.sha256):
        raise PackIntegrityError(
            f"pack '{request.pack}' is not the one that was asked for: it has the hash "
            f"{pack.sha256[:12]}…, not {str(request.pack_sha256)[:12]}…; list the packs again"
        )
    return loaded


def alphas_of(request: Run, loaded: LoadedPack) -> Mapping[str, Alpha]:
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
