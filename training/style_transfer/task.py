"""Style transfer's objectives, content + lambda * style for each phase, and its sample sheet.

A dial's objective has another lambda for the main net's painting (kind strength: a higher one, on
the lower side a lower one), another painting (second_style), or another size of it (texture_scale).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.architectures import HIGHER, LOWER
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..errors import DatasetError
from ..loop.task import Batch, Losses, Phase
from ..loss_network import LossNetwork
from ..photos.reading import cut_edges, list_pictures, read_first_squares, read_picture
from ..photos.sample_sheet import write_sheet
from .as_seen import AsSeen
from .config import Objective, StyleConfig, StyleDialSettings
from .grid import grid_energy
from .losses import LOSSES, gram_matrix, total_variation

Grams = Mapping[str, torch.Tensor]
LEAST_PX = 16  # of a painting: the deepest layers see an eighth of it
SAMPLE_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.3)


@dataclass(frozen=True)
class Target:
    """An objective with its painting's Gram matrices."""

    objective: Objective
    grams: Grams


class StyleTransferTask:
    def __init__(self, config: StyleConfig, network: LossNetwork, data: Path, folder: Path) -> None:
        """data: the root of photos and paintings. folder: where sample sheets go.

        Raises DatasetError for a missing painting.
        """
        self.config, self.network, self.folder = config, network, folder
        self.main = self._read_target(config.main.objective, data)
        self.targets = {
            (dial.id, side): self._read_target(objective, data)
            for dial in config.dials
            for side, objective in _list_objectives(dial).items()
        }
        run = config.run
        files = list_pictures(data / config.data.validation)
        self.samples = read_first_squares(files, run.sample_photos, side_px=run.sample_px)

    def _read_target(self, objective: Objective, data: Path) -> Target:
        return Target(objective, read_grams(objective, data, self.network, self.config))

    def compares_with_plain(self, phase: Phase) -> bool:
        return False

    def choose_alphas(self, phase: Phase, batch: Batch) -> dict[str, Alpha]:
        return phase.turn_dial(_sign(phase) * self._choose_alpha(phase, batch))

    def make_companion(self, phase: Phase) -> None:
        """Nothing learns beside the net."""

    def _choose_alpha(self, phase: Phase, batch: Batch) -> float:
        """Alpha without its sign."""
        sampled = [dial.id for dial in self.config.dials if dial.alpha == "sampled"]
        return batch.alpha if phase.dial in sampled else 1.0

    def compute_losses(self, phase: Phase, output: torch.Tensor, batch: Batch) -> Losses:
        """Content + lambda * style. A sampled alpha interpolates the logarithm of lambda, from the
        main net's to the dial's; where the dial has another painting, it mixes the style losses.
        """
        loss = self.config.loss
        activations = self.network(output, tuple({loss.content_layer, *loss.style_layers}))
        with torch.no_grad():
            photo = self.network(batch.photos, (loss.content_layer,))[loss.content_layer]
        pair = LOSSES[loss.normalisation]
        content = pair.content(activations[loss.content_layer], photo).mean()
        weighted = [(self.main, 1.0)]
        if phase.dial:
            target = self.targets[phase.dial, phase.side]
            weighted = self._mix(target, self._choose_alpha(phase, batch))
        total, style = content, torch.zeros_like(content)
        if loss.total_variation:
            total = total + loss.total_variation * total_variation(output).mean()
        if loss.grid:
            total = total + loss.grid * grid_energy(output).mean()
        for target, weight in weighted:
            distance = pair.style(activations, target.grams).mean()
            total = total + weight * target.objective.style_weight * distance
            style = style + distance.detach()
        return Losses(total, {"content": content, "style": style / len(weighted)})

    def _mix(self, target: Target, alpha: float) -> list[tuple[Target, float]]:
        """The targets at one alpha, each with a factor for its own lambda."""
        main = self.main
        if alpha == 1:
            return [(target, 1.0)]
        old, new = main.objective, target.objective
        if replace(old, style_weight=new.style_weight) == new:
            return [(target, (old.style_weight / new.style_weight) ** (1 - alpha))]
        return [(main, 1 - alpha), (target, alpha)]

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> Path:
        """One row per sample photo: the photo, then the phase's alpha sweep."""
        alphas = [_sign(phase) * alpha for alpha in (SAMPLE_ALPHAS if phase.dial else (0.0,))]
        device = next(net.parameters()).device
        rows = []
        with torch.inference_mode():
            for photo in self.samples:
                seen = AsSeen(photo.to(device), self.config)
                outputs = [seen.run(net, phase.turn_dial(alpha)).cpu() for alpha in alphas]
                rows.append([photo, *outputs])
        labels = ["photo", *(f"{phase.dial or 'main'} {alpha:g}" for alpha in alphas)]
        path = self.folder / f"{phase.index}-{phase.name}.jpg"
        write_sheet(path, rows, labels)
        return path


def read_grams(
    objective: Objective, data: Path, network: LossNetwork, config: StyleConfig
) -> Grams:
    """Gram matrices (1, C, C) of an objective's painting, per style layer. Raises DatasetError."""
    painting = read_picture(data / objective.style, short_side_px=objective.style_px)
    painting = cut_edges(painting, objective.cut)
    if min(painting.shape[-2:]) < LEAST_PX:
        raise DatasetError(
            f"of the painting '{data / objective.style}' {painting.shape[-1]} x "
            f"{painting.shape[-2]} pixels are left; cut less off it, or raise style_px"
        )
    with torch.inference_mode(False), torch.no_grad():
        device = next(network.parameters()).device
        activations = network(painting.to(device), config.loss.style_layers)
        return {layer: gram_matrix(activations[layer]) for layer in config.loss.style_layers}


def _list_objectives(dial: StyleDialSettings) -> dict[str, Objective]:
    return {HIGHER: dial.higher} | ({LOWER: dial.lower} if dial.lower is not None else {})


def _sign(phase: Phase) -> float:
    return -1.0 if phase.side == LOWER else 1.0
