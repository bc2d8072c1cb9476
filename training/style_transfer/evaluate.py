"""The paper's measurement (Dynamic-Net, figure 3): content and style loss over alpha, on unseen
photos.

Each dial alone, the others at 0, at alpha = 0, 0.1 ... 1; a dual dial from -1 to 1. Photos are
resized and cropped to centre squares as the config says.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs.manifest import Measurement

from ..loss_network import LossNetwork
from ..photos.reading import Note, list_pictures, no_note, read_picture, read_squares
from .config import DialSettings, Objective, TrainingConfig
from .losses import LOSSES
from .task import Grams, painting_grams

UNITS = tuple(i / 10 for i in range(11))
MOST_STYLE_LEFT = {"none": 0.4, "target": 0.7}  # at alpha 1, of the style loss at 0


@dataclass(frozen=True)
class Claim:
    """A property of one dial's table that the pack promises, and whether the numbers keep it."""

    text: str
    holds: bool


def measure(
    net: DynamicNet,
    config: TrainingConfig,
    network: LossNetwork,
    data: Path,
    *,
    alphas: tuple[float, ...] | None = None,
    on_photo: Callable[[], None] = lambda: None,
) -> tuple[Measurement, ...]:
    """One table per dial of the config, means over its validation photos.

    alphas: rising; by default those of alphas_of. on_photo: called after each photo of each dial.
    Raises DatasetError.
    """
    photos = validation_photos(config, data)
    tables = []
    for dial in config.dials:
        grams = {
            column: _grams(objective, network, config, data)
            for column, objective in style_columns(config, dial).items()
        }
        turned = alphas or alphas_of(dial)
        sums = torch.zeros(len(turned), 1 + len(grams), dtype=torch.float64)
        for photo in photos:
            sums += _losses_over_alpha(net, network, config, photo, dial, turned, grams)
            on_photo()
        rows = tuple(
            (alpha, *(float(value) for value in means))
            for alpha, means in zip(turned, sums / len(photos), strict=True)
        )
        columns = ("alpha", "content", *grams)
        tables.append(Measurement(dial.id, dataset_name(config), len(photos), columns, rows))
    return tuple(tables)


def dataset_name(config: TrainingConfig) -> str:
    """What the tables say that they are over."""
    short, side = config.data.measured_px, config.data.measured_square_px
    return f"{config.data.validation}: short side {short} px, centre squares of {side} px"


def alphas_of(dial: DialSettings) -> tuple[float, ...]:
    """Rising; 0 to 1, for a dual dial -1 to 1."""
    below = tuple(-u for u in reversed(UNITS[1:])) if dial.lower is not None else ()
    return (*below, *UNITS)


def style_columns(config: TrainingConfig, dial: DialSettings) -> dict[str, Objective]:
    """The paintings whose style loss is measured: the main net's, and the dial's if another."""
    main = config.main.objective
    if dial.kind == "strength":
        return {"style": main}
    if dial.kind == "texture_scale":
        return {"style_old_size": main, "style_new_size": dial.higher}
    return {"style_a": main, "style_b": dial.higher}


def check_table(table: Measurement, *, normalisation: str = "none") -> tuple[Claim, ...]:
    """Strength: content rises, style falls, and style at 1 is at most 0.4 of that at 0, or 0.7 with
    losses relative to the target, where a main net is near the painting already. Two paintings: the
    distance to a rises and that to b falls. Two sizes: that to the new one falls.
    """
    name = f"dial '{table.dial}'"
    if "style_new_size" in table.columns:
        falls = _rises(table.column("style_new_size")[::-1])
        return (Claim(f"{name}: distance to the painting at its new size falls", falls),)
    if "style_a" in table.columns:
        return (
            Claim(f"{name}: distance to a rises", _rises(table.column("style_a"))),
            Claim(f"{name}: distance to b falls", _rises(table.column("style_b")[::-1])),
        )
    style, zero = table.column("style"), table.column("alpha").index(0.0)
    ratio, most = style[-1] / style[zero], MOST_STYLE_LEFT[normalisation]
    return (
        Claim(f"{name}: content loss rises", _rises(table.column("content"))),
        Claim(f"{name}: style loss falls", _rises(style[::-1])),
        Claim(
            f"{name}: style loss at 1 is {ratio:.3f} of that at 0 (at most {most:g})", ratio <= most
        ),
    )


def format_table(table: Measurement) -> str:
    """The table as aligned text, with the photos it is over."""
    lines = [f"{table.dial}: {table.n} photos ({table.dataset})"]
    lines.append("".join(f"{column:>12}" for column in table.columns))
    lines += ["".join(f"{value:>12.5g}" for value in row) for row in table.rows]
    return "\n".join(lines)


def validation_photos(
    config: TrainingConfig, data: Path, *, note: Note = no_note
) -> list[torch.Tensor]:
    """Photos that the training does not see (1, 3, S, S), resized and cropped as the config says;
    those that cannot be read are passed over, with a note. Raises DatasetError.
    """
    settings, photos = config.data, list[torch.Tensor]()
    read_squares(
        list_pictures(data / settings.validation),
        photos.append,
        short_side_px=settings.measured_px,
        side_px=settings.measured_square_px,
        note=note,
    )
    return photos


def _losses_over_alpha(
    net: DynamicNet,
    network: LossNetwork,
    config: TrainingConfig,
    photo: torch.Tensor,
    dial: DialSettings,
    alphas: Sequence[float],
    grams: dict[str, Grams],
) -> torch.Tensor:
    """(alphas, 1 + paintings) float64: content, then the style loss against each painting."""
    loss, pair = config.loss, LOSSES[config.loss.normalisation]
    rows = []
    with torch.inference_mode():
        photo = photo.to(next(net.parameters()).device)
        target = network(photo, (loss.content_layer,))[loss.content_layer]
        for alpha in alphas:
            output = net(photo, {dial.id: Alpha((alpha,))}).clamp(0, 1)
            found = network(output, tuple({loss.content_layer, *loss.style_layers}))
            content = pair.content(found[loss.content_layer], target)
            styles = [pair.style(found, g) for g in grams.values()]
            rows.append(torch.stack([content, *styles]).flatten().double().cpu())
    return torch.stack(rows)


def _grams(objective: Objective, network: LossNetwork, config: TrainingConfig, data: Path) -> Grams:
    painting = read_picture(data / objective.style, short_side_px=objective.style_px)
    return painting_grams(painting, network, config)


def _rises(values: Sequence[float]) -> bool:
    return all(a < b for a, b in itertools.pairwise(values))
