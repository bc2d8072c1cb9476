"""Figure 7: faces with a large hole. A main net that learns L1 + lambda * adversarial loss makes
artefacts, its dial's end, L1 alone, blurs, and the best lies between, whichever lambda was taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from tqdm import tqdm

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ...completion.config import CompletionConfig, parse_config
from ...completion.metrics import MEASURES, measure_fill
from ...completion.metrics_log import QualityLog
from ...completion.run import list_photos
from ...completion.task import CompletionTask
from ...completion.validation_holes import HoledPhoto, read_validation_photos
from ...dials import list_phases
from ...errors import ConfigError
from ...loop.run_folder import RunPaths
from ...loop.task import BatchSource, Task
from ...loss_network import LossNetwork
from ...photos.crops import PhotoSet, load_squares
from ...photos.sample_sheet import write_sheet
from ...ranges import Range
from ..centre_holes import CentreHoles, build_making_up_net, cut_centre
from ..curves import Means, Values, decide, list_rows
from ..findings import Finding, Result, format_number
from ..plots import Axes, Line, plot
from ..session import Session, describe_photos, read_experiment, training_text
from ..trainings import Training, train_net
from ..yardstick import read_values, write_values

NAME = "completion"
PLOT, PICTURES = "plot.png", "pictures.jpg"
SHOWN = (0.0, 0.25, 0.5, 0.75, 1.0)
SHOWN_PHOTOS = 2
LEAST_INSIDE, MOST_SPREAD = 0.5, 1 / 3
PERCEPTUAL, SHARPNESS = MEASURES.index("perceptual"), MEASURES.index("sharpness")


@dataclass(frozen=True, kw_only=True)
class Weights:
    """adversarial_weights: the lambdas, each of a main net with a dial of its own. The hole is the
    first of data.measured_holes_px, in training, too.
    """

    adversarial_weights: Annotated[tuple[float, ...], Range(0, 1e9)] = (0.001, 0.005, 0.02, 0.1)
    alphas: Annotated[int, Range(3, 101)] = 11


@dataclass(frozen=True, kw_only=True)
class FaceCompletionConfig(CompletionConfig):
    """main.adversarial_weight is not used; the dial is the first one."""

    reproduce: Weights


def check_config(whole: FaceCompletionConfig) -> CompletionConfig:
    """The training's part. Raises ConfigError, and LossNetworkError for a layer."""
    if len(whole.reproduce.adversarial_weights) < 2:
        raise ConfigError(f"{NAME}: reproduce.adversarial_weights must hold two or more λ")
    return parse_config(training_text(whole, CompletionConfig), NAME)


def reproduce(session: Session) -> Result:
    whole = read_experiment(session, NAME, FaceCompletionConfig)
    config = check_config(whole)
    own, folder, hole_px = whole.reproduce, session.folder(NAME), config.data.measured_holes_px[0]
    weights = own.adversarial_weights
    network = session.load_network(config, NAME)
    nets = {w: _train(session, folder / f"weight-{w:g}", config, w, network) for w in weights}
    network = network.to(next(next(iter(nets.values())).parameters()).device)
    photos = [
        cut_centre(photo, hole_px)
        for photo in read_validation_photos(config, session.data, note=session.note)
    ]
    alphas = tuple(float(alpha) for alpha in np.linspace(0, 1, own.alphas))
    dial = config.dials[0]
    measured = {
        weight: _measure(
            folder / "curves" / f"weight-{weight:g}.npy",
            photos,
            net,
            dial.id,
            alphas,
            config,
            network,
        )
        for weight, net in nets.items()
    }
    _draw(session, photos, nets, dial.id, alphas, measured)
    return Result(
        experiment=NAME,
        title="Completion of faces",
        figure="figure 7",
        is_quick=session.is_quick,
        tested=f"An encoder and decoder of width {config.net.width} that makes up a hole of "
        f"{hole_px} px in the middle of {config.data.crop_px} px; main nets of λ = "
        f"{', '.join(f'{weight:g}' for weight in weights)}, {config.main.steps} steps of "
        f"{config.data.batch} photos each, seed {config.seed}, and a dial to L1 alone on each, "
        f"{dial.steps} steps. {describe_photos(len(photos))}, at {len(alphas)} alphas.",
        findings=(
            _judge_inside(measured, alphas),
            _judge_blur(measured),
            _judge_spread(measured, alphas),
        ),
        columns=("point", *MEASURES),
        curves={f"λ = {w:g}": list_rows(alphas, values) for w, values in measured.items()},
        pictures=(PLOT, PICTURES),
    )


def _train(
    session: Session, folder: Path, config: CompletionConfig, weight: float, network: LossNetwork
) -> DynamicNet:
    own = replace(config, main=replace(config.main, adversarial_weight=weight))
    data, hole_px = own.data, own.data.measured_holes_px[0]

    def prepare(paths: RunPaths, device: torch.device) -> tuple[Task, BatchSource]:
        files = list_photos(own, paths.data)
        squares = load_squares(files, paths.cache, stored_px=data.stored_px, note=session.note)
        photos = PhotoSet(squares, crop_px=data.crop_px, seed=own.seed)
        shown = [
            cut_centre(photo, hole_px)
            for photo in read_validation_photos(own, paths.data, note=session.note)
        ][: own.run.sample_photos]
        layers = own.loss.measured_layers
        quality = QualityLog(folder / "quality.csv", shown, network.to(device), layers)
        task = CompletionTask(own, shown, folder / "samples", device, quality)
        return task, CentreHoles(photos, hole_px)

    text = training_text(own, CompletionConfig)
    net = build_making_up_net(own)
    return train_net(session, folder, Training(own, text, net, list_phases(own), prepare))


