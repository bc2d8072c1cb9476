"""Figure 3: a dial from one lambda to another against nets that were trained for one lambda each,
against blended pictures, against interpolated weights, and with blocks at one tap alone.

All nets start from the same weights and see the same photos. The nets of fixed lambdas take as many
steps as the main net and its dial together: what lies behind a picture at alpha 1. Deep Network
Interpolation (DNI, Wang et
al. 2019, https://arxiv.org/abs/1811.10515) trains the main net's weights on towards the second
objective, for as many steps as the dial takes, and interpolates between the two.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.architectures import HIGHER
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ...errors import ConfigError
from ...photos.sample_sheet import write_sheet
from ...ranges import Range
from ...style_transfer.config import StyleConfig
from ..curves import Values, find_nearest, list_rows
from ..findings import Finding, Result
from ..plots import LOSS_PLANE, Line, plot
from ..session import Session, describe_photos, read_experiment
from ..style_nets import (
    describe_training,
    style_config,
    train_fixed_nets,
    train_style_net,
    with_steps,
    with_weight,
)
from ..yardstick import Paint, Yardstick, blend, run_each, turn
from .working_point_findings import (
    judge_blends,
    judge_interpolated_weights,
    judge_points,
    judge_single_blocks,
)

NAME = "working-points"
SHOWN = (0.0, 0.25, 0.5, 0.75, 1.0)
SHOWN_PHOTOS = 2
PLOT, PICTURES = "plot.png", "pictures.jpg"
FIXED, DIAL, DNI = "fixed nets", "dial", "DNI"
BLENDS = ("blend of α = 0 and 1", "blend of α = 0 and the nearest fixed net")


@dataclass(frozen=True, kw_only=True)
class Points:
    """fixed_nets: their lambdas go from the main net's to the dial's in equal ratios. sizes_px: at
    which the dial is compared with them; all else is measured at the first one. photos: 0 for all.
    """

    fixed_nets: Annotated[int, Range(3, 20)] = 5
    alphas: Annotated[int, Range(3, 101)] = 11
    sizes_px: Annotated[tuple[int, ...], Range(16, 4096)] = (256, 512)
    photos: Annotated[int, Range(0, 1_000_000)] = 0


@dataclass(frozen=True, kw_only=True)
class WorkingPointsConfig(StyleConfig):
    """The first dial has blocks at all taps, each other one at one tap alone."""

    reproduce: Points


@dataclass(frozen=True)
class Nets:
    """fixed: by rising lambda. tuned: the weights that DNI interpolates towards."""

    weights: tuple[float, ...]
    fixed: tuple[DynamicNet, ...]
    dynamic: DynamicNet
    tuned: DynamicNet


def check_config(whole: WorkingPointsConfig) -> StyleConfig:
    """The training's part. Raises ConfigError."""
    if any(len(dial.taps) != 1 for dial in whole.dials[1:]):
        raise ConfigError(f"{NAME}: each dial but the first must name one tap in its taps")
    return style_config(whole, NAME)


def reproduce(session: Session) -> Result:
    """Train, measure and draw; what is done already is taken as it is."""
    whole = read_experiment(session, NAME, WorkingPointsConfig)
    config, points = check_config(whole), whole.reproduce
    nets = _train_nets(session, whole)
    folder, dial = session.folder(NAME), config.dials[0].id
    alphas = tuple(float(alpha) for alpha in np.linspace(0, 1, points.alphas))
    network = session.load_network(config, NAME).to(next(nets.dynamic.parameters()).device)
    findings: list[Finding] = []
    curves: dict[str, tuple[tuple[float, ...], ...]] = {}
    for size_px in points.sizes_px:
        yard = Yardstick(session, config, network, size_px=size_px, photos=points.photos)
        measured = {
            FIXED: yard.measure(folder, "fixed", run_each(nets.fixed)),
            DIAL: yard.measure(folder, "dial", turn(nets.dynamic, dial, alphas)),
        }
        findings += judge_points(measured[FIXED], measured[DIAL], nets.weights, size_px)
        is_first = size_px == points.sizes_px[0]
        if is_first:
            measured |= _measure_others(yard, session, nets, alphas, measured, config)
            findings += judge_blends([measured[name] for name in BLENDS], measured[DIAL], BLENDS)
            findings.append(
                judge_interpolated_weights(
                    measured[FIXED], measured[DIAL], measured[DNI], nets.dynamic, dial
                )
            )
            single = {d.taps[0]: measured[_name_single(d.taps)] for d in config.dials[1:]}
            if single:
                findings.append(judge_single_blocks(single, measured[DIAL]))
            _draw(session, yard, nets, dial, measured)
        for name, values in measured.items():
            at = nets.weights if name == FIXED else alphas
            curves[name if is_first else f"{name}, {size_px} px"] = list_rows(at, values)
    sizes = " and ".join(f"{size_px} px" for size_px in points.sizes_px)
    return Result(
        experiment=NAME,
        title="A dial against nets of one λ each",
        figure="figure 3",
        is_quick=session.is_quick,
        tested=f"{describe_training(config)} Fixed nets at λ = "
        f"{', '.join(f'{weight:.3g}' for weight in nets.weights)}, from the same weights, with the "
        f"same photos and as many steps as the main net and a dial together. "
        f"{describe_photos(len(measured[DIAL]))}, squares of {sizes}; the curves, and all that is "
        f"not said to be of another size, at {points.sizes_px[0]} px.",
        findings=tuple(findings),
        columns=("point", "content", "style"),
        curves=curves,
        pictures=(PLOT, PICTURES),
    )


