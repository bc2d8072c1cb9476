"""How the dials of a pack are set, as the alphas of its net."""

from __future__ import annotations

from collections.abc import Mapping

from ..compute.engine import DialAlpha
from ..images.color.icc_profile import Floats
from ..packs import Manifest
from ..protocol.dial_spec import DialSetting, DialSpec, check_map, check_numbers, unknown_dial

OFF = DialSetting((0.0,))


def make_alphas(
    manifest: Manifest, dials: Mapping[str, DialSetting], *, map_: Floats | None = None
) -> dict[str, DialAlpha]:
    """Every dial's alpha, in the pack's order, as the sum of the dials depends on it bit for bit.
    Dials that are not named stand at 0. map_: (H, W) in [0, 1], for those that use it.

    Raises AlphaError for a dial that the pack does not have, for numbers of no use, and for a map
    over a dial of weights that is turned.
    """
    for name in dials:
        if manifest.dial(name) is None:
            raise unknown_dial(name, manifest.dials, pack=manifest.id)
    taps = manifest.architecture.taps
    return {spec.id: _alpha(taps, spec, dials.get(spec.id, OFF), map_) for spec in manifest.dials}


def _alpha(
    taps: tuple[str, ...], spec: DialSpec, setting: DialSetting, map_: Floats | None
) -> DialAlpha:
    check_numbers(spec, setting.numbers)
    numbers = setting.numbers
    if len(numbers) > 1:  # one for each of the dial's taps: the net may have more
        own = dict(zip(spec.taps, numbers, strict=True))
        numbers = tuple(own.get(tap, 0.0) for tap in taps)
    if not setting.use_map:
        return DialAlpha(numbers)
    check_map(spec, numbers)
    return DialAlpha(numbers, None if spec.kind == "weights" else map_)
