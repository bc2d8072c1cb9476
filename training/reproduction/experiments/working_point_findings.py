"""What the curves of figure 3 say: whether a dial's working points are those of nets that were
trained for them, and whether blended pictures, interpolated weights or one block do as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..curves import (
    Means,
    Values,
    are_most_inside,
    count_inside,
    decide,
    find_nearest,
    least_gap,
    median_gap,
    middle_gap,
)
from ..findings import Finding, format_number

MOST_GAP = 0.1  # of the logarithm of the style loss
COUNTED_PX = 256  # of the picture for which multiply-adds are counted


def judge_points(
    fixed: Values, dial: Values, weights: Sequence[float], size_px: int
) -> list[Finding]:
    """The dial against the fixed nets, by rising lambda, at one size."""

    def gap(means: Sequence[Means]) -> float:
        return median_gap(means[0], means[1])

    value, interval = decide(gap, [dial, fixed])
    means, others = dial.mean(axis=0), fixed.mean(axis=0)
    points = Finding(
        claim="The dial's working points are those of nets trained for one λ alone, at "
        f"{size_px} px",
        statistic="median difference of the logarithms of the style losses at equal content loss, "
        f"at most {MOST_GAP:g}",
        value=value,
        interval=interval,
        holds=value is not None and value <= MOST_GAP and are_most_inside(dial, fixed),
        remarks=(
            f"{count_inside(means, others)} of {len(means)} points of the dial have a content loss "
            "that lies between those of fixed nets.",
            f"With its sign the median is {format_number(middle_gap(means, others))}: below 0 the "
            "dial has the lower style loss.",
        ),
    )
    near = find_nearest(means, others)
    falls, span = decide(_count_falls, [dial, fixed])
    walk = ", ".join(f"{weights[place]:.3g}" for place in near)
    rises = Finding(
        claim=f"The λ of the nearest fixed net rises with α, at {size_px} px",
        statistic="steps of α at which it falls; none may, and at 1 it must be higher than at 0",
        value=falls,
        interval=span,
        holds=falls == 0 and near[-1] > near[0],
        remarks=(f"Over α the nearest fixed nets have λ = {walk}.",),
    )
    return [points, rises]


def judge_blends(blends: Sequence[Values], dial: Values, names: Sequence[str]) -> list[Finding]:
    """The dial against blends of two pictures, by weights from 0 to 1."""
    findings = []
    for blend, name in zip(blends, names, strict=True):
        inner = blend[:, 1:-1]  # the ends are pictures of a net, not blends

        def gap(means: Sequence[Means]) -> float:
            return least_gap(means[0], means[1])

        value, interval = decide(gap, [inner, dial])
        means, others = blend.mean(axis=0), dial.mean(axis=0)
        styles = [float(style) for style in means[:, 1]]
        falls = all(b < a for a, b in itertools.pairwise(styles))
        findings.append(
            Finding(
                claim=f"The dial beats the {name}: it has the lower style loss at equal content "
                "loss over the whole range",
                statistic="least difference of the logarithms of the style losses at equal "
                "content loss, blend less dial, above 0",
                value=value,
                interval=interval,
                holds=value is not None and value > 0 and are_most_inside(inner, dial),
                remarks=(
                    f"{count_inside(means[1:-1], others)} of {len(means) - 2} blends can be "
                    f"compared; the median difference is "
                    f"{format_number(middle_gap(means[1:-1], others))}.",
                    f"The style loss of the blend {'falls' if falls else 'does not fall'} at "
                    "every step.",
                ),
            )
        )
    return findings


def judge_interpolated_weights(
    fixed: Values, dial: Values, dni: Values, net: DynamicNet, name: str
) -> Finding:
    """name: of the dial."""

    def gap(means: Sequence[Means]) -> float:
        return median_gap(means[2], means[0]) - median_gap(means[1], means[0])

    value, interval = decide(gap, [fixed, dial, dni])
    others = fixed.mean(axis=0)
    ours, theirs = dial.mean(axis=0), dni.mean(axis=0)
    main, turned = count_multiply_adds(net, name)
    return Finding(
        claim="Tuning blocks come nearer to the fixed nets than interpolated weights (DNI)",
        statistic="DNI's median difference from them less the dial's, above 0",
        value=value,
        interval=interval,
        holds=value is not None
        and value > 0
        and all(are_most_inside(curve, fixed) for curve in (dial, dni)),
        remarks=(
            f"Medians: {format_number(median_gap(theirs, others))} of DNI "
            f"({count_inside(theirs, others)} of {len(theirs)} points) and "
            f"{format_number(median_gap(ours, others))} of the dial "
            f"({count_inside(ours, others)} of {len(ours)}); with their signs "
            f"{format_number(middle_gap(theirs, others))} and "
            f"{format_number(middle_gap(ours, others))}.",
            "At equal content loss the logarithm of the dial's style loss less DNI's is "
            f"{format_number(middle_gap(ours, theirs))} in the median.",
            f"A picture of {COUNTED_PX} px takes {main / 1e6:.4g} million multiply-adds with DNI, "
            f"as with the main net, and {turned / 1e6:.4g} million with the blocks, "
            f"{turned / main - 1:.0%} more.",
        ),
    )


def judge_single_blocks(single: Mapping[str, Values], dial: Values) -> Finding:
    """single: the curves of dials with one block, by their tap; at least one."""

    def gap(means: Sequence[Means]) -> float:
        # unlike min, NumPy's gives no number where one tap has none
        return float(np.min([middle_gap(own, means[0]) for own in means[1:]]))

    alone = [curve[:, 1:] for curve in single.values()]
    value, interval = decide(gap, [dial, *alone])
    others = dial.mean(axis=0)
    parts = [
        f"{tap} {format_number(middle_gap(curve.mean(axis=0), others))} "
        f"({count_inside(curve.mean(axis=0), others)} of {curve.shape[1]} points)"
        for tap, curve in zip(single, alone, strict=True)
    ]
    return Finding(
        claim="Blocks at three taps do better than one block at any tap alone",
        statistic="median difference of the logarithms of the style losses at equal content "
        "loss, the best single block less all three, above 0",
        value=value,
        interval=interval,
        holds=value is not None
        and value > 0
        and all(are_most_inside(curve, dial) for curve in alone),
        remarks=(f"Each alone: {', '.join(parts)}.",),
    )


def count_multiply_adds(net: DynamicNet, dial: str) -> tuple[int, int]:
    """Of one picture: of the main net alone, and with the dial turned."""
    photo = torch.zeros(1, 3, COUNTED_PX, COUNTED_PX, device=next(net.parameters()).device)
    counts = []
    for alphas in ({}, {dial: Alpha((1.0,))}):
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            net(photo, alphas)
        counts.append(counter.get_total_flops() // 2)
    return counts[0], counts[1]


def _count_falls(means: Sequence[Means]) -> float:
    near = find_nearest(means[0], means[1])
    return float(sum(b < a for a, b in itertools.pairwise(near)))
