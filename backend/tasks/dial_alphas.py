"""How the dials of a pack are set, as the alphas of its net."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ..nets.alpha import Alpha
from ..packs.reader import Pack
from ..protocol.dial_spec import DialSetting, DialSpec, check_numbers, unknown_dial

OFF = DialSetting((0.0,))


def make_alphas(
    pack: Pack, dials: Mapping[str, DialSetting], *, map_: torch.Tensor | None = None
) -> dict[str, Alpha]:
    """Every dial's alpha, in the pack's order, as the sum of the dials depends on it bit for bit.
    Dials that are not named stand at 0. map_: (H, W) in [0, 1], for those that use it.

    Raises AlphaError for a dial that the pack does not have, and for numbers of no use.
    """
    manifest = pack.manifest
    for name in dials:
        if manifest.dial(name) is None:
            raise unknown_dial(name, manifest.dials, pack=manifest.id)
    return {spec.id: _alpha(pack, spec, dials.get(spec.id, OFF), map_) for spec in manifest.dials}


def _alpha(pack: Pack, spec: DialSpec, setting: DialSetting, map_: torch.Tensor | None) -> Alpha:
    check_numbers(spec, setting.numbers)
    numbers = setting.numbers
    if len(numbers) > 1:  # one for each of the dial's taps: the net may have more
        own = dict(zip(spec.taps, numbers, strict=True))
        numbers = tuple(own.get(tap, 0.0) for tap in pack.net.taps)
    return Alpha(numbers, map_ if setting.use_map else None)
