"""Figure 5: a dial from a painting at one size to the same at another, and beyond both."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from ...photos.sample_sheet import write_sheet
from ...ranges import Range, ShownSide
from ...style_transfer.config import StyleConfig
from ..curves import LEAST, Means, Values, decide, list_rows
from ..findings import Finding, Result
from ..plots import Axes, Line, plot
from ..session import Session, describe_photos, read_experiment
from ..style_nets import describe_training, style_config, train_style_net
from ..yardstick import Looks, Yardstick, turn

NAME = "texture-scale"
PLOT, PICTURES = "plot.png", "pictures.jpg"
LOWEST, HIGHEST = -0.5, 1.5
SHOWN = (-0.5, 0.0, 0.5, 1.0, 1.5)
SHOWN_PHOTOS = 3
MOST_CLIPPED = 0.05
COLUMNS = ("content", "style_old_size", "style_new_size", "stroke_px", "clipped")
STROKE, CLIPPED = COLUMNS.index("stroke_px"), COLUMNS.index("clipped")


@dataclass(frozen=True, kw_only=True)
class Scales:
    """alphas: so many from -0.5 to 1.5. photos: 0 for all."""

    alphas: Annotated[int, Range(3, 101)] = 9
    size_px: ShownSide = 512
    photos: Annotated[int, Range(0, 1_000_000)] = 20


@dataclass(frozen=True, kw_only=True)
class TextureScaleConfig(StyleConfig):
    """One dial, to the main net's painting at another style_px."""

    reproduce: Scales


def check_config(whole: TextureScaleConfig) -> StyleConfig:
    """The training's part. Raises ConfigError."""
    return style_config(whole, NAME)


def reproduce(session: Session) -> Result:
    whole = read_experiment(session, NAME, TextureScaleConfig)
    config, own, folder = check_config(whole), whole.reproduce, session.folder(NAME)
    dial, old = config.dials[0], config.main.objective
    net = train_style_net(session, folder / "dynamic", config, session.load_network(config, NAME))
    network = session.load_network(config, NAME).to(next(net.parameters()).device)
    yard = Yardstick(
        session,
        config,
        network,
        size_px=own.size_px,
        photos=own.photos,
        paintings={"style_old_size": old, "style_new_size": dial.higher},
        looks=Looks(strokes=True),
    )
    alphas = tuple(float(alpha) for alpha in np.linspace(LOWEST, HIGHEST, own.alphas))
    values = yard.measure(folder, "dial", turn(net, dial.id, alphas))
    spacings = values.mean(axis=0)[:, STROKE].tolist()
    rows = [
        yard.draw(photo, turn(net, dial.id, SHOWN))
        for photo in range(min(SHOWN_PHOTOS, len(yard.photos)))
    ]
    write_sheet(folder / PICTURES, rows, [f"alpha {alpha:g}" for alpha in SHOWN])
    lines = [Line("spacing of the strokes", list(zip(alphas, spacings, strict=True)))]
    axes = Axes("α", "pixels from stroke to stroke", "A dial of texture scale", False)
    plot(folder / PLOT, lines, axes)
    return Result(
        experiment=NAME,
        title="Texture scale, and beyond",
        figure="figure 5",
        is_quick=session.is_quick,
        tested=f"{describe_training(config)} The painting's short side is {old.style_px} px for "
        f"the main net and {dial.higher.style_px} px for the dial. "
        f"{describe_photos(len(values))}, squares of {own.size_px} px, at {len(alphas)} alphas "
        f"from {LOWEST:g} to {HIGHEST:g}.",
        findings=(
            _judge_strokes(values, spacings, dial.higher.style_px > old.style_px),
            _judge_clipping(values),
        ),
        columns=("point", *COLUMNS),
        curves={"dial": list_rows(alphas, values)},
        pictures=(PLOT, PICTURES),
    )


def _judge_strokes(values: Values, spacings: Sequence[float], larger: bool) -> Finding:
    """larger: whether the dial's painting, and with it its strokes, are."""
    sign = 1 if larger else -1

    def least_step(means: Sequence[Means]) -> float:
        logarithms = np.log(np.maximum(means[0][:, STROKE], LEAST))
        return float((sign * np.diff(logarithms)).min())

    value, interval = decide(least_step, [values])
    right = sum(sign * (b - a) > 0 for a, b in itertools.pairwise(spacings))
    walk = ", ".join(f"{spacing:.3g}" for spacing in spacings)
    return Finding(
        claim=f"Strokes get {'larger' if larger else 'smaller'} at every step of α, beyond 0 and "
        "1, too",
        statistic="least step of the logarithm of the strokes' spacing, in that direction, above 0",
        value=value,
        interval=interval,
        holds=value is not None and value > 0,
        remarks=(
            f"{right} of {len(spacings) - 1} steps go that way; pixels from stroke to stroke: "
            f"{walk}.",
        ),
    )


def _judge_clipping(values: Values) -> Finding:
    def most(means: Sequence[Means]) -> float:
        return float(means[0][:, CLIPPED].max())

    value, interval = decide(most, [values])
    return Finding(
        claim="Extrapolated pictures keep within the range of colours",
        statistic=f"largest share of values that are clipped, under {MOST_CLIPPED:.0%}",
        value=value,
        interval=interval,
        holds=value is not None and value < MOST_CLIPPED,
    )
