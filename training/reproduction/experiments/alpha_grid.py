"""Figure 3's grid: an alpha of its own at each tap. Settings reach losses that equal alphas do not,
and pictures that differ while their losses do not.

It turns the dial of the experiment with working points, whose nets it shares.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ...photos.sample_sheet import write_sheet
from ...ranges import Range, ShownSide
from ...style_transfer.config import StyleConfig
from ..curves import LEAST, Means, Values, decide, list_rows
from ..findings import Finding, Result
from ..plots import LOSS_PLANE, Line, plot
from ..session import Session, describe_photos, keep_origin, read_experiment
from ..style_nets import describe_training, hash_weights, style_config
from ..yardstick import Paint, Yardstick, read_values, write_values
from . import working_points
from .working_points import WorkingPointsConfig, train_dynamic

NAME = "alpha-grid"
PLOT, PICTURES = "plot.png", "pairs.jpg"
NEAR = 0.02  # pairs whose losses differ by at most this part of them count as equal
DIFFERENT = 5 / 255  # root mean square
LEAST_PAIRS, LEAST_GAIN = 3, 0.01
LOOKED_AT = 0.1  # pairs farther apart than this are near in no draw of the photos
SHOWN_PAIRS, SHOWN_DIFFERENCE = 3, 4

Distances = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class AlphaGridConfig:
    """per_tap: alphas from 0 to 1 at each of the taps. size_px: of the photos' middle squares."""

    per_tap: Annotated[int, Range(2, 20)] = 10
    photos: Annotated[int, Range(1, 1_000_000)] = 20
    size_px: ShownSide = 128


@dataclass(frozen=True)
class Grid:
    """settings: alphas at the taps. losses (photos, settings, 2). places (pairs, 2): of pairs of
    settings whose losses are not far apart. distances (photos, pairs, 1): of their pictures.
    """

    settings: tuple[tuple[float, ...], ...]
    losses: Values
    places: npt.NDArray[np.intp]
    distances: Distances

    @property
    def diagonal(self) -> list[int]:
        """The places of settings that are equal at all taps."""
        return [i for i, alphas in enumerate(self.settings) if len(set(alphas)) == 1]


def reproduce(session: Session) -> Result:
    """What was measured of the same net is taken as it is. Raises CheckpointError for another's."""
    whole = read_experiment(session, working_points.NAME, WorkingPointsConfig)
    own = read_experiment(session, NAME, AlphaGridConfig)
    config = style_config(whole, working_points.NAME)
    net, dial = train_dynamic(session, whole), config.dials[0].id
    _keep_whose_curves(session.folder(NAME) / "curves", net)
    network = session.load_network(config, NAME).to(next(net.parameters()).device)
    yard = Yardstick(session, config, network, size_px=own.size_px, photos=own.photos)
    alphas = [float(alpha) for alpha in np.linspace(0, 1, own.per_tap)]
    settings = tuple(itertools.product(alphas, repeat=len(net.taps)))
    grid = _measure(yard, session.folder(NAME), settings, _turn_each(net, dial, settings))
    pairs = _choose_pairs(grid)
    _draw(session, yard, grid, pairs, net, dial)
    curves = {"grid": list_rows(range(len(settings)), grid.losses)}
    curves["equal alphas"] = list_rows(
        [settings[place][0] for place in grid.diagonal], grid.losses[:, grid.diagonal]
    )
    return Result(
        experiment=NAME,
        title="An α of its own at each tap",
        figure="figure 3, the grid",
        is_quick=session.is_quick,
        tested=_describe(config, own, len(yard.photos), len(settings)),
        findings=(_judge_pairs(grid, settings, pairs), _judge_area(grid)),
        columns=("point", "content", "style"),
        curves=curves,
        pictures=(PLOT, PICTURES),
    )


def dominated_area(means: Means, corner: npt.NDArray[np.float64]) -> float:
    """Of the plane of the losses' logarithms, how much is worse in both than one of the points,
    and better than the corner.
    """
    points = np.log(np.maximum(means[:, :2], LEAST))
    area, lowest = 0.0, corner[1]
    for content, style in points[np.argsort(points[:, 0], kind="stable")]:
        if style < lowest and content < corner[0]:
            area += (corner[0] - content) * (lowest - style)
            lowest = style
    return float(area)


def _keep_whose_curves(curves: Path, net: DynamicNet) -> None:
    """Refuse curves of a net that another one has replaced. Raises CheckpointError."""
    refusal = (
        f"'{curves}' was measured with a net of {working_points.NAME} that another one has "
        "replaced; delete that folder, and the same command measures this one"
    )
    keep_origin(curves / "net.sha256", hash_weights(net), refusal=refusal)


def _turn_each(net: DynamicNet, dial: str, settings: Sequence[tuple[float, ...]]) -> Paint:
    return lambda seen: (seen.run(net, {dial: Alpha(alphas)}) for alphas in settings)


def _measure(
    yard: Yardstick, folder: Path, settings: tuple[tuple[float, ...], ...], paint: Paint
) -> Grid:
    """Photo by photo, each of which is kept once it is done."""
    losses = yard.measure(folder, "grid", paint)
    first, second = np.triu_indices(len(settings), k=1)
    means = losses.mean(axis=0)
    looked_at = _are_near(means, np.stack([first, second], axis=1), LOOKED_AT)
    places = np.stack([first[looked_at], second[looked_at]], axis=1)
    distances = []
    for index in range(len(yard.photos)):
        path = folder / "curves" / f"distances-{yard.size_px}-{index}.npy"
        kept = read_values(path)
        if kept is None:
            kept = _measure_distances(yard.draw(index, paint), places)
            write_values(path, kept)
        distances.append(kept)
    return Grid(settings, losses, places, np.stack(distances)[..., None])


