"""Figure 4: a dial from one painting to another, against blended pictures and against conditional
instance normalisation. A model of arbitrary styles, the paper's third rival, is not tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import torch
import torch.nn.functional as F

from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ...errors import ConfigError
from ...photos.reading import crop_centre
from ...photos.sample_sheet import write_sheet
from ...ranges import Range, ShownSide
from ...style_transfer.as_seen import AsSeen
from ...style_transfer.config import StyleConfig
from ..conditional_norms import ConditionalTask, make_conditional, set_share
from ..curves import LEAST, Means, Values, decide, list_rows
from ..findings import Finding, Result, format_number
from ..plots import Axes, Line, plot
from ..session import Session, describe_photos, read_experiment
from ..style_nets import Variant, describe_training, style_config, train_style_net
from ..yardstick import Paint, Yardstick, blend, turn

NAME = "two-styles"
PLOT, PICTURES, ZOOMED = "plot.png", "pictures.jpg", "zoomed.jpg"
SHOWN = (0.0, 0.25, 0.5, 0.75, 1.0)
SHOWN_PHOTOS, ZOOM = 2, 4
DIAL, BLEND, NORMS = "dial", "blend of two fixed nets", "conditional norms"
COLUMNS = ("content", "style_a", "style_b")
A, B = COLUMNS.index("style_a"), COLUMNS.index("style_b")


@dataclass(frozen=True, kw_only=True)
class Styles:
    """alphas: an odd number, so that 0.5 is one of them. photos: 0 for all."""

    alphas: Annotated[int, Range(3, 101)] = 11
    size_px: ShownSide = 256
    photos: Annotated[int, Range(0, 1_000_000)] = 0


@dataclass(frozen=True, kw_only=True)
class TwoStylesConfig(StyleConfig):
    """One dial, to another painting than the main net's."""

    reproduce: Styles


@dataclass(frozen=True)
class Nets:
    """second: of the dial's painting alone. conditional: of both, one after the other."""

    dynamic: DynamicNet
    second: DynamicNet
    conditional: DynamicNet


def check_config(whole: TwoStylesConfig) -> StyleConfig:
    """The training's part. Raises ConfigError."""
    alphas = whole.reproduce.alphas
    if alphas % 2 == 0:
        raise ConfigError(
            f"{NAME}: reproduce.alphas is {alphas}; it must be odd, so that 0.5 is among them"
        )
    return style_config(whole, NAME)


def reproduce(session: Session) -> Result:
    whole = read_experiment(session, NAME, TwoStylesConfig)
    config, own, folder = check_config(whole), whole.reproduce, session.folder(NAME)
    dial, nets = config.dials[0], _train_nets(session, config)
    network = session.load_network(config, NAME).to(next(nets.dynamic.parameters()).device)
    yard = Yardstick(
        session,
        config,
        network,
        size_px=own.size_px,
        photos=own.photos,
        paintings={"style_a": config.main.objective, "style_b": dial.higher},
    )
    alphas = tuple(float(alpha) for alpha in np.linspace(0, 1, own.alphas))
    measured = {
        name: yard.measure(folder, file, paint)
        for file, (name, paint) in zip(
            ("dial", "norms", "blend"), _list_paints(nets, dial.id, alphas).items(), strict=True
        )
    }
    _draw(session, yard, nets, dial.id, measured)
    total = config.main.steps + dial.steps
    return Result(
        experiment=NAME,
        title="From one painting to another",
        figure="figure 4",
        is_quick=session.is_quick,
        tested=f"{describe_training(config)} Painting a is '{config.main.objective.style}', b "
        f"'{dial.higher.style}'. The second fixed net has learnt b for {config.main.steps} steps "
        f"from the same weights; the net with conditional norms both, in {total} steps. "
        f"So {config.main.steps} steps lie behind each end of the blend, where {total} lie behind "
        "the dial at α = 1 and the conditional norms: the blend's nets are trained for less. "
        f"{describe_photos(len(measured[DIAL]))}, squares of {own.size_px} px. No model of "
        "arbitrary styles, the paper's third rival, was tried.",
        findings=(_judge_walk(measured[DIAL]), _judge_middle(measured)),
        columns=("point", *COLUMNS),
        curves={name: list_rows(alphas, values) for name, values in measured.items()},
        pictures=(PLOT, PICTURES, ZOOMED),
    )


