"""Figure 8: where a dial fails. From a strong style (A) to content alone (C) it is worse than
blending with the photo; from a weak style (B) to A it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ...photos.sample_sheet import write_sheet
from ...ranges import Range, ShownSide
from ...style_transfer.config import StyleConfig
from ..curves import Means, Values, are_most_inside, count_inside, decide, list_rows, middle_gap
from ..findings import Finding, Result
from ..plots import LOSS_PLANE, Line, plot
from ..session import Session, describe_photos, read_experiment
from ..style_nets import (
    describe_training,
    style_config,
    train_fixed_nets,
    train_style_net,
    with_weight,
)
from ..yardstick import Paint, Yardstick, blend, run_each, turn
from .working_point_findings import judge_points

NAME = "wide-range"
PLOT, PICTURES = "plot.png", "pictures.jpg"
NEAR_END = 0.7  # from this alpha on, a dial is near its end
MOST_PHOTO = 0.95  # in the last blend: the photo itself has no content loss, so no logarithm
SHOWN = (0.0, 0.25, 0.5, 0.75, 1.0)
SHOWN_PHOTOS = 2
FIXED, WIDE, NARROW, BLEND = "fixed nets", "dial A to C", "dial B to A", "blend of A and the photo"
EXPLANATION = """\
The paper explains it so: A's frozen net was trained to paint, and what it has thrown away of a \
photo its tuning blocks cannot bring back, while a blend takes that from the photo itself; from B \
to A they only have to add strokes to what B has kept. Whether it holds here stands above."""


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """ratio: of A's lambda, the main net's, to B's. fixed_nets: from B to A. photos: 0 for all."""

    ratio: Annotated[float, Range(1.01, 1e9)] = 100.0
    fixed_nets: Annotated[int, Range(3, 20)] = 5
    alphas: Annotated[int, Range(3, 101)] = 11
    size_px: ShownSide = 256
    photos: Annotated[int, Range(0, 1_000_000)] = 0


@dataclass(frozen=True, kw_only=True)
class WideRangeConfig(StyleConfig):
    """The main net is A; its one dial's lambda is as good as 0."""

    reproduce: Ranges


@dataclass(frozen=True)
class Nets:
    """fixed: from B's lambda to A's. wide: A with its dial to C. narrow: B with one to A."""

    weights: tuple[float, ...]
    fixed: tuple[DynamicNet, ...]
    wide: DynamicNet
    narrow: DynamicNet


def check_config(whole: WideRangeConfig) -> StyleConfig:
    """The training's part. Raises ConfigError."""
    return style_config(whole, NAME)


def reproduce(session: Session) -> Result:
    whole = read_experiment(session, NAME, WideRangeConfig)
    config, own, folder = check_config(whole), whole.reproduce, session.folder(NAME)
    nets, dial = _train_nets(session, config, own), config.dials[0].id
    network = session.load_network(config, NAME).to(next(nets.wide.parameters()).device)
    yard = Yardstick(session, config, network, size_px=own.size_px, photos=own.photos)
    alphas = tuple(float(alpha) for alpha in np.linspace(0, 1, own.alphas))
    weights = tuple(MOST_PHOTO * alpha for alpha in alphas)
    points = {FIXED: nets.weights, WIDE: alphas, NARROW: alphas, BLEND: weights}
    measured = {
        FIXED: yard.measure(folder, "fixed", run_each(nets.fixed)),
        WIDE: yard.measure(folder, "wide", turn(nets.wide, dial, alphas)),
        NARROW: yard.measure(folder, "narrow", turn(nets.narrow, dial, alphas)),
        BLEND: yard.measure(folder, "blend", _blend_with_photo(nets.wide, weights)),
    }
    near_end = [place for place, alpha in enumerate(alphas) if alpha >= NEAR_END]
    _draw(session, yard, nets, dial, measured)
    return Result(
        experiment=NAME,
        title="A range that is too wide",
        figure="figure 8",
        is_quick=session.is_quick,
        tested=f"A: {describe_training(config)} B has λ = {nets.weights[0]:.3g}, and a dial to "
        f"A's; nets of λ = {', '.join(f'{weight:.3g}' for weight in nets.weights)} take as many "
        f"steps as a main net and its dial together. {describe_photos(len(measured[WIDE]))}, "
        f"squares of {own.size_px} px.",
        findings=(
            _judge_end(measured[WIDE][:, near_end], measured[BLEND]),
            *judge_points(measured[FIXED], measured[NARROW], nets.weights, own.size_px),
        ),
        columns=("point", "content", "style"),
        curves={name: list_rows(points[name], values) for name, values in measured.items()},
        pictures=(PLOT, PICTURES),
        explanation=EXPLANATION,
    )


def _train_nets(session: Session, config: StyleConfig, own: Ranges) -> Nets:
    folder, network = session.folder(NAME), session.load_network(config, NAME)
    strong = config.main.objective.style_weight
    weights = tuple(float(w) for w in np.geomspace(strong / own.ratio, strong, own.fixed_nets))
    wide = train_style_net(session, folder / "wide", config, network)
    to_strong = replace(config.dials[0].higher, style_weight=strong)
    dials = (replace(config.dials[0], higher=to_strong),)
    weak = replace(with_weight(config, weights[0]), dials=dials)
    narrow = train_style_net(session, folder / "narrow", weak, network)
    fixed = train_fixed_nets(session, folder, config, network, weights)
    return Nets(weights, fixed, wide, narrow)


def _blend_with_photo(net: DynamicNet, weights: Sequence[float]) -> Paint:
    """weights: of the photo."""
    return blend(lambda seen: seen.run(net, {}), lambda seen: seen.photo, weights)


def _judge_end(wide: Values, blended: Values) -> Finding:
    """wide: the part of the dial that is near its end."""

    def gap(means: Sequence[Means]) -> float:
        return middle_gap(means[0], means[1])

    value, interval = decide(gap, [wide, blended])
    inside = count_inside(wide.mean(axis=0), blended.mean(axis=0))
    return Finding(
        claim="Near content alone a dial from a strong style is worse than blending with the photo",
        statistic=f"median difference of the logarithms of the style losses at equal content loss "
        f"from α = {NEAR_END:g} on, dial less blend, above 0",
        value=value,
        interval=interval,
        holds=value is not None and value > 0 and are_most_inside(wide, blended),
        remarks=(f"{inside} of {wide.shape[1]} points of the dial can be compared.",),
    )


def _draw(
    session: Session, yard: Yardstick, nets: Nets, dial: str, measured: dict[str, Values]
) -> None:
    """The plot, and a row of pictures of each curve."""
    folder, marks = session.folder(NAME), {FIXED: "x--", BLEND: ".-"}
    lines = [
        Line(name, values.mean(axis=0).tolist(), marks.get(name, "o-"))
        for name, values in measured.items()
    ]
    plot(folder / PLOT, lines, LOSS_PLANE.titled("A range that is too wide"))
    rows = [
        yard.draw(photo, paint)
        for photo in range(min(SHOWN_PHOTOS, len(yard.photos)))
        for paint in (
            turn(nets.wide, dial, SHOWN),
            _blend_with_photo(nets.wide, SHOWN),
            turn(nets.narrow, dial, SHOWN),
        )
    ]
    write_sheet(folder / PICTURES, rows, [f"A to C / photo / B to A {share:g}" for share in SHOWN])