def _measure(
    path: Path,
    photos: Sequence[HoledPhoto],
    net: DynamicNet,
    dial: str,
    alphas: Sequence[float],
    config: CompletionConfig,
    network: LossNetwork,
) -> Values:
    """(photos, alphas, measures), kept photo by photo."""
    kept = read_values(path)
    rows = [] if kept is None else list(kept)
    missing = photos[len(rows) :]
    device = next(net.parameters()).device
    for photo in tqdm(missing, desc=f"measuring {path.stem}", unit="photo", disable=not missing):
        shown = photo.to(device)
        with torch.inference_mode():
            wanted = network(shown.photo, config.loss.measured_layers)
            found = [
                measure_fill(
                    net(shown.given, {dial: Alpha((alpha,))}).clamp(0, 1),
                    shown.photo,
                    shown.hole,
                    network=network,
                    activations=wanted,
                )
                for alpha in alphas
            ]
        rows.append(torch.stack(found).cpu().numpy())
        write_values(path, np.stack(rows))
    return np.stack(rows)


def _judge_inside(measured: dict[float, Values], alphas: Sequence[float]) -> Finding:
    """Of each photo the best alpha is its own, so what is averaged is whether it lies inside."""
    inside = []
    for values in measured.values():
        best = values[..., PERCEPTUAL].argmin(axis=1)
        inside.append(((best > 0) & (best < len(alphas) - 1)).astype(np.float64)[:, None, None])

    def least(means: Sequence[Means]) -> float:
        return min(float(share[0, 0]) for share in means)

    value, interval = decide(least, inside)
    each = ", ".join(
        f"λ = {weight:g} {share.mean():.0%}" for weight, share in zip(measured, inside, strict=True)
    )
    return Finding(
        claim="The best α lies between 0 and 1 for at least half of the photos, whichever λ",
        statistic="share of the photos whose perceptual distance is least there, at the worst λ, "
        f"at least {LEAST_INSIDE:g}",
        value=value,
        interval=interval,
        holds=value is not None and value >= LEAST_INSIDE,
        remarks=(f"Each: {each}.",),
    )


def _judge_blur(measured: dict[float, Values]) -> Finding:
    def most(means: Sequence[Means]) -> float:
        return max(float(m[-1, SHARPNESS] - m[0, SHARPNESS]) for m in means)

    value, interval = decide(most, list(measured.values()))
    return Finding(
        claim="The dial's end blurs: it is less sharp than its start, whichever λ",
        statistic="difference of the logarithms of the sharpness in the hole, at 1 less at 0, the "
        "largest of all λ, below 0",
        value=value,
        interval=interval,
        holds=value is not None and value < 0,
    )


def _judge_spread(measured: dict[float, Values], alphas: Sequence[float]) -> Finding:
    def ratio(means: Sequence[Means]) -> float:
        best = [float(m[:, PERCEPTUAL].min()) for m in means]
        start = [float(m[0, PERCEPTUAL]) for m in means]
        spread = max(start) - min(start)
        return (max(best) - min(best)) / spread if spread > 0 else float("nan")

    value, interval = decide(ratio, list(measured.values()))
    parts = []
    for weight, values in measured.items():
        distances = values.mean(axis=0)[:, PERCEPTUAL]
        best = int(distances.argmin())
        parts.append(
            f"λ = {weight:g} {format_number(float(distances[0]))} at 0, "
            f"{format_number(float(distances[best]))} at {alphas[best]:g}"
        )
    return Finding(
        claim="One λ is enough: with the best α, nets of all λ are about as good",
        statistic="spread over λ of the perceptual distance at the best α, as a share of that at "
        "α = 0, at most a third",
        value=value,
        interval=interval,
        holds=value is not None and value <= MOST_SPREAD,
        remarks=(f"Perceptual distances: {'; '.join(parts)}.",),
    )


def _draw(
    session: Session,
    photos: Sequence[HoledPhoto],
    nets: dict[float, DynamicNet],
    dial: str,
    alphas: Sequence[float],
    measured: dict[float, Values],
) -> None:
    """The plot, and for each photo a row of each lambda."""
    folder = session.folder(NAME)
    lines = [
        Line(
            f"λ = {weight:g}",
            list(zip(alphas, values.mean(axis=0)[:, PERCEPTUAL].tolist(), strict=True)),
        )
        for weight, values in measured.items()
    ]
    plot(folder / PLOT, lines, Axes("α", "perceptual distance", "Completion of faces", False))
    rows = []
    for photo in photos[:SHOWN_PHOTOS]:
        for net in nets.values():
            with torch.inference_mode():
                given = photo.given.to(next(net.parameters()).device)
                swept = [net(given, {dial: Alpha((alpha,))}).cpu() for alpha in SHOWN]
            rows.append([photo.fills[0], *swept, photo.photo])
    write_sheet(folder / PICTURES, rows, ["hole", *(f"alpha {a:g}" for a in SHOWN), "photo"])