def _train_nets(session: Session, config: StyleConfig) -> Nets:
    folder, network = session.folder(NAME), session.load_network(config, NAME)
    dynamic = train_style_net(session, folder / "dynamic", config, network)
    main, dial = config.main, config.dials[0]
    of_b = replace(config, main=replace(main, objective=dial.higher))
    second = train_style_net(session, folder / "second", of_b, network, dials=False)
    longer = replace(config, main=replace(main, steps=main.steps + dial.steps))
    variant = Variant(make_conditional, ConditionalTask)
    conditional = train_style_net(
        session, folder / "conditional", longer, network, dials=False, variant=variant
    )
    return Nets(dynamic, second, conditional)


def _list_paints(nets: Nets, dial: str, alphas: Sequence[float]) -> dict[str, Paint]:
    def paint_conditionally(seen: AsSeen) -> Iterator[torch.Tensor]:
        for alpha in alphas:
            set_share(nets.conditional, alpha)
            yield seen.run(nets.conditional, {})

    return {
        DIAL: turn(nets.dynamic, dial, alphas),
        NORMS: paint_conditionally,
        BLEND: blend(
            lambda seen: seen.run(nets.dynamic, {}), lambda seen: seen.run(nets.second, {}), alphas
        ),
    }


def _judge_walk(dial: Values) -> Finding:
    def count_wrong(means: Sequence[Means]) -> float:
        steps = np.diff(means[0], axis=0)
        return float((steps[:, A] <= 0).sum() + (steps[:, B] >= 0).sum())

    value, interval = decide(count_wrong, [dial])
    means = dial.mean(axis=0)
    walks = [", ".join(f"{loss:.3g}" for loss in means[:, column]) for column in (A, B)]
    return Finding(
        claim="Turning the dial leads away from painting a and towards b at every step",
        statistic="steps of α at which the distance to a does not rise, or that to b does not "
        "fall; none may",
        value=value,
        interval=interval,
        holds=value == 0,
        remarks=(f"Distance to a: {walks[0]}; to b: {walks[1]}.",),
    )


def _judge_middle(measured: Mapping[str, Values]) -> Finding:
    middle = measured[DIAL].shape[1] // 2

    def least_lead(means: Sequence[Means]) -> float:
        sums = [np.log(max(float(m[middle, A] + m[middle, B]), LEAST)) for m in means]
        return float(min(sums[1:]) - sums[0])

    names = (DIAL, NORMS, BLEND)
    value, interval = decide(least_lead, [measured[name] for name in names])
    parts = []
    for name in names:
        content, a, b = (float(loss) for loss in measured[name].mean(axis=0)[middle])
        parts.append(
            f"{name} {format_number(a)} + {format_number(b)} (content {format_number(content)})"
        )
    return Finding(
        claim="Half way, the dial is nearer to both paintings together than each rival",
        statistic="difference of the logarithms of the summed distances at 0.5, the best rival "
        "less the dial, above 0",
        value=value,
        interval=interval,
        holds=value is not None and value > 0,
        remarks=(f"Distances to a and b at 0.5: {'; '.join(parts)}.",),
    )


def _draw(
    session: Session, yard: Yardstick, nets: Nets, dial: str, measured: Mapping[str, Values]
) -> None:
    """The plot; rows of pictures by the dial, by conditional norms and by blending; and patches at
    0.5, enlarged.
    """
    folder = session.folder(NAME)
    lines = [
        Line(name, values.mean(axis=0)[:, [A, B]].tolist()) for name, values in measured.items()
    ]
    axes = Axes("distance to painting a", "distance to painting b", "From one painting to another")
    plot(folder / PLOT, lines, axes)
    rows, patches = [], []
    for photo in range(min(SHOWN_PHOTOS, len(yard.photos))):
        painted = [yard.draw(photo, paint) for paint in _list_paints(nets, dial, SHOWN).values()]
        rows += painted
        side = yard.size_px // ZOOM
        halves = [crop_centre(row[SHOWN.index(0.5)], side) for row in painted]
        patches.append([F.interpolate(half, scale_factor=float(ZOOM)) for half in halves])
    write_sheet(folder / PICTURES, rows, [f"alpha {alpha:g}" for alpha in SHOWN])
    write_sheet(folder / ZOOMED, patches, [DIAL, NORMS, BLEND])
