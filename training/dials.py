"""A config's dials: what each is in the net, the phases of the run, and entries in the manifest."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from dynamic_style.backend.nets.architectures import HIGHER, LOWER
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.tuning_block import TuningBlock
from dynamic_style.backend.packs import DialSpec

from .errors import ConfigError
from .loop.task import ADAM_BETAS, Phase
from .settings import DialSettings, TaskConfig


def add_dials(net: DynamicNet, config: TaskConfig) -> None:
    """Give the net the blocks, or the weights, of all dials. Each dial has a seed of its own, so
    that adding one changes no other. Raises ConfigError for a tap that the net does not have.
    """
    for index, dial in enumerate(config.dials):
        unknown = [tap for tap in dial.taps if tap not in net.taps]
        if unknown:
            raise ConfigError(
                f"dial '{dial.id}': no tap '{unknown[0]}'; this net has {', '.join(net.taps)}"
            )
        if dial.by == "weights":
            net.add_weight_dial(dial.id, dual=dial.is_dual)
            continue
        torch.manual_seed(config.seed + 1 + index)
        net.add_dial(dial.id, taps=dial.taps, dual=dial.is_dual, zero_init=dial.zero_init)


def list_phases(
    config: TaskConfig,
    *,
    main_betas: tuple[float, float] = ADAM_BETAS,
    dial_betas: tuple[float, float] = ADAM_BETAS,
) -> tuple[Phase, ...]:
    """The main net, then each side of each dial. Betas are Adam's."""
    main = config.main
    phases = [Phase("main", 0, main.steps, main.learning_rate, betas=main_betas)]
    for dial in config.dials:
        for side in (HIGHER, LOWER) if dial.is_dual else (HIGHER,):
            name = f"{dial.id}.{side}"
            phases.append(
                Phase(
                    name,
                    len(phases),
                    dial.steps,
                    dial.learning_rate,
                    dial=dial.id,
                    side=side,
                    betas=dial_betas,
                )
            )
    return tuple(phases)


def set_full(net: DynamicNet, dials: Iterable[DialSettings]) -> None:
    """Have alpha = 1 mean what full_at was while training, which a dial may have overshot. To be
    called once, after the training: it is done by the blocks' last convolutions, and by all that a
    dial of weights adds.
    """
    with torch.no_grad():
        for dial in dials:
            for side in (HIGHER, LOWER) if dial.is_dual else (HIGHER,):
                for part in net.trained_side(dial.id, side).values():
                    scaled = part.conv3 if isinstance(part, TuningBlock) else part
                    for parameter in scaled.parameters():
                        parameter.mul_(dial.full_at)


def describe_dials(dials: Iterable[DialSettings], taps: tuple[str, ...]) -> tuple[DialSpec, ...]:
    """What the manifest says of the dials. taps: all the net's."""
    return tuple(
        DialSpec(
            id=dial.id,
            title=dial.title,
            label_low=dial.label_low,
            label_high=dial.label_high,
            taps=() if dial.by == "weights" else dial.taps or taps,
            dual=dial.is_dual,
            trained_range=dial.trained_range,
            safe_range=dial.safe_range,
            default=dial.default,
        )
        for dial in dials
    )
