"""The main net as the dials of weights change it: theta_0 + alpha * (theta_1 - theta_0).

The sum is computed here and is constant in the graph that is made of it: OpenVINO (2026.4) joins
scales and shifts that are constants with what comes before them, and with weights as inputs of the
graph each run takes half as long again, where compiling takes a tenth of a second once.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...nets.architectures import HIGHER, LOWER
from ...packs import Manifest
from ...packs.weights import PackWeights
from ..engine import Alphas

Turned = tuple[tuple[str, float], ...]  # dials of weights and their alphas, without those at 0


def turned_dials(manifest: Manifest, alphas: Alphas) -> Turned:
    """In the dials' order. Raises KeyError for a dial that the pack has not, and ValueError for an
    alpha of one of these that is not one number.
    """
    kinds = {dial.id: dial.kind for dial in manifest.dials}
    turned = []
    for dial, alpha in alphas.items():
        if kinds[dial] != "weights" or not any(alpha.numbers):
            continue
        if alpha.map is not None or len(alpha.numbers) != 1:
            raise ValueError("a dial of weights takes one number, and no map")
        turned.append((dial, alpha.numbers[0]))
    return tuple(turned)


def turn_weights(weights: PackWeights, turned: Turned) -> PackWeights:
    """The same pack with another main net."""
    if not turned:
        return weights
    main = dict(weights.main)
    for dial, number in turned:
        spec, differences = weights.manifest.dial(dial), weights.dials[dial]
        assert spec is not None
        side, share = (LOWER, -number) if spec.dual and number < 0 else (HIGHER, number)
        for name in main:
            main[name] = main[name] + np.float32(share) * differences[f"{side}.{name}"]
    return replace(weights, main=main)