def train_dynamic(session: Session, whole: WorkingPointsConfig) -> DynamicNet:
    """The main net with all dials. The experiment with the grid of alphas turns it, too."""
    config = style_config(whole, NAME)
    folder = session.folder(NAME) / "dynamic"
    return train_style_net(session, folder, config, session.load_network(config, NAME))


def _train_nets(session: Session, whole: WorkingPointsConfig) -> Nets:
    config, folder = style_config(whole, NAME), session.folder(NAME)
    network = session.load_network(config, NAME)
    low, high = config.main.objective.style_weight, config.dials[0].higher.style_weight
    weights = tuple(float(w) for w in np.geomspace(low, high, whole.reproduce.fixed_nets))
    dynamic = train_dynamic(session, whole)
    fixed = train_fixed_nets(session, folder, config, network, weights)
    own = with_steps(with_weight(config, high), config.dials[0].steps)
    tuned = train_style_net(session, folder / "tuned", own, network, dials=False, start=dynamic)
    return Nets(weights, fixed, dynamic, tuned)


def _measure_others(
    yard: Yardstick,
    session: Session,
    nets: Nets,
    alphas: tuple[float, ...],
    measured: dict[str, Values],
    config: StyleConfig,
) -> dict[str, Values]:
    """The curves that the dial is compared with beside the fixed nets."""
    folder, net, dial = session.folder(NAME), nets.dynamic, config.dials[0].id
    nearest = find_nearest(measured[DIAL].mean(axis=0), measured[FIXED].mean(axis=0))[-1]
    last = nets.fixed[nearest]
    found = {
        BLENDS[0]: yard.measure(folder, "blend-ends", _blend_ends(net, dial, alphas)),
        BLENDS[1]: yard.measure(folder, "blend-fixed", _blend_nets(net, last, alphas)),
        DNI: yard.measure(folder, "dni", turn(_with_weight_dial(net, nets.tuned), DNI, alphas)),
    }
    for single in config.dials[1:]:
        name = f"block-{single.taps[0]}"
        found[_name_single(single.taps)] = yard.measure(folder, name, turn(net, single.id, alphas))
    return found


def _blend_ends(net: DynamicNet, dial: str, weights: Sequence[float]) -> Paint:
    return blend(
        lambda seen: seen.run(net, {}), lambda seen: seen.run(net, {dial: Alpha((1.0,))}), weights
    )


def _blend_nets(first: DynamicNet, last: DynamicNet, weights: Sequence[float]) -> Paint:
    return blend(lambda seen: seen.run(first, {}), lambda seen: seen.run(last, {}), weights)


def _with_weight_dial(first: DynamicNet, last: DynamicNet) -> DynamicNet:
    """The first net with a dial to the main net of the last one, as packs have them."""
    net = copy.deepcopy(first)
    dial = net.add_weight_dial(DNI).requires_grad_(False)
    weights = dict(last.main.named_parameters())
    for name, difference in dial.side(HIGHER).named_parameters():
        difference.copy_(weights[name] - net.main.get_parameter(name))
    return net.eval()


def _name_single(taps: tuple[str, ...]) -> str:
    return f"block at {taps[0]} alone"


def _draw(
    session: Session, yard: Yardstick, nets: Nets, dial: str, measured: dict[str, Values]
) -> None:
    """The plot, and pictures as the paper's figure has them: a row of fixed nets, one of a blend,
    and one of the dial.
    """
    folder, marks = session.folder(NAME), {FIXED: "x--", DIAL: "o-"}
    lines = [
        Line(name, values.mean(axis=0).tolist(), marks.get(name, ".-"))
        for name, values in measured.items()
    ]
    plot(folder / PLOT, lines, LOSS_PLANE.titled("A dial against nets of one λ each"))
    count = len(nets.fixed)
    chosen = [nets.fixed[round(share * (count - 1))] for share in SHOWN]
    rows = []
    for photo in range(min(SHOWN_PHOTOS, len(yard.photos))):
        for paint in (
            run_each(chosen),
            _blend_nets(nets.dynamic, nets.fixed[-1], SHOWN),
            turn(nets.dynamic, dial, SHOWN),
        ):
            rows.append(yard.draw(photo, paint))
    labels = [
        f"lambda {nets.weights[round(share * (count - 1))]:.3g} / blend {share:g} / alpha {share:g}"
        for share in SHOWN
    ]
    write_sheet(folder / PICTURES, rows, labels)