def _measure_distances(pictures: Sequence[torch.Tensor], places: npt.NDArray[np.intp]) -> Distances:
    """The root mean square of each pair's difference, (pairs,)."""
    flat = torch.stack([picture.clamp(0, 1).flatten() for picture in pictures])
    together = torch.cdist(flat[None], flat[None])[0] / flat.shape[1] ** 0.5
    found: Distances = together.double().numpy()[places[:, 0], places[:, 1]]
    return found


def _are_near(means: Means, places: npt.NDArray[np.intp], most: float) -> npt.NDArray[np.bool_]:
    one, other = means[places[:, 0], :2], means[places[:, 1], :2]
    differences = np.abs(one - other) - most * np.minimum(np.abs(one), np.abs(other))
    farthest: npt.NDArray[np.float64] = differences.max(axis=1)
    return farthest <= 0


def _choose_pairs(grid: Grid) -> list[int]:
    """Which of the near pairs to show: the most different ones, and no setting twice."""
    near = np.flatnonzero(_are_near(grid.losses.mean(axis=0), grid.places, NEAR))
    order = np.argsort(-grid.distances.mean(axis=0)[near, 0], kind="stable")
    chosen: list[int] = []
    used: set[int] = set()
    for pair in near[order]:
        ends = {int(place) for place in grid.places[pair]}
        if not ends & used:
            chosen.append(int(pair))
            used |= ends
        if len(chosen) == SHOWN_PAIRS:
            break
    return chosen


def _judge_pairs(
    grid: Grid, settings: tuple[tuple[float, ...], ...], pairs: Sequence[int]
) -> Finding:
    def count(means: Sequence[Means]) -> float:
        near = _are_near(means[0], grid.places, NEAR)
        return float((near & (means[1][:, 0] > DIFFERENT)).sum())

    value, interval = decide(count, [grid.losses, grid.distances])
    near = _are_near(grid.losses.mean(axis=0), grid.places, NEAR)
    far = grid.distances.mean(axis=0)[:, 0]
    shown = "; ".join(
        " and ".join(
            f"({', '.join(f'{alpha:.2g}' for alpha in settings[place])})"
            for place in grid.places[pair]
        )
        + f", {255 * far[pair]:.1f}/255 apart"
        for pair in pairs
    )
    return Finding(
        claim="Settings with the same losses give different pictures",
        statistic=f"pairs of settings within {NEAR:.0%} in both losses whose pictures differ by "
        f"more than 5/255 (root mean square), at least {LEAST_PAIRS}",
        value=value,
        interval=interval,
        holds=value is not None and value >= LEAST_PAIRS,
        remarks=(f"{int(near.sum())} pairs are as near. Shown: {shown or 'none'}.",),
    )


def _judge_area(grid: Grid) -> Finding:
    def gain(means: Sequence[Means]) -> float:
        corner = np.log(np.maximum(means[0][:, :2].max(axis=0), LEAST))
        whole = dominated_area(means[0], corner)
        alone = dominated_area(means[0][grid.diagonal], corner)
        return whole / alone - 1 if alone > 0 else float("nan")

    value, interval = decide(gain, [grid.losses])
    return Finding(
        claim="The grid reaches losses that equal alphas do not",
        statistic="by how much the area of the losses' logarithms that the grid dominates is "
        f"larger than that of equal alphas, at least {LEAST_GAIN:.0%}",
        value=value,
        interval=interval,
        holds=value is not None and value >= LEAST_GAIN,
        remarks=("Equal alphas are part of the grid, so it is never below 0.",),
    )


def _describe(config: StyleConfig, own: AlphaGridConfig, photos: int, settings: int) -> str:
    return (
        f"{describe_training(config)} Of dial '{config.dials[0].id}' {own.per_tap} alphas from 0 "
        f"to 1 at each tap, {settings} settings in all. {describe_photos(photos)}, squares of "
        f"{own.size_px} px."
    )


def _draw(
    session: Session,
    yard: Yardstick,
    grid: Grid,
    pairs: Sequence[int],
    net: DynamicNet,
    dial: str,
) -> None:
    """The plot, and the pairs on the first photo, each with its difference."""
    folder, means = session.folder(NAME), grid.losses.mean(axis=0)
    lines = [
        Line("grid", means.tolist(), "."),
        Line("equal alphas", means[grid.diagonal].tolist(), "o-"),
    ]
    for number, pair in enumerate(pairs, start=1):
        lines.append(Line(f"pair {number}", means[grid.places[pair]].tolist(), "D--"))
    plot(folder / PLOT, lines, LOSS_PLANE.titled("An α of its own at each tap"))
    rows = []
    for ends in [grid.places[pair] for pair in pairs] or [np.array([0, len(grid.settings) - 1])]:
        both = _turn_each(net, dial, [grid.settings[place] for place in ends])
        one, other = (picture.clamp(0, 1) for picture in yard.draw(0, both))
        rows.append([one, other, 0.5 + SHOWN_DIFFERENCE * (other - one)])
    write_sheet(folder / PICTURES, rows, ["one", "the other", f"{SHOWN_DIFFERENCE} x difference"])
