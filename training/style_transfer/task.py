"""Style transfer's side of a run: content + lambda * style per phase, and its sample sheet.

strength: the dial raises (or, on the lower side, takes back) lambda for the same painting.
second_style: the dial's painting is another one. texture_scale: the same painting at another size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import HIGHER, LOWER, DynamicNet
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net

from ..errors import ConfigError
from ..loop.phases import Losses, Phase
from ..loss_network import LossNetwork, check_layers
from ..photos.crops import Draw
from ..photos.reading import first_squares, list_pictures, read_picture
from ..photos.sample_sheet import write_sheet
from .config import DialSettings, Objective, TrainingConfig
from .losses import LOSSES, gram_matrix, total_variation

Grams = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class Target:
    """An objective with its painting's Gram matrices."""

    objective: Objective
    grams: Grams


class StyleTransferTask:
    def __init__(
        self, config: TrainingConfig, network: LossNetwork, data: Path, folder: Path
    ) -> None:
        """data: the root of photos and paintings. folder: where sample sheets go.

        Raises DatasetError for a missing painting and LossNetworkError for an unknown layer.
        """
        check_layers((config.loss.content_layer, *config.loss.style_layers))
        self.config, self.network, self.folder = config, network, folder
        self.main = self._target(config.main.objective, data)
        self.targets = {
            (dial.id, side): self._target(objective, data)
            for dial in config.dials
            for side, objective in dial_sides(dial).items()
        }
        run = config.run
        files = list_pictures(data / config.data.validation)
        self.samples = first_squares(files, run.sample_photos, side_px=run.sample_px)

    def _target(self, objective: Objective, data: Path) -> Target:
        painting = read_picture(data / objective.style, short_side_px=objective.style_px)
        return Target(objective, painting_grams(painting, self.network, self.config))

    def alphas(self, phase: Phase, draw: Draw) -> dict[str, Alpha]:
        if not phase.dial:
            return {}
        sign = -1.0 if phase.side == LOWER else 1.0
        return {phase.dial: Alpha((sign * self._alpha(phase, draw),))}

    def companion(self, phase: Phase) -> None:
        """Nothing learns beside the net."""

    def _alpha(self, phase: Phase, draw: Draw) -> float:
        dial = next(d for d in self.config.dials if d.id == phase.dial)
        return draw.alpha if dial.alpha == "sampled" else 1.0

    def losses(
        self, phase: Phase, photos: torch.Tensor, output: torch.Tensor, draw: Draw
    ) -> Losses:
        """Content + lambda * style. With a sampled alpha, lambda is interpolated in the logarithm
        from the main net's to the dial's; two paintings share by alpha.
        """
        loss = self.config.loss
        activations = self.network(output, tuple({loss.content_layer, *loss.style_layers}))
        with torch.no_grad():
            photo = self.network(photos, (loss.content_layer,))[loss.content_layer]
        pair = LOSSES[loss.normalisation]
        content = pair.content(activations[loss.content_layer], photo).mean()
        weighted = [(self.main, 1.0)]
        if phase.dial:
            weighted = self._mix(self.targets[phase.dial, phase.side], self._alpha(phase, draw))
        total, style = content, torch.zeros_like(content)
        if loss.total_variation:
            total = total + loss.total_variation * total_variation(output).mean()
        for target, weight in weighted:
            distance = pair.style(activations, target.grams).mean()
            total = total + weight * target.objective.style_weight * distance
            style = style + distance.detach()
        return Losses(total, {"content": content, "style": style / len(weighted)})

    def _mix(self, target: Target, alpha: float) -> list[tuple[Target, float]]:
        """The targets at one alpha, each with the factor on its own lambda."""
        main = self.main
        if alpha == 1:
            return [(target, 1.0)]
        old, new = main.objective, target.objective
        if (old.style, old.style_px) == (new.style, new.style_px):
            return [(target, (old.style_weight / new.style_weight) ** (1 - alpha))]
        return [(main, 1 - alpha), (target, alpha)]

    def write_samples(self, net: DynamicNet, phase: Phase, step: int) -> None:
        """One row per sample photo: the photo, then the phase's alpha sweep."""
        sign = -1.0 if phase.side == LOWER else 1.0
        steps = [0.0, 0.25, 0.5, 0.75, 1.0, 1.3] if phase.dial else [0.0]
        net.eval()
        rows = []
        with torch.inference_mode():
            for photo in self.samples:
                turned = ({phase.dial: Alpha((sign * a,))} if phase.dial else {} for a in steps)
                outputs = [net(photo.to(_device(net)), alphas).cpu() for alphas in turned]
                rows.append([photo, *outputs])
        net.train()
        labels = ["photo", *(f"{phase.dial or 'main'} {sign * a:g}" for a in steps)]
        write_sheet(self.folder / f"{phase.index}-{phase.name}.jpg", rows, labels)


def build_net(config: TrainingConfig) -> DynamicNet:
    """A fresh net with all of the config's dials. Each part has a seed of its own, so that adding a
    dial changes no other. Raises ConfigError for a tap that the net does not have.
    """
    torch.manual_seed(config.seed)
    net = style_transfer_net(config.net.width)
    for index, dial in enumerate(config.dials):
        unknown = [tap for tap in dial.taps if tap not in net.taps]
        if unknown:
            raise ConfigError(
                f"dial '{dial.id}': no tap '{unknown[0]}'; this net has {', '.join(net.taps)}"
            )
        torch.manual_seed(config.seed + 1 + index)
        net.add_dial(dial.id, taps=dial.taps, dual=dial.lower is not None, zero_init=dial.zero_init)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net


def list_phases(config: TrainingConfig) -> list[Phase]:
    """The main net, then each side of each dial."""
    main = config.main
    phases = [Phase("main", 0, main.steps, main.learning_rate)]
    for dial in config.dials:
        for side in dial_sides(dial):
            name = f"{dial.id}.{side}"
            phases.append(
                Phase(name, len(phases), dial.steps, dial.learning_rate, dial=dial.id, side=side)
            )
    return phases


def dial_sides(dial: DialSettings) -> dict[str, Objective]:
    return {HIGHER: dial.higher} | ({LOWER: dial.lower} if dial.lower is not None else {})


def painting_grams(painting: torch.Tensor, network: LossNetwork, config: TrainingConfig) -> Grams:
    """Gram matrices (1, C, C) of a painting (1, 3, H, W), per style layer."""
    with torch.inference_mode(False), torch.no_grad():
        device = next(network.parameters()).device
        activations = network(painting.to(device), config.loss.style_layers)
        return {layer: gram_matrix(activations[layer]) for layer in config.loss.style_layers}


def _device(net: DynamicNet) -> torch.device:
    return next(net.parameters()).device
